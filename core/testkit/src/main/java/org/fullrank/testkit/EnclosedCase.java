package org.fullrank.testkit;

import static org.fullrank.testkit.LayerCase.M;
import static org.fullrank.testkit.LayerCase.N;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.fullrank.nn.enclosed.EnclosedInput;
import org.fullrank.nn.enclosed.EnclosedStep;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.nd4j.linalg.api.buffer.DataType;

/** A layer whose inputs are enclosed, and what computed numbers may miss an enclosure by. */
record EnclosedCase(LayerCase point, DataType type) {
  /** The numbers that are looked for were rounded in their turn. */
  private double slack(double[] numbers) {
    return (type == DataType.FLOAT ? 1e-4 : 1e-11) * (10 + Near.largest(numbers));
  }

  /** Single precision knows only such numbers. */
  private double[] stored(double[] v) {
    return type == DataType.FLOAT ? Arrays.stream(v).map(d -> (float) d).toArray() : v;
  }

  double[] theta() {
    return stored(LayerCase.gaussian("theta", point.parameters()));
  }

  double[] x() {
    return stored(LayerCase.gaussian("x", N * (int) point.input().length()));
  }

  /** Inputs in the box; the first ones in a corner of it. */
  double[] inside(double radius, int k) {
    double[] shift = LayerCase.gaussian("inside " + k, N * (int) point.input().length());
    double[] x = x();
    for (int i = 0; i < x.length; i++) {
      double step = k < 3 ? Math.signum(shift[i]) : Math.max(-1, Math.min(1, shift[i]));
      x[i] += 0.999 * radius * step;
    }
    return stored(x);
  }

  IntervalMatrix cotangents() {
    double[] dy = LayerCase.gaussian("dy", M * N * (int) point.output().length());
    return IntervalMatrix.exact(bySample(rows(dy, M * N)));
  }

  EnclosedStep enclose(double radius) {
    double[] theta = theta();
    double[][] mid = rows(x(), N);
    double[][] rad = new double[N][mid[0].length];
    for (double[] row : rad) {
      Arrays.fill(row, radius);
    }
    double[] unknown = new double[N];
    Arrays.fill(unknown, Double.POSITIVE_INFINITY);
    IntervalMatrix box =
        radius == 0 ? IntervalMatrix.exact(mid) : IntervalMatrix.around(mid, rad, unknown);
    long[] places = LongStream.range(0, theta.length).toArray();
    return point.layer().enclose(EnclosedInput.of(theta, places, box, type, 2));
  }

  static double[][] rows(double[] v, int rows) {
    int width = v.length / rows;
    double[][] out = new double[rows][];
    for (int i = 0; i < rows; i++) {
      out[i] = Arrays.copyOfRange(v, i * width, (i + 1) * width);
    }
    return out;
  }

  /** From row {@code c * N + i} of a pullback to row {@code i * M + c} of a Jacobian. */
  static double[][] bySample(double[][] rows) {
    double[][] out = new double[rows.length][];
    for (int r = 0; r < out.length; r++) {
      out[r] = rows[r % M * N + r / M];
    }
    return out;
  }

  /** Entry by entry and in the norm of each row. */
  void contains(String what, IntervalMatrix enclosed, double[][] rows) {
    for (int i = 0; i < rows.length; i++) {
      int row = i;
      double slack = slack(rows[i]);
      for (int j = 0; j < rows[i].length; j++) {
        int column = j;
        assertTrue(
            isIn(enclosed.get(i, j), rows[i][j], slack),
            () ->
                what
                    + ", row "
                    + row
                    + ", entry "
                    + column
                    + ": "
                    + rows[row][column]
                    + " is not in "
                    + enclosed.get(row, column));
      }
      double distance = Near.norm(Near.minus(rows[i], enclosed.midpoints(i)));
      assertTrue(
          distance <= enclosed.rowError(i) + slack * Math.sqrt(rows[i].length),
          () ->
              what
                  + ", row "
                  + row
                  + ": at a distance of "
                  + distance
                  + " from the middle, not within "
                  + enclosed.rowError(row));
    }
  }

  private static boolean isIn(Interval interval, double x, double slack) {
    return interval.lo() - slack <= x && x <= interval.hi() + slack;
  }

  /** The index of an entry that is not enclosed, or -1. */
  int firstOutside(Interval[][] enclosed, double[][] rows) {
    for (int i = 0; i < rows.length; i++) {
      double slack = slack(rows[i]);
      for (int j = 0; j < rows[i].length; j++) {
        if (!isIn(enclosed[i][j], rows[i][j], slack)) {
          return i * rows[i].length + j;
        }
      }
    }
    return -1;
  }

  double[] flat(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
  }
}
