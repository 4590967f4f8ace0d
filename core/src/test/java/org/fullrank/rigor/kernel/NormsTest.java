package org.fullrank.rigor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Random;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.junit.jupiter.api.Test;

/** Distances against exact decimal arithmetic. */
final class NormsTest {
  /** Differences that cancel, vanish or need one rounding, at scales that squares survive. */
  @Test
  void distancesContainTheExactOne() {
    Random random = new Random(13);
    for (int trial = 0; trial < 2000; trial++) {
      int n = 1 + random.nextInt(20);
      double[] x = new double[n];
      double[] y = new double[n];
      for (int i = 0; i < n; i++) {
        x[i] = Math.scalb(random.nextGaussian(), random.nextInt(80) - 40);
        y[i] =
            switch (random.nextInt(4)) {
              case 0 -> x[i];
              case 1 -> Math.nextUp(x[i]);
              case 2 -> x[i] * (1 + random.nextGaussian());
              default -> random.nextGaussian();
            };
      }
      Quantity found = Norms.distance("d", x, y);
      BigDecimal exact = squaredDistance(x, y);
      assertThat(square(found.interval().lo())).isLessThanOrEqualTo(exact);
      assertThat(square(found.interval().hi())).isGreaterThanOrEqualTo(exact);
      assertThat(found.interval().width())
          .isLessThanOrEqualTo(1e-14 * found.interval().hi() + 1e-160);
      assertThat(found.isProof()).isTrue();
      assertThat(found.subject()).isEqualTo(Subject.STORED_MATRIX);
    }
  }

  /** Behind a 1 every small term is lost, always downward: the sums err by many units. */
  @Test
  void sumsWhoseRoundingsAddUpAreContained() {
    int n = 20_000;
    double[] x = new double[n];
    Arrays.fill(x, 0x1p-27);
    x[0] = 1;
    double small = 0x1p-54;
    BigDecimal squares = new BigDecimal(small).multiply(new BigDecimal(n - 1)).add(BigDecimal.ONE);
    assertContains(Norms.sumOfSquares(x, n), squares);
    Arrays.fill(x, 1, n, small);
    assertContains(Norms.sumOfAbsolutes(x, n), squares);
  }

  private static void assertContains(Interval sum, BigDecimal exact) {
    assertThat(new BigDecimal(sum.lo())).isLessThanOrEqualTo(exact);
    assertThat(new BigDecimal(sum.hi())).isGreaterThanOrEqualTo(exact);
    assertThat(sum.width()).isLessThan(1e-11);
  }

  @Test
  void vectorsOfDifferentLengthsHaveNoDistance() {
    assertThatThrownBy(() -> Norms.distance("d", new double[2], new double[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 and 3");
  }

  private static BigDecimal squaredDistance(double[] x, double[] y) {
    BigDecimal sum = BigDecimal.ZERO;
    for (int i = 0; i < x.length; i++) {
      BigDecimal d = new BigDecimal(x[i]).subtract(new BigDecimal(y[i]));
      sum = sum.add(d.multiply(d));
    }
    return sum;
  }

  private static BigDecimal square(double x) {
    return new BigDecimal(x).pow(2);
  }
}
