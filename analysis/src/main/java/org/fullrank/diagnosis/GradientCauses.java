package org.fullrank.diagnosis;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.fullrank.diagnosis.SingularityCause.Kind;
import org.fullrank.diff.Jacobian;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Network;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.rigor.Subject;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Causes that are seen in the stored Jacobian: rows and columns that are zero or equal to the bit.
 * They are theorems about that matrix of rounded doubles. The product of its exact factors, and the
 * network, may differ: two gradients can be rounded to the same doubles, or to zero.
 */
final class GradientCauses {
  private GradientCauses() {}

  /** The causes that {@code known} ones do not already explain. */
  static List<SingularityCause> of(
      Network network, Jacobian jacobian, double[][] rows, List<SingularityCause> known) {
    List<SingularityCause> found = new ArrayList<>();
    int k = (int) jacobian.outputs();
    Set<Long> explained = new HashSet<>();
    for (SingularityCause cause : known) {
      if (cause.kind() != Kind.DEPENDENT_OUTPUTS) {
        cause.witnesses().forEach(explained::addAll);
      }
    }
    deadSamples(rows, k, explained, found);
    if (known.stream().noneMatch(c -> c.kind() == Kind.ZERO_READOUT)) {
      zeroColumns(network, jacobian, rows, found);
    }
    equalRows(rows, k, explained, known, found);
    return found;
  }

  private static void deadSamples(
      double[][] rows, int k, Set<Long> explained, List<SingularityCause> found) {
    List<Long> zero = Rows.zero(rows);
    List<Long> samples =
        zero.stream().map(r -> r / k).distinct().filter(i -> !explained.contains(i)).toList();
    if (!samples.isEmpty()) {
      found.add(
          SingularityCause.proved(
              Kind.DEAD_SAMPLES,
              Subject.STORED_MATRIX,
              (long) rows.length - zero.size(),
              List.of(samples),
              zero.size()
                  + " rows of the stored Jacobian are exactly 0, samples "
                  + Witnesses.text(List.of(samples))));
    }
  }

  private static void equalRows(
      double[][] rows,
      int k,
      Set<Long> explained,
      List<SingularityCause> known,
      List<SingularityCause> found) {
    boolean outputs = known.stream().anyMatch(c -> c.kind() == Kind.DEPENDENT_OUTPUTS);
    List<List<Long>> all = Rows.equalNonzero(rows);
    List<List<Long>> groups =
        all.stream()
            .filter(g -> g.stream().map(r -> r / k).anyMatch(i -> !explained.contains(i)))
            .filter(g -> !outputs || g.stream().map(r -> r / k).distinct().count() > 1)
            .toList();
    long rank = rows.length - Rows.surplus(all) - Rows.zero(rows).size();
    // Samples on which all units are dead have equal rows too: say only what is new.
    boolean news =
        Stream.concat(known.stream(), found.stream()).allMatch(c -> rank < c.rankAtMost());
    if (!groups.isEmpty() && news) {
      found.add(
          SingularityCause.proved(
              Kind.DUPLICATE_GRADIENTS,
              Subject.STORED_MATRIX,
              rank,
              groups,
              Rows.surplus(groups)
                  + " rows of the stored Jacobian repeat another to the bit, rows (sample * outputs"
                  + " + output) "
                  + Witnesses.text(groups)));
    }
  }

  private static void zeroColumns(
      Network network, Jacobian jacobian, double[][] rows, List<SingularityCause> found) {
    List<Long> zero = Rows.zero(Rows.transposed(rows));
    long left = (long) rows[0].length - zero.size();
    if (zero.isEmpty() || left >= rows.length) {
      return;
    }
    List<List<Long>> flat = new ArrayList<>();
    List<List<Long>> dead = flatUnits(network, jacobian, true);
    Kind kind = Kind.DEAD_UNITS;
    flat.addAll(dead);
    if (dead.stream().allMatch(List::isEmpty)) {
      flat = flatUnits(network, jacobian, false);
      kind = Kind.SATURATED_UNITS;
    }
    if (flat.stream().allMatch(List::isEmpty)) {
      flat = List.of(zero);
      kind = Kind.UNUSED_PARAMETERS;
    }
    found.add(
        SingularityCause.proved(
            kind,
            Subject.STORED_MATRIX,
            left,
            flat,
            zero.size()
                + " of "
                + rows[0].length
                + " parameters have stored gradients that are exactly 0 on all samples, "
                + (kind == Kind.UNUSED_PARAMETERS ? "parameters " : "units by layer ")
                + Witnesses.text(flat)));
  }

  /** For each elementwise layer the units whose stored slope is 0 on all samples. */
  private static List<List<Long>> flatUnits(Network network, Jacobian jacobian, boolean piecewise) {
    List<Elementwise> layers = LayerWalk.elementwise(network.layers());
    List<double[][]> inputs = new ArrayList<>();
    List<String> names = new ArrayList<>();
    jacobian
        .linearization()
        .forEachPreActivation(
            (name, z) -> {
              names.add(name);
              inputs.add(samples(z));
            });
    List<List<Long>> out = new ArrayList<>();
    if (!names.equals(layers.stream().map(Elementwise::name).toList())) {
      // A layer from outside shows its own; which activation belongs to which is not known.
      return out;
    }
    for (int l = 0; l < layers.size(); l++) {
      Elementwise layer = layers.get(l);
      double[][] z = inputs.get(l);
      if (isPiecewiseLinear(layer.activation()) != piecewise) {
        out.add(List.of());
        continue;
      }
      out.add(
          LongStream.range(0, z[0].length)
              .filter(
                  q -> {
                    for (double[] row : z) {
                      if (layer.activation().derivative(row[(int) q]) != 0) {
                        return false;
                      }
                    }
                    return true;
                  })
              .boxed()
              .toList());
    }
    return out;
  }

  /** Affine on either side of each kink, so that a slope of 0 is a unit that is switched off. */
  private static boolean isPiecewiseLinear(Activation activation) {
    return activation.kinks().filter(k -> !k.isEmpty() && k.smoothness() == 0).isPresent();
  }

  /** Samples as rows. */
  static double[][] samples(INDArray a) {
    double[] v = Tensors.toDoubles(a);
    int n = (int) a.size(0);
    double[][] rows = new double[n][v.length / n];
    for (int i = 0; i < n; i++) {
      System.arraycopy(v, i * rows[0].length, rows[i], 0, rows[0].length);
    }
    return rows;
  }
}
