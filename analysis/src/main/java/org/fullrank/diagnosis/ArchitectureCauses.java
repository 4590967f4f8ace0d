package org.fullrank.diagnosis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.fullrank.diagnosis.SingularityCause.Kind;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parity;
import org.fullrank.nn.Slot;
import org.fullrank.nn.Traits;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.rigor.Subject;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Causes that follow from the architecture, the stored parameters and relations between the stored
 * inputs; theorems about the kernel of the exact network.
 *
 * <p>Each rests on an identity that holds for all {@code theta} and is then differentiated: equal
 * inputs, {@code f(-x) = +- f(x)}, {@code f(a x) = a f(x)}, {@code f} affine or polynomial in x,
 * {@code f = M z}. The one exception is a zero readout, where the chain rule gives zero gradients.
 */
final class ArchitectureCauses {
  private final Network network;
  private final Traits traits;
  private final double[][] x;
  private final long n;
  private final long k;
  private final List<SingularityCause> found = new ArrayList<>();
  private final List<String> notes;

  private ArchitectureCauses(Network network, double[][] x, List<String> notes) {
    this.network = network;
    this.traits = network.traits();
    this.x = x;
    this.n = x.length;
    this.k = network.outputs();
    this.notes = notes;
  }

  static List<SingularityCause> of(
      Network network, INDArray theta, double[][] x, List<String> notes) {
    ArchitectureCauses causes = new ArchitectureCauses(network, x, notes);
    causes.parameters();
    causes.readout(theta);
    if (network.traits().couplesSamples()) {
      notes.add("relations between inputs were not examined because a layer couples the samples");
    } else {
      causes.equalInputs();
      causes.symmetries();
      causes.polynomials();
    }
    return causes.found;
  }

  private void add(Kind kind, long rank, List<List<Long>> witnesses, String text) {
    found.add(SingularityCause.proved(kind, Subject.EXACT_NETWORK, rank, witnesses, text));
  }

  private void parameters() {
    long p = network.parameterCount();
    if (p >= n * k) {
      return;
    }
    long fixed = LayerWalk.fixedEntries(network.layers());
    add(
        p + fixed >= n * k ? Kind.UNTRAINED_LAYERS : Kind.FEW_PARAMETERS,
        p,
        List.of(),
        p
            + " trained parameters for "
            + n
            + " samples and "
            + k
            + " outputs"
            + (fixed > 0 ? ", " + fixed + " entries of linear maps are fixed" : ""));
  }

  private void readout(INDArray theta) {
    Layer last = network.layers().get(network.layers().size() - 1);
    if (last instanceof FixedLinear f) {
      // The network on single-precision inputs has the rounded matrix, whose rank may be another.
      try (INDArray m = f.matrix(theta.dataType())) {
        fixedReadout(Tensors.toRows(m));
      }
    }
    if (last instanceof Dense d && network.layers().size() > 1) {
      List<Slot> slots = network.slots();
      Slot w = slots.get(slots.size() - (d.hasBias() ? 2 : 1));
      double[] weights = Tensors.toDoubles(TensorViews.segment(theta, w.offset(), w.size()));
      boolean bias = d.hasBias() && d.biasScale() != 0;
      long width = w.size() / k + (bias ? 1 : 0);
      if (Rows.isZero(weights) && width < n) {
        add(
            Kind.ZERO_READOUT,
            k * width,
            List.of(),
            "all readout weights are 0, so that only the "
                + k * width
                + " readout parameters have gradients");
      }
    }
  }

  private void fixedReadout(double[][] m) {
    if (!isFinite(m)) {
      notes.add("the rank of the fixed readout was not examined because it overflows when rounded");
      return;
    }
    if (!ExactRank.isFeasible(m)) {
      notes.add("the rank of the fixed readout was not examined because it is large");
      return;
    }
    ExactRank rank = ExactRank.of(m);
    if (rank.rank() < k) {
      add(
          Kind.DEPENDENT_OUTPUTS,
          n * rank.rank(),
          List.of(rank.dependent()),
          "the fixed readout maps to " + k + " outputs with rank " + rank.rank());
    }
  }

  private static boolean isFinite(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).allMatch(Double::isFinite);
  }

  private void equalInputs() {
    List<List<Long>> equal = Rows.equal(x);
    if (!equal.isEmpty()) {
      long surplus = Rows.surplus(equal);
      add(
          Kind.DUPLICATE_INPUTS,
          (n - surplus) * k,
          equal,
          surplus
              + (surplus == 1 ? " input repeats" : " inputs repeat")
              + " another to the bit, samples "
              + Witnesses.text(equal));
    }
  }

  private void symmetries() {
    Parity parity = traits.parity();
    boolean homogeneous = traits.homogeneous();
    List<Long> zero = Rows.zero(x);
    if (!zero.isEmpty() && (homogeneous || parity == Parity.ODD)) {
      add(
          Kind.ZERO_INPUT,
          (n - zero.size()) * k,
          List.of(zero),
          "without bias the zero input has no gradient, samples " + Witnesses.text(List.of(zero)));
    }
    if (homogeneous) {
      List<List<Long>> lines = distinct(Rows.proportional(x, parity != Parity.NONE));
      if (!lines.isEmpty()) {
        add(
            Kind.PROPORTIONAL_INPUTS,
            (n - Rows.surplus(lines)) * k,
            lines,
            "the network is homogeneous and inputs are multiples of others, samples "
                + Witnesses.text(lines));
      }
    } else if (parity != Parity.NONE) {
      List<List<Long>> pairs = Rows.negatives(x);
      if (!pairs.isEmpty()) {
        add(
            Kind.SIGN_SYMMETRY,
            (n - pairs.size()) * k,
            pairs,
            "f(-x) = "
                + (parity == Parity.ODD ? "-" : "")
                + "f(x) for all parameters and inputs are negatives of others, samples "
                + Witnesses.text(pairs));
      }
    }
  }

  /** Groups that consist of more than copies of one input. */
  private List<List<Long>> distinct(List<List<Long>> groups) {
    return groups.stream()
        .filter(
            g ->
                g.stream()
                    .anyMatch(
                        i ->
                            Rows.distance(x[Math.toIntExact(i)], x[Math.toIntExact(g.get(0))]) > 0))
        .toList();
  }

  private void polynomials() {
    if (traits.isAffine()) {
      affine();
      return;
    }
    OptionalInt degree = traits.degree();
    if (degree.isPresent()) {
      long d = Monomials.count(x[0].length, degree.getAsInt());
      if (d < n) {
        add(
            Kind.LOW_POLYNOMIAL_DEGREE,
            d * k,
            List.of(),
            "outputs are polynomials of degree at most "
                + degree.getAsInt()
                + " in "
                + x[0].length
                + " inputs, a space of dimension "
                + d
                + " for "
                + n
                + " samples");
      }
    }
  }

  private void affine() {
    // f(0) = 0 for all theta exactly when no bias acts: then f is linear, not only affine.
    boolean linear = traits.homogeneous() || traits.isLinear();
    long d = x[0].length;
    long rank = Math.min(n, d + (linear ? 0 : 1));
    long withBias = Math.min(n, d + 1);
    List<List<Long>> witnesses = List.of();
    double[][] m = linear ? x : Rows.withOnes(x);
    if (ExactRank.isFeasible(m)) {
      ExactRank exact = ExactRank.of(m);
      rank = exact.rank();
      withBias = linear ? ExactRank.of(Rows.withOnes(x)).rank() : rank;
      witnesses = rank < n ? List.of(exact.dependent()) : List.of();
    } else {
      notes.add("exact dependence of the inputs was not examined because they are many");
    }
    if (rank == n || isExplained(rank)) {
      return;
    }
    boolean missing = linear && withBias == n;
    add(
        missing ? Kind.MISSING_BIAS : Kind.DEPENDENT_INPUTS,
        rank * k,
        witnesses,
        "the network is "
            + (linear ? "linear" : "affine")
            + " in its input and the inputs have "
            + (linear ? "rank " : "affine rank ")
            + rank
            + " for "
            + n
            + " samples"
            + (witnesses.isEmpty() ? "" : ", dependent samples " + Witnesses.text(witnesses)));
  }

  /** Whether equal, proportional and zero inputs, already reported, account for the rank. */
  private boolean isExplained(long rank) {
    return found.stream()
        .filter(c -> c.kind() != Kind.FEW_PARAMETERS && c.kind() != Kind.UNTRAINED_LAYERS)
        .anyMatch(c -> c.rankAtMost() <= rank * k);
  }
}
