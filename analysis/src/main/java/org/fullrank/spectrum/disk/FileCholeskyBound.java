package org.fullrank.spectrum.disk;

import java.io.IOException;
import java.nio.file.Path;
import org.fullrank.io.NpyMatrix;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.disk.SymmetricSource;
import org.fullrank.rigor.disk.TiledCholeskyBound;
import org.fullrank.rigor.disk.TiledEnclosure;
import org.fullrank.rigor.disk.TiledPlan;
import org.fullrank.rigor.eigen.Hint;

/**
 * The smallest eigenvalue of a symmetric matrix in an {@code .npy} file that need not fit into
 * memory, enclosed with a proof by {@link TiledCholeskyBound}.
 *
 * <p>The proof is about the stored values ({@code STORED_MATRIX}), {@code f4} widened exactly. All
 * of them are read and checked: finite, and symmetric to the bit, unless {@link #symmetrized}
 * carries the asymmetry into the enclosure. The file is read several times and must not be changed
 * meanwhile. A change of its size or time gives an exception, and so does a pass that is given
 * other bits than the first one, for instance because a program has the file mapped for writing:
 * every pass takes a digest of the entries that it computes with, 128 bits for every 126 columns of
 * the lower triangle. So a result is about the entries that the first pass read, which were the
 * same in all passes. The digest has no key; it guards against accidents and careless writers, not
 * against somebody who constructs a change that it cannot see.
 */
public final class FileCholeskyBound {
  private final TiledCholeskyBound method;

  private FileCholeskyBound(TiledCholeskyBound method) {
    this.method = method;
  }

  /**
   * The bound by a configured method.
   *
   * @param method with threads, working memory, width and number of factorisations
   * @return the bound
   */
  public static FileCholeskyBound of(TiledCholeskyBound method) {
    return new FileCholeskyBound(method);
  }

  /**
   * For a file that is symmetric up to rounding only, see {@link TiledCholeskyBound#symmetrized}:
   * the enclosure is about every symmetric matrix between the two triangles, {@code (A + A^T) / 2}
   * among them, and is wider by the asymmetry.
   *
   * @return the bound
   */
  public FileCholeskyBound symmetrized() {
    return new FileCholeskyBound(method.symmetrized());
  }

  /**
   * What a file will take, from its header.
   *
   * @param file an {@code .npy} file with a square matrix
   * @return panels, working memory and size of the scratch file
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it is not such a file, or if the working memory is too
   *     small; the message says what would do
   */
  public TiledPlan plan(Path file) throws IOException {
    try (NpyMatrix matrix = open(file)) {
      return method.plan(matrix.rows());
    }
  }

  /**
   * Encloses the smallest eigenvalue.
   *
   * @param file an {@code .npy} file of {@code f8} or {@code f4}, row-major, shape {@code [n, n]}
   * @param hint suggestions that are tried, never believed
   * @param scratchFolder folder for a scratch file of about {@code 4 n^2} bytes, removed in any
   *     case
   * @return the enclosure, valid whatever its status, and the cost
   * @throws IOException if a file cannot be read or written, the disk has too little room, or the
   *     matrix was changed meanwhile
   * @throws IllegalArgumentException if the file does not hold a finite symmetric matrix, or does
   *     not fit the plan
   * @throws InterruptedException if this thread is interrupted
   */
  public Result lambdaMin(Path file, Hint hint, Path scratchFolder)
      throws IOException, InterruptedException {
    try (NpyMatrix matrix = open(file)) {
      TiledEnclosure enclosure = method.encloseLambdaMin(new Source(matrix), hint, scratchFolder);
      matrix.requireUnchanged();
      return new Result(enclosure.lambdaMin(), enclosure, matrix.bytesRead());
    } catch (IllegalArgumentException e) {
      throw names(file, e) ? e : new IllegalArgumentException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      // Subclasses name their file, or say more by their type.
      boolean bare = e.getClass() == IOException.class && !names(file, e);
      throw bare ? new IOException(file + ": " + e.getMessage(), e) : e;
    }
  }

  private static boolean names(Path file, Exception e) {
    return String.valueOf(e.getMessage()).startsWith(file.toString());
  }

  private static NpyMatrix open(Path file) throws IOException {
    NpyMatrix matrix = NpyMatrix.open(file);
    if (matrix.rows() != matrix.columns()) {
      matrix.close();
      throw new IllegalArgumentException(
          file
              + ": expected a square matrix but got ["
              + matrix.rows()
              + ", "
              + matrix.columns()
              + "]");
    }
    return matrix;
  }

  private record Source(NpyMatrix matrix) implements SymmetricSource {
    @Override
    public int order() {
      return matrix.rows();
    }

    @Override
    public void read(int row, int first, int count, double[] target, int offset)
        throws IOException {
      matrix.read(row, first, count, target, offset);
    }
  }

  /**
   * An enclosure of the smallest eigenvalue of a matrix in a file.
   *
   * @param lambdaMin the enclosure, verified for the stored matrix
   * @param details how it was reached and what it has cost
   * @param fileBytesRead bytes of the matrix that were read, all passes together
   */
  public record Result(Quantity lambdaMin, TiledEnclosure details, long fileBytesRead) {}
}
