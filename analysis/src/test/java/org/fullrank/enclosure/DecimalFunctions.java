package org.fullrank.enclosure;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import org.fullrank.nn.Activation;
import org.fullrank.nn.PiecewiseLinear;
import org.fullrank.nn.Softplus;
import org.fullrank.testkit.TestActivations.Bent;
import org.fullrank.testkit.TestActivations.Stretch;

/**
 * Test oracle: the activations and their derivatives from their definitions, by Taylor series in
 * decimal arithmetic with 70 digits. Arguments of those that use the error function should be
 * moderate; others may be any double.
 */
public final class DecimalFunctions {
  /** 70 digits; results are good to about 65. */
  public static final MathContext DIGITS = new MathContext(70, RoundingMode.HALF_EVEN);

  private static final BigDecimal ONE = BigDecimal.ONE;
  private static final BigDecimal TWO = BigDecimal.valueOf(2);

  private static final BigDecimal PI = machin(100);

  /** Enough to reduce any double modulo {@code 2 pi}; sums of products may be larger still. */
  private static final int LONG = 420;

  private static final BigDecimal LONG_PI = machin(LONG);

  /**
   * Beyond this {@code exp(-x)} is below {@code 1e-8000}, which no weight of a test brings back.
   */
  private static final BigDecimal VANISHED = BigDecimal.valueOf(20_000);

  private DecimalFunctions() {}

  /**
   * Rounds, and takes the exponent from a zero: that of a product with zero is the sum of both, it
   * grows along a run, and a sum has all digits down to the exponent of its terms.
   */
  public static BigDecimal round(BigDecimal x, MathContext digits) {
    return x.signum() == 0 ? BigDecimal.ZERO : x.round(digits);
  }

  /** {@code sigma(x)}. */
  public static BigDecimal value(Activation a, BigDecimal x) {
    if (a instanceof PiecewiseLinear p) {
      return x.signum() > 0 ? x : x.multiply(new BigDecimal(p.negativeSlope()));
    }
    if (a instanceof Softplus p) {
      BigDecimal sharpness = new BigDecimal(p.sharpness());
      BigDecimal e = exp(sharpness.multiply(x.abs()).negate());
      return x.max(BigDecimal.ZERO).add(log1p(e).divide(sharpness, DIGITS));
    }
    if (a instanceof Stretch s) {
      return x.multiply(new BigDecimal(s.factor()));
    }
    if (a instanceof Bent b) {
      return BentReference.value(b, x);
    }
    return switch (a.name()) {
      case "identity" -> x;
      case "tanh", "own_tanh" -> tanh(x);
      case "sigmoid" -> sigmoid(x);
      case "silu" -> x.multiply(sigmoid(x), DIGITS);
      case "erf" -> erf(x);
      case "gelu_erf" -> x.multiply(normal(x), DIGITS);
      case "gelu_tanh" -> x.multiply(sigmoid(TWO.multiply(cubic(x))), DIGITS);
      case "sin" -> sin(x);
      case "cos" -> cos(x);
      case "gaussian" -> bump(x);
      default -> throw new IllegalArgumentException(a.name());
    };
  }

  /** {@code sigma'(x)}, at kinks as the activation says. */
  public static BigDecimal slope(Activation a, BigDecimal x) {
    if (a instanceof PiecewiseLinear p) {
      return new BigDecimal(
          x.signum() > 0 ? 1 : x.signum() < 0 ? p.negativeSlope() : a.derivative(0));
    }
    if (a instanceof Softplus p) {
      return sigmoid(new BigDecimal(p.sharpness()).multiply(x));
    }
    if (a instanceof Stretch s) {
      return new BigDecimal(s.factor());
    }
    if (a instanceof Bent b) {
      return BentReference.slope(b, x);
    }
    return switch (a.name()) {
      case "identity" -> ONE;
      case "tanh", "own_tanh" -> {
        BigDecimal e = exp(TWO.multiply(x.abs()).negate());
        yield e.multiply(BigDecimal.valueOf(4)).divide(ONE.add(e).pow(2), DIGITS);
      }
      case "sigmoid" -> sigmoid(x).multiply(sigmoid(x.negate()), DIGITS);
      case "silu" -> sigmoid(x).multiply(ONE.add(x.multiply(sigmoid(x.negate()), DIGITS)), DIGITS);
      case "erf" -> exp(x.pow(2).negate()).multiply(TWO).divide(PI.sqrt(DIGITS), DIGITS);
      case "gelu_erf" -> normal(x).add(x.multiply(density(x)), DIGITS);
      case "gelu_tanh" -> {
        BigDecimal w = TWO.multiply(cubic(x));
        BigDecimal inner =
            ONE.add(new BigDecimal("0.134145").multiply(x.pow(2)))
                .multiply(TWO.multiply(TWO.divide(PI, DIGITS).sqrt(DIGITS)));
        BigDecimal turn = x.multiply(inner).multiply(sigmoid(w.negate()), DIGITS);
        yield sigmoid(w).multiply(ONE.add(turn), DIGITS);
      }
      case "sin" -> cos(x);
      case "cos" -> sin(x).negate();
      case "gaussian" -> x.negate().multiply(bump(x), DIGITS);
      default -> throw new IllegalArgumentException(a.name());
    };
  }

  private static BigDecimal cubic(BigDecimal x) {
    return x.add(new BigDecimal("0.044715").multiply(x.pow(3)))
        .multiply(TWO.divide(PI, DIGITS).sqrt(DIGITS), DIGITS);
  }

  private static BigDecimal bump(BigDecimal x) {
    return exp(x.pow(2).divide(TWO, DIGITS).negate());
  }

  private static BigDecimal density(BigDecimal x) {
    return bump(x).divide(TWO.multiply(PI).sqrt(DIGITS), DIGITS);
  }

  private static BigDecimal normal(BigDecimal x) {
    return ONE.add(erf(x.divide(TWO.sqrt(DIGITS), DIGITS))).divide(TWO, DIGITS);
  }

  static BigDecimal sigmoid(BigDecimal x) {
    BigDecimal e = exp(x.abs().negate());
    return (x.signum() < 0 ? e : ONE).divide(ONE.add(e), DIGITS);
  }

  static BigDecimal tanh(BigDecimal x) {
    if (x.abs().compareTo(new BigDecimal("1e-12")) < 0) {
      // The next term is 17 x^7 / 315.
      BigDecimal square = x.multiply(x);
      BigDecimal third = ONE.divide(BigDecimal.valueOf(3), DIGITS);
      BigDecimal inner =
          third.subtract(square.multiply(new BigDecimal(2)).divide(BigDecimal.valueOf(15), DIGITS));
      return x.multiply(ONE.subtract(square.multiply(inner))).round(DIGITS);
    }
    // Thirty more digits than promised: the subtraction cancels for small arguments.
    BigDecimal e = exp(TWO.multiply(x.abs()).negate());
    BigDecimal t = ONE.subtract(e).divide(ONE.add(e), DIGITS);
    return x.signum() < 0 ? t.negate() : t;
  }

  /** {@code e^x}. */
  public static BigDecimal exp(BigDecimal x) {
    if (x.negate().compareTo(VANISHED) > 0) {
      return BigDecimal.ZERO;
    }
    int halvings = Math.max(0, x.precision() - x.scale()) * 4 + 8;
    MathContext more = new MathContext(100);
    BigDecimal small = x.divide(TWO.pow(halvings), more);
    BigDecimal term = ONE;
    BigDecimal sum = ONE;
    for (int n = 1; term.signum() != 0 && n < 200; n++) {
      term = term.multiply(small).divide(BigDecimal.valueOf(n), more);
      sum = sum.add(term, more);
    }
    for (int i = 0; i < halvings; i++) {
      sum = sum.multiply(sum, more);
    }
    return sum;
  }

  /** Newton's iteration for {@code exp(y) = x}. */
  public static BigDecimal log(BigDecimal x) {
    BigDecimal y = new BigDecimal(Math.log(x.doubleValue()));
    for (int i = 0; i < 5; i++) {
      BigDecimal e = exp(y.negate());
      y = y.add(x.multiply(e).subtract(ONE), new MathContext(100));
    }
    return y;
  }

  /** {@code log(1 + x)} for nonnegative x, however small, to 70 digits of the result. */
  public static BigDecimal log1p(BigDecimal x) {
    if (x.compareTo(new BigDecimal("1e-3")) > 0) {
      return log(ONE.add(x));
    }
    MathContext more = new MathContext(100);
    BigDecimal power = x;
    BigDecimal sum = x;
    // The rest after x^k / k is below 1e-93 of x.
    for (int k = 2; k <= 32; k++) {
      power = power.multiply(x.negate(), more);
      sum = sum.add(power.divide(BigDecimal.valueOf(k), more), more);
    }
    return sum;
  }

  static BigDecimal erf(BigDecimal x) {
    BigDecimal square = x.pow(2);
    if (square.compareTo(BigDecimal.valueOf(400)) > 0) {
      throw new ArithmeticException("too large for the series: " + x);
    }
    BigDecimal term = x;
    BigDecimal sum = x;
    MathContext more = new MathContext(100);
    for (int n = 1; n < 2000 && term.abs().compareTo(new BigDecimal("1e-95")) > 0; n++) {
      term = term.multiply(square).multiply(TWO).divide(BigDecimal.valueOf(2L * n + 1), more);
      sum = sum.add(term, more);
    }
    return sum.multiply(TWO).multiply(exp(square.negate())).divide(PI.sqrt(DIGITS), DIGITS);
  }

  static BigDecimal cos(BigDecimal x) {
    int digits = digitsToReduce(x);
    return sine(x.add(pi(digits).divide(TWO, new MathContext(digits))), digits);
  }

  static BigDecimal sin(BigDecimal x) {
    return sine(x, digitsToReduce(x));
  }

  /** Digits before the decimal point and a hundred behind it. */
  private static int digitsToReduce(BigDecimal x) {
    return Math.max(0, x.precision() - x.scale()) + 100;
  }

  private static BigDecimal pi(int digits) {
    return digits <= LONG ? LONG_PI : machin(digits);
  }

  private static BigDecimal sine(BigDecimal x, int digits) {
    BigDecimal circle = TWO.multiply(pi(digits));
    BigDecimal turns =
        x.divide(circle, new MathContext(digits)).setScale(0, RoundingMode.HALF_EVEN);
    BigDecimal r = x.subtract(turns.multiply(circle)).round(new MathContext(100));
    BigDecimal square = r.pow(2);
    BigDecimal term = r;
    BigDecimal sum = r;
    for (long n = 2; n < 400 && term.signum() != 0; n += 2) {
      term =
          term.multiply(square)
              .negate()
              .divide(BigDecimal.valueOf(n * (n + 1)), new MathContext(100));
      sum = sum.add(term, new MathContext(100));
    }
    return sum;
  }

  private static BigDecimal machin(int digits) {
    return arctanInverse(5, digits)
        .multiply(BigDecimal.valueOf(16))
        .subtract(arctanInverse(239, digits).multiply(BigDecimal.valueOf(4)));
  }

  /** Every term of the series for 5 adds 1.4 digits. */
  private static BigDecimal arctanInverse(int q, int digits) {
    MathContext more = new MathContext(digits + 10);
    BigDecimal sum = BigDecimal.ZERO;
    BigDecimal power = ONE.divide(BigDecimal.valueOf(q), more);
    for (int n = 1; n < 1.5 * digits + 20; n += 2) {
      BigDecimal term = power.divide(BigDecimal.valueOf(n), more);
      sum = n % 4 == 1 ? sum.add(term, more) : sum.subtract(term, more);
      power = power.divide(BigDecimal.valueOf((long) q * q), more);
    }
    return sum;
  }
}
