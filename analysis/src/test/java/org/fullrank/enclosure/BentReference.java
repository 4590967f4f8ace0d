package org.fullrank.enclosure;

import java.math.BigDecimal;
import org.fullrank.testkit.TestActivations.Bent;
import org.fullrank.testkit.TestActivations.Clamp;
import org.fullrank.testkit.TestActivations.Hinge;
import org.fullrank.testkit.TestActivations.Wave;

/** Test oracle: the activations whose kinks are not at 0, in decimal arithmetic. */
final class BentReference {
  private static final BigDecimal HALF = new BigDecimal("0.5");

  private BentReference() {}

  /** The value. */
  static BigDecimal value(Bent a, BigDecimal x) {
    if (a instanceof Clamp c) {
      return x.max(new BigDecimal(c.lowerBound())).min(new BigDecimal(c.upperBound()));
    }
    if (a instanceof Hinge h) {
      return x.subtract(new BigDecimal(h.at())).max(BigDecimal.ZERO);
    }
    if (a instanceof Wave w) {
      BigDecimal far = x.subtract(new BigDecimal(w.at())).abs();
      return DecimalFunctions.sin(x).add(far).multiply(HALF);
    }
    throw new IllegalArgumentException(a.name());
  }

  /** The derivative, at kinks by convention. */
  static BigDecimal slope(Bent a, BigDecimal x) {
    if (a instanceof Clamp c) {
      boolean inside =
          x.compareTo(new BigDecimal(c.lowerBound())) > 0
              && x.compareTo(new BigDecimal(c.upperBound())) <= 0;
      return inside ? BigDecimal.ONE : BigDecimal.ZERO;
    }
    if (a instanceof Hinge h) {
      return x.compareTo(new BigDecimal(h.at())) >= 0 ? BigDecimal.ONE : BigDecimal.ZERO;
    }
    if (a instanceof Wave w) {
      int side = x.compareTo(new BigDecimal(w.at()));
      return DecimalFunctions.cos(x).add(BigDecimal.valueOf(side)).multiply(HALF);
    }
    throw new IllegalArgumentException(a.name());
  }
}
