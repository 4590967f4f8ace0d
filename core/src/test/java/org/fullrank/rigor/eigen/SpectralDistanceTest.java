package org.fullrank.rigor.eigen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.fullrank.oracle.DecimalNorm;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SpectralDistanceTest {
  private static Quantity distance(double[][] a, SymmetricMatrix g) {
    return SpectralDistance.enclose(i -> a[i], g, 1);
  }

  private static boolean contains(Interval enclosure, BigDecimal[][] d) {
    return DecimalNorm.isBetween(enclosure.lo(), enclosure.hi(), d);
  }

  private static double[][] random(int n, double size, Random random) {
    double[][] a = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        a[i][j] = size * random.nextGaussian();
        a[j][i] = a[i][j];
      }
    }
    return a;
  }

  private static BigDecimal[][] difference(double[][] a, double[][] g) {
    BigDecimal[][] d = new BigDecimal[a.length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a.length; j++) {
        d[i][j] = new BigDecimal(a[i][j]).subtract(new BigDecimal(g[i][j]));
      }
    }
    return d;
  }

  /** All sizes of numbers, next to each other and far apart, with the difference from decimals. */
  @ParameterizedTest
  @ValueSource(doubles = {1, 1e-320, 1e-310, 1e-290, 1e-160, 1e-61, 1e61, 1e150, 1e300})
  void containsTheNormOfTheExactDifference(double size) {
    Random random = new Random(7);
    for (int trial = 0; trial < 24; trial++) {
      int n = 1 + trial % 5;
      double[][] g = random(n, size, random);
      double[][] a = random(n, trial % 2 == 0 ? size : size * 1e-5, random);
      if (trial % 3 == 0) {
        for (int i = 0; i < n; i++) {
          for (int j = 0; j <= i; j++) {
            a[i][j] = g[i][j] * (1 + random.nextInt(9) * 0x1p-24);
            a[j][i] = a[i][j];
          }
        }
      }
      BigDecimal[][] exact = difference(a, g);
      Interval sharp = distance(a, SymmetricMatrix.of(g)).interval();
      assertThat(contains(sharp, exact)).as("%s", sharp).isTrue();
      // Scaling extreme matrices may lose what underflows.
      double lost = 3 * SymmetricMatrix.of(g).radius() + 1e-321 * n;
      assertThat(sharp.hi()).isLessThanOrEqualTo(sharp.lo() * 1.05 + lost);
      Interval plain = SpectralDistance.enclose(i -> a[i], SymmetricMatrix.of(g), 1, 0);
      assertThat(contains(plain, exact)).as("%s", plain).isTrue();
      assertThat(plain.hi()).isGreaterThanOrEqualTo(sharp.hi());
    }
  }

  /** More rows than are read together; the difference is {@code c} times the matrix of ones. */
  @Test
  void findsANormThatIsKnown() {
    int n = 70;
    double[][] g = random(n, 1, new Random(3));
    double[][] a = new double[n][n];
    double[][] signed = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        g[i][j] = Math.rint(g[i][j] * 1024) / 1024;
        a[i][j] = g[i][j] + 3.0 / 1024;
        signed[i][j] = g[i][j] + (i == j ? 0 : -5.0 / 1024);
      }
    }
    Quantity ones = distance(a, SymmetricMatrix.of(g));
    assertThat(ones.isProof()).isTrue();
    assertThat(ones.subject()).isEqualTo(Subject.STORED_MATRIX);
    assertThat(ones.interval().contains(n * 3.0 / 1024)).isTrue();
    // The eigenvalues of ones - I are n - 1 and -1: here the largest magnitude is negative.
    Interval negative = distance(signed, SymmetricMatrix.of(g)).interval();
    assertThat(negative.contains((n - 1) * 5.0 / 1024)).isTrue();
    assertThat(negative.hi()).isCloseTo((n - 1) * 5.0 / 1024, Percentage.withPercentage(4));
  }

  @Test
  void noiseIsEnclosedMuchBetterThanByItsFrobeniusNorm() {
    int n = 200;
    double[][] g = random(n, 1, new Random(4));
    double[][] noise = random(n, 1e-8, new Random(5));
    double[][] a = new double[n][n];
    double squares = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        a[i][j] = g[i][j] + noise[i][j];
        squares += noise[i][j] * noise[i][j];
      }
    }
    Interval sharp = distance(a, SymmetricMatrix.of(g)).interval();
    Interval plain = SpectralDistance.enclose(i -> a[i], SymmetricMatrix.of(g), 1, 0);
    assertThat(plain.hi()).isBetween(0.8 * Math.sqrt(squares), 1.01 * Math.sqrt(squares));
    assertThat(sharp.hi()).isLessThan(plain.hi() / 5);
    assertThat(sharp.hi()).isLessThan(sharp.lo() * 1.05);
    assertThat(SpectralDistance.enclose(i -> a[i], SymmetricMatrix.of(g), 2).interval())
        .isEqualTo(sharp);
  }

  @Test
  void aBallMovesBothEnds() {
    double[][] g = {{2, 1}, {1, 3}};
    double[][] a = {{2.5, 1}, {1, 3}};
    for (double r : new double[] {0.125, 2}) {
      SymmetricMatrix ball =
          SymmetricMatrix.of(g)
              .perturbedBy(
                  Quantity.verified("e", new Interval(0, r), Subject.EXACT_NETWORK, "test"),
                  Subject.EXACT_NETWORK);
      Quantity distance = distance(a, ball);
      assertThat(distance.subject()).isEqualTo(Subject.EXACT_NETWORK);
      assertThat(distance.interval().hi()).isBetween(0.5 + r, 0.5 + r + 0.02);
      assertThat(distance.interval().lo()).isBetween(0.0, Math.max(0, 0.5 - r));
    }
    SymmetricMatrix all =
        SymmetricMatrix.of(g)
            .perturbedBy(
                Quantity.verified("e", Interval.atLeast(0), Subject.EXACT_NETWORK, "test"),
                Subject.EXACT_NETWORK);
    assertThat(distance(a, all).interval()).isEqualTo(Interval.atLeast(0));
  }

  @Test
  void aMatrixThatIsNotSymmetricHasItsOwnNorm() {
    double[][] g = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    double[][] a = {{1, 0.5, 0}, {0, 1, 0}, {0, 0.25, 1}};
    Interval distance = distance(a, SymmetricMatrix.of(g)).interval();
    assertThat(contains(distance, difference(a, g))).isTrue();
    // Either triangle alone would give at most 0.5.
    assertThat(distance.hi()).isGreaterThanOrEqualTo(Math.sqrt(0.3125));
  }

  @Test
  void equalMatricesAreAtNoDistance() {
    double[][] g = random(9, 1e200, new Random(1));
    assertThat(distance(g, SymmetricMatrix.of(g)).interval().hi()).isLessThan(1e-100);
    double[][] moderate = random(9, 1, new Random(1));
    assertThat(distance(moderate, SymmetricMatrix.of(moderate)).interval())
        .isEqualTo(Interval.ZERO);
  }

  @Test
  void aDifferenceThatOverflowsIsUnbounded() {
    double[][] g = {{-1.5e308}};
    double[][] a = {{1.5e308}};
    assertThat(distance(a, SymmetricMatrix.of(g)).interval()).isEqualTo(Interval.atLeast(0));
  }

  @Test
  void refusesWhatIsNoMatrixOfTheOrder() {
    SymmetricMatrix g = SymmetricMatrix.of(new double[][] {{1, 0}, {0, 1}});
    assertThatThrownBy(() -> distance(new double[][] {{1}, {1}}, g))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("length 2 but got 1");
    assertThatThrownBy(() -> distance(new double[][] {{1, 0}, {0, Double.NaN}}, g))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("row 1");
    assertThatThrownBy(() -> SpectralDistance.enclose(i -> new double[2], g, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
