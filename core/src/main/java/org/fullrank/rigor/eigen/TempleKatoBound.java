package org.fullrank.rigor.eigen;

import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.kernel.SymmetricTimes;
import org.fullrank.rigor.rounding.FloatingPoint;
import org.fullrank.rigor.rounding.Rounding;

/**
 * Enclosures of simple extreme eigenvalues whose error is the square of a residual: for a vector x
 * with Rayleigh quotient {@code rho} and {@code lambda_2 >= b > rho}, {@code lambda_min >= rho -
 * ||A x - rho x||^2 / ((b - rho) ||x||^2)} (Temple 1928, Kato 1949).
 *
 * <p>The bound b is proved, too: {@code lambda_2(A) >= lambda_min(A + y y^T)} for every vector y,
 * and that is bounded by a shifted Cholesky factorisation, with the rounding of the update, {@code
 * u ||A + y y^T||_F}, as radius. Quotient and residual are enclosed with doubled precision, so a
 * separated eigenvalue is enclosed to nearly full precision even where {@link ShiftedCholeskyBound}
 * is limited by {@code n u tr A}. Where the two smallest eigenvalues cannot be told apart the
 * result is that of {@link ShiftedCholeskyBound}, on which this builds and which it never makes
 * worse.
 *
 * <p>Cost: about twice that of {@link ShiftedCholeskyBound}, {@code 4 n^2} bytes more.
 */
public final class TempleKatoBound implements EigenvalueBound {
  /** Relative width for the bound of the second eigenvalue; any share of the gap will do. */
  private static final double SECOND_WIDTH = 1e-5;

  private static final int SECOND_FACTORIZATIONS = 8;

  private final ShiftedCholeskyBound base;

  private TempleKatoBound(ShiftedCholeskyBound base) {
    this.base = base;
  }

  /** Refines {@link ShiftedCholeskyBound#withDefaults}. */
  public static TempleKatoBound withDefaults() {
    return refining(ShiftedCholeskyBound.withDefaults());
  }

  /** Refines what the given search finds; its settings apply. */
  public static TempleKatoBound refining(ShiftedCholeskyBound base) {
    return new TempleKatoBound(base);
  }

  @Override
  public String name() {
    return "Temple-Kato on shifted Cholesky with a priori rounding bound (Rump 2006)";
  }

  @Override
  public Interval lambdaMin(SymmetricMatrix a) {
    return encloseLambdaMin(a, Hint.none()).interval();
  }

  @Override
  public Interval lambdaMax(SymmetricMatrix a) {
    return encloseLambdaMax(a, Hint.none()).interval();
  }

  /**
   * Encloses the smallest eigenvalue of every matrix that {@code a} stands for.
   *
   * @param a a stored symmetric matrix, possibly with a radius
   * @param hint suggestions that are tried, never believed
   * @return the enclosure, valid whatever its status; factorisations for b are counted
   */
  public EigenvalueEnclosure encloseLambdaMin(SymmetricMatrix a, Hint hint) {
    return enclose(a, hint, 1);
  }

  /**
   * Encloses the largest eigenvalue of every matrix that {@code a} stands for.
   *
   * @param a a stored symmetric matrix, possibly with a radius
   * @param hint suggestions that are tried, never believed
   * @return the enclosure, valid whatever its status; factorisations for b are counted
   */
  public EigenvalueEnclosure encloseLambdaMax(SymmetricMatrix a, Hint hint) {
    return EigenvalueEnclosure.mirrored(enclose(a, hint, -1));
  }

  private EigenvalueEnclosure enclose(SymmetricMatrix a, Hint hint, double sign) {
    FloatingPoint.requireIeee();
    ExtremeSearch search =
        base.search(
            a, sign, sign > 0 ? ShiftedCholeskyBound.SMALLEST : ShiftedCholeskyBound.LARGEST);
    search.run(hint);
    double[] x = search.polishedVector();
    Interval scaled = search.interval();
    int factorizations = 0;
    if (x != null && scaled.lo() < scaled.hi()) {
      Residual residual = new Residual(a.scaledLower(), sign, x);
      Interval rho = residual.quotient();
      if (rho.isBounded()) {
        EigenvalueEnclosure second = second(a, sign, x);
        factorizations += second.factorizations();
        double b = second.interval().lo();
        scaled = refined(scaled, rho, residual.square(rho.mid()), b);
      }
    }
    if (!(scaled.relativeWidth() <= base.relativeWidth())) {
      search.equilibrate();
      scaled = scaled.intersect(search.interval());
    }
    factorizations += search.factorizations();
    EnclosureStatus status =
        scaled.relativeWidth() <= base.relativeWidth()
            ? EnclosureStatus.CONVERGED
            : search.status();
    Interval widened = a.widened(scaled);
    Interval own = ErrorTerms.scale(scaled, a.exponent());
    return new EigenvalueEnclosure(
        Quantity.verified("lambda_min", widened, a.subject(), a.method(name())),
        status.withRadius(own, widened, base.relativeWidth()),
        factorizations);
  }

  /** {@code known}, with the ends of Temple and Kato where these are better. */
  static Interval refined(Interval known, Interval rho, Interval residualSquare, double b) {
    double hi = Math.min(known.hi(), rho.hi());
    double gap = Rounding.subtractDown(b, rho.hi());
    if (!(gap > 0)) {
      return new Interval(known.lo(), hi);
    }
    double lo = Rounding.subtractDown(rho.lo(), Rounding.divideUp(residualSquare.hi(), gap));
    return new Interval(Math.max(known.lo(), lo), hi);
  }

  /** Encloses the smallest eigenvalue of {@code sign * A + y y^T}, which is at most lambda_2. */
  private EigenvalueEnclosure second(SymmetricMatrix a, double sign, double[] x) {
    double[] y = update(a.scaledLower(), x);
    return base.withRelativeWidth(SECOND_WIDTH)
        .withMaxFactorizations(SECOND_FACTORIZATIONS)
        .enclose(
            updated(a.scaledLower(), sign, y),
            Hint.none(),
            1,
            sign > 0 ? "second smallest eigenvalue" : "second largest eigenvalue");
  }

  /** A multiple of x long enough to lift the eigenvalue into the middle of the others. */
  private static double[] update(double[][] lower, double[] x) {
    int n = x.length;
    double size = 0;
    for (int i = 0; i < n; i++) {
      size += Math.abs(lower[i][i]) / n;
    }
    double factor = Math.sqrt(size / SymmetricTimes.dot(x, x, n));
    double[] y = new double[n];
    for (int i = 0; i < n; i++) {
      y[i] = factor * x[i];
    }
    return y;
  }

  /** {@code sign * A + y y^T}, each entry rounded once; the rounding is the radius. */
  static SymmetricMatrix updated(double[][] lower, double sign, double[] y) {
    int n = lower.length;
    double[][] rows = ShiftedCholeskyBound.newTriangle(n);
    Interval squares = Interval.ZERO;
    for (int i = 0; i < n; i++) {
      double[] row = rows[i];
      for (int j = 0; j <= i; j++) {
        row[j] = Math.fma(y[i], y[j], sign * lower[i][j]);
      }
      squares =
          squares.add(Norms.sumOfSquares(row, i).multiply(2)).add(Interval.of(row[i]).square());
    }
    double rounding = Rounding.multiplyUp(ErrorTerms.U, squares.sqrt().hi());
    double radius = Rounding.addUp(rounding, ErrorTerms.underflow(n));
    return SymmetricMatrix.ofScaled(rows, 0, radius, Subject.STORED_MATRIX);
  }
}
