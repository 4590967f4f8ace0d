package org.fullrank.rigor.eigen;

import org.fullrank.rigor.Internal;
import org.fullrank.rigor.Interval;

/** How the search for an eigenvalue enclosure ended. The enclosure is valid in every case. */
public enum EnclosureStatus {
  /** The requested relative width was reached. */
  CONVERGED("the requested relative width was reached"),
  /**
   * As narrow as the rounding error of a Cholesky factorisation in double precision permits, which
   * is wider than requested.
   */
  AT_PRECISION(
      "limited by double precision, about n u trace; enclose singular values of a factor with a"
          + " rank certificate instead of squaring its condition number, or remove near-duplicate"
          + " samples"),
  /**
   * The search reached the requested width or the limit of precision, and what is not known of the
   * entries makes most of the width that is too much: an error bound, an asymmetry, or what entries
   * below {@code 1e-308} of the largest one lose when that is above {@code 1e60} and scaled down.
   */
  ENTRIES_UNCERTAIN(
      "limited by what is not known of the entries, so more factorisations do not help; a smaller"
          + " error bound of the entries, or a matrix that is symmetric to the bit, does; if there"
          + " is neither an error nor an asymmetry, entries below 1e-308 of the largest one have"
          + " lost digits: scale each row and its column alike, which keeps the signs of the"
          + " eigenvalues"),
  /** The permitted number of factorisations was used up. */
  BUDGET_EXHAUSTED(
      "the permitted number of factorisations was used up; raise it or give an eigenvalue"
          + " estimate"),
  /** No factorisation certified anything: the cheap bounds are all there is. */
  CHEAP_BOUNDS_ONLY(
      "no shifted Cholesky factorisation succeeded, only Gershgorin and trace bounds hold; raise"
          + " the number of factorisations or give an eigenvalue estimate");

  private final String text;

  EnclosureStatus(String text) {
    this.text = text;
  }

  /**
   * This status of a search, once the radius of the matrix is part of the enclosure.
   *
   * @param own what the search has found, without the radius
   * @param widened the same with it
   * @param relativeWidth what was asked for
   */
  @Internal
  public EnclosureStatus withRadius(Interval own, Interval widened, double relativeWidth) {
    boolean tooWide = !(widened.relativeWidth() <= relativeWidth);
    boolean mostly = own.width() < 0.5 * widened.width();
    return tooWide && (this == CONVERGED || (this == AT_PRECISION && mostly))
        ? ENTRIES_UNCERTAIN
        : this;
  }

  /** A sentence for the reader, with the remedy where there is one. */
  public String text() {
    return text;
  }
}
