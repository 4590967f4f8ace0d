package org.fullrank.enclosure;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.fullrank.rigor.IntervalMatrix;

/** Checks enclosures against decimal numbers. */
public final class Containment {
  /** What a 70-digit oracle may itself be wrong by, relative to the numbers around it. */
  private static final BigDecimal ORACLE = new BigDecimal("1e-45");

  private Containment() {}

  /** Entries and row norms of the difference are within the stated errors. */
  public static void contains(String what, IntervalMatrix enclosure, BigDecimal[][] truth) {
    double[][] mid = enclosure.midpoints();
    double[][] rad = enclosure.radii();
    for (int i = 0; i < mid.length; i++) {
      BigDecimal squares = BigDecimal.ZERO;
      for (int j = 0; j < mid[i].length; j++) {
        BigDecimal e = new BigDecimal(mid[i][j]).subtract(truth[i][j]).abs();
        squares = squares.add(e.multiply(e));
        assertThat(rad[i][j]).as("%s radius (%d, %d)", what, i, j).isNotNaN();
        if (rad[i][j] < Double.POSITIVE_INFINITY) {
          BigDecimal slack = truth[i][j].abs().multiply(ORACLE).add(new BigDecimal("1e-400"));
          assertThat(e.subtract(slack))
              .as("%s (%d, %d): %s against %s", what, i, j, mid[i][j], truth[i][j])
              .isLessThanOrEqualTo(new BigDecimal(rad[i][j]));
        }
      }
      double rho = enclosure.rowError(i);
      assertThat(rho).as("%s row %d", what, i).isNotNaN();
      if (rho < Double.POSITIVE_INFINITY) {
        BigDecimal bound = new BigDecimal(rho);
        assertThat(squares.subtract(bound.multiply(bound)))
            .as("%s row %d", what, i)
            .isLessThanOrEqualTo(
                bound.multiply(bound).multiply(ORACLE).add(new BigDecimal("1e-800")));
      }
    }
  }
}
