package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Prediction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The theorem on any deep linear chain at the edge of its condition. */
final class LinearChainThresholdTest {
  private static final double ROUNDING = 1e-6;

  private static LinearChainDescent theorem(int seed) {
    return LinearChainDescent.withDefaults().withStepShare(new double[] {1, 0.5, 0.05}[seed % 3]);
  }

  /**
   * Where the condition becomes an equality for the best radius of the grid: far outside the
   * certificate reports that radius, and both the path and the distance of the targets scale alike.
   */
  private static double threshold(ChainCase chain, int seed) {
    double far = 1e3;
    HypothesisCheck check =
        theorem(seed).check(chain.at(far)).checks().stream()
            .filter(c -> c.statement().contains("omega"))
            .findFirst()
            .orElseThrow();
    double omega = check.rhs().orElseThrow().interval().hi();
    double share = 1 - new double[] {1, 0.5, 0.05}[seed % 3] / 2;
    return omega * share * Math.sqrt(chain.mu(omega)) / chain.reached;
  }

  private static ThresholdSweep sweep(int instances) {
    ThresholdSweep sweep = new ThresholdSweep();
    for (int seed = 0; seed < instances; seed++) {
      ChainCase chain = ChainCase.of(seed);
      boolean single = chain.factors.stream().filter(f -> f.trained).count() == 1;
      if (single) {
        // Convex: every distance is certified.
        sweep.inside(
            theorem(seed),
            chain.at(100),
            chain.infimum(100),
            "D3, seed " + seed,
            chain.factors,
            chain.x,
            chain.targets(100));
      } else {
        double t = threshold(chain, seed);
        sweep.outside(theorem(seed), chain.at(1.000001 * t), "D3, seed " + seed);
        double in = 0.999999 * t;
        sweep.inside(
            theorem(seed),
            chain.at(in),
            chain.infimum(in),
            "D3, seed " + seed,
            chain.factors,
            chain.x,
            chain.targets(in));
      }
    }
    return sweep;
  }

  @Test
  void descentAtTheThreshold() {
    ThresholdSweep sweep = sweep(20);
    assertThat(sweep.positiveInfimum()).as(sweep.toString()).isGreaterThan(3);
  }

  @Test
  @Tag("exhaustive")
  void descentAtAllThresholds() {
    System.out.println("D3: " + sweep(300));
  }

  @Test
  void constantsAreThoseOfTheStatement() {
    for (int seed = 1; seed < 16; seed++) {
      ChainCase chain = ChainCase.of(seed);
      double t =
          chain.factors.stream().filter(f -> f.trained).count() == 1
              ? 1
              : 0.5 * threshold(chain, 0);
      Prediction p =
          LinearChainDescent.withDefaults().check(chain.at(t)).prediction().orElseThrow();
      double omega = p.layerRadius().orElseThrow().interval().hi();
      double beta = chain.beta(omega, t);
      assertThat(p.stepSize()).as("seed " + seed).isCloseTo(1 / beta, within(ROUNDING / beta));
      double rate = chain.mu(omega) / beta;
      assertThat(p.rate().interval().lo()).isCloseTo(rate, within(ROUNDING * rate));
      double path = 2 * t * chain.reached / Math.sqrt(chain.mu(omega));
      assertThat(p.radius().interval().hi()).isCloseTo(path, within(ROUNDING * path));
    }
  }
}
