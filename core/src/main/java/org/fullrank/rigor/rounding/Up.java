package org.fullrank.rigor.rounding;

/**
 * Upper bounds of non-negative numbers, possibly infinite: each operation rounds to nearest and
 * steps up, except where it is exact because an operand is zero. Zero times infinity is zero: a
 * block that does not exist contributes nothing.
 */
public final class Up {
  private Up() {}

  /** An upper bound of {@code a + b}. */
  public static double add(double a, double b) {
    return a == 0 ? b : b == 0 ? a : Math.nextUp(a + b);
  }

  /** An upper bound of {@code a b}. */
  public static double multiply(double a, double b) {
    return a == 0 || b == 0 ? 0 : Math.nextUp(a * b);
  }

  /** An upper bound of {@code a / b}, {@code b} positive. */
  public static double divide(double a, double b) {
    return a == 0 ? 0 : Math.nextUp(a / b);
  }

  /** An upper bound of the square root. */
  public static double sqrt(double a) {
    return a == 0 ? 0 : Math.nextUp(Math.sqrt(a));
  }

  /** An upper bound of {@code a + b c}. */
  public static double fma(double b, double c, double a) {
    return add(a, multiply(b, c));
  }

  /** An upper bound of the Euclidean norm. */
  public static double norm(double[] x) {
    double largest = 0;
    for (double v : x) {
      largest = Math.max(largest, v);
    }
    if (largest == 0 || Double.isInfinite(largest)) {
      return largest;
    }
    // A power of two, so that squares neither overflow nor lose everything below.
    int exponent = Math.getExponent(largest);
    double sum = 0;
    for (double v : x) {
      double t = v == 0 ? 0 : Math.max(Math.scalb(v, -exponent), 0x1p-500);
      sum = add(sum, multiply(t, t));
    }
    double root = sqrt(sum);
    double scaled = Math.scalb(root, exponent);
    return Math.scalb(scaled, -exponent) == root ? scaled : Math.nextUp(scaled);
  }

  /** Upper bounds of the multiples. */
  public static double[] scaled(double factor, double[] x) {
    double[] out = new double[x.length];
    for (int j = 0; j < x.length; j++) {
      out[j] = multiply(factor, x[j]);
    }
    return out;
  }

  /** Upper bounds of the sums, entry by entry. */
  public static double[] sum(double[] x, double[] y) {
    double[] out = new double[x.length];
    for (int j = 0; j < x.length; j++) {
      out[j] = add(x[j], y[j]);
    }
    return out;
  }

  /** An upper bound of the sum of all entries. */
  public static double total(double[] x) {
    double sum = 0;
    for (double v : x) {
      sum = add(sum, v);
    }
    return sum;
  }
}
