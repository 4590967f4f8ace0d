package org.fullrank.enclosure;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.OptionalInt;
import org.fullrank.nn.Accuracy;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Regularity;

/**
 * A user's activation {@code sigma(x) = x (1 + 2^-bits)}, computed as one product and stated with a
 * relative error only, of {@code 2^(1 - bits)}. That is true of every number: below {@code 2^(bits
 * - 1)} subnormal units the product is rounded to {@code x}, which is wrong by {@code 2^-bits |x|},
 * and above it is within half a unit of at least that many.
 *
 * @param bits from 2 to 50
 */
public record Stretch(int bits) implements Activation {
  private double factor() {
    return 1 + Math.scalb(1.0, -bits);
  }

  @Override
  public String name() {
    return "stretch(" + bits + ")";
  }

  @Override
  public double value(double x) {
    return x * factor();
  }

  @Override
  public double derivative(double x) {
    return factor();
  }

  @Override
  public double secondDerivative(double x) {
    return 0;
  }

  @Override
  public Regularity regularity() {
    return new Regularity(factor(), 0, true, true, true, OptionalInt.of(1));
  }

  @Override
  public Optional<Accuracy> accuracy() {
    return Optional.of(new Accuracy(Math.scalb(1.0, 1 - bits), 0, 0, 0));
  }

  /** The exact value. */
  public BigDecimal exact(BigDecimal x) {
    return x.multiply(new BigDecimal(factor()));
  }
}
