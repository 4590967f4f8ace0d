package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Theorem;
import org.fullrank.rigor.Verdict;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The theorems on deep linear residual networks at the edge of their conditions. */
final class DeepLinearThresholdTest {
  private static final int SAMPLE = 20;
  private static final int ALL = 300;

  /** Relative, for constants in doubles against their enclosures. */
  private static final double ROUNDING = 1e-6;

  /** Regions and step shares vary with the seed; 1 is the edge of both. */
  private static double region(int seed) {
    return new double[] {0.6, 1, 0.5, 0.3}[seed / 8 % 4];
  }

  private static double share(int seed) {
    return new double[] {1, 0.5, 0.05}[seed % 3];
  }

  private static void both(
      ThresholdSweep sweep, Theorem theorem, ResNetCase net, double threshold, String name) {
    sweep.outside(theorem, net.at(1.000001 * threshold), name);
    double t = 0.999999 * threshold;
    sweep.inside(theorem, net.at(t), net.infimum(t), name, net.factors(), net.x, net.targets(t));
  }

  private static ThresholdSweep descent(int instances) {
    ThresholdSweep sweep = new ThresholdSweep();
    for (int seed = 0; seed < instances; seed++) {
      ResNetCase net = ResNetCase.of(seed, false);
      both(
          sweep,
          DeepLinearDescent.withDefaults().withRegion(region(seed)).withStepShare(share(seed)),
          net,
          net.thresholdD1(region(seed), share(seed)),
          "D1, seed " + seed);
    }
    return sweep;
  }

  private static ThresholdSweep zouForm(int instances) {
    ThresholdSweep sweep = new ThresholdSweep();
    for (int seed = 0; seed < instances; seed++) {
      ResNetCase net = ResNetCase.of(seed, false);
      double c = seed % 2 == 0 ? 0.5 : region(seed);
      double threshold = net.thresholdD0(c);
      both(
          sweep,
          DeepLinearZouForm.withDefaults().withRegion(c),
          net,
          threshold,
          "D0, seed " + seed);
      Certificate implied =
          DeepLinearDescent.withDefaults().withRegion(c).check(net.at(0.999999 * threshold));
      assertThat(implied.isProof()).as("D0 implies D1, seed " + seed + implied).isTrue();
    }
    return sweep;
  }

  private static ThresholdSweep stochastic(int instances) {
    ThresholdSweep sweep = new ThresholdSweep();
    for (int seed = 0; seed < instances; seed++) {
      ResNetCase net = ResNetCase.of(seed, true);
      double c = region(seed);
      double threshold = net.thresholdD2(c);
      DeepLinearStochasticDescent theorem =
          DeepLinearStochasticDescent.withDefaults().withRegion(c);
      both(sweep, theorem, net, threshold, "D2, seed " + seed);
      Prediction half = theorem.check(net.at(threshold / 2)).prediction().orElseThrow();
      assertThat(half.failureProbability().orElseThrow().interval().hi())
          .isCloseTo(0.5, within(ROUNDING));
      double eta = net.stepD2(c, threshold / 2);
      assertThat(half.stepSize()).isCloseTo(eta, within(ROUNDING * eta));
      assertThat(half.rate().interval().lo())
          .isCloseTo(eta * net.mu(c), within(ROUNDING * eta * net.mu(c)));
    }
    return sweep;
  }

  @Test
  void descentAtTheThreshold() {
    ThresholdSweep sweep = descent(SAMPLE);
    assertThat(sweep.positiveInfimum()).as(sweep.toString()).isGreaterThan(3);
  }

  @Test
  void zouFormAtTheThreshold() {
    ThresholdSweep sweep = zouForm(SAMPLE);
    assertThat(sweep.positiveInfimum()).as(sweep.toString()).isGreaterThan(3);
  }

  @Test
  void stochasticDescentAtTheThreshold() {
    assertThat(stochastic(SAMPLE).instances()).isEqualTo(SAMPLE);
  }

  @Test
  @Tag("exhaustive")
  void descentAtAllThresholds() {
    System.out.println("D1: " + descent(ALL));
  }

  @Test
  @Tag("exhaustive")
  void zouFormAtAllThresholds() {
    System.out.println("D0: " + zouForm(ALL));
  }

  @Test
  @Tag("exhaustive")
  void stochasticDescentAtAllThresholds() {
    System.out.println("D2: " + stochastic(ALL));
  }

  @Test
  void constantsAreThoseOfTheStatement() {
    for (int seed = 0; seed < 8; seed++) {
      ResNetCase net = ResNetCase.of(seed, false);
      double t = 0.9 * net.thresholdD1(0.6, 1);
      Prediction p = DeepLinearDescent.withDefaults().check(net.at(t)).prediction().orElseThrow();
      double beta =
          net.depth * Math.pow(net.u(0.6, net.depth - 1) * net.k(), 2)
              + (net.depth - 1)
                  * net.u(0.6, Math.max(net.depth - 2, 0))
                  * net.k()
                  * t
                  * net.reached;
      assertThat(p.stepSize()).isCloseTo(1 / beta, within(ROUNDING / beta));
      double rate = net.mu(0.6) / beta;
      assertThat(p.rate().interval().lo()).isCloseTo(rate, within(ROUNDING * rate));
      double excess = 0.5 * Math.pow(t * net.reached, 2);
      assertThat(p.envelope(0)).isCloseTo(excess, within(1e-4 * excess));
    }
  }

  @Test
  void constantsOfTheZouFormAreThoseOfTheStatement() {
    for (int seed = 0; seed < 8; seed++) {
      ResNetCase net = ResNetCase.of(seed, false);
      double c = region(8 * seed);
      double t = 0.9 * net.thresholdD0(c);
      Prediction p =
          DeepLinearZouForm.withDefaults()
              .withRegion(c)
              .check(net.at(t))
              .prediction()
              .orElseThrow();
      double k = net.k();
      double beta = net.depth * k * (Math.exp(2 * c) * k + Math.exp(c) * t * net.reached);
      assertThat(p.stepSize()).isCloseTo(1 / beta, within(ROUNDING / beta));
      double rate = net.depth * Math.exp(-2 * c) * Math.pow(net.smallest, 2) / beta;
      assertThat(p.rate().interval().lo()).isCloseTo(rate, within(ROUNDING * rate));
    }
  }

  @Test
  void theExcessLossIsSharpAlsoForNoisyTargets() {
    // n > d: the infimum is nearly all of the loss.
    double[][] x = LinearOracle.near(12, 3, 1, new Random(3));
    double[][] noise = LinearOracle.gaussian(12, 2, 1, new Random(4));
    double[][] rest = LinearOracle.plus(noise, -1, LinearOracle.projected(noise, x));
    double[][] fit = LinearOracle.projected(noise, x);
    ResNetCase noisy =
        ResNetCase.of(
            2,
            LinearOracle.near(4, 3, 1, new Random(1)),
            LinearOracle.near(2, 4, 1, new Random(2)),
            x,
            LinearOracle.plus(rest, 1e-3, fit));
    assertThat(noisy.infimum(1)).isGreaterThan(1e5 * 0.5 * Math.pow(noisy.reached, 2));
    Certificate certificate =
        DeepLinearDescent.withDefaults().check(noisy.at(0.999999 * noisy.thresholdD1(0.6, 1)));
    assertThat(certificate.verdict()).as(certificate.toString()).isEqualTo(Verdict.HOLDS);
  }
}
