package org.fullrank.nn.model;

import org.fullrank.nn.Initializer;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Shape;

/**
 * A matrix with orthogonal rows or columns, whichever are fewer, all of one norm; uniformly
 * distributed among these, up to rounding. Gram-Schmidt, twice, of Gaussian vectors in plain Java,
 * so that the numbers are the same on every platform.
 */
final class OrthogonalInitializer implements Initializer {
  private final double norm;

  private OrthogonalInitializer(double norm) {
    this.norm = norm;
  }

  static OrthogonalInitializer ofNorm(double norm) {
    return new OrthogonalInitializer(norm);
  }

  @Override
  public void fill(double[] values, Shape shape, RandomStream stream) {
    int rows = (int) shape.size(0);
    int columns = (int) shape.size(1);
    boolean wide = rows <= columns;
    int count = Math.min(rows, columns);
    int length = Math.max(rows, columns);
    double[][] vectors = new double[count][length];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < length; j++) {
        vectors[i][j] = stream.nextGaussian();
      }
      // Once leaves errors as large as the cancellation, twice is enough (Giraud et al. 2005).
      for (int pass = 0; pass < 2; pass++) {
        for (int earlier = 0; earlier < i; earlier++) {
          add(vectors[i], -dot(vectors[i], vectors[earlier]), vectors[earlier]);
        }
        double size = Math.sqrt(dot(vectors[i], vectors[i]));
        for (int j = 0; j < length; j++) {
          vectors[i][j] /= size;
        }
      }
    }
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < length; j++) {
        values[wide ? i * columns + j : j * columns + i] = norm * vectors[i][j];
      }
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum = Math.fma(a[j], b[j], sum);
    }
    return sum;
  }

  private static void add(double[] a, double factor, double[] b) {
    for (int j = 0; j < a.length; j++) {
      a[j] = Math.fma(factor, b[j], a[j]);
    }
  }
}
