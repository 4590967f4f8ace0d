package org.fullrank.enclosure;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.OptionalInt;
import org.fullrank.nn.Accuracy;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Regularity;

/**
 * A user's activation {@code sigma(x) = x (1 + 2^-12)}, computed as one product and stated with a
 * relative error only. That is true of every number: below {@code 2^11} subnormal units the product
 * is rounded to {@code x}, which is wrong by {@code 2^-12 |x|}, and above it is within one unit of
 * at least that many.
 */
public record Stretch() implements Activation {
  private static final double C = 1 + 0x1p-12;

  @Override
  public String name() {
    return "stretch";
  }

  @Override
  public double value(double x) {
    return x * C;
  }

  @Override
  public double derivative(double x) {
    return C;
  }

  @Override
  public double secondDerivative(double x) {
    return 0;
  }

  @Override
  public Regularity regularity() {
    return new Regularity(C, 0, true, true, true, OptionalInt.of(1));
  }

  @Override
  public Optional<Accuracy> accuracy() {
    return Optional.of(new Accuracy(0x1p-10, 0, 0, 0));
  }

  /** The exact value. */
  public static BigDecimal exact(BigDecimal x) {
    return x.multiply(new BigDecimal(C));
  }
}
