package org.fullrank.spectrum.estimate;

import java.util.Objects;
import org.fullrank.cancel.Cancellation;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.spectrum.solver.Progress;

/**
 * The mean of {@code n v^T A v} over random unit vectors: the baseline (Girard 1989; Hutchinson
 * 1990), with vectors uniform on the sphere. Its error falls like {@code ||A||_F / sqrt(probes)}.
 *
 * <p>The confidence interval is Student's t over the probes with the larger of the sample variance
 * and the one predicted from {@code ||A v||}; see {@link SpectralDensity}.
 */
public final class Hutchinson implements TraceEstimator {
  private final long seed;
  private final int probes;
  private final double confidence;
  private final ProgressListener progress;

  private Hutchinson(long seed, int probes, double confidence, ProgressListener progress) {
    this.seed = seed;
    this.probes = probes;
    this.confidence = confidence;
    this.progress = progress;
  }

  /**
   * 60 probes, confidence 0.99.
   *
   * @param seed origin of the random vectors
   * @return the method
   */
  public static Hutchinson withSeed(long seed) {
    return new Hutchinson(seed, 60, 0.99, ProgressListener.none());
  }

  /**
   * With a number of products with vectors, one for each probe.
   *
   * @param count at least 2
   * @return the changed method
   */
  public Hutchinson withProducts(int count) {
    if (count < 2) {
      throw new IllegalArgumentException("withProducts expects at least 2 but got " + count);
    }
    return new Hutchinson(seed, count, confidence, progress);
  }

  /**
   * With a nominal level for the confidence interval.
   *
   * @param level in {@code (0, 1)}
   * @return the changed method
   */
  public Hutchinson withConfidence(double level) {
    SampledEstimate.requireConfidence("withConfidence", level);
    return new Hutchinson(seed, probes, level, progress);
  }

  /**
   * With a listener, which is told after each block of products how many are done of the most that
   * are made; there is one block.
   *
   * @param listener called by the thread that calls {@link #trace}
   * @return the changed method
   */
  public Hutchinson withProgress(ProgressListener listener) {
    return new Hutchinson(seed, probes, confidence, Objects.requireNonNull(listener, "listener"));
  }

  @Override
  public String name() {
    return "Hutchinson";
  }

  @Override
  public SampledEstimate trace(SymmetricOperator a) {
    ProbeOperator operator = new ProbeOperator(a, Progress.begin(progress, name(), probes));
    int n = operator.size();
    double[][] v = ProbeOperator.unitProbes(seed, probes, n);
    ResidualForms forms = new ResidualForms(n, true);
    double[][] images = operator.apply(v);
    operator.requireSymmetric(v, images);
    for (int p = 0; p < probes; p++) {
      Cancellation.check("A trace estimate");
      forms.add(v[p], images[p], n);
    }
    return forms.estimate(0, 0, confidence, operator, name());
  }
}
