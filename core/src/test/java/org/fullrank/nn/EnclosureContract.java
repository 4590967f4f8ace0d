package org.fullrank.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Kinks;
import org.fullrank.rigor.rounding.Rounding;

/**
 * What every activation's enclosures must satisfy, whoever wrote it, checked without knowing the
 * exact function: computed numbers with their accuracy agree with them, those over a part agree
 * with those over the whole, and every order is the integral of the next one, up to jumps.
 */
public final class EnclosureContract {
  private EnclosureContract() {}

  /**
   * Checks random intervals around some numbers, points and unbounded ones among them.
   *
   * @param activation one with an accuracy
   * @param centers for example kinks and turning points
   */
  public static void check(Activation activation, Random random, int count, double... centers) {
    for (int i = 0; i < count; i++) {
      double c = i % 3 == 0 ? 2 * random.nextGaussian() : centers[random.nextInt(centers.length)];
      double size = Math.scalb(random.nextDouble(), 4 - random.nextInt(i % 2 == 0 ? 8 : 60));
      double a = i % 5 == 0 ? c : c - size * random.nextDouble();
      double b = i % 7 == 0 ? a : i % 5 == 1 ? Math.max(a, c) : a + size;
      Interval x = Interval.of(a, b);
      check(activation, x, random);
      if (i % 10 == 0) {
        check(activation, Interval.atLeast(a), random);
        check(activation, Interval.atMost(a), random);
        check(activation, Interval.ENTIRE, random);
      }
    }
  }

  private static void check(Activation activation, Interval x, Random random) {
    Jet whole = activation.enclose(x);
    double lo = Math.max(x.lo(), -50);
    double hi = Math.min(x.hi(), 50);
    double a = lo + random.nextDouble() * (hi - lo);
    double b = random.nextBoolean() ? lo : lo + random.nextDouble() * (hi - lo);
    a = Math.max(lo, Math.min(a, hi));
    b = Math.max(a, Math.min(b, hi));
    String what = activation.name() + " over " + x + " at " + a + ", " + b;
    for (double t : new double[] {a, b}) {
      Accuracy accuracy = activation.accuracy().orElseThrow();
      agree(what, whole.value(), accuracy.value(activation.value(t)));
      agree(what + "'", whole.first(), accuracy.slope(activation.derivative(t)));
      Jet point = activation.enclose(Interval.of(t));
      agree(what, whole.value(), point.value());
      agree(what + "'", whole.first(), point.first());
      agree(what + "''", whole.second(), point.second());
      agree(what + "'''", whole.third(), point.third());
    }
    Interval part = Interval.of(a, b);
    Jet inner = activation.enclose(part);
    Interval moved = Interval.of(b).subtract(a);
    Jet from = activation.enclose(Interval.of(a));
    Jet to = activation.enclose(Interval.of(b));
    agree(what, to.value(), from.value().add(inner.first().multiply(moved)));
    Kinks kinks = activation.kinks().orElseThrow();
    double mid = part.mid();
    double radius = Math.max(Rounding.subtractUp(b, mid), Rounding.subtractUp(mid, a));
    double jumps = kinks.jumpsWithin(mid, radius);
    Interval turn = inner.second().multiply(moved).add(Interval.of(-jumps, jumps));
    agree(what + "'", to.first(), from.first().add(turn));
    if (jumps == 0) {
      agree(what + "''", to.second(), from.second().add(inner.third().multiply(moved)));
    }
  }

  private static void agree(String what, Interval a, Interval b) {
    assertThat(a.intersects(b)).as("%s: %s and %s", what, a, b).isTrue();
  }
}
