package org.fullrank.spectrum.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.fullrank.io.NpyMatrix;

/** Whether the entries of a matrix in a file are finite and equal to their mirror images. */
final class SymmetryCheck {
  private final Path file;
  private final NpyMatrix matrix;
  private final int size;
  private final double[][] block;
  private final double[][] mirror;

  /** A check with its buffers for blocks of {@code size} rows. */
  SymmetryCheck(Path file, NpyMatrix matrix, int size) {
    this.file = file;
    this.matrix = matrix;
    this.size = Math.min(size, matrix.rows());
    block = new double[this.size][this.size];
    mirror = new double[this.size][this.size];
  }

  /** The blocks of a row of blocks up to the diagonal, and their mirror images. */
  void row(int r) {
    int row = r * size;
    int rows = Math.min(size, matrix.rows() - row);
    for (int column = 0; column <= row; column += size) {
      int columns = Math.min(size, matrix.rows() - column);
      read(row, rows, column, columns, block);
      if (column == row) {
        compare(row, rows, column, columns, block);
      } else {
        read(column, columns, row, rows, mirror);
        compare(row, rows, column, columns, mirror);
      }
    }
  }

  private void read(int row, int rows, int column, int columns, double[][] to) {
    try {
      for (int i = 0; i < rows; i++) {
        matrix.read(row + i, column, columns, to[i], 0);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void compare(int row, int rows, int column, int columns, double[][] other) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        double x = block[i][j];
        if (!(Math.abs(x) <= Double.MAX_VALUE)) {
          throw new IllegalArgumentException(
              file + ": expected finite entries but got " + x + " at " + at(row + i, column + j));
        }
        if (x != other[j][i]) {
          throw new IllegalArgumentException(
              file
                  + ": expected a symmetric matrix with equal entries at "
                  + at(row + i, column + j)
                  + " and "
                  + at(column + j, row + i)
                  + " but got "
                  + x
                  + " and "
                  + other[j][i]
                  + "; if they differ by rounding, save (a + a.T) / 2, or prove with"
                  + " FileCholeskyBound.symmetrized()");
        }
      }
    }
  }

  private static String at(int i, int j) {
    return "(" + i + ", " + j + ")";
  }
}
