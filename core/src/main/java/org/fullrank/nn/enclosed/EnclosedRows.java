package org.fullrank.nn.enclosed;

import org.fullrank.rigor.Interval;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.fullrank.rigor.rounding.Up;

/**
 * The rows of an interval matrix in the making, for layers whose rows are computed with intervals.
 * Every row is a function of a vector that is known entrywise and in the 2-norm, and so is the
 * result: a chain of layers needs both.
 */
public final class EnclosedRows {
  private final double[][] mid;
  private final double[][] rad;
  private final double[] error;

  /**
   * Rows that are not set yet.
   *
   * @param rows number of rows, at least 1
   * @param width number of columns, at least 1
   */
  public EnclosedRows(int rows, int width) {
    mid = new double[rows][width];
    rad = new double[rows][width];
    error = new double[rows];
  }

  /**
   * Sets a row.
   *
   * @param row its index
   * @param point encloses the function at the midpoint of the vector
   * @param box encloses it at the vector
   * @param lipschitz an upper bound of its Lipschitz constant in the 2-norm on the box
   * @param distance of the vector from its midpoint in the 2-norm, at most; 0 if it is exact
   */
  public void set(int row, Interval[] point, Interval[] box, double lipschitz, double distance) {
    double[] local = new double[point.length];
    for (int j = 0; j < local.length; j++) {
      mid[row][j] = point[j].isBounded() ? point[j].mid() : 0;
      local[j] = point[j].subtract(mid[row][j]).magnitude();
      rad[row][j] = box[j].subtract(mid[row][j]).magnitude();
    }
    error[row] =
        distance == 0 ? Up.norm(local) : Up.add(Up.norm(local), Up.multiply(lipschitz, distance));
  }

  /**
   * The matrix.
   *
   * @return all rows, which must be set
   */
  public IntervalMatrix matrix() {
    return IntervalMatrix.around(mid, rad, error);
  }
}
