package org.fullrank.diagnosis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.fullrank.diagnosis.SingularityCause.Kind;
import org.fullrank.diff.Jacobian;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.Products;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.ntk.GramMatrix;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.spectrum.solver.DenseEigenSolver;
import org.fullrank.spectrum.solver.Eigenpairs;
import org.fullrank.spectrum.solver.Wanted;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Looks for the reasons why the neural tangent kernel or the features of a network are singular on
 * given inputs; immutable.
 *
 * <p>Every cause is a theorem (see {@link SingularityCause}), so it is reported only where it
 * excludes full rank. No cause found proves nothing: kernels are singular for reasons that are not
 * looked for, and floating point cannot tell singular from nearly singular.
 *
 * <p>Cost: the kernel, its eigenvectors ({@code O((n k)^3)}) unless switched off, the stored
 * gradients up to {@code 2^25} entries, comparisons of all pairs of inputs, and exact elimination
 * of small input matrices.
 */
public final class SingularityDiagnosis {
  private static final long MAX_GRADIENTS = 1L << 25;
  private static final int MAX_NEAR = 100;
  private static final double VECTOR_SHARE = 0.99;

  private final Network network;
  private final INDArray theta;
  private final double nearThreshold;
  private final boolean wantVector;

  private SingularityDiagnosis(
      Network network, INDArray theta, double nearThreshold, boolean wantVector) {
    this.network = network;
    this.theta = theta;
    this.nearThreshold = nearThreshold;
    this.wantVector = wantVector;
  }

  /**
   * The diagnosis of a network; near-duplicates are inputs within relative distance {@code 1e-6}.
   *
   * @param network with vector outputs and at least one trained tensor
   * @param theta parameters {@code [p]}; not copied
   * @return the diagnosis
   */
  public static SingularityDiagnosis of(Network network, INDArray theta) {
    network.outputs();
    TensorChecks.requireShape("theta", theta, network.parameterCount());
    TensorChecks.requireFinite("theta", theta);
    return new SingularityDiagnosis(network, theta, 1e-6, true);
  }

  /**
   * With another distance at which inputs count as nearly equal.
   *
   * @param relative distance over the larger of the two norms, at least 0
   * @return the changed diagnosis
   */
  public SingularityDiagnosis withNearThreshold(double relative) {
    if (!(relative >= 0) || Double.isInfinite(relative)) {
      throw new IllegalArgumentException(
          "withNearThreshold expects a finite number >= 0 but got " + relative);
    }
    return new SingularityDiagnosis(network, theta, relative, wantVector);
  }

  /**
   * Without the computed null vector, which costs an eigenvalue decomposition.
   *
   * @return the changed diagnosis
   */
  public SingularityDiagnosis withoutNullVector() {
    return new SingularityDiagnosis(network, theta, nearThreshold, false);
  }

  /**
   * Why is the neural tangent kernel on these inputs singular?
   *
   * @param x inputs {@code [n, ...input]}
   * @return causes for the {@code n k} rows of the kernel
   */
  public SingularityReport kernel(INDArray x) {
    Proof.requireIeee();
    List<String> notes = new ArrayList<>();
    try (Jacobian jacobian = network.jacobian(theta, x)) {
      double[][] inputs = GradientCauses.samples(x);
      List<SingularityCause> found =
          new ArrayList<>(ArchitectureCauses.of(network, theta, inputs, notes));
      if (jacobian.rows() <= MAX_GRADIENTS / jacobian.columns()) {
        try (INDArray j = jacobian.toMatrix()) {
          found.addAll(GradientCauses.of(network, jacobian, Tensors.toRows(j), found));
        }
      } else {
        notes.add("stored gradients were not examined: more than 2^25 entries");
      }
      if (!network.traits().couplesSamples()) {
        found.addAll(near(inputs, jacobian.rows()));
      }
      Optional<NullVector> vector = Optional.empty();
      if (wantVector) {
        try (GramMatrix gram = EmpiricalNtk.of(network, theta).gram(x)) {
          vector = nullVector(gram, (int) jacobian.outputs());
        }
      }
      return new SingularityReport(
          "the neural tangent kernel", jacobian.rows(), found, vector, notes);
    }
  }

  /**
   * Why do the features with a column of ones, {@code [h(X), 1]}, not have rank n?
   *
   * @param x inputs {@code [n, ...input]}
   * @return causes for the n rows
   */
  public SingularityReport features(INDArray x) {
    Proof.requireIeee();
    List<String> notes = new ArrayList<>();
    try (INDArray features = network.features(theta, x)) {
      double[][] inputs = GradientCauses.samples(x);
      double[][] h = GradientCauses.samples(features);
      List<SingularityCause> found = new ArrayList<>(FeatureCauses.of(network, inputs, h, notes));
      if (!network.traits().couplesSamples()) {
        found.addAll(near(inputs, inputs.length));
      }
      return new SingularityReport(
          "the feature matrix [h(X), 1]",
          inputs.length,
          found,
          wantVector ? nullVectorOfRows(Rows.withOnes(h)) : Optional.empty(),
          notes);
    }
  }

  /**
   * Why are the rows of a stored matrix dependent? Without a network only the entries can say.
   *
   * @param matrix {@code [n, w]}, finite: a Gram matrix or features
   * @return causes for the n rows, all about the stored matrix
   */
  public static SingularityReport ofMatrix(INDArray matrix) {
    Proof.requireIeee();
    TensorChecks.requireRank("SingularityDiagnosis", matrix, 2);
    TensorChecks.requireFinite("SingularityDiagnosis", matrix);
    double[][] rows = Tensors.toRows(matrix);
    List<String> notes = new ArrayList<>();
    List<SingularityCause> found = MatrixCauses.of(rows, notes);
    return new SingularityReport(
        "the stored matrix", rows.length, found, nullVectorOfRows(rows), notes);
  }

  private List<SingularityCause> near(double[][] inputs, long order) {
    List<List<Long>> pairs = Rows.near(inputs, nearThreshold, MAX_NEAR);
    if (pairs.isEmpty()) {
      return List.of();
    }
    double closest =
        pairs.stream()
            .mapToDouble(
                p -> Rows.distance(inputs[p.get(0).intValue()], inputs[p.get(1).intValue()]))
            .min()
            .orElseThrow();
    return List.of(
        new SingularityCause(
            Kind.NEAR_DUPLICATES,
            Rigor.COMPUTED,
            Subject.STORED_MATRIX,
            order,
            pairs,
            pairs.size()
                + (pairs.size() == MAX_NEAR ? " or more" : "")
                + " pairs of inputs are closer than "
                + nearThreshold
                + " of their norm, the closest at distance "
                + closest
                + ", samples "
                + Witnesses.text(pairs)));
  }

  private static Optional<NullVector> nullVectorOfRows(double[][] rows) {
    try (INDArray m = Tensors.ofRows(rows);
        INDArray product = Products.multiply(m, false, m, true)) {
      for (double v : Tensors.toDoubles(product)) {
        if (!Double.isFinite(v)) {
          return Optional.empty();
        }
      }
      try (DenseSymmetric gram = DenseSymmetric.symmetrized(product)) {
        return nullVector(gram, 1);
      }
    }
  }

  /** The computed eigenvector of the eigenvalue closest to 0, summed over outputs. */
  private static Optional<NullVector> nullVector(SymmetricOperator gram, int k) {
    try (Eigenpairs pairs =
        DenseEigenSolver.withDefaults().solve(gram, Wanted.all().withVectors())) {
      if (pairs.count() == 0 || !pairs.hasVectors()) {
        return Optional.empty();
      }
      double[] t = pairs.values();
      int best = 0;
      double top = 0;
      for (int i = 0; i < t.length; i++) {
        best = Math.abs(t[i]) < Math.abs(t[best]) ? i : best;
        top = Math.max(top, Math.abs(t[i]));
      }
      double[] v;
      try (INDArray column =
          pairs.vectors().get(NDArrayIndex.all(), NDArrayIndex.interval(best, best + 1)).dup('c')) {
        v = Tensors.toDoubles(column);
      }
      double[] weight = new double[v.length / k];
      double sum = 0;
      for (int r = 0; r < v.length; r++) {
        weight[r / k] += v[r] * v[r];
        sum += v[r] * v[r];
      }
      List<Integer> order =
          IntStream.range(0, weight.length)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> -weight[i]))
              .toList();
      List<Long> samples = new ArrayList<>();
      double share = 0;
      for (int i = 0; i < order.size() && share < VECTOR_SHARE * sum; i++) {
        samples.add((long) order.get(i));
        share += weight[order.get(i)];
      }
      return Optional.of(
          new NullVector(t[best], top == 0 ? 0 : t[best] / top, samples, share / sum));
    }
  }
}
