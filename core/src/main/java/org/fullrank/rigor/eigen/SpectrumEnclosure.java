package org.fullrank.rigor.eigen;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.kernel.Workers;
import org.fullrank.rigor.rounding.Rounding;

/**
 * Enclosures of all eigenvalues of a symmetric matrix, from any approximate decomposition.
 *
 * <p>With approximate eigenvectors as columns of V and values {@code t_1 <= ... <= t_n}, {@code e =
 * ||V^T V - I|| < 1} and {@code d = ||V^T A V - diag(t)||}: by Weyl the i-th eigenvalue of {@code
 * V^T A V} is within d of {@code t_i}, and by Ostrowski it is {@code theta lambda_i(A)} with {@code
 * theta} in {@code [1 - e, 1 + e]}. Nothing about V and t is presumed: a bad decomposition gives
 * wide enclosures, and a useless one those of Gershgorin.
 *
 * <p><b>Width.</b> For a backward stable decomposition about {@code 2 (130 + n/126) sqrt(n) u
 * ||A||_F}, the same absolute width for all; small eigenvalues of ill-conditioned matrices are
 * better enclosed one by one. <b>Cost.</b> {@code 3 n^3} operations, {@code O(n^2 / 128)} scratch.
 */
public final class SpectrumEnclosure {
  private static final String METHOD = "Weyl and Ostrowski on an approximate decomposition";

  private final List<Interval> intervals;
  private final Subject subject;
  private final String method;
  private final boolean decompositionUsed;

  private SpectrumEnclosure(
      List<Interval> intervals, Subject subject, String method, boolean decompositionUsed) {
    this.intervals = intervals;
    this.subject = subject;
    this.method = method;
    this.decompositionUsed = decompositionUsed;
  }

  /**
   * A maximal group of eigenvalues whose enclosures overlap; it is separated from the others.
   *
   * @param first index of the smallest member
   * @param last index of the largest member
   * @param interval encloses all members
   */
  public record Cluster(int first, int last, Interval interval) {
    /** Number of eigenvalues, with multiplicity. */
    public int size() {
      return last - first + 1;
    }
  }

  /**
   * A number of eigenvalues, with multiplicity.
   *
   * @param atLeast proved lower bound
   * @param atMost proved upper bound
   */
  public record Count(int atLeast, int atMost) {
    /** Whether the number is known. */
    public boolean isExact() {
      return atLeast == atMost;
    }
  }

  /**
   * Encloses all eigenvalues of every matrix that {@code a} stands for.
   *
   * @param a a stored symmetric matrix of order n, possibly with a radius
   * @param values n approximate eigenvalues, in the order of the vectors; never believed
   * @param vectors {@code [n][n]}, row i the approximate eigenvector of norm 1 for {@code
   *     values[i]}; never believed; wrong lengths, NaN and infinities make it useless
   * @param threads at least 1; does not change the result
   * @return n enclosures
   * @throws IllegalStateException if this thread does not compute by IEEE 754
   */
  public static SpectrumEnclosure of(
      SymmetricMatrix a, double[] values, double[][] vectors, int threads) {
    return of(a, values, vectors, threads, ProgressListener.none());
  }

  /**
   * As {@link #of(SymmetricMatrix, double[], double[][], int)}, with a listener.
   *
   * @param progress told by the calling thread how many blocks of rows of the two products are
   *     begun
   */
  public static SpectrumEnclosure of(
      SymmetricMatrix a,
      double[] values,
      double[][] vectors,
      int threads,
      ProgressListener progress) {
    Workers.requireThreads("SpectrumEnclosure", threads);
    double[] scaled = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      scaled[i] = Math.scalb(values[i], -a.exponent());
    }
    DecompositionResidual residual =
        new DecompositionResidual(a.scaledLower(), scaled, vectors, threads, progress);
    double e = residual.defect();
    double d = residual.distance();
    if (!(e < 1 && d <= Double.MAX_VALUE)) {
      return withoutDecomposition(a);
    }
    Arrays.sort(scaled);
    Interval all = discs(a);
    Interval theta = new Interval(Rounding.subtractDown(1, e), Rounding.addUp(1, e));
    List<Interval> intervals = new ArrayList<>();
    for (double t : scaled) {
      intervals.add(a.widened(ostrowski(Interval.around(t, d), theta).intersect(all)));
    }
    return new SpectrumEnclosure(List.copyOf(intervals), a.subject(), a.method(METHOD), true);
  }

  /** What is known without a decomposition: every eigenvalue lies in Gershgorin's discs. */
  public static SpectrumEnclosure withoutDecomposition(SymmetricMatrix a) {
    Interval all = a.widened(discs(a));
    return new SpectrumEnclosure(
        List.copyOf(java.util.Collections.nCopies(a.order(), all)),
        a.subject(),
        a.method(METHOD),
        false);
  }

  /** All {@code x} with {@code theta x} in {@code product} for some theta; theta is positive. */
  static Interval ostrowski(Interval product, Interval theta) {
    return product.divide(theta);
  }

  private static Interval discs(SymmetricMatrix a) {
    return new Interval(
        GershgorinBound.scaledLambdaMin(a.scaledLower(), 1).lo(),
        -GershgorinBound.scaledLambdaMin(a.scaledLower(), -1).lo());
  }

  /** Number of eigenvalues. */
  public int order() {
    return intervals.size();
  }

  /** Encloses eigenvalue number {@code i}, 0 the smallest. Both ends ascend with i. */
  public Interval interval(int i) {
    if (i < 0 || i >= order()) {
      throw new IllegalArgumentException(
          "SpectrumEnclosure expects an index below " + order() + " but got " + i);
    }
    return intervals.get(i);
  }

  /** All enclosures, ascending. */
  public List<Interval> intervals() {
    return intervals;
  }

  /** Eigenvalue number {@code i}, 0 the smallest, as a verified quantity. */
  public Quantity quantity(int i) {
    return Quantity.verified("lambda_" + (i + 1), interval(i), subject, method);
  }

  /** What the eigenvalues are those of. */
  public Subject subject() {
    return subject;
  }

  /** Whether the decomposition was good enough to be of use. */
  public boolean decompositionUsed() {
    return decompositionUsed;
  }

  /** Largest width of an enclosure. */
  public double width() {
    return intervals.stream().mapToDouble(Interval::width).max().orElse(0);
  }

  /** The number of eigenvalues in the closed interval {@code range}. */
  public Count countIn(Interval range) {
    int inside = 0;
    int touching = 0;
    for (Interval x : intervals) {
      inside += range.contains(x) ? 1 : 0;
      touching += range.intersects(x) ? 1 : 0;
    }
    return new Count(inside, touching);
  }

  /** The number of eigenvalues less than {@code t}, which is finite. */
  public Count countBelow(double t) {
    Interval point = Interval.of(t);
    int certain = 0;
    int possible = 0;
    for (Interval x : intervals) {
      certain += x.certainlyLess(point) ? 1 : 0;
      possible += x.possiblyLess(point) ? 1 : 0;
    }
    return new Count(certain, possible);
  }

  /** Maximal groups of overlapping enclosures, ascending. */
  public List<Cluster> clusters() {
    List<Cluster> clusters = new ArrayList<>();
    int first = 0;
    Interval hull = intervals.get(0);
    for (int i = 1; i < order(); i++) {
      Interval next = intervals.get(i);
      if (next.intersects(hull)) {
        hull = hull.hull(next);
      } else {
        clusters.add(new Cluster(first, i - 1, hull));
        first = i;
        hull = next;
      }
    }
    clusters.add(new Cluster(first, order() - 1, hull));
    return List.copyOf(clusters);
  }

  /** Order, subject, and enclosures of the smallest and largest eigenvalue, rounded outward. */
  @Override
  public String toString() {
    int n = order();
    return "SpectrumEnclosure(n = "
        + n
        + (n == 0 ? "" : ", smallest in " + interval(0) + ", largest in " + interval(n - 1))
        + "; verified, "
        + subject().text()
        + ")";
  }
}
