package org.fullrank.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.fullrank.nn.Accuracy;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Jet;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Kinks;
import org.junit.jupiter.api.DynamicTest;

/**
 * What enclosures must satisfy, checked without knowing the exact function: computed numbers with
 * their accuracy agree with them, those over a part agree with those over the whole, and every
 * order is the integral of the next one, up to jumps.
 */
record JetChecks(ActivationPoints points) {
  private static final int INTERVALS = 400;

  List<DynamicTest> tests() {
    return List.of(
        dynamicTest("enclosures over intervals agree with all that is computed", this::check));
  }

  private Activation activation() {
    return points.activation();
  }

  private void check() {
    Random random = new Random(6);
    double[] centers = points.all();
    double[] kinks = points.kinks();
    for (int i = 0; i < INTERVALS; i++) {
      boolean atKink = i % 3 == 1 && kinks.length > 0;
      double[] chosen = atKink ? kinks : centers;
      double c = i % 3 == 0 ? 2 * random.nextGaussian() : chosen[random.nextInt(chosen.length)];
      double size = Math.scalb(random.nextDouble(), 4 - random.nextInt(i % 2 == 0 ? 8 : 60));
      double a = i % 5 == 0 ? c : c - size * random.nextDouble();
      double b = i % 7 == 0 ? a : i % 5 == 1 ? Math.max(a, c) : a + size;
      check(Interval.of(a, b), random);
      if (i % 10 == 0) {
        check(Interval.atLeast(a), random);
        check(Interval.atMost(a), random);
        check(Interval.ENTIRE, random);
      }
    }
  }

  private void check(Interval x, Random random) {
    Jet whole = activation().enclose(x);
    double lo = Math.max(x.lo(), -50);
    double hi = Math.min(x.hi(), 50);
    double a = lo + random.nextDouble() * (hi - lo);
    double b = random.nextBoolean() ? lo : lo + random.nextDouble() * (hi - lo);
    a = Math.max(lo, Math.min(a, hi));
    b = Math.max(a, Math.min(b, hi));
    String what = activation().name() + " over " + x + " at " + a + ", " + b;
    for (double t : new double[] {a, b}) {
      computed(what, whole, t);
      Jet point = activation().enclose(Interval.of(t));
      agree(what, whole.value(), point.value());
      agree(what + ", first derivative", whole.first(), point.first());
      agree(what + ", second derivative", whole.second(), point.second());
      agree(what + ", third derivative", whole.third(), point.third());
    }
    if (activation().kinks().isPresent()) {
      integrals(what, activation().kinks().get(), a, b);
    }
  }

  private void computed(String what, Jet whole, double t) {
    Optional<Accuracy> accuracy = activation().accuracy();
    if (accuracy.isPresent()) {
      Accuracy acc = accuracy.get();
      agree(
          what + ", computed value",
          whole.value(),
          around(activation().value(t), acc.relative(), acc.absolute()));
      agree(
          what + ", computed derivative",
          whole.first(),
          around(activation().derivative(t), acc.slopeRelative(), acc.slopeAbsolute()));
    }
  }

  private static Interval around(double computed, double relative, double absolute) {
    double radius = Interval.of(relative).multiply(Math.abs(computed)).add(absolute).hi();
    return Interval.around(computed, radius);
  }

  /** From {@code a} to {@code b}. */
  private void integrals(String what, Kinks kinks, double a, double b) {
    Interval part = Interval.of(a, b);
    Jet inner = activation().enclose(part);
    Interval moved = Interval.of(b).subtract(a);
    Jet from = activation().enclose(Interval.of(a));
    Jet to = activation().enclose(Interval.of(b));
    agree(what, to.value(), from.value().add(inner.first().multiply(moved)));
    double mid = part.mid();
    double radius = Math.max(Interval.of(b).subtract(mid).hi(), Interval.of(mid).subtract(a).hi());
    double jumps = kinks.jumpsWithin(mid, radius);
    Interval turn = inner.second().multiply(moved).add(Interval.of(-jumps, jumps));
    agree(what + ", first derivative", to.first(), from.first().add(turn));
    if (jumps == 0) {
      Interval bent = inner.third().multiply(moved);
      agree(what + ", second derivative", to.second(), from.second().add(bent));
    }
  }

  private static void agree(String what, Interval a, Interval b) {
    assertTrue(a.intersects(b), () -> what + ": " + a + " and " + b + " have no common number");
  }
}
