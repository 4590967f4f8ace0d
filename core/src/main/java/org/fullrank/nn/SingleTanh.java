package org.fullrank.nn;

/**
 * The hyperbolic tangent in single precision, by the method of {@link Tanh}: {@code expm1(y)} at
 * {@code y = -|x|/16} is {@code y + y^2 P(y)}, {@code P} of degree 6 interpolating in Chebyshev
 * nodes on {@code [-15/16, 0]}; five doublings of {@code e = head + tail} lead to {@code
 * expm1(-2|x|)}. {@code tanh|x| = -e/(2 + e)}, and {@code sech^2 x = 4 (root/(2 + e))^2} with
 * {@code root = exp(-|x|) = 1 + e} before the last doubling, so that nothing cancels in the tails.
 *
 * <p><b>Error</b> ({@code u = 2^-24}; higher powers of u are dropped unless they matter). Let
 * {@code |x| < 15} and {@code E = exp(-2|x|)}. Start: {@code y} is exact, {@code y^2 P} within
 * 3.35u relative: 2u for square and product, 0.67u for the last step of {@code P >= 0.374} (half a
 * unit is u/4), 0.4u for those before, 0.27u for fit and coefficients. The sum with {@code y} is
 * exact as a pair, since {@code |y^2 P| <= |y|}. A doubling {@code E' = E^2} doubles this error
 * relative to {@code E} and adds {@code 3u^2}, as in {@link Tanh}. Relative to {@code e} all of it
 * is {@code 32 * 3.35u exp(31y) y^2/2 / (1 - exp(32y)) < 0.05u}.
 *
 * <ul>
 *   <li>{@code tanh}: the pair is rounded to {@code e} once, and the error of {@code e} counts
 *       {@code 2/(1 + E)}-fold; {@code 2 + e}, reciprocal and product round once each. Half a unit
 *       of each of these four numbers is known for every {@code x}; their sum is largest at 0.55,
 *       3.6u relative (measured: 3.5u).
 *   <li>{@code root}: the rounding error of {@code 1 + head} is an exact difference, so {@code
 *       root} is rounded once. Relative to it the start counts {@code 16 * 3.35u y^2 P/exp(y)},
 *       45.1u at {@code |x| = 15}, and the doublings {@code 3u^2/root < 0.6u}.
 *   <li>{@code sech^2}: errors of {@code root}, of the reciprocal (at most 2.1u, that of {@code 2 +
 *       e} included) and of their product count twice, the square rounds once. Summed for every
 *       {@code x}: 6u absolute (largest at 0.35; measured: 5.6u), and relative 100u, tails included
 *       (measured: 69u).
 * </ul>
 *
 * <p>Measured are all positive floats from 1e-30 to 50.
 *
 * <p>No intermediate result underflows. Other arguments are rare and computed one by one: below
 * {@code 2^-18} the results {@code x} and 1 are wrong by {@code x^2} relative, less than 0.001u;
 * from 15 on the formulas of {@link Tanh} in double precision are rounded once.
 */
final class SingleTanh {
  private static final int BLOCK = 1024;

  /** What lies within {@link #RADIUS} around it is ordinary: {@code [2^-18, 15)}, up to 2^-18. */
  private static final float CENTRE = 7.5f;

  private static final float RADIUS = CENTRE - 0x1p-18f;

  // (expm1(y) - y)/y^2
  private static final float P0 = 0.5f;
  private static final float P1 = 0.16666666f;
  private static final float P2 = 0.04166639f;
  private static final float P3 = 0.008331534f;
  private static final float P4 = 0.0013833076f;
  private static final float P5 = 0.00018939775f;
  private static final float P6 = 1.733007e-05f;

  private SingleTanh() {}

  static void evaluate(float[] x, float[] value, float[] derivative) {
    float[] signs = new float[Math.min(BLOCK, x.length)];
    float[] head = new float[signs.length];
    float[] tail = new float[signs.length];
    for (int from = 0; from < x.length; from += BLOCK) {
      int n = Math.min(BLOCK, x.length - from);
      // Copied: loops over the parts of x would not become vector instructions.
      System.arraycopy(x, from, signs, 0, n);
      boolean ordinary = n == BLOCK ? allOrdinary(signs, head, tail) : allOrdinary(n, signs);
      start(n, signs, head, tail);
      doubleTwice(n, head, tail);
      doubleTwice(n, head, tail);
      finish(n, signs, head, tail);
      if (!ordinary) {
        correctExtremes(n, x, from, head, tail);
      }
      System.arraycopy(head, 0, value, from, n);
      System.arraycopy(tail, 0, derivative, from, n);
    }
  }

  /** At most {@link #RADIUS} for arguments that the formulas suit; NaN for NaN. */
  private static float distance(float x) {
    return Math.abs(Math.abs(x) - CENTRE);
  }

  /**
   * Whether the formulas suit a full block. Loops that read and write the same array at different
   * places would not become vector instructions, hence two buffers.
   */
  private static boolean allOrdinary(float[] x, float[] some, float[] other) {
    for (int i = 0; i < 512; i++) {
      some[i] = Math.max(distance(x[i]), distance(x[i + 512]));
    }
    for (int i = 0; i < 256; i++) {
      other[i] = Math.max(some[i], some[i + 256]);
    }
    for (int i = 0; i < 128; i++) {
      some[i] = Math.max(other[i], other[i + 128]);
    }
    boolean ordinary = true;
    for (int i = 0; i < 128; i++) {
      ordinary &= some[i] <= RADIUS;
    }
    return ordinary;
  }

  private static boolean allOrdinary(int n, float[] x) {
    boolean ordinary = true;
    for (int i = 0; i < n; i++) {
      ordinary &= distance(x[i]) <= RADIUS;
    }
    return ordinary;
  }

  private static void correctExtremes(
      int n, float[] x, int from, float[] value, float[] derivative) {
    for (int i = 0; i < n; i++) {
      float t = x[from + i];
      if (!(distance(t) <= RADIUS)) {
        if (Math.abs(t) < 1) {
          value[i] = t;
          derivative[i] = 1;
        } else {
          double e = Math.exp(-2 * Math.abs((double) t));
          value[i] = (float) Math.copySign(1 - 2 * e, t);
          derivative[i] = (float) (4 * SigmoidFamily.slope(e));
        }
      }
    }
  }

  /** {@code expm1(-|x|/16)} in two parts; replaces {@code x} by its sign. */
  private static void start(int n, float[] x, float[] head, float[] tail) {
    for (int i = 0; i < n; i++) {
      float t = x[i];
      float y = Math.abs(t) * -0.0625f;
      float p = Math.fma(Math.fma(Math.fma(P6, y, P5), y, P4), y, P3);
      p = Math.fma(Math.fma(Math.fma(p, y, P2), y, P1), y, P0);
      float rest = y * y * p;
      float sum = y + rest;
      head[i] = sum;
      tail[i] = (y - sum) + rest;
      x[i] = t / Math.abs(t);
    }
  }

  /** Two steps {@code e <- 2e + e^2}. */
  private static void doubleTwice(int n, float[] head, float[] tail) {
    for (int i = 0; i < n; i++) {
      float h = head[i];
      float twice = h + h;
      float next = Math.fma(h, h, twice);
      float t = Math.fma(tail[i], twice + 2, Math.fma(h, h, twice - next));
      float twiceNext = next + next;
      float last = Math.fma(next, next, twiceNext);
      head[i] = last;
      tail[i] = Math.fma(t, twiceNext + 2, Math.fma(next, next, twiceNext - last));
    }
  }

  /** From {@code expm1(-|x|)} to {@code tanh x} and {@code sech^2 x}. */
  private static void finish(int n, float[] signs, float[] head, float[] tail) {
    for (int i = 0; i < n; i++) {
      float h = head[i];
      float l = tail[i];
      float twice = h + h;
      float next = Math.fma(h, h, twice);
      float e = next + Math.fma(l, twice + 2, Math.fma(h, h, twice - next));
      float one = 1 + h;
      float root = one + ((h - (one - 1)) + l);
      float r = 1 / (2 + e);
      head[i] = -e * r * signs[i];
      float half = root * r;
      tail[i] = 4 * (half * half);
    }
  }
}
