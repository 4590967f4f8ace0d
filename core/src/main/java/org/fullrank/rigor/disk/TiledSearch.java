package org.fullrank.rigor.disk;

import java.io.IOException;
import java.util.Arrays;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.eigen.DiagonalScaling;
import org.fullrank.rigor.eigen.EnclosureStatus;
import org.fullrank.rigor.eigen.Hint;
import org.fullrank.rigor.eigen.ShiftTerms;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.Rayleigh;
import org.fullrank.rigor.rounding.Rounding;
import org.jspecify.annotations.Nullable;

/**
 * The search for an enclosure of the smallest eigenvalue out of core, in scaled units and without
 * the radius. Only two steps are part of a proof: {@link #attempt} raises the lower end, {@link
 * #tryVector} reduces the upper end. Everything else chooses what to try next; as factorisations
 * are dear here, it also learns from those that fail.
 */
final class TiledSearch {
  private static final int ROWS_PER_TRANSFER = 1 << 18;

  private final TiledEntries entries;
  private final TiledCholesky cholesky;
  private final TiledSolver solver;
  private final TiledWork work;
  private final double relativeWidth;
  private int budget;
  private final double[] diagonal;

  private double lo;

  /** What is proved beyond the last shift: decides the sign for the shift 0. */
  private double proved = Double.NEGATIVE_INFINITY;

  private double hi;

  /** Smallest shift at which the test has failed. */
  private double failed = Double.POSITIVE_INFINITY;

  private int used;
  private boolean certified;

  /** Whether the scratch file holds the factor for the shift {@link #factorShift}. */
  private boolean holdsFactor;

  private double factorShift;

  /** What is factored: the matrix as it is, or equilibrated. */
  private ShiftTerms terms;

  private boolean equilibrationFailed;

  /** A vector of its bad pivot, which may prove that the matrix is indefinite. */
  private double @Nullable [] ofEquilibrated;

  private double[] start;
  private long factorNanos;
  private long solveNanos;
  private long quotientNanos;

  TiledSearch(
      TiledEntries entries,
      TiledSurvey survey,
      TiledCholesky cholesky,
      TiledSolver solver,
      TiledWork work,
      double relativeWidth,
      int budget) {
    this.entries = entries;
    this.cholesky = cholesky;
    this.solver = solver;
    this.work = work;
    this.relativeWidth = relativeWidth;
    this.budget = budget;
    diagonal = Arrays.stream(survey.diagonal()).map(entries::scaled).toArray();
    terms = ShiftTerms.of(diagonal);
    int n = diagonal.length;
    // Both are about the scaled matrix: the first after its distance to the stored one.
    double discs =
        Rounding.subtractDown(
            ErrorTerms.scaleDown(survey.gershgorin(), -entries.exponent()), entries.loss());
    double largest = Rounding.multiplyDown(-n, entries.scaled(survey.largest()));
    lo = Math.max(discs, largest);
    hi = Arrays.stream(diagonal).min().orElse(Double.POSITIVE_INFINITY);
    start = startVector(n);
  }

  Interval interval() {
    return new Interval(Math.max(lo, proved), hi);
  }

  int factorizations() {
    return used;
  }

  double factorSeconds() {
    return factorNanos * 1e-9;
  }

  double solveSeconds() {
    return solveNanos * 1e-9;
  }

  double quotientSeconds() {
    return quotientNanos * 1e-9;
  }

  EnclosureStatus run(Hint hint) throws IOException, InterruptedException {
    for (double[] candidate : hint.vectors()) {
      tryVector(candidate);
    }
    for (double value : hint.values()) {
      double estimate = Math.scalb(value, -entries.exponent());
      double c = reach(estimate);
      for (double factorOfC = 2; factorOfC < 1e5 && !done(); factorOfC *= 32) {
        if (attempt(estimate - factorOfC * c)) {
          break;
        }
      }
    }
    if (!done() && !holdsFactor && lo < 0 && hi > 0) {
      attempt(0);
    }
    if (failed <= 0 && !holdsFactor) {
      equilibrate();
    }
    if (!done() && !holdsFactor && failed == Double.POSITIVE_INFINITY && used < budget) {
      // Far enough below a proved bound to succeed: no progress, but a factor to iterate with.
      factor(lo - 4 * reach(lo));
    }
    narrowDown();
    if (terms.scaling() == null && equilibrate()) {
      narrowDown();
    }
    if (ofEquilibrated != null) {
      tryVector(ofEquilibrated); // now, so that the search goes as it would without it
    }
    return status();
  }

  private void narrowDown() throws IOException, InterruptedException {
    double step = 0;
    while (!done()) {
      double s;
      if (holdsFactor) {
        double margin = improveVector();
        s = hi - 2 * reach(hi) - margin;
        step = 0;
      } else {
        step = Math.max(16 * reach(hi), 32 * step);
        s = hi - step;
      }
      if (done() || used >= budget) {
        break;
      }
      double end = Math.min(failed, hi);
      if (!(s > lo && s < end)) {
        s = between(lo, end);
      }
      if (!(s > lo && s < end)) {
        break;
      }
      attempt(s);
    }
  }

  /** If the sign is open and the diagonal graded: whether the equilibrated matrix decides it. */
  private boolean equilibrate() throws IOException, InterruptedException {
    DiagonalScaling scaling =
        lo < 0 && hi > 0 && !equilibrationFailed && budget > 0
            ? DiagonalScaling.of(diagonal)
            : null;
    if (scaling == null) {
      return false;
    }
    ShiftTerms plain = terms;
    terms = ShiftTerms.equilibrated(diagonal, scaling);
    budget++;
    int bad = factor(0);
    if (holdsFactor) {
      lo = 0;
      proved = Math.max(proved, terms.proved(0));
      certified = true;
      failed = Double.POSITIVE_INFINITY;
      return true;
    }
    if (bad >= 0) {
      ofEquilibrated = solver.directionOfBadPivot(bad, "vector of a bad pivot");
    }
    terms = plain;
    equilibrationFailed = true;
    return false;
  }

  private EnclosureStatus status() {
    if (narrow()) {
      return EnclosureStatus.CONVERGED;
    }
    if (hi - lo <= 4 * reach(hi)) {
      return EnclosureStatus.AT_PRECISION;
    }
    if (!certified) {
      return EnclosureStatus.CHEAP_BOUNDS_ONLY;
    }
    return used >= budget ? EnclosureStatus.BUDGET_EXHAUSTED : EnclosureStatus.AT_PRECISION;
  }

  private boolean done() {
    return narrow() || hi - lo <= 4 * reach(hi);
  }

  private boolean narrow() {
    return new Interval(lo, hi).relativeWidth() <= relativeWidth;
  }

  /** The rounding term at shift s: what separates a provable shift from the eigenvalue. */
  private double reach(double s) {
    return terms.reach(s);
  }

  /** Proves {@code s} as a lower bound if it can. */
  private boolean attempt(double s) throws IOException, InterruptedException {
    if (!(s > lo && s < hi && s < failed) || used >= budget) {
      return false;
    }
    int bad = factor(s);
    if (holdsFactor) {
      lo = s;
      proved = Math.max(proved, terms.proved(s));
      certified = true;
      return true;
    }
    failed = s;
    if (bad >= 0) {
      long begin = System.nanoTime();
      start = solver.directionOfBadPivot(bad, "vector of a bad pivot");
      solveNanos += System.nanoTime() - begin;
      tryVector(start);
    }
    return false;
  }

  /**
   * Factors what proves {@code s} as a lower bound, if it can.
   *
   * @return a bad pivot of which the scratch file holds the row, or -1
   */
  private int factor(double s) throws IOException, InterruptedException {
    used++;
    holdsFactor = false;
    double[] shifted = terms.shiftedDiagonal(s);
    if (shifted == null) {
      return -1;
    }
    long begin = System.nanoTime();
    int bad = cholesky.factor(shifted, terms.scaling(), true, "factorisation " + used);
    factorNanos += System.nanoTime() - begin;
    holdsFactor = bad < 0;
    factorShift = s;
    return bad;
  }

  /** Looks for a better vector with the factor; returns the estimated error of its eigenvalue. */
  private double improveVector() throws IOException, InterruptedException {
    long begin = System.nanoTime();
    TiledLanczos found =
        TiledLanczos.run(
            solver, start, factorShift, 0.1 * relativeWidth, 0.25 * reach(hi), "inverse iteration");
    solveNanos += System.nanoTime() - begin;
    start = found.vector();
    tryVector(start);
    return found.error() <= Double.MAX_VALUE ? found.error() : 0;
  }

  /** Proves the Rayleigh quotient as an upper bound. */
  private void tryVector(double[] candidate) throws IOException, InterruptedException {
    int n = diagonal.length;
    double[] x = Rayleigh.normalized(candidate, n);
    if (x == null) {
      return;
    }
    long begin = System.nanoTime();
    Rayleigh.Form form = new Rayleigh.Form(x);
    EntryDigest digest = new EntryDigest(n);
    double[][] rows = new double[Math.max(1, Math.min(n, ROWS_PER_TRANSFER / n))][n];
    for (int i0 = 0; i0 < n; i0 += rows.length) {
      work.show("Rayleigh quotient", i0, n);
      int first = i0;
      int count = Math.min(rows.length, n - i0);
      work.run(
          () -> {
            for (int r = 0; r < count; r++) {
              entries.read(first + r, 0, first + r + 1, rows[r], digest);
            }
          });
      for (int r = 0; r < count; r++) {
        form.add(first + r, rows[r]);
      }
    }
    entries.requireSame(digest, 0, n);
    hi = Math.min(hi, form.quotient(1).hi());
    quotientNanos += System.nanoTime() - begin;
  }

  /** Arithmetic middle, or a geometric one for positive numbers of different size. */
  private static double between(double a, double b) {
    return a > 0 && b > 4 * a ? Math.sqrt(a) * Math.sqrt(b) : a + 0.5 * (b - a);
  }

  /** A fixed vector without symmetry: fractional parts of multiples of the golden ratio. */
  private static double[] startVector(int n) {
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      double t = (i + 1) * 0.6180339887498949;
      x[i] = 0.25 + (t - Math.floor(t)) * ((i & 1) == 0 ? 1 : -1);
    }
    return x;
  }
}
