package org.fullrank.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.fullrank.diff.Linearization;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.LastLayer;
import org.fullrank.linalg.Lapack;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Slot;
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.ntk.GramMatrix;
import org.fullrank.rigor.eigen.SpectralNorm;
import org.fullrank.spectrum.solver.DenseEigenSolver;
import org.fullrank.spectrum.solver.Eigenpairs;
import org.fullrank.spectrum.solver.Wanted;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The recorders of the library. Their numbers are computed in floating point, for looking at;
 * nothing here proves anything.
 */
public final class Recorders {
  static final String LAYER_DISTANCE = "layer_distance";

  private Recorders() {}

  /**
   * How far the layers have moved: the largest spectral norm of {@code W_t - W_0} over the trained
   * parameter tensors, rounded up, named {@code "layer_distance"}. A vector counts as one column, a
   * tensor of more than two dimensions as the matrix with a row for each index of its first one.
   *
   * @return the recorder; one spectral norm for each matrix each time
   */
  public static Recorder layerDistance() {
    return simple(
        LAYER_DISTANCE,
        initial -> {
          double[] first = Tensors.toDoubles(initial.theta());
          return now -> largestMove(now.trainedSlots(), Tensors.toDoubles(now.theta()), first);
        });
  }

  /** Of several tensors in parameter vectors; see {@link #layerDistance}. */
  static double largestMove(List<Slot> slots, double[] theta, double[] first) {
    double largest = 0;
    for (Slot slot : slots) {
      int rows = (int) slot.shape().size(0);
      int columns = (int) (slot.size() / rows);
      double[][] moved = new double[rows][columns];
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          int at = (int) slot.offset() + i * columns + j;
          moved[i][j] = theta[at] - first[at];
        }
      }
      largest = Math.max(largest, SpectralNorm.enclose(moved, 1).hi());
    }
    return largest;
  }

  /**
   * The smallest eigenvalue of the NTK Gram of the trained parameters, named {@code "lambda_min"}.
   *
   * @return the recorder; one Gram and one eigenvalue decomposition each time
   */
  public static Recorder lambdaMin() {
    return simple("lambda_min", initial -> now -> smallest(now));
  }

  /**
   * How far the NTK Gram of the trained parameters has moved, {@code ||K_t - K_0||_F / ||K_0||_F},
   * named {@code "kernel_drift"}.
   *
   * @return the recorder; one Gram each time, and one is kept
   */
  public static Recorder kernelDrift() {
    return simple(
        "kernel_drift",
        initial -> {
          double[] first = kernel(initial);
          return now -> distance(kernel(now), first);
        });
  }

  /**
   * The share of units and samples whose pre-activation has another sign than at the start, named
   * {@code "pattern_changes"}: 0 while the activation patterns of a ReLU network are those of its
   * initialisation.
   *
   * @return the recorder; one forward pass each time
   */
  public static Recorder patternChanges() {
    return simple(
        "pattern_changes",
        initial -> {
          boolean[] first = signs(initial);
          return now -> {
            boolean[] signs = signs(now);
            int changed = 0;
            for (int i = 0; i < signs.length; i++) {
              changed += signs[i] == first[i] ? 0 : 1;
            }
            return signs.length == 0 ? 0 : changed / (double) signs.length;
          };
        });
  }

  /**
   * The smallest singular value of the feature matrix {@code [g h, tau 1]} of the last layer, named
   * {@code "feature_sigma_min"}: 0 if there are fewer columns than samples, NaN if the last layer
   * is not dense. While it is positive the gradient of squares vanishes only at zero loss.
   *
   * @return the recorder; one forward pass and one singular value decomposition each time
   */
  public static Recorder featureSigmaMin() {
    return simple("feature_sigma_min", initial -> Recorders::featureSigmaMin);
  }

  private static double featureSigmaMin(TrainingProblem now) {
    LastLayer last = LastLayer.of(now);
    if (last.obstacle().isPresent()) {
      return Double.NaN;
    }
    double[][] m = last.featureMatrix();
    if (m[0].length < m.length) {
      return 0;
    }
    try (INDArray matrix = Tensors.ofRows(m);
        Lapack.Svd svd = Lapack.svd(matrix)) {
      return svd.completed() ? svd.singularValues()[m.length - 1] : Double.NaN;
    }
  }

  private static Recorder simple(String name, Function<TrainingProblem, Recorder.Probe> start) {
    return new Recorder() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Probe start(TrainingProblem initial) {
        return start.apply(initial);
      }
    };
  }

  private static double smallest(TrainingProblem now) {
    try (GramMatrix gram = gram(now);
        Eigenpairs pairs = DenseEigenSolver.withDefaults().solve(gram, Wanted.smallest(1))) {
      return pairs.status().succeeded() ? pairs.value(0) : Double.NaN;
    }
  }

  private static double[] kernel(TrainingProblem now) {
    try (GramMatrix gram = gram(now)) {
      return Tensors.toDoubles(gram.matrix());
    }
  }

  /** Frozen slots do not move, so that their part of the Gram says nothing about the run. */
  private static GramMatrix gram(TrainingProblem now) {
    EmpiricalNtk ntk = EmpiricalNtk.of(now.network(), now.theta());
    if (now.network().slots().stream().allMatch(now::isTrained)) {
      return ntk.gram(now.x());
    }
    Map<String, GramMatrix> parts = ntk.perSlot(now.x());
    try {
      double[] sum = new double[0];
      for (Slot slot : now.trainedSlots()) {
        double[] part = Tensors.toDoubles(Objects.requireNonNull(parts.get(slot.name())).matrix());
        for (int i = 0; i < sum.length; i++) {
          sum[i] += part[i];
        }
        sum = sum.length == 0 ? part : sum;
      }
      long size = now.samples() * now.outputs();
      try (INDArray matrix = Tensors.of(now.x().dataType(), sum, size, size)) {
        return GramMatrix.of(matrix, now.samples(), now.outputs());
      }
    } finally {
      parts.values().forEach(GramMatrix::close);
    }
  }

  private static double distance(double[] now, double[] first) {
    // In units of the largest entry, so that no square overflows.
    double unit = 0;
    for (double k : first) {
      unit = Math.max(unit, Math.abs(k));
    }
    unit = unit == 0 ? 1 : unit;
    double moved = 0;
    double norm = 0;
    for (int i = 0; i < now.length; i++) {
      double d = (now[i] - first[i]) / unit;
      double k = first[i] / unit;
      moved += d * d;
      norm += k * k;
    }
    return moved == 0 ? 0 : Math.sqrt(moved / norm);
  }

  private static boolean[] signs(TrainingProblem now) {
    List<double[]> all = new ArrayList<>();
    try (Linearization at = now.network().linearize(now.theta(), now.x())) {
      at.forEachPreActivation((layer, z) -> all.add(Tensors.toDoubles(z)));
    }
    boolean[] signs = new boolean[all.stream().mapToInt(z -> z.length).sum()];
    int i = 0;
    for (double[] z : all) {
      for (double v : z) {
        signs[i++] = v > 0;
      }
    }
    return signs;
  }
}
