package org.fullrank.spectrum;

import java.util.Arrays;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.Lapack;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.eigen.SpectralNorm;
import org.fullrank.rigor.kernel.Product;
import org.fullrank.rigor.rank.IndependentRows;
import org.fullrank.rigor.rank.RankCertificate;
import org.fullrank.rigor.rounding.Rounding;
import org.fullrank.spectrum.solver.Progress;
import org.fullrank.spectrum.solver.SolverStatus;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Row rank of a stored matrix {@code M [n, w]}: certified and numerical.
 *
 * <p>LAPACK's singular value decomposition proposes the right inverse {@code P = V diag(1/s) U^T};
 * {@code org.fullrank.rigor} refines it, and proves {@code rank M = n} and {@code sigma_min(M) >=
 * (1 - epsilon) / ||P||} if {@code epsilon >= ||I - M P||} is below 1. Nothing is squared and
 * residuals are computed in doubled precision, so condition numbers to {@code 1e14}, and usually
 * far beyond, are certified. If LAPACK's proposal is of no use, one from plain Java is tried.
 * {@code FLOAT} entries are widened exactly. Scaling rows by powers of two changes no verdict.
 *
 * <p>Cost: the decomposition, {@code 2 n^2 w + 20 n^3} operations, a product of {@code n^2 w},
 * about five in doubled precision if the condition number is above {@code 1e9}, and two spectral
 * norms.
 */
public final class RankAnalysis {

  private final @Nullable RightInverse rightInverse;
  private final int threads;
  private final ProgressListener progress;

  private RankAnalysis(
      @Nullable RightInverse rightInverse, int threads, ProgressListener progress) {
    this.rightInverse = rightInverse;
    this.threads = threads;
    this.progress = progress;
  }

  /**
   * Right inverses from LAPACK, one thread for the proof.
   *
   * @return an analysis
   */
  public static RankAnalysis withDefaults() {
    return new RankAnalysis(null, 1, ProgressListener.none());
  }

  /**
   * With another source of right inverses, sound or not; what it says is checked as it is.
   *
   * @param source proposes {@code P}
   * @return an analysis
   */
  public RankAnalysis withRightInverse(RightInverse source) {
    return new RankAnalysis(source, threads, progress);
  }

  /**
   * With a number of threads for the proof; the result does not depend on it.
   *
   * @param count at least 1
   * @return an analysis
   */
  public RankAnalysis withThreads(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("withThreads expects at least 1 but got " + count);
    }
    return new RankAnalysis(rightInverse, count, progress);
  }

  /**
   * With a listener. {@link #analyze} tells how many of three steps are done: the singular value
   * decomposition, the proof of full rank, and the largest singular value. {@link #rankAtLeast}
   * tells how many rows are factored and then how many are proved independent, of those that may
   * be.
   *
   * @param listener called by the thread that calls the analysis
   * @return an analysis
   */
  public RankAnalysis withProgress(ProgressListener listener) {
    return new RankAnalysis(rightInverse, threads, Proof.guarding(listener));
  }

  /**
   * Analyses a matrix.
   *
   * @param m {@code [n, w]}, finite
   * @return what is known about its row rank
   */
  public RankReport analyze(INDArray m) {
    double[][] rows = checked(m);
    Backend.selfTest();
    int n = rows.length;
    int w = rows[0].length;
    Progress steps = Progress.begin(progress, "rank analysis", 3);
    try (INDArray wide = Tensors.ofRows(rows);
        Lapack.Svd svd = Lapack.svd(wide)) {
      double[] s = svd.completed() ? svd.singularValues() : new double[0];
      steps.add(1);
      RankCertificate certificate = certificate(rows, svd);
      steps.add(1);
      Quantity sigmaMax = sigmaMax(rows, svd);
      steps.add(1);
      return new RankReport(
          n,
          w,
          certificate.verdict(),
          certificate.sigmaMin("sigma_min"),
          sigmaMax,
          certificate.epsilon(),
          numericalRank(s, Math.max(n, w)),
          s,
          status(rows, s));
    }
  }

  /**
   * Searches rows that are proved independent: {@code rank M >= r} for the largest {@code r} found.
   * About the stored numbers, whose rank is usually raised by rounding; in plain Java.
   *
   * @param m {@code [n, w]}, finite
   * @return the rank and its witnesses
   */
  public IndependentRows rankAtLeast(INDArray m) {
    return IndependentRows.of(checked(m), threads, progress);
  }

  private static double[][] checked(INDArray m) {
    TensorChecks.requireRank("RankAnalysis", m, 2);
    TensorChecks.requireReal("RankAnalysis", m.dataType());
    TensorChecks.requireFinite("RankAnalysis", m);
    return Tensors.toRows(m);
  }

  private RankCertificate certificate(double[][] rows, Lapack.Svd svd) {
    if (rightInverse != null && rows.length <= rows[0].length) {
      double[][] copy = Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
      return RankCertificate.of(rows, rightInverse.of(copy), threads);
    }
    if (rows.length > rows[0].length || !svd.completed()) {
      return RankCertificate.search(rows, threads);
    }
    return RankCertificate.refined(rows, pseudoinverse(svd, threads), threads);
  }

  private Quantity sigmaMax(double[][] rows, Lapack.Svd svd) {
    boolean wide = rows.length <= rows[0].length;
    return svd.completed()
        ? SpectralNorm.quantity(rows, topVector(svd, wide), threads)
        : SpectralNorm.quantity(rows, threads);
  }

  /** {@code V diag(1/s) U^T}; zero where a singular value is zero or too small to invert. */
  static double[][] pseudoinverse(Lapack.Svd svd, int threads) {
    double[] s = svd.singularValues();
    double[][] u = Tensors.toRows(svd.u());
    double[][] vt = Tensors.toRows(svd.vt());
    int n = s.length;
    double[][] v = new double[vt[0].length][n];
    for (int k = 0; k < n; k++) {
      for (int j = 0; j < v.length; j++) {
        v[j][k] = vt[k][j];
      }
    }
    double[][] scaled = new double[n][n];
    for (int k = 0; k < n; k++) {
      double inverse = 1 / s[k];
      for (int i = 0; i < n; i++) {
        scaled[k][i] = Double.isInfinite(inverse) ? 0 : inverse * u[i][k];
      }
    }
    // A native result may hold NaN, which the checked product would refuse.
    return isFinite(v) && isFinite(scaled)
        ? Product.of(v, scaled, threads).toRows()
        : new double[v.length][n];
  }

  private static boolean isFinite(double[][] rows) {
    for (double[] row : rows) {
      for (double x : row) {
        if (!Double.isFinite(x)) {
          return false;
        }
      }
    }
    return true;
  }

  private static double[] topVector(Lapack.Svd svd, boolean left) {
    double[][] vectors = Tensors.toRows(left ? svd.u() : svd.vt());
    return left ? Arrays.stream(vectors).mapToDouble(row -> row[0]).toArray() : vectors[0];
  }

  /** NumPy's {@code matrix_rank} with its default tolerance. */
  static int numericalRank(double[] s, int largerSide) {
    int rank = 0;
    for (double x : s) {
      if (x > s[0] * largerSide * 2 * Rounding.UNIT_ROUNDOFF) {
        rank++;
      }
    }
    return rank;
  }

  private static SolverStatus status(double[][] rows, double[] s) {
    if (s.length == 0) {
      return SolverStatus.FAILED;
    }
    double largest = 0;
    for (double[] row : rows) {
      for (double x : row) {
        largest = Math.max(largest, Math.abs(x));
      }
    }
    double scale = largest == 0 ? 1 : largest;
    double squares = 0;
    for (double[] row : rows) {
      for (double x : row) {
        squares += (x / scale) * (x / scale);
      }
    }
    double values = 0;
    for (int i = 0; i < s.length; i++) {
      if (i > 0 && !(s[i] <= s[i - 1])) {
        return SolverStatus.INACCURATE;
      }
      values += (s[i] / scale) * (s[i] / scale);
    }
    double tolerance =
        10.0 * (rows.length + rows[0].length) * Rounding.UNIT_ROUNDOFF * Math.sqrt(squares);
    return Math.abs(Math.sqrt(values) - Math.sqrt(squares)) <= tolerance
        ? SolverStatus.CONVERGED
        : SolverStatus.INACCURATE;
  }
}
