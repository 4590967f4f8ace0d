package org.fullrank.rigor.eigen;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Random;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.Reporting;
import org.junit.jupiter.api.Test;

/**
 * The rounding terms of the Cholesky test, each against exact arithmetic: the a priori bound is so
 * rarely attained that no eigenvalue would reveal a term that is missing or too small.
 */
class CholeskyRoundingTest {
  private static final BigDecimal U = new BigDecimal(Math.scalb(1.0, -53));
  private static final BigDecimal ETA = new BigDecimal(Double.MIN_VALUE);
  private static final MathContext UP = new MathContext(60, RoundingMode.CEILING);
  private static final MathContext DOWN = new MathContext(60, RoundingMode.FLOOR);

  /**
   * {@code gamma_(n+1) / (1 - gamma_(n+1)) tr + 4 eta n (2 (n+1) + max)} with gamma_k as defined.
   */
  private static BigDecimal term(int n, BigDecimal trace, BigDecimal largest, MathContext mode) {
    BigDecimal ku = U.multiply(BigDecimal.valueOf(n + 1L));
    BigDecimal gamma = ku.divide(BigDecimal.ONE.subtract(ku), mode);
    BigDecimal phi = gamma.divide(BigDecimal.ONE.subtract(gamma), mode);
    return phi.multiply(trace)
        .add(
            ETA.multiply(BigDecimal.valueOf(4L * n))
                .multiply(BigDecimal.valueOf(2L * (n + 1)).add(largest)));
  }

  @Test
  void constantsAreThePublishedOnesRoundedUp() {
    for (long k = 0; k < 3000; k += 1 + k / 8) {
      BigDecimal ku = U.multiply(BigDecimal.valueOf(k));
      BigDecimal gamma = ku.divide(BigDecimal.ONE.subtract(ku), DOWN);
      requireJustAbove(ErrorTerms.gamma(k), gamma);
      requireJustAbove(
          ErrorTerms.gammaOverOneMinusGamma(k), gamma.divide(BigDecimal.ONE.subtract(gamma), DOWN));
    }
    Random random = new Random(1);
    for (int trial = 0; trial < 3000; trial++) {
      int n = 1 + random.nextInt(4000);
      double trace = trial % 5 == 0 ? 0 : Math.scalb(random.nextDouble(), random.nextInt(60) - 30);
      double largest = trial % 3 == 0 ? 0 : trace / n;
      requireJustAbove(
          ShiftedCholeskyBound.roundingTerm(n, trace, largest),
          term(n, new BigDecimal(trace), new BigDecimal(largest), DOWN),
          // The unit 4 n eta is rounded up by one eta before it is multiplied.
          ETA.multiply(BigDecimal.valueOf(2L * n + 10).add(new BigDecimal(largest))));
    }
  }

  private static void requireJustAbove(double computed, BigDecimal exact) {
    requireJustAbove(computed, exact, BigDecimal.ZERO);
  }

  private static void requireJustAbove(double computed, BigDecimal exact, BigDecimal absolute) {
    BigDecimal c = new BigDecimal(computed);
    assertThat(c.compareTo(exact)).as("%s %s", computed, exact).isGreaterThanOrEqualTo(0);
    BigDecimal slack = exact.multiply(new BigDecimal(Math.scalb(1.0, -50))).add(absolute);
    assertThat(c.compareTo(exact.add(slack))).as("%s %s", computed, exact).isLessThanOrEqualTo(0);
  }

  /** The term of a shifted matrix is that of its exact trace, whatever the summation loses. */
  @Test
  void termIsThatOfTheExactShiftedTrace() {
    Random random = new Random(8);
    for (int trial = 0; trial < 20_000; trial++) {
      int n = 1 + trial % 60;
      double s =
          switch (trial / 60 % 4) {
            case 0 -> 0;
            case 1 -> -(0x1p-53 - 0x1p-90 * random.nextInt(1000));
            case 2 -> -0.7 * random.nextDouble();
            default -> 0.3 * random.nextDouble();
          };
      double[][] a = new double[n][];
      BigDecimal trace = BigDecimal.ZERO;
      BigDecimal largest = BigDecimal.ZERO;
      for (int i = 0; i < n; i++) {
        a[i] = new double[i + 1];
        // Every addition to 1 loses nearly half a unit in the last place.
        double entry = i == 0 ? 1 : (n + 2.49) * 0x1p-52;
        a[i][i] = s == 0 ? entry : s < -0x1p-50 || s > 0 ? 0.5 + random.nextDouble() : 1;
        BigDecimal shifted = new BigDecimal(a[i][i]).subtract(new BigDecimal(s));
        trace = trace.add(shifted);
        largest = largest.max(shifted);
      }
      double c = ShiftTerms.of(ShiftedCholeskyBound.diagonal(a, 1)).roundingTerm(s);
      assertThat(new BigDecimal(c).compareTo(term(n, trace, largest, DOWN)))
          .as("n %d, s %s", n, s)
          .isNotNegative();
      assertThat(c).isLessThan(term(n, trace, largest, UP).doubleValue() * (1 + 1e-12));
    }
    assertThat(ShiftTerms.of(new double[] {1}).roundingTerm(1)).isInfinite();
    assertThat(ShiftTerms.of(new double[] {-1}).roundingTerm(0)).isInfinite();
  }

  @Test
  void diagonalIsRoundedDown() {
    Random random = new Random(2);
    int inexact = 0;
    for (int trial = 0; trial < 10_000; trial++) {
      double entry = random.nextDouble();
      double s = Math.scalb(random.nextDouble() - 0.5, -random.nextInt(60));
      double c = Math.scalb(random.nextDouble(), -random.nextInt(60));
      BigDecimal exact =
          new BigDecimal(entry).subtract(new BigDecimal(s)).subtract(new BigDecimal(c));
      BigDecimal computed = new BigDecimal(ShiftedCholeskyBound.shiftedDown(entry, s, c));
      assertThat(computed.compareTo(exact)).isLessThanOrEqualTo(0);
      assertThat(computed.add(new BigDecimal(Math.scalb(1.0, -50))).compareTo(exact)).isPositive();
      inexact += computed.compareTo(exact) < 0 ? 1 : 0;
    }
    assertThat(inexact).isGreaterThan(5000);
  }

  /**
   * What is proved beyond the shift is positive, which decides signs, and at most {@code phi n c}.
   */
  @Test
  void provesSlightlyMoreThanTheShift() {
    for (int n = 1; n < 40; n++) {
      double[][] a = new double[n][];
      for (int i = 0; i < n; i++) {
        a[i] = new double[i + 1];
        a[i][i] = 1;
      }
      double[][] work = ShiftedCholeskyBound.newTriangle(n);
      ShiftTerms terms = ShiftTerms.of(ShiftedCholeskyBound.diagonal(a, 1));
      assertThat(ShiftedCholeskyBound.proves(terms, a, 1, 0, work, 1, Reporting.NONE)).isTrue();
      double proved = terms.proved(0);
      BigDecimal c = term(n, BigDecimal.valueOf(n), BigDecimal.ONE, UP);
      BigDecimal most = U.multiply(BigDecimal.valueOf((n + 1L) * n)).multiply(c);
      assertThat(proved).isPositive();
      // c itself is rounded up twice.
      BigDecimal slack = BigDecimal.ONE.add(new BigDecimal(Math.scalb(1.0, -50)));
      assertThat(new BigDecimal(proved).compareTo(most.multiply(slack))).isNegative();
      assertThat(ShiftedCholeskyBound.proves(terms, a, 1, 0.5, work, 1, Reporting.NONE)).isTrue();
      assertThat(terms.proved(0.5)).isEqualTo(0.5);
    }
  }

  /** Entries lose bits when a huge matrix is scaled; the radius covers that. */
  @Test
  void lossInScalingIsCovered() {
    for (int exponent : new int[] {-25, -40, -60}) {
      double small = Math.scalb(1 + Math.PI / 4, exponent);
      double[][] rows = {{0x1.8p1000, 0}, {0, small}};
      ExactMatrix exact = ExactMatrix.of(rows);
      SymmetricMatrix a = SymmetricMatrix.of(rows);
      for (EigenvalueBound bound :
          new EigenvalueBound[] {
            GershgorinBound.create(),
            WolkowiczStyanBound.create(),
            ShiftedCholeskyBound.withDefaults(),
            DeterminantBound.withDefaults(),
            TempleKatoBound.withDefaults()
          }) {
        assertThat(EnclosureContract.lambdaMinIn(exact, bound.lambdaMin(a)))
            .as(bound.name())
            .isTrue();
        assertThat(EnclosureContract.lambdaMaxIn(exact, bound.lambdaMax(a)))
            .as(bound.name())
            .isTrue();
      }
    }
  }

  @Test
  void traceOfTheDeterminantBoundIsRoundedUp() {
    double[][] a = new double[50][];
    BigDecimal exact = BigDecimal.ZERO;
    for (int i = 0; i < 50; i++) {
      a[i] = new double[i + 1];
      a[i][i] = i == 0 ? 1 : 0x1p-54;
      exact = exact.add(new BigDecimal(a[i][i]));
    }
    assertThat(new BigDecimal(DeterminantBound.traceUp(a, 1)).compareTo(exact)).isNotNegative();
    assertThat(new BigDecimal(DeterminantBound.traceUp(a, -1)).compareTo(exact.negate()))
        .isNotNegative();
  }
}
