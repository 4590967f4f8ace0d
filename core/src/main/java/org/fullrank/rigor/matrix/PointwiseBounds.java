package org.fullrank.rigor.matrix;

/**
 * What is known about a scalar function {@code s} and about numbers computed for it: {@code |value^
 * - s(x)| <= relative |value^| + absolute}, {@code |slope^ - s'(x)| <= slopeRelative |slope^| +
 * slopeAbsolute}, {@code |s'| <= lipschitz}, and either {@code s'} has the Lipschitz constant
 * {@code smoothness}, or {@code s} is linear on either side of 0, {@code s(0) = 0}, and {@code
 * jump} is an upper bound of the distance of any two values of {@code s'}, the one at 0 included.
 *
 * <p>Besides, {@code least <= s <= greatest}.
 *
 * <p>Whoever states these is believed: too small a bound makes a verified statement wrong.
 *
 * @param relative at least 0
 * @param absolute at least 0
 * @param slopeRelative at least 0
 * @param slopeAbsolute at least 0
 * @param lipschitz at least 0
 * @param smoothness at least 0; ignored if there is a jump
 * @param jump 0 if there is none
 * @param least of all values, or minus infinity
 * @param greatest of all values, or infinity
 */
public record PointwiseBounds(
    double relative,
    double absolute,
    double slopeRelative,
    double slopeAbsolute,
    double lipschitz,
    double smoothness,
    double jump,
    double least,
    double greatest) {
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
    if (!(least <= greatest)) {
      throw new IllegalArgumentException(
          "PointwiseBounds expects values between two bounds but got "
              + least
              + " and "
              + greatest);
    }
    if (jump == 0 && smoothness == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "PointwiseBounds expects a finite smoothness or a jump at 0 but got neither");
    }
  }

  /**
   * A function whose values may be any.
   *
   * @param relative at least 0
   * @param absolute at least 0
   * @param slopeRelative at least 0
   * @param slopeAbsolute at least 0
   * @param lipschitz at least 0
   * @param smoothness at least 0; ignored if there is a jump
   * @param jump 0 if there is none
   */
  public PointwiseBounds(
      double relative,
      double absolute,
      double slopeRelative,
      double slopeAbsolute,
      double lipschitz,
      double smoothness,
      double jump) {
    this(
        relative,
        absolute,
        slopeRelative,
        slopeAbsolute,
        lipschitz,
        smoothness,
        jump,
        Double.NEGATIVE_INFINITY,
        Double.POSITIVE_INFINITY);
  }
}
