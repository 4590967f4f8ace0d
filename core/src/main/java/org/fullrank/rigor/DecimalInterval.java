package org.fullrank.rigor;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * Two short decimals that enclose an interval: the lower end is rounded down and the upper end up,
 * so the printed interval contains the exact one.
 *
 * <p><b>Digits.</b> The width is shown with two digits, that is, the ends have two digits more than
 * they agree in, and each end has at least three digits of its own; different ends therefore print
 * differently and a positive lower end prints positive. The printed width exceeds the exact one by
 * at most 20 %. A single number is printed exactly if 17 digits suffice, otherwise as two decimals
 * that differ in the 17th digit.
 *
 * <p>An unbounded end is {@code inf} or {@code -inf}; every other text is accepted by {@link
 * BigDecimal#BigDecimal(String)}.
 *
 * @param lo decimal at most the lower end
 * @param hi decimal at least the upper end
 */
public record DecimalInterval(String lo, String hi) {
  private static final int DIGITS_OF_WIDTH = 2;
  private static final int LEAST_DIGITS = 3;
  private static final int DIGITS_OF_POINT = 17;
  private static final int MOST_DIGITS = 2000; // more than any double has
  private static final int SMALLEST_PLAIN_EXPONENT = -4;
  private static final int LARGEST_PLAIN_EXPONENT = 5;

  /** The decimals that enclose {@code interval}. */
  public static DecimalInterval from(Interval interval) {
    return from(interval, Integer.MAX_VALUE);
  }

  /**
   * Shorter decimals that enclose {@code interval}: each end has at most {@code digits} digits, so
   * that ends which agree in more may be wider apart in print than they are.
   *
   * @param interval to be printed
   * @param digits at least 1
   */
  public static DecimalInterval from(Interval interval, int digits) {
    requireDigits(digits);
    double lo = interval.lo();
    double hi = interval.hi();
    int last; // exponent of the last printed digit, before each end claims its least digits
    if (Double.isInfinite(lo) || Double.isInfinite(hi)) {
      last = Integer.MAX_VALUE;
    } else if (lo == hi) {
      last = exponent(new BigDecimal(lo)) + 1 - DIGITS_OF_POINT;
    } else {
      BigDecimal width = new BigDecimal(hi).subtract(new BigDecimal(lo));
      last = exponent(width) + 1 - DIGITS_OF_WIDTH;
    }
    return new DecimalInterval(
        end(lo, last, digits, RoundingMode.FLOOR), end(hi, last, digits, RoundingMode.CEILING));
  }

  /** {@code [lo, hi]}, or the number alone if both ends print alike. */
  @Override
  public String toString() {
    return lo.equals(hi) ? lo : "[" + lo + ", " + hi + "]";
  }

  /**
   * A decimal near {@code value}, rounded to nearest with at most {@code digits} digits and without
   * trailing zeros; for numbers that carry no error bound anyway.
   */
  public static String nearest(double value, int digits) {
    return rounded(value, digits, RoundingMode.HALF_EVEN);
  }

  /** A decimal at least {@code value} with at most {@code digits} digits. */
  public static String upper(double value, int digits) {
    return rounded(value, digits, RoundingMode.CEILING);
  }

  /** A decimal at most {@code value} with at most {@code digits} digits. */
  public static String lower(double value, int digits) {
    return rounded(value, digits, RoundingMode.FLOOR);
  }

  /**
   * The shortest decimal at most {@code value} that reads back as {@code value}, so that nothing is
   * lost and, as a real number, the decimal is still a lower bound of whatever {@code value} is.
   */
  public static String lower(double value) {
    return readable(value, RoundingMode.FLOOR);
  }

  /** The shortest decimal at least {@code value} that reads back as {@code value}. */
  public static String upper(double value) {
    return readable(value, RoundingMode.CEILING);
  }

  /** Of 18 digits the last is below half the distance of two doubles: some length will do. */
  private static String readable(double value, RoundingMode mode) {
    int digits = 1;
    String text = rounded(value, digits, mode);
    while (Double.isFinite(value) && Double.parseDouble(text) != value) {
      digits++;
      text = rounded(value, digits, mode);
    }
    return text;
  }

  private static void requireDigits(int digits) {
    if (digits < 1) {
      throw new IllegalArgumentException("expected at least 1 digit but got " + digits);
    }
  }

  private static String rounded(double value, int digits, RoundingMode mode) {
    requireDigits(digits);
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    return format(new BigDecimal(value).round(new MathContext(digits, mode)).stripTrailingZeros());
  }

  private static String end(double end, int last, int digits, RoundingMode mode) {
    if (Double.isInfinite(end)) {
      return end > 0 ? "inf" : "-inf";
    }
    BigDecimal exact = new BigDecimal(end);
    if (exact.signum() == 0) {
      return "0";
    }
    int first = exponent(exact) + 1;
    int own = Math.max(Math.min(last, first - LEAST_DIGITS), first - Math.min(digits, MOST_DIGITS));
    BigDecimal rounded = exact.setScale(-own, mode);
    return format(rounded.compareTo(exact) == 0 ? rounded.stripTrailingZeros() : rounded);
  }

  /** The {@code e} with {@code 10^e <= |x| < 10^(e+1)}; 0 for zero. */
  private static int exponent(BigDecimal x) {
    return x.signum() == 0 ? 0 : x.precision() - x.scale() - 1;
  }

  private static String format(BigDecimal x) {
    int exponent = exponent(x);
    if (exponent >= SMALLEST_PLAIN_EXPONENT && exponent <= LARGEST_PLAIN_EXPONENT) {
      return x.toPlainString();
    }
    String digits = x.unscaledValue().abs().toString();
    String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
    return (x.signum() < 0 ? "-" : "")
        + digits.charAt(0)
        + fraction
        + String.format(Locale.ROOT, "e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
  }
}
