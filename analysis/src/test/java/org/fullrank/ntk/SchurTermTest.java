package org.fullrank.ntk;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.List;
import java.util.SplittableRandom;
import org.fullrank.rigor.Interval;
import org.junit.jupiter.api.Test;

final class SchurTermTest {
  @Test
  void biasColumnsAreRoundedTowardsZero() {
    SplittableRandom random = new SplittableRandom(3);
    double[][] a = {{2, 3}, {5, 7}};
    double[][] ones = {{1}, {1}};
    for (int trial = 0; trial < 500; trial++) {
      double weight = random.nextDouble();
      double bias = 2 * random.nextDouble() - 1;
      double[][] m =
          SchurTerm.joined(List.of(a, ones), new double[] {weight, bias}, 0, Interval.of(weight));
      BigDecimal product = new BigDecimal(m[0][2]).multiply(new BigDecimal(weight));
      assertThat(product).isLessThanOrEqualTo(new BigDecimal(bias).abs());
      assertThat(m[1]).containsExactly(5, 7, m[0][2]);
    }
  }
}
