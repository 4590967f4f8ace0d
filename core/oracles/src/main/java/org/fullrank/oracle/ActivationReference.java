package org.fullrank.oracle;

import static java.math.BigInteger.ONE;
import static java.math.BigInteger.ZERO;
import static org.fullrank.oracle.FixedPoint.UNIT;
import static org.fullrank.oracle.FixedPoint.over;
import static org.fullrank.oracle.FixedPoint.times;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.function.UnaryOperator;

/**
 * Activations in fixed point, from their definitions; derivatives are central differences with step
 * {@code 2^-220}, so their truncation error is about {@code 2^-440} and the rounding error below
 * {@code 2^-1330}.
 */
public record ActivationReference(UnaryOperator<BigInteger> function) {
  private static final int STEP = 220;

  /**
   * The function of a name.
   *
   * @param name such as {@code tanh} or {@code softplus(100)}
   */
  public static ActivationReference of(String name) {
    if (name.startsWith("softplus")) {
      String sharpness = name.substring("softplus".length()).replaceAll("[()]", "");
      double a = sharpness.isEmpty() ? 1 : Double.parseDouble(sharpness);
      return new ActivationReference(x -> softplus(x, a));
    }
    return new ActivationReference(
        switch (name) {
          case "identity" -> UnaryOperator.identity();
          case "tanh" -> x -> sigmoid(x.shiftLeft(1)).shiftLeft(1).subtract(UNIT);
          case "sigmoid" -> ActivationReference::sigmoid;
          case "silu" -> x -> times(x, sigmoid(x));
          case "erf" -> FixedPoint::erf;
          case "gaussian" -> x -> FixedPoint.expNeg(times(x, x).shiftRight(1));
          case "gelu_erf" -> ActivationReference::gelu;
          case "gelu_tanh" -> ActivationReference::geluTanh;
          case "sin" -> FixedPoint::sin;
          case "cos" -> x -> FixedPoint.sin(x.add(FixedPoint.PI.shiftRight(1)));
          default -> throw new IllegalArgumentException(name);
        });
  }

  /** The derivative of an order 0 or 1 at {@code x}, good to 100 digits. */
  public BigDecimal derivative(int order, BigDecimal x) {
    BigDecimal unit = new BigDecimal(UNIT);
    BigInteger at = x.multiply(unit).setScale(0, RoundingMode.FLOOR).toBigIntegerExact();
    return new BigDecimal(derivative(order, at)).divide(unit, new MathContext(100));
  }

  /** The derivative of an order 0, 1 or 2 at {@code x}, in fixed point. */
  public BigInteger derivative(int order, double x) {
    return derivative(order, FixedPoint.of(x));
  }

  /** Function and first three derivatives, by five values with step {@code 2^-220}. */
  public BigInteger[] jet(BigInteger at) {
    BigInteger step = ONE.shiftLeft(FixedPoint.BITS - STEP);
    BigInteger[] f = new BigInteger[5];
    for (int k = 0; k < 5; k++) {
      f[k] = function.apply(at.add(step.multiply(BigInteger.valueOf(k - 2L))));
    }
    BigInteger wide = f[4].subtract(f[0]);
    BigInteger narrow = f[3].subtract(f[1]);
    return new BigInteger[] {
      f[2],
      narrow.shiftLeft(STEP - 1),
      f[3].subtract(f[2].shiftLeft(1)).add(f[1]).shiftLeft(2 * STEP),
      wide.subtract(narrow.shiftLeft(1)).shiftLeft(3 * STEP - 1)
    };
  }

  private BigInteger derivative(int order, BigInteger at) {
    if (order == 0) {
      return function.apply(at);
    }
    BigInteger step = ONE.shiftLeft(FixedPoint.BITS - STEP);
    BigInteger right = function.apply(at.add(step));
    BigInteger left = function.apply(at.subtract(step));
    return order == 1
        ? right.subtract(left).shiftLeft(STEP - 1)
        : right.subtract(function.apply(at).shiftLeft(1)).add(left).shiftLeft(2 * STEP);
  }

  private static BigInteger sigmoid(BigInteger x) {
    BigInteger e = FixedPoint.expNeg(x.abs());
    return over(x.signum() < 0 ? e : UNIT, UNIT.add(e));
  }

  private static BigInteger softplus(BigInteger x, double sharpness) {
    BigInteger a = FixedPoint.of(sharpness);
    BigInteger soft = over(FixedPoint.log1p(FixedPoint.expNeg(times(a, x.abs()))), a);
    return x.max(ZERO).add(soft);
  }

  private static BigInteger gelu(BigInteger x) {
    BigInteger root = FixedPoint.sqrt(UNIT.shiftLeft(1));
    return times(x, UNIT.add(FixedPoint.erf(over(x, root)))).shiftRight(1);
  }

  private static BigInteger geluTanh(BigInteger x) {
    BigInteger c = FixedPoint.sqrt(over(UNIT.shiftLeft(3), FixedPoint.PI));
    BigInteger cubic = times(FixedPoint.ratio(44715, 1_000_000), times(x, times(x, x)));
    return times(x, sigmoid(times(c, x.add(cubic))));
  }
}
