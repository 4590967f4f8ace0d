package org.fullrank.spectrum.estimate;

import java.util.Objects;
import org.fullrank.cancel.Cancellation;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.spectrum.solver.Progress;

/**
 * XTrace (Epperly, Tropp, Webber, XTrace: making the most of every sample in stochastic trace
 * estimation, SIAM J. Matrix Anal. Appl. 45, 2024): each of {@code k} test vectors in turn is the
 * probe of what the sketch of the other {@code k - 1} leaves, and the {@code k} estimates are
 * averaged. Probes are normalised within the complement, as the paper proposes.
 *
 * <p>Given the sketch of the others each estimate is unbiased, but they depend on each other. The
 * standard error is the paper's, as if they did not; simulated, the true one is up to 1.4 times as
 * large for {@code k} below {@code n / 8} and 4 times for larger {@code k}. The confidence interval
 * presumes nothing about the dependence: the deviation of a mean is at most that of one term, so it
 * is Student's t without the factor {@code 1 / sqrt(k)}, wide but right. Where the sketch already
 * contains the whole range, what is left is rounding and the interval says so.
 *
 * <p>Cost: {@code 2 k} products and {@code O(n k^2)} operations. Memory: {@code 24 n k} bytes.
 */
public final class XTrace implements TraceEstimator {
  private final long seed;
  private final int products;
  private final double confidence;
  private final ProgressListener progress;

  private XTrace(long seed, int products, double confidence, ProgressListener progress) {
    this.seed = seed;
    this.products = products;
    this.confidence = confidence;
    this.progress = progress;
  }

  /**
   * 60 products, confidence 0.99.
   *
   * @param seed origin of the random vectors
   * @return the method
   */
  public static XTrace withSeed(long seed) {
    return new XTrace(seed, 60, 0.99, ProgressListener.none());
  }

  /**
   * With at most this number of products with vectors.
   *
   * @param count at least 4
   * @return the changed method
   */
  public XTrace withProducts(int count) {
    if (count < 4) {
      throw new IllegalArgumentException("withProducts expects at least 4 but got " + count);
    }
    return new XTrace(seed, count, confidence, progress);
  }

  /**
   * With a nominal level for the confidence interval.
   *
   * @param level in {@code (0, 1)}
   * @return the changed method
   */
  public XTrace withConfidence(double level) {
    SampledEstimate.requireConfidence("withConfidence", level);
    return new XTrace(seed, products, level, progress);
  }

  /**
   * With a listener, which is told after each block of products how many are done of the most that
   * are made.
   *
   * @param listener called by the thread that calls {@link #trace}
   * @return the changed method
   */
  public XTrace withProgress(ProgressListener listener) {
    return new XTrace(seed, products, confidence, Objects.requireNonNull(listener, "listener"));
  }

  @Override
  public String name() {
    return "XTrace";
  }

  @Override
  public SampledEstimate trace(SymmetricOperator a) {
    ProbeOperator operator = new ProbeOperator(a, Progress.begin(progress, name(), products));
    int n = operator.size();
    int k = Math.min(products / 2, n);
    double[][] omega = ProbeOperator.unitProbes(seed, k, n);
    double[][] y = operator.apply(omega);
    operator.requireSymmetric(omega, y);
    RangeBasis basis = RangeBasis.of(y, operator.unit());
    double[][] q = basis.vectors();
    double[][] z = q.length == 0 ? new double[0][] : operator.apply(q);
    double[][] h = new double[q.length][];
    double trace = 0;
    double size = 0;
    for (int j = 0; j < q.length; j++) {
      Cancellation.check("A trace estimate");
      h[j] = ProbeVectors.coefficients(q, q.length, z[j]);
      trace += h[j][j];
      size += ProbeVectors.norm(z[j]);
    }
    double slack = Confidence.rounding(n, size, operator.unit());
    ResidualForms forms = new ResidualForms(n, false);
    if (basis.rank() < k || k == n) {
      // Nothing but rounding is left outside the range: n forms of at most what was dropped.
      double left = 4 * Math.sqrt(n) * n * basis.dropped();
      forms.add(new double[n], new double[n], 0);
      return forms.estimate(trace, slack + left, confidence, operator, name());
    }
    for (int i = 0; i < k; i++) {
      Cancellation.check("A trace estimate");
      addLeaveOneOut(forms, basis, i, omega[i], y[i], z, h, trace);
    }
    return forms.estimate(0, slack, confidence, operator, name());
  }

  private static void addLeaveOneOut(
      ResidualForms forms,
      RangeBasis basis,
      int i,
      double[] omega,
      double[] y,
      double[][] z,
      double[][] h,
      double trace) {
    double[][] q = basis.vectors();
    int k = q.length;
    int n = omega.length;
    double[] s = basis.without(i);
    double known = trace;
    for (int j = 0; j < k; j++) {
      known -= s[j] * ProbeVectors.dot(h[j], s);
    }
    // u = (I - P) omega and its image A u = y - A P omega, P = Q (I - s s^T) Q^T.
    double[] u = omega.clone();
    double[] image = y.clone();
    double[] c = ProbeVectors.coefficients(q, k, omega);
    ProbeVectors.axpy(-ProbeVectors.dot(s, c), s, c);
    for (int j = 0; j < k; j++) {
      ProbeVectors.axpy(-c[j], q[j], u);
      ProbeVectors.axpy(-c[j], z[j], image);
    }
    double[] e = ProbeVectors.coefficients(q, k, image);
    ProbeVectors.axpy(-ProbeVectors.dot(s, e), s, e);
    for (int j = 0; j < k; j++) {
      ProbeVectors.axpy(-e[j], q[j], image);
    }
    double norm = ProbeVectors.norm(u);
    ProbeVectors.scale(u, 1 / norm);
    ProbeVectors.scale(image, 1 / norm);
    forms.add(known, u, image, n - k + 1.0);
  }
}
