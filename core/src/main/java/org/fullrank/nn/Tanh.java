package org.fullrank.nn;

import org.fullrank.rigor.Interval;

/**
 * The hyperbolic tangent.
 *
 * <p><b>Method.</b> With {@code e = expm1(-2|x|)}: {@code tanh|x| = -e/(2 + e)} and {@code sech^2 x
 * = 4 (1 + e)/(2 + e)^2}. {@code expm1} at {@code y = -|x|/128} is {@code y + y^2 P(y)}, {@code P}
 * of degree 7 interpolating in Chebyshev nodes on {@code [-0.15625, 0]} (relative error 1.2e-17);
 * eight doublings {@code e <- 2e + e^2} follow. {@code e} is carried as an unevaluated sum {@code
 * head + tail}, so {@code 1 + e = exp(-2|x|)} does not cancel: for {@code e} in {@code [-1, 0]} the
 * subtraction {@code 2 head - head'} is exact (Sterbenz), and one fused multiply-add gives the
 * rounding error of {@code head'}.
 *
 * <p><b>Error</b> ({@code u = 2^-53}). Start: the square, the product and the last step of {@code
 * P} round once each, the steps before it count 0.06u and the fit 0.11u, all of {@code y^2 P <=
 * y^2/2}: at most {@code 1.6u y^2}. A doubling multiplies the error of {@code e} by {@code 2 (1 +
 * e)} and adds {@code 3u^2}: the rounding of {@code head'}'s error, that of {@code tail'}, and
 * {@code tail^2}. Relative to {@code e} that is a contraction, since {@code e' = e (2 + e)}, so
 * {@code e} stays within 0.3u. Relative to {@code E = 1 + e = exp(-2|x|)} the error doubles, since
 * {@code E' = E^2}: at {@code |x| = 18}, {@code 256 * 1.6u y^2/exp(y) <= 9.4u}, and the last {@code
 * 3u^2} are 1.5u of {@code E >= 2u}. Then {@code tanh}: {@code head + tail}, {@code 2 + e},
 * reciprocal and product make 0.3 + 1 + 2 + 1 + 1 < 6u. {@code sech^2 = 4 E r^2}, {@code r = 1/(2 +
 * e)}: {@code E} 11u with two roundings of its sum, {@code r^2} 6u, two products: 21u. Stated in
 * {@link #accuracy}: 8u and 24u. Tests hold {@code tanh} to 6u and {@code sech^2} to 16u. Outside
 * {@code [1e-290, 18]} other formulas apply: {@code x}, wrong by {@code x^3/3}, and {@code 1 - 2E},
 * wrong by {@code 2E^2}, neither of which counts beside one rounding; {@code 4E/(1 + E)^2} is
 * within 8u as in {@link SigmoidFamily}. So the value has a relative bound everywhere.
 *
 * <p>Only additions, multiplications, one division and fused multiply-adds, in short loops over
 * blocks that the compiler turns into vector instructions; scalar and array results are equal to
 * the bit. Single precision has loops of its own, {@link SingleTanh}.
 */
final class Tanh extends NamedActivation {
  private static final int BLOCK = 512;
  private static final double LEAST = 1e-290;
  private static final double MOST = 18;

  // (expm1(y) - y)/y^2
  private static final double P0 = 0.5;
  private static final double P1 = 0.16666666666666435;
  private static final double P2 = 0.04166666666635563;
  private static final double P3 = 0.00833333331739044;
  private static final double P4 = 0.0013888884872972891;
  private static final double P5 = 0.00019840719855797464;
  private static final double P6 = 2.4759763687253604e-05;
  private static final double P7 = 2.5891723424697183e-06;

  // With t = tanh x and s = 1 - t^2: sigma' = s, sigma'' = -2 t s, sigma''' = s (6 t^2 - 2), which
  // is at most 2, and sigma'''' = 8 t s (2 - 3 t^2), at most 6.2. Hence sigma' turns at 0, sigma''
  // where t^2 = 1/3, sigma''' at 0 and where t^2 = 2/3.
  private final Pieces value = Pieces.of(this::valueAt).between(-1, 1);
  private final Pieces first = Pieces.of(this::slopeAt).turning(0);
  private final Pieces second =
      Pieces.of(x -> valueAt(x).multiply(slopeAt(x)).multiply(-2))
          .turningNear(2, -0.6584789484624084, 0.6584789484624084);
  private final Pieces third =
      Pieces.of(x -> slopeAt(x).multiply(valueAt(x).square().multiply(6).subtract(2)))
          .turning(0)
          .turningNear(6.2, -1.1462158347805889, 1.1462158347805889);

  Tanh() {
    // 4/(3 sqrt 3), rounded up
    super(
        "tanh",
        analytic(1, 0.7698003589195012, true),
        new Accuracy(8 * Accuracy.U, 0, 24 * Accuracy.U, Accuracy.UNDERFLOW),
        -1,
        1);
  }

  @Override
  public Parity parity() {
    return Parity.ODD;
  }

  @Override
  Jet jet(Interval x) {
    return new Jet(value.over(x), first.over(x), second.over(x), third.over(x));
  }

  @Override
  public double value(double x) {
    double a = Math.abs(x);
    if (!(a >= LEAST && a <= MOST)) {
      return extremeValue(x, Math.exp(-2 * a));
    }
    double y = a * -0.0078125;
    double rest = startRest(y);
    double head = y + rest;
    double tail = (y - head) + rest;
    for (int k = 0; k < 8; k++) {
      double twice = head + head;
      double next = Math.fma(head, head, twice);
      tail = Math.fma(tail, twice + 2, Math.fma(head, head, twice - next));
      head = next;
    }
    double e = head + tail;
    return Math.copySign(-e * (1 / (2 + e)), x);
  }

  @Override
  public double derivative(double x) {
    // 4 E/(1 + E)^2, E = exp(-2|x|): no cancellation, unlike 1 - tanh^2
    return 4 * SigmoidFamily.slope(Math.exp(-2 * Math.abs(x)));
  }

  @Override
  public double secondDerivative(double x) {
    return -2 * value(x) * derivative(x);
  }

  @Override
  public void evaluate(double[] x, double[] value, double[] derivative) {
    double[] signs = new double[Math.min(BLOCK, x.length)];
    double[] head = new double[signs.length];
    double[] tail = new double[signs.length];
    for (int from = 0; from < x.length; from += BLOCK) {
      int n = Math.min(BLOCK, x.length - from);
      System.arraycopy(x, from, signs, 0, n);
      boolean ordinary = n == BLOCK ? allOrdinary(signs, head, tail) : allOrdinary(n, signs);
      start(n, signs, head, tail);
      for (int k = 0; k < 4; k++) {
        doubleTwice(n, head, tail);
      }
      finish(n, signs, head, tail);
      if (!ordinary) {
        correctExtremes(n, x, from, head, tail);
      }
      System.arraycopy(head, 0, value, from, n);
      System.arraycopy(tail, 0, derivative, from, n);
    }
  }

  @Override
  public void evaluate(float[] x, float[] value, float[] derivative) {
    SingleTanh.evaluate(x, value, derivative);
  }

  /** Whether all of a full block lie in {@code [LEAST, MOST]}; in steps that vector units take. */
  private static boolean allOrdinary(double[] x, double[] least, double[] most) {
    for (int i = 0; i < 256; i++) {
      double a = Math.abs(x[i]);
      double b = Math.abs(x[i + 256]);
      least[i] = Math.min(a, b);
      most[i] = Math.max(a, b);
    }
    for (int i = 0; i < 128; i++) {
      least[i] = Math.min(least[i], least[i + 128]);
      most[i] = Math.max(most[i], most[i + 128]);
    }
    for (int i = 0; i < 64; i++) {
      least[i] = Math.min(least[i], least[i + 64]);
      most[i] = Math.max(most[i], most[i + 64]);
    }
    boolean ordinary = true;
    for (int i = 0; i < 64; i++) {
      ordinary &= least[i] >= LEAST && most[i] <= MOST;
    }
    return ordinary;
  }

  private static boolean allOrdinary(int n, double[] x) {
    boolean ordinary = true;
    for (int i = 0; i < n; i++) {
      double a = Math.abs(x[i]);
      ordinary &= a >= LEAST && a <= MOST;
    }
    return ordinary;
  }

  private static void correctExtremes(
      int n, double[] x, int from, double[] value, double[] derivative) {
    for (int i = 0; i < n; i++) {
      double t = x[from + i];
      double a = Math.abs(t);
      if (!(a >= LEAST && a <= MOST)) {
        double e = Math.exp(-2 * a);
        value[i] = extremeValue(t, e);
        derivative[i] = 4 * SigmoidFamily.slope(e);
      }
    }
  }

  private static double startRest(double y) {
    double p = Math.fma(Math.fma(Math.fma(P7, y, P6), y, P5), y, P4);
    return y * y * Math.fma(Math.fma(Math.fma(Math.fma(p, y, P3), y, P2), y, P1), y, P0);
  }

  /** {@code expm1(-|x|/128)} in two parts; replaces {@code x} by its sign. */
  private static void start(int n, double[] x, double[] head, double[] tail) {
    for (int i = 0; i < n; i++) {
      double t = x[i];
      double y = Math.max(-0.15625, Math.abs(t) * -0.0078125);
      double rest = startRest(y);
      double sum = y + rest;
      head[i] = sum;
      tail[i] = (y - sum) + rest;
      // +-1 where |x| >= LEAST
      x[i] = Math.max(-1.0, Math.min(1.0, t * 0x1p1000));
    }
  }

  /** Two steps {@code e <- 2e + e^2}. */
  private static void doubleTwice(int n, double[] head, double[] tail) {
    for (int i = 0; i < n; i++) {
      double h = head[i];
      double twice = h + h;
      double next = Math.fma(h, h, twice);
      double t = Math.fma(tail[i], twice + 2, Math.fma(h, h, twice - next));
      double twiceNext = next + next;
      double last = Math.fma(next, next, twiceNext);
      head[i] = last;
      tail[i] = Math.fma(t, twiceNext + 2, Math.fma(next, next, twiceNext - last));
    }
  }

  /** From {@code e} to {@code tanh x} and {@code sech^2 x}. */
  private static void finish(int n, double[] signs, double[] head, double[] tail) {
    for (int i = 0; i < n; i++) {
      double h = head[i];
      double l = tail[i];
      double e = h + l;
      double r = 1 / (2 + e);
      head[i] = -e * r * signs[i];
      tail[i] = 4 * (((1 + h) + l) * r) * r;
    }
  }

  /**
   * For {@code |x|} so small that tanh rounds to {@code x}, or beyond 18; {@code e} is exp(-2|x|).
   */
  private static double extremeValue(double x, double e) {
    return Math.abs(x) < LEAST ? x : Math.copySign(1 - 2 * e, x);
  }
}
