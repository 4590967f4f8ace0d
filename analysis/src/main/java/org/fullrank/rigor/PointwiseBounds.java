package org.fullrank.rigor;

/**
 * What is known about a scalar function {@code s} and about numbers computed for it: {@code |value^
 * - s(x)| <= relative |value^| + absolute}, {@code |slope^ - s'(x)| <= slopeRelative |slope^| +
 * slopeAbsolute}, {@code |s'| <= lipschitz}, and either {@code s'} has the Lipschitz constant
 * {@code smoothness}, or {@code s} is linear on either side of 0 and {@code jump} is an upper bound
 * of the distance of any two values of {@code s'}, the one at 0 included.
 *
 * @param relative at least 0
 * @param absolute at least 0
 * @param slopeRelative at least 0
 * @param slopeAbsolute at least 0
 * @param lipschitz at least 0
 * @param smoothness at least 0; ignored if there is a jump
 * @param jump 0 if there is none
 */
public record PointwiseBounds(
    double relative,
    double absolute,
    double slopeRelative,
    double slopeAbsolute,
    double lipschitz,
    double smoothness,
    double jump) {
  /** Checks the bounds. */
  public PointwiseBounds {
    if (!(relative >= 0
        && absolute >= 0
        && slopeRelative >= 0
        && slopeAbsolute >= 0
        && lipschitz >= 0
        && smoothness >= 0
        && jump >= 0)) {
      throw new IllegalArgumentException(
          "PointwiseBounds expects bounds >= 0 but got a NaN or less");
    }
    if (jump == 0 && smoothness == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "PointwiseBounds expects a finite smoothness or a jump at 0 but got neither");
    }
  }
}
