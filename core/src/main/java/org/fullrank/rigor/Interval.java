package org.fullrank.rigor;

import java.math.BigDecimal;
import org.fullrank.rigor.rounding.FloatingPoint;
import org.fullrank.rigor.rounding.Rounding;

/**
 * An enclosure {@code [lo, hi]} of one real number, or of a set of them, with outward rounding.
 *
 * <p>The result of every operation contains the exact results for all members of the operands.
 * Exact results stay exact: {@code of(1).add(of(2))} is {@code [3, 3]}. Ends may be infinite (the
 * number is then unbounded on that side as far as we know), never NaN; {@code lo} is never {@code
 * +inf} and {@code hi} never {@code -inf}. Negative zero is stored as zero, so equality of records
 * is equality of sets.
 *
 * <p>Enclosures are not ordered: use {@link #certainlyLess} or {@link #possiblyLess}. Two
 * occurrences of one number are treated as independent, so {@code x.subtract(x)} is not zero.
 *
 * @param lo greatest lower bound that is known
 * @param hi least upper bound that is known
 */
public record Interval(double lo, double hi) {
  /** The whole real line: nothing is known. */
  public static final Interval ENTIRE =
      new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

  /** The number 0. */
  public static final Interval ZERO = new Interval(0, 0);

  /** The number 1. */
  public static final Interval ONE = new Interval(1, 1);

  /**
   * False while the constants above are made. They are exact in every mode, and a class whose
   * initialisation fails in one thread is lost to all others.
   */
  private static final boolean INITIALISED = initialised();

  /**
   * Checks the ends.
   *
   * @throws IllegalStateException if the floating-point mode of this thread is not that of Java; so
   *     do all comparisons
   */
  public Interval {
    if (INITIALISED) {
      FloatingPoint.requireIeee();
    }
    if (!(lo <= hi)) {
      throw new IllegalArgumentException(
          "Interval expects lo <= hi, neither NaN, but got lo = " + lo + ", hi = " + hi);
    }
    if (lo == Double.POSITIVE_INFINITY || hi == Double.NEGATIVE_INFINITY) {
      throw new IllegalArgumentException(
          "Interval expects to contain a real number but got lo = " + lo + ", hi = " + hi);
    }
    lo += 0.0; // turns -0.0 into 0.0
    hi += 0.0;
  }

  /** The single number {@code value}, exactly; must be finite. */
  public static Interval of(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("Interval.of expects a finite number but got " + value);
    }
    return new Interval(value, value);
  }

  /** The interval with exactly these ends. */
  public static Interval of(double lo, double hi) {
    return new Interval(lo, hi);
  }

  /** All numbers {@code >= lo}. */
  public static Interval atLeast(double lo) {
    return new Interval(lo, Double.POSITIVE_INFINITY);
  }

  /** All numbers {@code <= hi}. */
  public static Interval atMost(double hi) {
    return new Interval(Double.NEGATIVE_INFINITY, hi);
  }

  /**
   * The tightest enclosure of a decimal number such as {@code "0.1"}: a point if the number is a
   * double, otherwise two neighbouring doubles.
   *
   * @throws NumberFormatException (an {@code IllegalArgumentException}) if the text is no decimal
   */
  public static Interval fromDecimal(String decimal) {
    try {
      return from(new BigDecimal(decimal));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "Interval.fromDecimal expects a decimal number but got '" + decimal + "'", e);
    }
  }

  /** The tightest enclosure of {@code value}. */
  public static Interval from(BigDecimal value) {
    // The conversion is only a starting point; both ends are compared exactly.
    double nearest = Math.max(-Double.MAX_VALUE, Math.min(value.doubleValue(), Double.MAX_VALUE));
    double lo = nearest;
    while (Double.isFinite(lo) && new BigDecimal(lo).compareTo(value) > 0) {
      lo = Rounding.below(lo);
    }
    double hi = nearest;
    while (Double.isFinite(hi) && new BigDecimal(hi).compareTo(value) < 0) {
      hi = Rounding.above(hi);
    }
    return new Interval(lo, hi);
  }

  /** Encloses {@code [mid - radius, mid + radius]}; an infinite radius gives {@link #ENTIRE}. */
  public static Interval around(double mid, double radius) {
    if (!(radius >= 0) || !Double.isFinite(mid)) {
      throw new IllegalArgumentException(
          "Interval.around expects a finite mid and radius >= 0 but got " + mid + ", " + radius);
    }
    return new Interval(Rounding.subtractDown(mid, radius), Rounding.addUp(mid, radius));
  }

  /** Sum. */
  public Interval add(Interval other) {
    return new Interval(Rounding.addDown(lo, other.lo), Rounding.addUp(hi, other.hi));
  }

  /** Sum with the exact number {@code other}. */
  public Interval add(double other) {
    return add(of(other));
  }

  /** Difference. */
  public Interval subtract(Interval other) {
    return new Interval(Rounding.subtractDown(lo, other.hi), Rounding.subtractUp(hi, other.lo));
  }

  /** Difference with the exact number {@code other}. */
  public Interval subtract(double other) {
    return subtract(of(other));
  }

  /** Product. */
  public Interval multiply(Interval other) {
    return new Interval(
        Math.min(
            Math.min(Rounding.multiplyDown(lo, other.lo), Rounding.multiplyDown(lo, other.hi)),
            Math.min(Rounding.multiplyDown(hi, other.lo), Rounding.multiplyDown(hi, other.hi))),
        Math.max(
            Math.max(Rounding.multiplyUp(lo, other.lo), Rounding.multiplyUp(lo, other.hi)),
            Math.max(Rounding.multiplyUp(hi, other.lo), Rounding.multiplyUp(hi, other.hi))));
  }

  /** Product with the exact number {@code other}. */
  public Interval multiply(double other) {
    return multiply(of(other));
  }

  /** Quotient; {@link #ENTIRE} if the divisor contains zero. */
  public Interval divide(Interval other) {
    if (other.contains(0)) {
      return ENTIRE;
    }
    return new Interval(
        Math.min(
            Math.min(Rounding.divideDown(lo, other.lo), Rounding.divideDown(lo, other.hi)),
            Math.min(Rounding.divideDown(hi, other.lo), Rounding.divideDown(hi, other.hi))),
        Math.max(
            Math.max(Rounding.divideUp(lo, other.lo), Rounding.divideUp(lo, other.hi)),
            Math.max(Rounding.divideUp(hi, other.lo), Rounding.divideUp(hi, other.hi))));
  }

  /** Quotient by the exact number {@code other}; {@link #ENTIRE} if it is zero. */
  public Interval divide(double other) {
    return divide(of(other));
  }

  /**
   * Square root of the non-negative members.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Interval sqrt() {
    if (hi < 0) {
      throw new IllegalArgumentException("sqrt expects some member >= 0 but got " + this);
    }
    return new Interval(Rounding.sqrtDown(Math.max(lo, 0)), Rounding.sqrtUp(hi));
  }

  /** Square of one number; tighter than the product of two independent ones. */
  public Interval square() {
    Interval a = abs();
    return new Interval(Rounding.multiplyDown(a.lo, a.lo), Rounding.multiplyUp(a.hi, a.hi));
  }

  /** Negation, exact. */
  public Interval negate() {
    return new Interval(-hi, -lo);
  }

  /** Absolute value, exact. */
  public Interval abs() {
    return lo >= 0 ? this : hi <= 0 ? negate() : new Interval(0, Math.max(-lo, hi));
  }

  /** The smaller of two numbers, exact. */
  public Interval min(Interval other) {
    return new Interval(Math.min(lo, other.lo), Math.min(hi, other.hi));
  }

  /** The larger of two numbers, exact. */
  public Interval max(Interval other) {
    return new Interval(Math.max(lo, other.lo), Math.max(hi, other.hi));
  }

  /** The smallest interval that contains both. */
  public Interval hull(Interval other) {
    return new Interval(Math.min(lo, other.lo), Math.max(hi, other.hi));
  }

  /** Whether some number is in both. */
  public boolean intersects(Interval other) {
    return lo <= other.hi && other.lo <= hi;
  }

  /**
   * The numbers in both. Two enclosures of the same number always have some in common.
   *
   * @throws IllegalArgumentException if there is none, that is, one of the two is false
   */
  public Interval intersect(Interval other) {
    if (!intersects(other)) {
      throw new IllegalArgumentException(
          "intersect expects enclosures of the same number but got " + this + " and " + other);
    }
    return new Interval(Math.max(lo, other.lo), Math.min(hi, other.hi));
  }

  /** {@code hi - lo} rounded up; may be infinite. */
  public double width() {
    FloatingPoint.requireIeee();
    return Rounding.subtractUp(hi, lo);
  }

  /**
   * Width divided by the largest magnitude, rounded up, in {@code [0, 2]}, or infinite for an
   * unbounded interval. Unchanged if the interval is scaled by a power of two.
   */
  public double relativeWidth() {
    FloatingPoint.requireIeee();
    double magnitude = magnitude();
    if (lo == hi || Double.isInfinite(magnitude)) {
      return lo == hi ? 0 : Double.POSITIVE_INFINITY;
    }
    // Dividing first keeps hi - lo from overflowing; the quotients are at most 1.
    return Rounding.subtractUp(
        Rounding.divideUp(hi, magnitude), Rounding.divideDown(lo, magnitude));
  }

  /** The largest absolute value of a member. */
  public double magnitude() {
    return Math.max(Math.abs(lo), Math.abs(hi));
  }

  /** A member near the middle, always finite. */
  public double mid() {
    if (Double.isInfinite(lo) || Double.isInfinite(hi)) {
      return lo == -hi ? 0 : Math.max(-Double.MAX_VALUE, Math.min(lo + hi, Double.MAX_VALUE));
    }
    double width = hi - lo;
    double mid = Double.isInfinite(width) ? 0.5 * lo + 0.5 * hi : lo + 0.5 * width;
    return Math.max(lo, Math.min(mid, hi));
  }

  /** Membership; false for NaN and infinite numbers. */
  public boolean contains(double value) {
    FloatingPoint.requireIeee();
    return lo <= value && value <= hi && Double.isFinite(value);
  }

  /** Membership, compared exactly. */
  public boolean contains(BigDecimal value) {
    return (Double.isInfinite(lo) || new BigDecimal(lo).compareTo(value) <= 0)
        && (Double.isInfinite(hi) || new BigDecimal(hi).compareTo(value) >= 0);
  }

  /** Whether every member of {@code other} is a member of this. */
  public boolean contains(Interval other) {
    FloatingPoint.requireIeee();
    return lo <= other.lo && other.hi <= hi;
  }

  /** Whether both ends are finite. */
  public boolean isBounded() {
    return !Double.isInfinite(lo) && !Double.isInfinite(hi);
  }

  /** Every member of this is less than every member of {@code other}. */
  public boolean certainlyLess(Interval other) {
    FloatingPoint.requireIeee();
    return hi < other.lo;
  }

  /** Some member of this is less than some member of {@code other}. */
  public boolean possiblyLess(Interval other) {
    FloatingPoint.requireIeee();
    return lo < other.hi;
  }

  /** Every member is positive. */
  public boolean certainlyPositive() {
    FloatingPoint.requireIeee();
    return lo > 0;
  }

  /** Every member is negative. */
  public boolean certainlyNegative() {
    FloatingPoint.requireIeee();
    return hi < 0;
  }

  /** A call, because a constant expression would be true from the start. */
  private static boolean initialised() {
    return true;
  }

  /**
   * The shortest decimals that identify the ends and, as real numbers, enclose the interval: the
   * lower one is rounded down and the upper one up, even if both ends are the same double, such as
   * that nearest to 0.1: {@code "[0.1, 0.10000000000000001]"}.
   */
  @Override
  public String toString() {
    String least = DecimalInterval.lower(lo);
    String largest = DecimalInterval.upper(hi);
    return least.equals(largest) ? "[" + least + "]" : "[" + least + ", " + largest + "]";
  }
}
