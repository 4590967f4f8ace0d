package org.fullrank.spectrum.estimate;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.fullrank.cancel.Cancellation;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.spectrum.solver.Progress;

/**
 * Stochastic Lanczos quadrature: the spectral density {@code (1/n) sum_i delta(lambda_i)} of a
 * symmetric operator, estimated by {@code (1/m) sum_v sum_k tau_k^2 delta(theta_k)} from {@code m}
 * random unit vectors {@code v}. For each, Lanczos with full reorthogonalisation gives a
 * tridiagonal matrix with eigenvalues {@code theta_k} and first eigenvector components {@code
 * tau_k}: the Gauss quadrature of the measure of {@code v} (Golub and Meurant, Matrices, Moments
 * and Quadrature, 2010; Ubaru, Chen, Saad, SIAM J. Matrix Anal. Appl. 38, 2017).
 *
 * <p>Probes are uniform on the sphere, so the estimates of all traces {@code tr f(A)} are unbiased
 * up to quadrature, which is exact for polynomials of degree below twice the number of steps.
 * Results depend on the seed and on nothing else.
 *
 * <p>Cost: {@code probes * steps} products with a vector, in blocks, {@code 4 n steps^2} operations
 * per probe for orthogonality. Memory: {@code 8 n steps} bytes per probe of a block; blocks are
 * chosen to stay below 256 MiB.
 */
public final class StochasticLanczos {
  private static final long BLOCK_ELEMENTS = 1L << 25;

  private final long seed;
  private final int probes;
  private final int steps;
  private final double confidence;
  private final ProgressListener progress;

  private StochasticLanczos(
      long seed, int probes, int steps, double confidence, ProgressListener progress) {
    this.seed = seed;
    this.probes = probes;
    this.steps = steps;
    this.confidence = confidence;
    this.progress = progress;
  }

  /**
   * 32 probes, 40 steps, confidence 0.99.
   *
   * @param seed origin of the random vectors
   * @return the method
   */
  public static StochasticLanczos withSeed(long seed) {
    return new StochasticLanczos(seed, 32, 40, 0.99, ProgressListener.none());
  }

  /**
   * With a number of random vectors; the sampling error falls like its inverse square root.
   *
   * @param count at least 2
   * @return the changed method
   */
  public StochasticLanczos withProbes(int count) {
    if (count < 2) {
      throw new IllegalArgumentException("withProbes expects at least 2 but got " + count);
    }
    return new StochasticLanczos(seed, count, steps, confidence, progress);
  }

  /**
   * With a number of Lanczos steps; moments below twice this degree have no quadrature error.
   *
   * @param count at least 1; no more than {@code n} are made
   * @return the changed method
   */
  public StochasticLanczos withSteps(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("withSteps expects at least 1 but got " + count);
    }
    return new StochasticLanczos(seed, probes, count, confidence, progress);
  }

  /**
   * With a nominal level for all confidence intervals.
   *
   * @param level in {@code (0, 1)}
   * @return the changed method
   */
  public StochasticLanczos withConfidence(double level) {
    SampledEstimate.requireConfidence("withConfidence", level);
    return new StochasticLanczos(seed, probes, steps, level, progress);
  }

  /**
   * With a listener, which is told after each step of a block of probes how many products are done
   * of the most that are made, and then how many of the small quadratures.
   *
   * @param listener called by the thread that calls {@link #density}
   * @return the changed method
   */
  public StochasticLanczos withProgress(ProgressListener listener) {
    return new StochasticLanczos(
        seed, probes, steps, confidence, Objects.requireNonNull(listener, "listener"));
  }

  /**
   * Estimates the spectral density.
   *
   * @param a a symmetric operator
   * @return the density with confidence intervals for what is derived from it
   * @throws IllegalArgumentException if a product with a unit vector is not finite, or if products
   *     differ from those of a symmetric operator by more than rounding
   */
  public SpectralDensity density(SymmetricOperator a) {
    int count = (int) Math.min(steps, a.size());
    ProbeOperator operator =
        new ProbeOperator(
            a, Progress.begin(progress, "Lanczos steps of probes", (long) probes * count));
    int n = operator.size();
    double[][] starts = ProbeOperator.unitProbes(seed, probes, n);
    int block = (int) Math.max(1, Math.min(probes, BLOCK_ELEMENTS / ((long) n * count)));
    List<LanczosRun> runs = new ArrayList<>();
    for (int from = 0; from < probes; from += block) {
      int to = Math.min(probes, from + block);
      List<LanczosRun> part = new ArrayList<>();
      for (int p = from; p < to; p++) {
        part.add(new LanczosRun(starts[p], count, operator.unit()));
      }
      advance(operator, part, count);
      part.forEach(run -> operator.requireSymmetric(run.asymmetry(), run.norm()));
      part.forEach(LanczosRun::releaseBasis);
      runs.addAll(part);
    }
    List<ProbeMeasure> fine = new ArrayList<>();
    List<ProbeMeasure> coarse = new ArrayList<>();
    Progress quadratures = Progress.begin(progress, "quadratures of probes", probes);
    for (LanczosRun run : runs) {
      Cancellation.check("Stochastic Lanczos quadrature");
      fine.add(run.measure(count, operator));
      coarse.add(run.measure(Math.max(1, count / 2), operator));
      quadratures.add(1);
    }
    return new SpectralDensity(n, fine, coarse, confidence, operator.columns(), operator.unit());
  }

  /** One block product for all unfinished runs in each step. */
  private static void advance(ProbeOperator operator, List<LanczosRun> runs, int count) {
    for (int step = 0; step < count; step++) {
      Cancellation.check("Stochastic Lanczos quadrature");
      List<LanczosRun> active = runs.stream().filter(LanczosRun::isActive).toList();
      if (active.isEmpty()) {
        return;
      }
      double[][] vectors = active.stream().map(LanczosRun::current).toArray(double[][]::new);
      double[][] images = operator.apply(vectors);
      if (step == 0) {
        operator.requireSymmetric(vectors, images);
      }
      for (int r = 0; r < images.length; r++) {
        active.get(r).advance(images[r]);
      }
    }
  }
}
