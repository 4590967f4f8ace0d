package org.fullrank.spectrum.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.fullrank.cancel.CancelledException;
import org.fullrank.io.NpyMatrix;
import org.fullrank.linalg.Parallel;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.spectrum.solver.LobpcgSolver;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A symmetric matrix in an {@code .npy} file as an operator that reads it anew for each product, so
 * that eigen-solvers work on what does not fit into memory.
 *
 * <p>The operator is that of the stored values; {@code f4} is widened exactly, so {@link
 * #dataType()} is {@code DOUBLE} for both types, and sums are in double precision. The file is
 * checked once when it is opened: every entry finite, and equal to its mirror image. After each
 * product its size and time must be those of the opening, which does not notice a program that has
 * the file mapped for writing. Nothing here is evidence: {@link FileCholeskyBound} proves, and
 * compares the entries of all its passes.
 *
 * <p><b>Cost.</b> A product reads all {@code n^2} values in the order of the file, however many
 * columns it has, and takes {@code 2 n^2 m} operations for m of them: blocks of vectors are cheap.
 * As many threads as {@link Parallel} has read and multiply blocks of rows, in plain Java; the bits
 * do not depend on their number. <b>Memory</b>: 5 MiB per thread, and twice the argument and the
 * result. Reads are positioned and nothing is mapped, so that pages of the file do not count as
 * memory of the process.
 *
 * <p><b>The smallest eigenvalue.</b> {@link LobpcgSolver} with some 15 guard columns reads the file
 * least often, and its value is an upper bound up to rounding. For a condition number of 1e4 or
 * more and small eigenvalues that lie close together expect {@code NOT_CONVERGED} and a residual as
 * large as the value itself; {@link FileCholeskyBound} does not depend on either.
 *
 * <p>An interrupt ends a product with a {@link CancelledException}. In the middle of a read it
 * closes the file, too: later products then end with an {@link UncheckedIOException}.
 */
public final class FileOperator implements SymmetricOperator, AutoCloseable {
  private static final String TASK = "checking the entries";

  /** Rows of a block of the check. */
  private static final int CHECKED = 512;

  private final Path file;
  private final NpyMatrix matrix;

  /** Of a file that is known to hold a finite symmetric matrix. */
  FileOperator(Path file, NpyMatrix matrix) {
    this.file = file;
    this.matrix = matrix;
  }

  /**
   * Opens and checks a file.
   *
   * @param file {@code f8} or {@code f4}, row-major, shape {@code [n, n]}, not to be changed while
   *     it is open
   * @param progress told about the check, which reads the file once
   * @return the operator; close it
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it does not hold a finite symmetric matrix; the message
   *     says where
   */
  public static FileOperator open(Path file, ProgressListener progress) throws IOException {
    NpyMatrix matrix = NpyMatrix.open(file);
    try {
      if (matrix.rows() != matrix.columns()) {
        throw new IllegalArgumentException(
            file
                + ": expected a square matrix but got ["
                + matrix.rows()
                + ", "
                + matrix.columns()
                + "]");
      }
      int blocks = (int) ((matrix.rows() + CHECKED - 1L) / CHECKED);
      AtomicInteger done = new AtomicInteger();
      progress.show(TASK, 0, blocks);
      // The longest rows of blocks first.
      Parallel.run(
          blocks,
          () -> {
            SymmetryCheck check = new SymmetryCheck(file, matrix, CHECKED);
            return task -> {
              check.row(blocks - 1 - task);
              synchronized (done) {
                progress.show(TASK, done.incrementAndGet(), blocks);
              }
            };
          });
      FileOperator operator = new FileOperator(file, matrix);
      operator.requireUnchanged();
      return operator;
    } catch (UncheckedIOException e) {
      matrix.close();
      if (Thread.currentThread().isInterrupted()) {
        throw stopped(file, e);
      }
      throw e.getCause();
    } catch (RuntimeException | Error e) {
      matrix.close();
      throw e;
    }
  }

  private RuntimeException ended(UncheckedIOException e) {
    return Thread.currentThread().isInterrupted() ? stopped(file, e) : e;
  }

  /** An interrupt closes the file that is being read. */
  private static CancelledException stopped(Path file, UncheckedIOException e) {
    return new CancelledException(
        "Reading "
            + file
            + " was cancelled, since the calling thread is interrupted. Its operator is closed:"
            + " Thread.interrupted() clears the flag, then open the file again.",
        e);
  }

  @Override
  public long size() {
    return matrix.rows();
  }

  @Override
  public DataType dataType() {
    return DataType.DOUBLE;
  }

  /**
   * The number of bytes read so far, that of the check included.
   *
   * @return bytes of values, a value counted as often as it was read
   */
  public long bytesRead() {
    return matrix.bytesRead();
  }

  /**
   * {@code A V}.
   *
   * @param v {@code DOUBLE [n, m]}, finite
   * @return {@code DOUBLE [n, m]}
   * @throws UncheckedIOException if the file cannot be read or has changed
   * @throws CancelledException if this thread is interrupted; its flag stays set
   */
  @Override
  public INDArray apply(INDArray v) {
    TensorChecks.requireShape("apply argument", v, size(), -1);
    TensorChecks.requireType("apply argument", dataType(), v);
    TensorChecks.requireFinite("apply argument", v);
    int n = matrix.rows();
    int m = (int) v.size(1);
    double[] image = new double[Tensors.length(n, m)];
    double[][] columns;
    try (INDArray t = Tensors.transpose(v)) {
      columns = Tensors.toRows(t);
    }
    try {
      Parallel.run(FileRows.blocks(n), () -> new FileRows(matrix, columns, image, FileRows.WIDTH));
      requireUnchanged();
    } catch (UncheckedIOException e) {
      throw ended(e);
    }
    return Tensors.of(image, n, m);
  }

  /**
   * The stored matrix.
   *
   * @return {@code DOUBLE [n, n]}
   * @throws IllegalArgumentException if it would have 2^31 elements or more
   * @throws UncheckedIOException if the file cannot be read or has changed
   * @throws CancelledException if this thread is interrupted; its flag stays set
   */
  @Override
  public INDArray toMatrix() {
    int n = matrix.rows();
    double[] values = new double[Tensors.length(n, n)];
    try {
      for (int i = 0; i < n; i++) {
        matrix.read(i, 0, n, values, i * n);
      }
      requireUnchanged();
    } catch (IOException e) {
      throw ended(new UncheckedIOException(e));
    } catch (UncheckedIOException e) {
      throw ended(e);
    }
    return Tensors.of(values, n, n);
  }

  private void requireUnchanged() {
    try {
      matrix.requireUnchanged();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    matrix.close();
  }

  @Override
  public String toString() {
    return "FileOperator[" + file + "]";
  }
}
