package org.fullrank.testkit;

import java.util.Comparator;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/** Looks for a jump of a function, by halving the intervals in which it changes most. */
final class Steepest {
  private static final int PIECES = 64;
  private static final int FOLLOWED = 4;
  private static final int HALVINGS = 24;

  /** The part of the whole interval in which a change is looked for. */
  static final double RESOLUTION = 0x1p-30;

  private Steepest() {}

  /**
   * The largest change over {@link #RESOLUTION} of the interval that was found: of the order of a
   * jump if there is one, and that small a part of the slope otherwise.
   */
  static double change(DoubleUnaryOperator f, double from, double to) {
    double piece = (to - from) / PIECES;
    double[] at =
        IntStream.rangeClosed(0, PIECES)
            .mapToDouble(i -> f.applyAsDouble(from + i * piece))
            .toArray();
    return IntStream.range(0, PIECES)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -Math.abs(at[i + 1] - at[i])))
        .limit(FOLLOWED)
        .mapToDouble(i -> halved(f, from + i * piece, from + (i + 1) * piece))
        .max()
        .orElseThrow();
  }

  private static double halved(DoubleUnaryOperator f, double from, double to) {
    double lo = from;
    double hi = to;
    double left = f.applyAsDouble(lo);
    double right = f.applyAsDouble(hi);
    for (int k = 0; k < HALVINGS; k++) {
      double mid = lo + (hi - lo) / 2;
      double middle = f.applyAsDouble(mid);
      if (Math.abs(middle - left) > Math.abs(right - middle)) {
        hi = mid;
        right = middle;
      } else {
        lo = mid;
        left = middle;
      }
    }
    return Math.abs(right - left);
  }
}
