package org.fullrank.spectrum.estimate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.spectrum.KnownSpectra;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Confidence intervals contain the truth as often as they say, over a hundred seeds. */
class EstimatorCoverageTest {
  private static final int SEEDS = 100;

  /** 99 % intervals: 95 or fewer hits of 100 have probability 0.0034 if the level is right. */
  private static final int REQUIRED = 95;

  private static final int N = 80;

  private record Claim(
      String name, Function<SpectralDensity, SampledEstimate> estimate, double truth) {}

  private static List<Claim> claims(KnownSpectra spectrum) {
    List<Claim> claims = new ArrayList<>();
    for (int p = 0; p <= 6; p++) {
      int power = p;
      claims.add(
          new Claim(
              "moment " + p, d -> d.moment(power), spectrum.trace(N, x -> Math.pow(x, power)) / N));
    }
    double trace = spectrum.trace(N, x -> x);
    double top = spectrum.values(N)[N - 1];
    claims.add(new Claim("effective rank", SpectralDensity::effectiveRank, trace / top));
    double entropy = -spectrum.trace(N, x -> x == 0 ? 0 : x / trace * Math.log(x / trace));
    claims.add(new Claim("entropy rank", SpectralDensity::entropyRank, Math.exp(entropy)));
    claims.add(
        new Claim(
            "effective dimension",
            d -> d.effectiveDimension(0.1),
            spectrum.trace(N, x -> x / (x + 0.1))));
    claims.add(
        new Claim(
            "log det", d -> d.logDeterminant(0.1), spectrum.trace(N, x -> Math.log(x + 0.1))));
    claims.add(new Claim("nuclear", d -> d.schattenNorm(1), trace));
    claims.add(
        new Claim(
            "Schatten 3",
            d -> d.schattenNorm(3),
            Math.cbrt(spectrum.trace(N, x -> Math.pow(Math.abs(x), 3)))));
    for (double t : new double[] {0.005, 0.5, 1.2, 1.9}) {
      claims.add(
          new Claim(
              "share below " + t,
              d -> d.cumulative(t),
              spectrum.trace(N, x -> x <= t ? 1 : 0) / N));
    }
    double median = spectrum.values(N)[N / 2 - 1];
    claims.add(new Claim("median", d -> d.quantile(0.5), median));
    return claims;
  }

  @ParameterizedTest
  @EnumSource(KnownSpectra.class)
  void everyFunctionalOfTheDensityIsCovered(KnownSpectra spectrum) {
    DenseSymmetric a = spectrum.matrix(N);
    List<Claim> claims = claims(spectrum);
    int[] hits = new int[claims.size()];
    for (long seed = 0; seed < SEEDS; seed++) {
      SpectralDensity density =
          StochasticLanczos.withSeed(seed).withProbes(12).withSteps(16).density(a);
      for (int c = 0; c < hits.length; c++) {
        SampledEstimate e = claims.get(c).estimate.apply(density);
        hits[c] += near(e, claims.get(c).truth) ? 1 : 0;
      }
    }
    for (int c = 0; c < hits.length; c++) {
      assertThat(hits[c]).as(spectrum + " " + claims.get(c).name).isGreaterThanOrEqualTo(REQUIRED);
    }
  }

  @Test
  void theChangeWithTheNumberOfStepsCoversTheQuadratureError() {
    // Many probes, so that the quadrature of a logarithm near its pole is much of the error.
    DenseSymmetric a = KnownSpectra.DECAYING.matrix(N);
    double truth = KnownSpectra.DECAYING.trace(N, x -> Math.log(x + 1e-3));
    for (long seed = 0; seed < 20; seed++) {
      SpectralDensity density =
          StochasticLanczos.withSeed(seed).withProbes(200).withSteps(14).density(a);
      assertThat(near(density.logDeterminant(1e-3), truth)).as("seed %d", seed).isTrue();
    }
  }

  /** The prescribed spectrum itself is known to {@code 30 n u max |t|} per eigenvalue. */
  private static boolean near(SampledEstimate e, double truth) {
    double slack = 1e-12 * Math.abs(truth) + 1e-14;
    return e.interval().lo() - slack <= truth && truth <= e.interval().hi() + slack;
  }

  static Stream<Arguments> estimators() {
    List<Arguments> out = new ArrayList<>();
    for (KnownSpectra spectrum : KnownSpectra.values()) {
      for (int products : new int[] {12, 60}) {
        add(out, spectrum, s -> Hutchinson.withSeed(s).withProducts(products));
        add(out, spectrum, s -> HutchPlusPlus.withSeed(s).withProducts(products));
        add(out, spectrum, s -> XTrace.withSeed(s).withProducts(products));
      }
    }
    return out.stream();
  }

  private static void add(
      List<Arguments> out, KnownSpectra spectrum, LongFunction<TraceEstimator> method) {
    out.add(Arguments.of(spectrum, method.apply(0).name(), method));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("estimators")
  void tracesAreCovered(KnownSpectra spectrum, String name, LongFunction<TraceEstimator> method) {
    DenseSymmetric a = spectrum.matrix(N);
    double truth = spectrum.trace(N, DoubleUnaryOperator.identity());
    int hits = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      hits += near(method.apply(seed).trace(a), truth) ? 1 : 0;
    }
    assertThat(hits).isGreaterThanOrEqualTo(REQUIRED);
  }
}
