package org.fullrank.evidence.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.enclosure.EnclosedNetwork;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Slot;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.eigen.SpectralNorm;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.fullrank.rigor.rank.RankCertificate;

/** Measures a {@link PyramidalNetwork} for the exact network, in plain Java throughout. */
final class PyramidalMeasurement {
  private static final String METHOD = "plain Java, with all rounding errors";

  private PyramidalMeasurement() {}

  static PyramidalNetwork measure(TrainingProblem problem) {
    Optional<String> obstacle = obstacle(problem);
    if (obstacle.isPresent()) {
      return PyramidalNetwork.not(obstacle.get());
    }
    EnclosedNetwork values =
        NetworkEnclosure.of(problem.network(), problem.theta())
            .withThreads(problem.threads())
            .at(problem.x());
    List<Dense> dense = dense(problem);
    int depth = dense.size();
    List<Quantity> slopes = new ArrayList<>();
    List<Quantity> weights = new ArrayList<>();
    List<Quantity> norms = new ArrayList<>();
    boolean published = true;
    for (int l = 1; l <= depth; l++) {
      Dense layer = dense.get(l - 1);
      double[][] w = matrix(problem, layer);
      norms.add(ofData("||W_" + l + "||", SpectralNorm.quantity(w, problem.threads())));
      published &= layer.weightScale() == 1 && !layer.hasBias();
      if (l >= 3) {
        String symbol = "g_" + l + " sigma_min(W_" + l + ")";
        Quantity sigma = RankCertificate.search(transpose(w), problem.threads()).sigmaMin(symbol);
        weights.add(ofData(symbol, sigma).map(symbol, s -> s.multiply(layer.weightScale())));
      }
      if (l >= 2 && l < depth) {
        IntervalMatrix s = values.slopes(2 * l - 1).orElseThrow();
        slopes.add(values.derived("min |phi'(Z_" + l + ")|", METHOD, smallest(s)));
      }
    }
    double[][] x = Tensors.toRows(problem.x());
    Quantity normX = ofData("||X||", SpectralNorm.quantity(x, problem.threads()));
    return new PyramidalNetwork(
        Optional.empty(),
        depth,
        features(values, problem.threads()),
        dense.get(1).weightScale(),
        slopes,
        weights,
        norms,
        normX,
        Quantity.derived("||X||_F", METHOD, Norms.frobenius(x), normX),
        published);
  }

  private static Optional<String> obstacle(TrainingProblem problem) {
    Optional<String> unknown = JacobianMeasurement.obstacle(problem);
    if (unknown.isPresent()) {
      return unknown;
    }
    List<Layer> layers = problem.network().layers();
    if (layers.size() < 3 || layers.size() % 2 == 0) {
      return Optional.of("there must be dense layers with an activation between any two");
    }
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      if (i % 2 == 0 ? !(layer instanceof Dense) : !(layer instanceof Elementwise)) {
        return Optional.of(
            layer + " is not " + (i % 2 == 0 ? "a dense layer" : "an activation of one value"));
      }
    }
    List<Dense> dense = dense(problem);
    if (dense.get(0).out() < problem.samples()) {
      return Optional.of(
          dense.get(0) + " is narrower than the number of samples " + problem.samples());
    }
    for (Dense layer : dense.subList(2, dense.size())) {
      if (layer.out() > layer.in()) {
        return Optional.of(layer + " widens the pyramid");
      }
    }
    Slot second = slot(problem, dense.get(1));
    return problem.isTrained(second)
        ? Optional.empty()
        : Optional.of("slot " + second.name() + " is frozen");
  }

  private static List<Dense> dense(TrainingProblem problem) {
    return problem.network().layers().stream()
        .filter(Dense.class::isInstance)
        .map(Dense.class::cast)
        .toList();
  }

  private static Slot slot(TrainingProblem problem, Dense layer) {
    String name = layer.slots().get(0).name();
    return problem.network().slots().stream()
        .filter(s -> s.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** The weights as {@code [in][out]}. */
  private static double[][] matrix(TrainingProblem problem, Dense layer) {
    double[] theta = Tensors.toDoubles(problem.theta());
    int at = (int) slot(problem, layer).offset();
    int in = (int) layer.in();
    int out = (int) layer.out();
    boolean inOut = layer.layout() == Layout.IN_OUT;
    double[][] w = new double[in][out];
    for (int i = 0; i < in; i++) {
      for (int j = 0; j < out; j++) {
        w[i][j] = theta[at + (inOut ? i * out + j : j * in + i)];
      }
    }
    return w;
  }

  /** Singular values move by at most the norm of an error. */
  private static Quantity features(EnclosedNetwork values, int threads) {
    IntervalMatrix f = values.valueAfter(2);
    double error = f.frobeniusError();
    Interval stored = RankCertificate.search(f.midpoints(), threads).sigmaMin();
    Interval exact =
        Double.isInfinite(error)
            ? Interval.atLeast(0)
            : stored.add(Interval.of(-error, error)).max(Interval.ZERO);
    return values.derived("sigma_min(F_1)", METHOD, exact);
  }

  private static Interval smallest(IntervalMatrix slopes) {
    double lo = Double.POSITIVE_INFINITY;
    double hi = Double.POSITIVE_INFINITY;
    for (int i = 0; i < slopes.rows(); i++) {
      lo = Math.min(lo, slopes.smallest(i));
      for (int j = 0; j < slopes.columns(); j++) {
        hi = Math.min(hi, slopes.get(i, j).magnitude());
      }
    }
    return Interval.of(lo, hi);
  }

  /** A number of parameters or inputs. */
  private static Quantity ofData(String symbol, Quantity stored) {
    return Quantity.derived(symbol, METHOD, stored.interval(), Facts.ofData(symbol, stored));
  }

  private static double[][] transpose(double[][] rows) {
    double[][] out = new double[rows[0].length][rows.length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < out.length; j++) {
        out[j][i] = rows[i][j];
      }
    }
    return out;
  }
}
