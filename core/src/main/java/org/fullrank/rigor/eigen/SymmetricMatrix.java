package org.fullrank.rigor.eigen;

import org.fullrank.rigor.DecimalInterval;
import org.fullrank.rigor.Internal;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.rounding.FloatingPoint;
import org.fullrank.rigor.rounding.Rounding;

/**
 * A symmetric matrix for the eigenvalue bounds: entries that are stored doubles, and a radius.
 *
 * <p>It stands for every symmetric matrix whose spectral-norm distance to the stored one is at most
 * the radius (0 unless a perturbation was stated), and the bounds of this package hold for all of
 * them. Internally it is {@code 2^e} times a matrix with entries of moderate size, so that neither
 * overflow nor underflow disturbs the bounds; any loss in that scaling is part of the radius.
 *
 * <p>Immutable; the entries are copied, lower triangle only ({@code 4 n^2} bytes).
 */
public final class SymmetricMatrix {
  private static final int BLOCK = 32;

  private final double[][] lower;
  private final int exponent;
  private final double scaledRadius;
  private final Subject subject;
  private final boolean ball;

  private SymmetricMatrix(
      double[][] lower, int exponent, double scaledRadius, Subject subject, boolean ball) {
    this.lower = lower;
    this.exponent = exponent;
    this.scaledRadius = scaledRadius;
    this.subject = subject;
    this.ball = ball;
  }

  /**
   * The matrix with these rows.
   *
   * @param rows {@code [n][n]}, n at least 1, finite, {@code rows[i][j] == rows[j][i]} for all i, j
   * @throws IllegalArgumentException if it is empty, not square, not finite or not symmetric; an
   *     asymmetry is never repaired silently
   */
  public static SymmetricMatrix of(double[][] rows) {
    double largest = ErrorTerms.requireFiniteMatrix(rows, "SymmetricMatrix");
    int n = rows.length;
    if (rows[0].length != n) {
      throw new IllegalArgumentException(
          "SymmetricMatrix expects a square matrix but got [" + n + ", " + rows[0].length + "]");
    }
    requireSymmetric("SymmetricMatrix", rows);
    double[][] lower = new double[n][];
    for (int i = 0; i < n; i++) {
      lower[i] = java.util.Arrays.copyOf(rows[i], i + 1);
    }
    return ofLower(lower, largest);
  }

  /**
   * The matrix with this lower triangle, row {@code i} of length {@code i + 1}; takes ownership.
   *
   * @throws IllegalArgumentException if an entry is not finite
   */
  @Internal
  public static SymmetricMatrix ofLower(double[][] lower) {
    FloatingPoint.requireIeee();
    double largest = 0;
    for (double[] row : lower) {
      largest = Math.max(largest, ErrorTerms.largest(row, row.length));
    }
    if (!(largest <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "SymmetricMatrix expects finite entries but the product overflowed; scale the factors"
              + " down");
    }
    return ofLower(lower, largest);
  }

  private static SymmetricMatrix ofLower(double[][] stored, double largest) {
    double[][] lower = stored;
    int n = lower.length;
    int exponent = ErrorTerms.exponentFor(largest);
    double radius = 0;
    if (exponent != 0) {
      lower = ErrorTerms.scaledCopy(lower, exponent);
      // Scaling up is exact; scaling down may lose less than eta per entry, in norm at most n eta.
      radius = exponent < 0 ? 0 : ErrorTerms.underflow(n);
    }
    return new SymmetricMatrix(lower, exponent, radius, Subject.STORED_MATRIX, false);
  }

  /**
   * The interval matrix of all symmetric matrices with {@code |A_ij - mids[i][j]| <= radii[i][j]};
   * the bounds hold for every one of them. The radius is a bound of the spectral norm of {@code
   * radii}: the least of Frobenius norm, row sums, and Collatz-Wielandt quotients.
   *
   * @param mids {@code [n][n]}, as for {@link #of}
   * @param radii {@code [n][n]}, symmetric, finite, at least 0
   * @throws IllegalArgumentException if the one is not symmetric and finite, the other not a
   *     symmetric matrix of radii of the same order
   */
  @Internal
  public static SymmetricMatrix withRadii(double[][] mids, double[][] radii) {
    SymmetricMatrix a = of(mids);
    double largest = ErrorTerms.requireFiniteMatrix(radii, "SymmetricMatrix radii");
    if (radii.length != mids.length || radii[0].length != mids.length) {
      throw new IllegalArgumentException(
          "SymmetricMatrix expects radii of order "
              + mids.length
              + " but got ["
              + radii.length
              + ", "
              + radii[0].length
              + "]");
    }
    requireSymmetric("SymmetricMatrix radii", radii, "take the larger one for both");
    for (double[] row : radii) {
      for (double r : row) {
        if (!(r >= 0)) {
          throw new IllegalArgumentException("SymmetricMatrix expects radii >= 0 but got " + r);
        }
      }
    }
    double radius = ErrorTerms.scaleUp(PerronBound.upper(radii), -a.exponent);
    return new SymmetricMatrix(
        a.lower, a.exponent, Rounding.addUp(a.scaledRadius, radius), a.subject, largest > 0);
  }

  /**
   * All symmetric matrices with entries between {@code A_ij} and {@code A_ji}, for a matrix that is
   * symmetric up to rounding only: the bounds hold for each of them, among which are the exact
   * {@code (A + A^T) / 2} and the two that repeat one triangle. The radius bounds the spectral norm
   * of the distances to the rounded mean.
   *
   * @param rows {@code [n][n]}, finite, n at least 1
   * @throws IllegalArgumentException if it is empty, not square or not finite
   */
  public static SymmetricMatrix between(double[][] rows) {
    ErrorTerms.requireFiniteMatrix(rows, "SymmetricMatrix");
    int n = rows.length;
    if (rows[0].length != n) {
      throw new IllegalArgumentException(
          "SymmetricMatrix expects a square matrix but got [" + n + ", " + rows[0].length + "]");
    }
    double[][] mids = new double[n][n];
    double[][] radii = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double a = rows[i][j];
        double b = rows[j][i];
        double mid = a == b ? a : 0.5 * a + 0.5 * b; // halves first: the sum stays finite
        double above = Rounding.subtractUp(Math.max(a, b), mid);
        double below = Rounding.subtractUp(mid, Math.min(a, b));
        mids[i][j] = mid;
        mids[j][i] = mid;
        radii[i][j] = Math.max(above, below);
        radii[j][i] = radii[i][j];
      }
    }
    return withRadii(mids, radii);
  }

  /**
   * Throws unless a square matrix is symmetric to the bit.
   *
   * @param where what is checked, for the message
   * @param rows {@code [n][n]}
   * @throws IllegalArgumentException if two mirror images differ; says which and what to do
   */
  public static void requireSymmetric(String where, double[][] rows) {
    requireSymmetric(
        where, rows, "if they differ by rounding, average them, or use SymmetricMatrix.between");
  }

  private static void requireSymmetric(String where, double[][] rows, String remedy) {
    // Square blocks: columns of large matrices would miss the cache in every step.
    int n = rows.length;
    for (int i0 = 0; i0 < n; i0 += BLOCK) {
      for (int j0 = 0; j0 <= i0; j0 += BLOCK) {
        for (int i = i0; i < Math.min(n, i0 + BLOCK); i++) {
          for (int j = j0; j < Math.min(i, j0 + BLOCK); j++) {
            if (rows[i][j] != rows[j][i]) {
              throw asymmetric(where, i, j, rows[i][j], rows[j][i], remedy);
            }
          }
        }
      }
    }
  }

  /** What is thrown for entries {@code (i, j)} and {@code (j, i)} that differ. */
  @Internal
  public static IllegalArgumentException asymmetric(
      String where, int i, int j, double entry, double mirrored, String remedy) {
    return new IllegalArgumentException(
        where
            + " expects a symmetric matrix with equal entries at ("
            + i
            + ", "
            + j
            + ") and ("
            + j
            + ", "
            + i
            + ") but got "
            + entry
            + " and "
            + mirrored
            + "; "
            + remedy);
  }

  /** {@code 2^exponent * lower} with a radius in the same units; takes ownership of the array. */
  static SymmetricMatrix ofScaled(
      double[][] lower, int exponent, double scaledRadius, Subject subject) {
    return new SymmetricMatrix(lower, exponent, scaledRadius, subject, false);
  }

  /** Number of rows. */
  public int order() {
    return lower.length;
  }

  /** The stored entry, to nearest if it had to be scaled. */
  public double get(int i, int j) {
    if (i < 0 || j < 0 || i >= order() || j >= order()) {
      throw new IllegalArgumentException(
          "SymmetricMatrix expects indices below " + order() + " but got (" + i + ", " + j + ")");
    }
    return Math.scalb(i >= j ? lower[i][j] : lower[j][i], exponent);
  }

  /** What the bounds computed from this are about. */
  public Subject subject() {
    return subject;
  }

  /**
   * Upper bound of the spectral-norm distance between the stored matrix and the one meant. For
   * matrices with entries above {@code 1e60} this includes a scaling loss of relative size below
   * {@code n * 1e-323}.
   */
  public double radius() {
    return ErrorTerms.scaleUp(scaledRadius, exponent);
  }

  /**
   * The same entries standing for a ball that is larger by {@code error}: all symmetric matrices
   * within that spectral-norm distance (Weyl's inequality).
   *
   * @param error bound of the 2-norm of the perturbation, for instance the largest absolute row sum
   *     of a matrix of entry errors; its upper end counts and may be infinite. It must be {@code
   *     VERIFIED}, because everything computed from the ball will be. An error of one's own, {@code
   *     Quantity.assumed(…)}, perturbs the resulting {@link Quantity} instead, which is then {@code
   *     ASSUMED}
   * @param newSubject what the perturbed matrix is
   * @throws IllegalArgumentException if the error is not a proof about that subject
   */
  public SymmetricMatrix perturbedBy(Quantity error, Subject newSubject) {
    if (!error.isProof()) {
      throw new IllegalArgumentException(
          "SymmetricMatrix.perturbedBy expects a VERIFIED error bound but got " + error);
    }
    error.requireAbout(newSubject);
    return new SymmetricMatrix(
        lower,
        exponent,
        Rounding.addUp(scaledRadius, ErrorTerms.scaleUp(error.interval().magnitude(), -exponent)),
        newSubject,
        true);
  }

  /**
   * The name of a method with what it is about, where that is more than {@link #subject} says: all
   * matrices of a ball around the stored one.
   *
   * @param name of the method
   * @return a clause
   */
  String method(String name) {
    return ball && subject == Subject.STORED_MATRIX
        ? name
            + "; for every symmetric matrix within "
            + DecimalInterval.upper(radius(), 3)
            + " of it in the 2-norm"
        : name;
  }

  /** Upper bound of the largest absolute row sum of the stored matrix. */
  @Internal
  public double infinityNorm() {
    int n = order();
    double[] sums = new double[n];
    for (int i = 0; i < n; i++) {
      double[] row = lower[i];
      double own = Math.abs(row[i]);
      for (int j = 0; j < i; j++) {
        double x = Math.abs(row[j]);
        own += x;
        sums[j] += x;
      }
      sums[i] += own;
    }
    double largest = ErrorTerms.largest(sums, n);
    double scaled = Norms.ofNonNegativeTerms(largest, n, ErrorTerms.underflow(n)).hi();
    return ErrorTerms.scaleUp(scaled, exponent);
  }

  /** Rows of the scaled lower triangle; callers in this package must not write. */
  double[][] scaledLower() {
    return lower;
  }

  int exponent() {
    return exponent;
  }

  double scaledRadius() {
    return scaledRadius;
  }

  /** {@code scaled} enlarged by the radius and scaled back. */
  Interval widened(Interval scaled) {
    if (Double.isInfinite(scaledRadius)) {
      return Interval.ENTIRE;
    }
    return ErrorTerms.scale(scaled.add(new Interval(-scaledRadius, scaledRadius)), exponent);
  }

  /** Order, distance of what it stands for, and subject. */
  @Override
  public String toString() {
    return "SymmetricMatrix(order "
        + order()
        + (ball ? ", within " + DecimalInterval.upper(radius(), 3) : "")
        + ", "
        + subject.text()
        + ")";
  }
}
