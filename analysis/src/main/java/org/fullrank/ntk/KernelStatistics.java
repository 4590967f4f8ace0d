package org.fullrank.ntk;

import java.util.List;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.rounding.Rounding;
import org.fullrank.spectrum.solver.Eigenpairs;
import org.fullrank.spectrum.solver.JavaEigenSolver;
import org.fullrank.spectrum.solver.Wanted;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Numbers that describe a stored kernel and do not change when it is multiplied by a positive
 * number. All are {@code COMPUTED}, without a proved error bound; rounding errors are of the order
 * of {@code n u} relative to the norms of the (centred) kernels.
 *
 * <p>A kernel of n samples and k outputs is {@code [n k, n k]}; alignments compare samples, so they
 * take kernels of one output, such as {@link EmpiricalNtk#traceKernel}. Entry-based numbers cost
 * {@code n^2} operations, those of the spectrum an eigenvalue decomposition, made once and in plain
 * Java.
 */
public final class KernelStatistics {
  private static final String ENTRIES = "sums over entries";
  private static final String SPECTRUM = "eigenvalues in plain Java";

  private final double[][] kernel;
  private final double[] spectrum;

  private KernelStatistics(double[][] kernel, double[] spectrum) {
    this.kernel = kernel;
    this.spectrum = spectrum;
  }

  /**
   * The statistics of a kernel.
   *
   * @param operator finite and symmetric to the bit; stored once
   * @return the statistics
   * @throws IllegalArgumentException if the kernel is zero
   * @throws IllegalStateException if the eigenvalue solver fails
   */
  public static KernelStatistics of(SymmetricOperator operator) {
    double[][] rows = KernelEntries.normalized("KernelStatistics", operator);
    try (INDArray scaled = Tensors.ofRows(rows);
        DenseSymmetric stored = DenseSymmetric.of(scaled);
        Eigenpairs pairs = JavaEigenSolver.create().solve(stored, Wanted.all())) {
      if (!pairs.status().succeeded()) {
        throw new IllegalStateException(
            "KernelStatistics expects accurate eigenvalues but the solver says: "
                + pairs.status().text());
      }
      return new KernelStatistics(rows, pairs.values());
    }
  }

  /**
   * Centred kernel alignment with another kernel on the same samples (Cortes, Mohri, Rostamizadeh
   * 2012; CKA of Kornblith et al. 2019): {@code <H K H, H L H> / (||H K H|| ||H L H||)} in
   * Frobenius norms, {@code H = I - 1 1^T / n}.
   *
   * @param other of the same order
   * @return in {@code [0, 1]} for positive semidefinite kernels, up to rounding
   * @throws IllegalArgumentException if the orders differ or a centred kernel is zero to rounding
   */
  public Quantity centredAlignment(SymmetricOperator other) {
    double[][] second = KernelEntries.normalized("centredAlignment", other);
    requireOrder("centredAlignment", second.length);
    double value =
        KernelEntries.cosine(KernelEntries.centred(kernel), KernelEntries.centred(second));
    return quantity("centred kernel alignment", value, ENTRIES);
  }

  /**
   * Alignment with another kernel without centring (Cristianini et al. 2001): {@code <K, L> /
   * (||K|| ||L||)}.
   *
   * @param other of the same order
   * @return in {@code [0, 1]} for positive semidefinite kernels, up to rounding
   */
  public Quantity alignment(SymmetricOperator other) {
    double[][] second = KernelEntries.normalized("alignment", other);
    requireOrder("alignment", second.length);
    return quantity("kernel alignment", KernelEntries.cosine(kernel, second), ENTRIES);
  }

  /**
   * Target alignment: {@link #alignment} with {@code Y Y^T}.
   *
   * @param targets {@code [n, k]}, finite, not all zero
   * @return in {@code [0, 1]} for a positive semidefinite kernel, up to rounding
   */
  public Quantity targetAlignment(INDArray targets) {
    double[][] labels = labels("targetAlignment", targets);
    return quantity(
        "target alignment", KernelEntries.cosine(kernel, KernelEntries.gram(labels)), ENTRIES);
  }

  /**
   * Centred target alignment: {@link #centredAlignment} with {@code Y Y^T}.
   *
   * @param targets {@code [n, k]}, finite, not all rows equal
   * @return in {@code [0, 1]} for a positive semidefinite kernel, up to rounding
   */
  public Quantity centredTargetAlignment(INDArray targets) {
    double[][] labels = labels("centredTargetAlignment", targets);
    double[][] gram = KernelEntries.centred(KernelEntries.gram(labels));
    return quantity(
        "centred target alignment",
        KernelEntries.cosine(KernelEntries.centred(kernel), gram),
        ENTRIES);
  }

  private double[][] labels(String where, INDArray targets) {
    TensorChecks.requireShape(where + " targets", targets, kernel.length, -1);
    TensorChecks.requireFinite(where + " targets", targets);
    double[][] y = Tensors.toRows(targets);
    KernelEntries.normalize(where + " targets", y);
    return y;
  }

  private void requireOrder(String where, int order) {
    if (order != kernel.length) {
      throw new IllegalArgumentException(
          where + " expects a kernel of order " + kernel.length + " but got " + order);
    }
  }

  /**
   * The participation ratio {@code (tr K)^2 / tr K^2}: how many equal eigenvalues would give these
   * two moments.
   *
   * @return in {@code [1, n]} for a positive semidefinite kernel
   */
  public Quantity participationRatio() {
    double trace = 0;
    double square = 0;
    for (int i = 0; i < kernel.length; i++) {
      trace += kernel[i][i];
      square += KernelEntries.dot(kernel[i], kernel[i]);
    }
    return quantity("participation ratio", trace / square * trace, ENTRIES);
  }

  /**
   * The entropy {@code -sum p_i log p_i} of {@code p_i = max(t_i, 0) / sum_j max(t_j, 0)}, divided
   * by {@code log n}; computed negative eigenvalues count as 0.
   *
   * @return in {@code [0, 1]}, 0 for rank one and for n = 1
   * @throws IllegalArgumentException if no eigenvalue is positive
   */
  public Quantity spectralEntropy() {
    double sum = 0;
    for (double t : spectrum) {
      sum += Math.max(t, 0);
    }
    if (!(sum > 0)) {
      throw new IllegalArgumentException(
          "spectralEntropy expects a positive eigenvalue but the largest is "
              + spectrum[spectrum.length - 1]);
    }
    double entropy = 0;
    for (double t : spectrum) {
      double p = Math.max(t, 0) / sum;
      entropy -= p > 0 ? p * Math.log(p) : 0;
    }
    double value = spectrum.length == 1 ? 0 : entropy / Math.log(spectrum.length);
    return quantity("spectral entropy", value, SPECTRUM);
  }

  /**
   * Fits {@code t_j ~ j^-exponent} to the eigenvalues in descending order, numbered from 1, by
   * least squares of {@code log t_j} against {@code log j}.
   *
   * @param from first index, at least 1
   * @param to last index, inclusive; at least two more than {@code from}
   * @return the fit
   * @throws IllegalArgumentException if the range is not inside {@code 1 .. n} or an eigenvalue in
   *     it is not above {@code n 2^-52} of the largest, that is, of rounding size
   */
  public DecayFit decay(int from, int to) {
    int n = spectrum.length;
    if (from < 1 || to > n || to < from + 2) {
      throw new IllegalArgumentException(
          "decay expects 1 <= from, from + 2 <= to <= " + n + " but got " + from + ", " + to);
    }
    double top = spectrum[n - 1];
    double[] t = new double[to - from + 1];
    for (int j = from; j <= to; j++) {
      t[j - from] = spectrum[n - j];
      if (!(t[j - from] > 2 * n * Rounding.UNIT_ROUNDOFF * top)) {
        throw new IllegalArgumentException(
            "decay expects eigenvalues above rounding but number "
                + j
                + " is "
                + t[j - from] / top
                + " of the largest; end the range before it");
      }
    }
    return DecayFit.of(t, from);
  }

  /**
   * The numbers for a report that need no second kernel.
   *
   * @return participation ratio and spectral entropy
   */
  public List<Quantity> quantities() {
    return List.of(participationRatio(), spectralEntropy());
  }

  private static Quantity quantity(String symbol, double value, String method) {
    return Quantity.computed(symbol, value, Subject.STORED_MATRIX, method);
  }
}
