package org.fullrank.rigor.matrix;

import java.util.Arrays;
import org.fullrank.rigor.eigen.SpectralNorm;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.Product;
import org.fullrank.rigor.kernel.RowNorms;
import org.fullrank.rigor.kernel.Workers;

/**
 * A matrix of doubles taken as exact, prepared as the right factor of {@link IntervalMatrix#affine}
 * : with bounds of its spectral norm and of the norms of its columns.
 *
 * <p>Immutable. Cost of preparation: the product of the matrix with its transpose and one to five
 * Cholesky factorisations, both of the smaller dimension.
 */
public final class LinearMap {
  private final double[][] rows;
  private final double[][] absolute;
  private final double[] columnNorms;
  private final double norm;

  private LinearMap(double[][] rows, double norm) {
    this.rows = rows;
    this.absolute = Product.absolute(rows);
    this.norm = norm;
    this.columnNorms = RowNorms.ofRows(transpose(rows));
  }

  /**
   * Prepares a matrix.
   *
   * @param rows {@code [in][out]}, finite; copied
   * @param threads at least 1
   * @throws IllegalArgumentException if it is empty, not rectangular or not finite
   */
  public static LinearMap of(double[][] rows, int threads) {
    Workers.requireThreads("LinearMap", threads);
    ErrorTerms.requireFiniteMatrix(rows, "LinearMap");
    double[][] copy = Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
    return new LinearMap(copy, SpectralNorm.enclose(copy, threads).hi());
  }

  /** The transposed map, which has the same norm; no new preparation. */
  public LinearMap transposed() {
    return new LinearMap(transpose(rows), norm);
  }

  /** Number of rows, the length of what is mapped. */
  public int inputs() {
    return rows.length;
  }

  /** Number of columns, the length of the image. */
  public int outputs() {
    return rows[0].length;
  }

  /** Upper bound of the spectral norm, usually within a few percent of it. */
  public double norm() {
    return norm;
  }

  /** Upper bound of the largest 2-norm of a row. */
  public double largestRowNorm() {
    double largest = 0;
    for (double r : RowNorms.ofRows(rows)) {
      largest = Math.max(largest, r);
    }
    return largest;
  }

  /** The matrix; callers in this package must not write. */
  double[][] rows() {
    return rows;
  }

  /** Its absolute values, likewise. */
  double[][] absolute() {
    return absolute;
  }

  /** Upper bounds of the norms of the columns, likewise. */
  double[] columnNorms() {
    return columnNorms;
  }

  static double[][] transpose(double[][] rows) {
    double[][] t = new double[rows[0].length][rows.length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < t.length; j++) {
        t[j][i] = rows[i][j];
      }
    }
    return t;
  }
}
