package org.fullrank.report.plot;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.fullrank.rigor.DecimalInterval;

/**
 * The range of an axis and its ticks. Positions are fractions of the axis; a logarithmic axis works
 * with {@code log10}, so that 1e-300 and 1e300 fit on one axis.
 *
 * @param lo left or lower end, as {@code log10} on a logarithmic axis
 * @param hi the other end, greater
 * @param marks ticks in increasing order
 */
record Ticks(boolean logarithmic, double lo, double hi, List<Mark> marks) {
  /** The usual share of their span by which an axis goes beyond the values. */
  static final double MARGIN = 0.04;

  private static final int MOST_LABELS = 11;
  private static final int MOST_DECADES_WITH_MINOR = 10;

  /** Up to so many decades 2 and 5 are named as well, between these powers of ten. */
  private static final int FEW_DECADES = 3;

  private static final int LEAST_PLAIN = -4;
  private static final int LARGEST_PLAIN = 6;

  /** Decades that are no span. */
  private static final double FLAT = 1e-9;

  /** A tick; with {@code power} its label is the exponent of a power of ten. */
  record Mark(double fraction, String label, boolean major, boolean power, double value) {
    /** The same elsewhere. */
    Mark(double fraction, Mark other) {
      this(fraction, other.label, other.major, other.power, other.value);
    }
  }

  /**
   * Ticks for the given values, of which a logarithmic axis ignores those that are not positive.
   *
   * @param margin how far the axis goes beyond the values, as a share of their span
   */
  static Ticks of(boolean logarithmic, double margin, DoubleStream values) {
    double[] used =
        values.filter(v -> Double.isFinite(v) && (!logarithmic || v > 0)).sorted().toArray();
    double least = used.length == 0 ? 1 : used[0];
    double greatest = used.length == 0 ? 1 : used[used.length - 1];
    if (!logarithmic) {
      return linear(least, greatest, margin);
    }
    double from = log10(least);
    double to = log10(greatest);
    double pad = to - from < FLAT ? 0.5 : margin * (to - from);
    return logarithmic(from - pad, to + pad);
  }

  /** Position of a value; outside [0, 1] if it is not on the axis. */
  double fraction(double value) {
    double v = logarithmic ? log10(value) : value;
    return v / (hi - lo) - lo / (hi - lo); // no overflow in the difference
  }

  private static double log10(double value) {
    return value > 0 ? Math.log10(value) : Double.NEGATIVE_INFINITY;
  }

  private static Ticks logarithmic(double from, double to) {
    if (to - from < 1) {
      // There may be no power of ten between the ends: steps as on a linear axis.
      double lo = Math.pow(10, from);
      double hi = Math.pow(10, to);
      if (lo > 0 && hi < Double.MAX_VALUE / 4) {
        List<Mark> marks =
            linear(lo, hi, 0).marks().stream()
                .map(m -> new Mark((log10(m.value()) - from) / (to - from), m))
                .filter(m -> m.fraction() >= 0 && m.fraction() <= 1)
                .toList();
        return new Ticks(true, from, to, marks);
      }
    }
    return decades(from, to);
  }

  private static Ticks decades(double from, double to) {
    double span = to - from;
    int step = 1;
    for (int nice : new int[] {1, 2, 5, 10, 20, 50, 100}) {
      step = nice;
      if (span / nice < MOST_LABELS) {
        break;
      }
    }
    boolean plain = span <= FEW_DECADES && from >= LEAST_PLAIN && to <= LARGEST_PLAIN;
    List<Mark> marks = new ArrayList<>();
    for (int decade = (int) Math.floor(from); decade <= to; decade++) {
      boolean major = Math.floorMod(decade, step) == 0;
      if (decade >= from && (major || step <= 2)) {
        String label = !major ? "" : plain ? digits(1, decade) : Integer.toString(decade);
        marks.add(new Mark((decade - from) / span, label, major, !plain, Math.pow(10, decade)));
      }
      for (int digit = 2; digit <= 9 && span <= MOST_DECADES_WITH_MINOR; digit++) {
        double at = (decade + Math.log10(digit) - from) / span;
        if (at >= 0 && at <= 1) {
          boolean named = plain && (digit == 2 || digit == 5);
          String label = named ? digits(digit, decade) : "";
          marks.add(new Mark(at, label, named, false, digit * Math.pow(10, decade)));
        }
      }
    }
    return new Ticks(true, from, to, List.copyOf(marks));
  }

  private static Ticks linear(double least, double greatest, double margin) {
    // A span in the range of denormal numbers cannot be divided into steps.
    boolean flat = !(greatest - least > 1e-300);
    double pad =
        flat
            ? Math.max(Math.abs(least) / 2, 1e-290)
            : Math.min(margin * (greatest - least), Double.MAX_VALUE);
    double from = Math.max(least - pad, -Double.MAX_VALUE / 4);
    double to = Math.min(greatest + pad, Double.MAX_VALUE / 4);
    double rough = (to - from) / (MOST_LABELS - 3);
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double step = power;
    for (double nice : new double[] {1, 2, 5, 10}) {
      step = nice * power;
      if (step >= rough) {
        break;
      }
    }
    if (from > 0 && from <= step / 2) {
      from = 0; // an axis that nearly starts at zero starts there
    }
    double first = Math.ceil(from / step) * step;
    List<Mark> marks = new ArrayList<>();
    for (int i = 0; first + i * step <= to + step * 1e-9; i++) {
      double value = first + i * step;
      String label = Math.abs(value) < step / 2 ? "0" : format(DecimalInterval.nearest(value, 6));
      marks.add(new Mark((value - from) / (to - from), label, true, false, value));
    }
    return new Ticks(false, from, to, List.copyOf(marks));
  }

  private static String digits(int digit, int decade) {
    return BigDecimal.valueOf(digit).scaleByPowerOfTen(decade).toPlainString();
  }

  private static String format(String decimal) {
    BigDecimal value = new BigDecimal(decimal);
    return value.abs().compareTo(BigDecimal.valueOf(1e6)) < 0 && value.scale() < 5
        ? value.toPlainString()
        : decimal;
  }
}
