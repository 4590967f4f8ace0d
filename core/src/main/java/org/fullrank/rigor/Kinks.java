package org.fullrank.rigor;

import java.util.List;
import org.fullrank.rigor.rounding.Rounding;

/**
 * How the derivative of a continuous scalar function {@code s} changes: it jumps at finitely many
 * points and has a Lipschitz constant on every open interval between them. So for any two numbers
 * {@code |s'(x) - s'(y)|} is at most the sum of the jumps at points of {@code [x, y]}, its ends
 * included, plus {@code smoothness |x - y|}.
 *
 * <p>Whoever states these is believed: a missing point or too small a number makes a verified
 * statement wrong.
 *
 * @param points where the derivative jumps, in ascending order; copied
 * @param smoothness an upper bound of the Lipschitz constants of {@code s'} between the points,
 *     finite and at least 0; 0 for a function that is affine on every piece
 */
public record Kinks(List<Kink> points, double smoothness) {
  /**
   * A point where the derivative jumps.
   *
   * @param at its position, finite
   * @param jump an upper bound of the distance of any two of three numbers: the limits of {@code
   *     s'} from the left and from the right, and {@code s'(at)} by convention; at least 0
   */
  public record Kink(double at, double jump) {
    /** Checks the numbers and makes -0 and 0 the same. */
    public Kink {
      if (!(Math.abs(at) <= Double.MAX_VALUE) || !(jump >= 0)) {
        throw new IllegalArgumentException(
            "Kink expects a finite position and a jump >= 0 but got " + at + " and " + jump);
      }
      at += 0.0;
    }
  }

  /** Checks order and constant. */
  public Kinks {
    points = List.copyOf(points);
    for (int i = 1; i < points.size(); i++) {
      if (!(points.get(i - 1).at() < points.get(i).at())) {
        throw new IllegalArgumentException("Kinks expects ascending positions but got " + points);
      }
    }
    if (!(smoothness >= 0 && smoothness <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "Kinks expects a smoothness in [0, " + Double.MAX_VALUE + "] but got " + smoothness);
    }
  }

  /** Those of a function whose derivative has a Lipschitz constant on the whole line. */
  public static Kinks none(double smoothness) {
    return new Kinks(List.of(), smoothness);
  }

  /** The only kink of a function that is affine on either side of it. */
  public static Kinks at(double position, double jump) {
    return new Kinks(List.of(new Kink(position, jump)), 0);
  }

  /** Whether the derivative never jumps. */
  public boolean isEmpty() {
    return points.isEmpty();
  }

  /**
   * An upper bound of the sum of the jumps at points within a distance of {@code x}, 0 if there is
   * certainly none.
   *
   * @param x finite
   * @param distance at least 0; NaN counts as infinite
   */
  public double jumpsWithin(double x, double distance) {
    double sum = 0;
    for (int k = 0; k < points.size(); k++) {
      Kink kink = points.get(k);
      if (!(distance(x, kink.at()) > distance)) {
        sum = Rounding.addUp(sum, kink.jump());
      }
    }
    return sum;
  }

  /**
   * A lower bound of the distance of every number in {@code [x - radius, x + radius]} from the
   * nearest kink: at least 0, and infinite if there is no kink.
   *
   * @param x finite
   * @param radius at least 0; NaN counts as infinite
   */
  public double clearance(double x, double radius) {
    double least = Double.POSITIVE_INFINITY;
    for (int k = 0; k < points.size(); k++) {
      double free = Rounding.subtractDown(distance(x, points.get(k).at()), radius);
      least = free > 0 ? Math.min(least, free) : 0;
    }
    return least;
  }

  /** A lower bound of {@code |x - y|}, exact if {@code y} is 0. */
  private static double distance(double x, double y) {
    return x < y ? Rounding.subtractDown(y, x) : Rounding.subtractDown(x, y);
  }
}
