package org.fullrank.convergence.theorem;

import org.fullrank.evidence.measure.DeepLinearNetwork;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;

/**
 * The quantities that the theorems on deep linear residual networks share, on the region {@code
 * ||W_l|| <= c / L}; all outward rounded.
 */
final class DeepLinearConstants {
  final DeepLinearNetwork net;
  final Interval x;
  final Interval u1;
  final Interval k;

  /** {@code L p^2 (a b sr)^2}: half the PL constant on the region. */
  final Interval mu;

  private final Interval u2;

  DeepLinearConstants(DeepLinearNetwork net, double c) {
    this.net = net;
    int depth = net.depth();
    x = Interval.of(c).divide(depth);
    Interval shrink = Interval.ONE.subtract(x);
    Interval grow = Interval.ONE.add(x);
    u1 = power(grow, depth - 1);
    u2 = power(grow, Math.max(depth - 2, 0));
    k = net.normA().interval().multiply(net.normB().interval()).multiply(net.normX().interval());
    Interval smallest =
        net.sigmaA().interval().multiply(net.sigmaB().interval()).multiply(net.sigmaX().interval());
    mu = power(shrink, depth - 1).multiply(smallest).square().multiply(depth);
  }

  /** {@code sum_(j<L) ((1-x)/(1+x))^(2j)}: how evenly the layers share a gradient. */
  Interval balance() {
    Interval ratio = Interval.ONE.subtract(x).divide(Interval.ONE.add(x)).square();
    Interval sum = Interval.ZERO;
    Interval term = Interval.ONE;
    for (int j = 0; j < net.depth(); j++) {
      sum = sum.add(term);
      term = term.multiply(ratio);
    }
    return sum;
  }

  /** Smoothness of the loss where the residual is at most {@code residual}. */
  Interval smoothness(Interval residual) {
    Interval first = u1.square().multiply(k.square()).multiply(net.depth());
    return first.add(u2.multiply(k).multiply(residual).multiply(net.depth() - 1));
  }

  /** The measured numbers that all theorems use, and the setting c. */
  Quantity[] measured(double c) {
    return new Quantity[] {
      Setting.of("L", net.depth()),
      Setting.of("c", c),
      net.sigmaA().withSymbol("a"),
      net.normA().withSymbol("||A||"),
      net.sigmaB().withSymbol("b"),
      net.normB().withSymbol("||B||"),
      net.sigmaX().withSymbol("s"),
      net.normX().withSymbol("||X||")
    };
  }

  /** The numbers in between, by the symbols of the documentation. */
  Quantity[] derived() {
    return new Quantity[] {
      quantity("x", "c/L", x),
      quantity("K", "||A|| ||B|| ||X||", k),
      quantity("u1", "(1+x)^(L-1)", u1),
      quantity("u2", "(1+x)^max(L-2,0)", u2),
      quantity("mu", "L (1-x)^(2(L-1)) (a b s)^2", mu)
    };
  }

  /** A derived number, as rigorous as the measured ones. */
  Quantity quantity(String symbol, String formula, Interval value) {
    return Quantity.derived(
        symbol,
        formula,
        value,
        net.sigmaA(),
        net.normA(),
        net.sigmaB(),
        net.normB(),
        net.sigmaX(),
        net.normX(),
        net.normAx(),
        net.longest(),
        net.loss(),
        net.excess());
  }

  /** The radius of the region, which does not depend on what was measured. */
  Quantity region() {
    return Setting.read("c/L", x, "c/L");
  }

  static Interval power(Interval base, int exponent) {
    Interval out = Interval.ONE;
    for (int i = 0; i < exponent; i++) {
      out = out.multiply(base);
    }
    return out;
  }
}
