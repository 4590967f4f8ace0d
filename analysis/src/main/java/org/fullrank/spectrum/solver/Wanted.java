package org.fullrank.spectrum.solver;

/**
 * Which eigenpairs are asked for.
 *
 * @param part which end of the spectrum
 * @param count how many; ignored for {@code ALL}
 * @param vectors whether eigenvectors, and so residual norms, are wanted
 */
public record Wanted(Part part, int count, boolean vectors) {
  /** Checks the count. */
  public Wanted {
    if (count < 1) {
      throw new IllegalArgumentException("Wanted expects a count of at least 1 but got " + count);
    }
  }

  /** An end of the spectrum. */
  public enum Part {
    /** Every eigenvalue. */
    ALL,
    /** The algebraically smallest ones. */
    SMALLEST,
    /** The algebraically largest ones. */
    LARGEST
  }

  /**
   * All eigenvalues, without vectors.
   *
   * @return the request
   */
  public static Wanted all() {
    return new Wanted(Part.ALL, Integer.MAX_VALUE, false);
  }

  /**
   * The smallest eigenvalues, without vectors.
   *
   * @param count how many, at least 1; more than there are means all
   * @return the request
   */
  public static Wanted smallest(int count) {
    return new Wanted(Part.SMALLEST, count, false);
  }

  /**
   * The largest eigenvalues, without vectors.
   *
   * @param count how many, at least 1; more than there are means all
   * @return the request
   */
  public static Wanted largest(int count) {
    return new Wanted(Part.LARGEST, count, false);
  }

  /**
   * The same with eigenvectors.
   *
   * @return the request
   */
  public Wanted withVectors() {
    return new Wanted(part, count, true);
  }

  /** The first index among {@code n} ascending values. */
  int from(int n) {
    return part == Part.LARGEST ? Math.max(0, n - count) : 0;
  }

  /** One past the last index among {@code n} ascending values. */
  int to(int n) {
    return part == Part.SMALLEST ? Math.min(n, count) : n;
  }
}
