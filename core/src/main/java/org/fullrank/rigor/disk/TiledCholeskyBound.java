package org.fullrank.rigor.disk;

import java.io.IOException;
import java.nio.file.Path;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.eigen.EigenvalueEnclosure;
import org.fullrank.rigor.eigen.EnclosureStatus;
import org.fullrank.rigor.eigen.Hint;
import org.fullrank.rigor.eigen.ShiftTerms;
import org.fullrank.rigor.eigen.ShiftedCholeskyBound;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.Workers;
import org.fullrank.rigor.rounding.FloatingPoint;
import org.fullrank.rigor.rounding.Rounding;

/**
 * Encloses the smallest eigenvalue of a symmetric matrix that is too large for memory, by the test
 * of {@link ShiftedCholeskyBound} with a factor in a scratch file, and Rayleigh quotients.
 *
 * <p><b>Proof.</b> The same as in memory, with the same constants: the tiled factorisation has the
 * same bits. A first pass checks that every entry is finite and equal to its mirror image (unless
 * {@link #symmetrized}), and every later pass must be given the same lower triangle: a digest of
 * its bits, 128 of them for every 126 columns, ends the computation when they differ. The digest
 * has no key, so that a change made to deceive it can. What is written to the scratch file must
 * come back; that is trusted as the memory is.
 *
 * <p><b>Search.</b> A good eigenvalue in the {@link Hint} makes one factorisation enough; without
 * one the first proves the sign, and inverse iteration with its factor finds where to put the
 * second. A factorisation that breaks down gives a vector that proves an upper bound. If it was the
 * one for the sign and the diagonal is graded, the matrix is equilibrated by powers of two, as
 * {@link ShiftedCholeskyBound} does it, and factored once more, beyond the permitted number.
 *
 * <p><b>Cost.</b> {@code n^3 / 3} operations per factorisation, about {@code 4 n^2} bytes of
 * scratch file, and as little working memory as {@code 5 KB} per row; see {@link TiledPlan}. The
 * passes over the file and the solves, each of which reads the factor twice, cost {@code O(n^2)}.
 *
 * <p>An interrupt ends a computation within a second or so; the scratch file is removed however it
 * ends.
 */
public final class TiledCholeskyBound {
  private final int threads;
  private final long workingBytes;
  private final double relativeWidth;
  private final int maxFactorizations;
  private final boolean symmetrized;
  private final ProgressListener progress;

  private TiledCholeskyBound(
      int threads,
      long workingBytes,
      double relativeWidth,
      int maxFactorizations,
      boolean symmetrized,
      ProgressListener progress) {
    this.threads = threads;
    this.workingBytes = workingBytes;
    this.relativeWidth = relativeWidth;
    this.maxFactorizations = maxFactorizations;
    this.symmetrized = symmetrized;
    this.progress = progress;
  }

  /**
   * One thread, half of the largest heap of this virtual machine, relative width {@code 1e-6}, at
   * most 3 factorisations.
   */
  public static TiledCholeskyBound withDefaults() {
    return new TiledCholeskyBound(
        1, Runtime.getRuntime().maxMemory() / 2, 1e-6, 3, false, ProgressListener.none());
  }

  /** With this number of threads, and one more for the files; the result does not depend on it. */
  public TiledCholeskyBound withThreads(int count) {
    Workers.requireThreads("TiledCholeskyBound", count);
    return new TiledCholeskyBound(
        count, workingBytes, relativeWidth, maxFactorizations, symmetrized, progress);
  }

  /** With at most this much working memory; the result does not depend on it. */
  public TiledCholeskyBound withWorkingBytes(long budget) {
    if (budget < 1) {
      throw new IllegalArgumentException("withWorkingBytes expects at least 1 but got " + budget);
    }
    return new TiledCholeskyBound(
        threads, budget, relativeWidth, maxFactorizations, symmetrized, progress);
  }

  /** With this relative width as the aim; the search stops as soon as it is reached. */
  public TiledCholeskyBound withRelativeWidth(double width) {
    if (!(width >= 0)) {
      throw new IllegalArgumentException("withRelativeWidth expects >= 0 but got " + width);
    }
    return new TiledCholeskyBound(
        threads, workingBytes, width, maxFactorizations, symmetrized, progress);
  }

  /**
   * With at most this number of factorisations, and one more for the sign if the diagonal is
   * graded.
   */
  public TiledCholeskyBound withMaxFactorizations(int count) {
    if (count < 0) {
      throw new IllegalArgumentException("withMaxFactorizations expects >= 0 but got " + count);
    }
    return new TiledCholeskyBound(
        threads, workingBytes, relativeWidth, count, symmetrized, progress);
  }

  /** With a listener. */
  public TiledCholeskyBound withProgress(ProgressListener listener) {
    return new TiledCholeskyBound(
        threads, workingBytes, relativeWidth, maxFactorizations, symmetrized, listener);
  }

  /**
   * For a matrix that is symmetric up to rounding only. The enclosure is then about every symmetric
   * matrix with entries between {@code A_ij} and {@code A_ji}, whatever their difference: the exact
   * {@code (A + A^T) / 2} is one of them, and so are the two that repeat one triangle. It is that
   * of the lower triangle, wider at each end by the largest row sum of {@code |A - A^T|}, which
   * {@link TiledEnclosure#asymmetry} reports. A symmetric matrix gets the same enclosure as
   * without.
   */
  public TiledCholeskyBound symmetrized() {
    return new TiledCholeskyBound(
        threads, workingBytes, relativeWidth, maxFactorizations, true, progress);
  }

  /** The name of the method, for reports. */
  public String name() {
    return "out-of-core shifted Cholesky with a priori rounding bound (Rump 2006) and Rayleigh"
        + " quotients"
        + (symmetrized ? ", for every symmetric matrix between the triangles" : "");
  }

  /**
   * What a matrix of this order will take.
   *
   * @throws IllegalArgumentException if it does not fit the working memory of this bound or the
   *     heap of this virtual machine; the message says what would
   */
  public TiledPlan plan(int order) {
    TiledPlan plan = TiledPlan.of(order, threads, workingBytes);
    plan.requireHeap(Runtime.getRuntime().maxMemory());
    return plan;
  }

  /**
   * Encloses the smallest eigenvalue.
   *
   * @param a the matrix
   * @param hint suggestions that are tried, never believed; bad ones cost factorisations and width
   *     only
   * @param scratchFolder where the scratch file goes; it is removed in any case
   * @return an enclosure that is valid whatever its status, and the cost
   * @throws IllegalArgumentException if an entry is not finite, the matrix is not symmetric, or
   *     {@link #plan} refuses it
   * @throws IOException if the matrix or the scratch file cannot be read or written, the disk has
   *     too little room, or the matrix was changed between two passes
   * @throws InterruptedException if this thread is interrupted
   * @throws IllegalStateException if this thread does not compute by IEEE 754
   */
  public TiledEnclosure encloseLambdaMin(SymmetricSource a, Hint hint, Path scratchFolder)
      throws IOException, InterruptedException {
    try (Session session = new Session(a, scratchFolder)) {
      TiledSearch search =
          new TiledSearch(
              session.entries,
              session.survey,
              session.cholesky,
              new TiledSolver(session.cholesky, session.scratch, session.work, a.order()),
              session.work,
              relativeWidth,
              maxFactorizations);
      EnclosureStatus status = search.run(hint);
      Interval own = ErrorTerms.scale(search.interval(), session.entries.exponent());
      Interval interval = session.entries.unscaled(search.interval());
      return new TiledEnclosure(
          new EigenvalueEnclosure(
              Quantity.verified("lambda_min", interval, Subject.STORED_MATRIX, name()),
              status.withRadius(own, interval, relativeWidth),
              search.factorizations()),
          session.survey.asymmetry(),
          new TiledCost(
              session.plan,
              session.entries.entriesRead(),
              session.scratch.bytesRead(),
              session.scratch.bytesWritten(),
              session.checkSeconds,
              search.factorSeconds(),
              search.solveSeconds(),
              search.quotientSeconds()));
    }
  }

  /**
   * Tries to prove {@code lambda_min(A) >= s} with one factorisation, of which only the part that
   * does not fit the working memory goes to the scratch file.
   *
   * @param a the matrix
   * @param s the bound to be proved
   * @param scratchFolder where the scratch file goes; it is removed in any case
   * @return true if it is proved; false says nothing (also for a NaN)
   * @throws IllegalArgumentException as {@link #encloseLambdaMin}
   * @throws IOException as {@link #encloseLambdaMin}
   * @throws InterruptedException if this thread is interrupted
   */
  public boolean certifyLambdaMinAtLeast(SymmetricSource a, double s, Path scratchFolder)
      throws IOException, InterruptedException {
    if (Double.isNaN(s)) {
      return false;
    }
    try (Session session = new Session(a, scratchFolder)) {
      TiledEntries entries = session.entries;
      double shift = Rounding.addUp(ErrorTerms.scaleUp(s, -entries.exponent()), entries.radius());
      double[] diagonal = session.survey.diagonal().clone();
      for (int i = 0; i < diagonal.length; i++) {
        diagonal[i] = entries.scaled(diagonal[i]);
      }
      double[] shifted = ShiftTerms.of(diagonal).shiftedDiagonal(shift);
      return shifted != null && session.cholesky.factor(shifted, null, false, "factorisation") < 0;
    }
  }

  /** Everything that must be given back. */
  private final class Session implements AutoCloseable {
    final TiledPlan plan;
    final TiledWork work;
    final ScratchFile scratch;
    final TiledSurvey survey;
    final TiledEntries entries;
    final TiledCholesky cholesky;
    final double checkSeconds;

    Session(SymmetricSource a, Path folder) throws IOException, InterruptedException {
      FloatingPoint.requireIeee();
      int n = a.order();
      plan = plan(n);
      scratch = ScratchFile.create(folder, n);
      work = new TiledWork(progress);
      try {
        long begin = System.nanoTime();
        TiledEntries unscaled = TiledEntries.unscaled(a, n);
        survey = TiledSurvey.of(unscaled, symmetrized, work);
        checkSeconds = (System.nanoTime() - begin) * 1e-9;
        entries = unscaled.scaledFor(survey);
        cholesky = new TiledCholesky(entries, plan, scratch, work, threads);
      } catch (IOException | InterruptedException | RuntimeException | Error e) {
        close();
        throw e;
      }
    }

    @Override
    public void close() throws IOException {
      work.close();
      scratch.close();
    }
  }
}
