package org.fullrank.examples;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.fullrank.io.Csv;
import org.fullrank.io.Dataset;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;

/** Data that experiments share. */
final class Data {
  private Data() {}

  /**
   * Points that are independent and uniform on the unit sphere: Gaussian rows divided by their
   * norms. The first rows do not depend on how many there are.
   *
   * @param n number of points
   * @param d dimension
   * @param seed of the points
   * @return {@code [n, d]}, norms 1 up to rounding; {@code Tensors.ofRows} makes a tensor of it
   */
  static double[][] sphere(int n, int d, Seed seed) {
    RandomStream random = seed.stream("sphere");
    double[][] rows = new double[n][d];
    for (double[] row : rows) {
      double squares = 0;
      for (int j = 0; j < d; j++) {
        row[j] = random.nextGaussian();
        squares += row[j] * row[j];
      }
      double norm = Math.sqrt(squares);
      for (int j = 0; j < d; j++) {
        row[j] /= norm;
      }
    }
    return rows;
  }

  /**
   * Targets without any pattern: independent signs.
   *
   * @param n number of samples
   * @param k outputs
   * @param seed of the signs
   * @return {@code [n, k]} of -1 and +1
   */
  static double[][] signs(int n, int k, Seed seed) {
    RandomStream random = seed.stream("signs");
    double[][] rows = new double[n][k];
    for (double[] row : rows) {
      for (int j = 0; j < k; j++) {
        row[j] = random.nextLong() < 0 ? -1 : 1;
      }
    }
    return rows;
  }

  /**
   * All 1797 digits: inputs {@code [1797, 64]} from 0 to 16, one-hot targets {@code [1797, 10]}.
   */
  static Dataset digits() throws IOException {
    return Dataset.classification(Csv.withHeader(digitsFile()), "target", 10);
  }

  /** Some digits, every class with its share, in random order; unscaled, as {@link #digits}. */
  static Dataset digits(int n, Seed seed) throws IOException {
    return digits().stratified(n, seed);
  }

  /** The data file beside the compiled examples; columns for the pixels, then {@code target}. */
  static Path digitsFile() {
    try {
      Path classes =
          Path.of(Data.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return classes.resolve("../../data/digits.csv").normalize();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the class path holds a location that is no path", e);
    }
  }
}
