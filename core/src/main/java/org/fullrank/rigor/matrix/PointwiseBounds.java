package org.fullrank.rigor.matrix;

import org.fullrank.rigor.Kinks;

/**
 * What is known about a continuous scalar function {@code s} and about numbers computed for it:
 * {@code |value^ - s(x)| <= relative |value^| + absolute}, {@code |slope^ - s'(x)| <= slopeRelative
 * |slope^| + slopeAbsolute}, {@code |s'| <= lipschitz}, {@code least <= s <= greatest}, and where
 * {@code s'} jumps.
 *
 * <p>Whoever states these is believed: too small a bound makes a verified statement wrong.
 *
 * @param relative at least 0
 * @param absolute at least 0
 * @param slopeRelative at least 0
 * @param slopeAbsolute at least 0
 * @param lipschitz at least 0
 * @param kinks where {@code s'} jumps, and its Lipschitz constant elsewhere
 * @param fixesZero whether {@code s(0) = 0} is known, so that 0 computed for 0 is without error
 * @param least of all values, or minus infinity
 * @param greatest of all values, or infinity
 */
public record PointwiseBounds(
    double relative,
    double absolute,
    double slopeRelative,
    double slopeAbsolute,
    double lipschitz,
    Kinks kinks,
    boolean fixesZero,
    double least,
    double greatest) {
  /** Checks the bounds. */
  public PointwiseBounds {
    if (!(relative >= 0
        && absolute >= 0
        && slopeRelative >= 0
        && slopeAbsolute >= 0
        && lipschitz >= 0)) {
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
  }

  /**
   * A function whose values may be any, and whose value at 0 is known by what was computed only.
   *
   * @param relative at least 0
   * @param absolute at least 0
   * @param slopeRelative at least 0
   * @param slopeAbsolute at least 0
   * @param lipschitz at least 0
   * @param kinks where {@code s'} jumps, and its Lipschitz constant elsewhere
   */
  public PointwiseBounds(
      double relative,
      double absolute,
      double slopeRelative,
      double slopeAbsolute,
      double lipschitz,
      Kinks kinks) {
    this(
        relative,
        absolute,
        slopeRelative,
        slopeAbsolute,
        lipschitz,
        kinks,
        false,
        Double.NEGATIVE_INFINITY,
        Double.POSITIVE_INFINITY);
  }
}
