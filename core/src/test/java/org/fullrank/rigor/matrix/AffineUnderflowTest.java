package org.fullrank.rigor.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Kinks;
import org.junit.jupiter.api.Test;

/** Tiny inputs times huge weights that cancel: second-order terms must not vanish on the way. */
final class AffineUnderflowTest {
  private static final MathContext DIGITS = new MathContext(60);

  @Test
  void cancellingProductsOfTinyAndHugeNumbersAreEnclosed() {
    Random random = new Random(1);
    for (int trial = 0; trial < 500; trial++) {
      int shift = 900 + random.nextInt(100);
      double[] a = new double[6];
      double[][] w = new double[6][1];
      BigDecimal sum = BigDecimal.ZERO;
      for (int k = 0; k < 6; k++) {
        a[k] = Math.scalb(1 + random.nextDouble(), -shift);
        BigDecimal exact = new BigDecimal(a[k]);
        // The last three weights cancel what is left, as far as doubles can.
        w[k][0] =
            k < 3
                ? Math.scalb(random.nextDouble() - 0.5, shift)
                : sum.negate().divide(exact, DIGITS).doubleValue();
        sum = sum.add(exact.multiply(new BigDecimal(w[k][0])));
      }
      IntervalMatrix z =
          IntervalMatrix.exact(new double[][] {a})
              .affine(LinearMap.of(w, 1), 1, new double[0], 0, 1);
      assertThat(z.get(0, 0).contains(sum)).as("%s in %s", sum, z.get(0, 0)).isTrue();
      double error = new BigDecimal(z.midpoints()[0][0]).subtract(sum).abs().doubleValue();
      assertThat(error).isLessThanOrEqualTo(z.rowError(0));
    }
  }

  @Test
  void whatIsPassedInIsCopied() {
    double[][] values = {{1}};
    IntervalMatrix image =
        IntervalMatrix.exact(new double[][] {{1}})
            .image(values, new double[][] {{1}}, new PointwiseBounds(0, 0, 0, 0, 1, Kinks.none(0)));
    values[0][0] = 42;
    assertThat(image.get(0, 0)).isEqualTo(Interval.ONE);
  }

  @Test
  void aValueAtZeroIsExactOnlyIfItIsZeroAndMustBe() {
    assertThat(atZero(5e-4, true).contains(0)).isTrue();
    assertThat(atZero(0, true)).isEqualTo(Interval.ZERO);
    assertThat(atZero(0, false).contains(1e-3)).isTrue();
  }

  private static Interval atZero(double computed, boolean fixesZero) {
    double infinity = Double.POSITIVE_INFINITY;
    return IntervalMatrix.exact(new double[][] {{0}})
        .image(
            new double[][] {{computed}},
            new double[][] {{0}},
            new PointwiseBounds(0, 1e-3, 0, 0, 1, Kinks.at(0, 1), fixesZero, -infinity, infinity))
        .get(0, 0);
  }
}
