package org.fullrank.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;

/** Checks enclosures against decimal numbers. */
public final class Containment {
  /** What a 70-digit oracle may itself be wrong by, relative to the numbers around it. */
  private static final BigDecimal ORACLE = new BigDecimal("1e-45");

  private Containment() {}

  /**
   * Entries and row norms of the difference are within the stated errors.
   *
   * @param mid the middle of each entry
   * @param rad how far each entry may be from it
   * @param rows how far each row may be, in the Euclidean norm
   */
  public static void contains(
      String what, double[][] mid, double[][] rad, double[] rows, BigDecimal[][] truth) {
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
      double rho = rows[i];
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
