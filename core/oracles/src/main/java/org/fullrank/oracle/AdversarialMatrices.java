package org.fullrank.oracle;

import java.util.Random;

/** Symmetric matrices that are hard for eigenvalue bounds, drawn from a seed. */
public final class AdversarialMatrices {
  /** Number of families; {@link #draw} cycles through them. */
  public static final int FAMILIES = 30;

  private AdversarialMatrices() {}

  /** Matrix number {@code index} of the stream, exactly symmetric and finite. */
  public static double[][] draw(int index, long seed) {
    Random random = new Random(seed * 1_000_003L + index);
    int family = index % FAMILIES;
    double[][] a =
        family < 20
            ? family(family, order(index, random), random)
            : ExtremeFamilies.draw(family - 20, order(index, random), random);
    if (random.nextInt(6) == 0) {
      scale(a, Math.scalb(1.0, random.nextInt(120) - 60));
    }
    if (random.nextInt(20) == 0) {
      a[0][0] = -0.0;
    }
    return a;
  }

  /** Mostly at most 8, since the exact oracle is slow; some up to 24, few up to 60. */
  private static int order(int index, Random random) {
    int family = index % FAMILIES;
    boolean wide = family == 3 || family == 18 || family == 21; // very long integers
    if (index % 1009 == 0) {
      return wide ? 12 : 20 + random.nextInt(41);
    }
    return index % 97 == 0 ? (wide ? 10 : 9 + random.nextInt(16)) : 1 + random.nextInt(8);
  }

  private static double[][] family(int family, int n, Random random) {
    switch (family) {
      case 0 -> {
        return fill(n, (i, j) -> 1.0 / (i + j + 1)); // Hilbert
      }
      case 1 -> {
        return fill(
            n, (i, j) -> i == j ? Math.abs(i - (n - 1) / 2.0) : Math.abs(i - j) == 1 ? 1 : 0);
      }
      case 2 -> {
        double[] t = random.doubles(n).toArray(); // Vandermonde Gram
        return gram(n, n, (i, k) -> Math.pow(t[i], k));
      }
      case 3 -> {
        double[][] g = gaussian(n, n, random); // graded
        return fill(n, (i, j) -> g[i][j] * Math.pow(10, -2.0 * (i + j)) + (i == j ? 1e-30 : 0));
      }
      case 4 -> {
        double s = Math.sin(1.2); // Kahan
        double c = Math.cos(1.2);
        return gram(n, n, (i, k) -> k < i ? 0 : Math.pow(s, i) * (k == i ? 1 : -c));
      }
      case 5 -> {
        return similar(n, random, i -> i < n / 2 ? 1 : 2); // repeated
      }
      case 6 -> {
        return similar(n, random, i -> 1 + 1e-12 * i); // clustered
      }
      case 7 -> {
        return similar(n, random, i -> Math.pow(10, -3.0 * i)); // ill-conditioned
      }
      case 8 -> {
        double[][] g = similar(n, random, i -> 1 + i); // tiny
        scale(g, 1e-300);
        return g;
      }
      case 9 -> {
        double[][] g = similar(n, random, i -> i == 0 ? 1e-14 : 1 + i); // huge
        scale(g, 1e300);
        return g;
      }
      case 10 -> {
        double[][] g = gaussian(n, n, random); // indefinite
        return fill(n, (i, j) -> g[i][j]);
      }
      case 11 -> {
        int[][] g = new int[n][Math.max(1, n - 1)]; // exactly singular integer Gram
        for (int[] row : g) {
          for (int k = 0; k < row.length; k++) {
            row[k] = random.nextInt(2001) - 1000;
          }
        }
        return gram(n, Math.max(1, n - 1), (i, k) -> g[i][k]);
      }
      case 12 -> {
        double[] d = random.doubles(n, -2, 2).toArray(); // diagonal
        return fill(n, (i, j) -> i == j ? d[i] : 0);
      }
      case 13 -> {
        double[][] g = gaussian(n, n + 3, random); // near-duplicate rows, 1 ulp apart
        if (n > 1) {
          g[1] = g[0].clone();
          g[1][0] = Math.nextUp(g[1][0]);
        }
        return gram(n, n + 3, (i, k) -> g[i][k]);
      }
      case 14 -> {
        return fill(n, (i, j) -> 1); // rank one, exact
      }
      case 15 -> {
        return fill(n, (i, j) -> 0);
      }
      case 16 -> {
        return fill(n, (i, j) -> Double.MIN_VALUE * (random.nextInt(9) - (i == j ? 0 : 4)));
      }
      case 17 -> {
        return fill(n, (i, j) -> Double.MAX_VALUE * (random.nextDouble() - (i == j ? 0 : 0.5)));
      }
      case 18 -> {
        double[][] g = gaussian(n, n, random); // entries of wildly different size
        return fill(n, (i, j) -> Math.scalb(g[i][j], random.nextInt(1600) - 800));
      }
      default -> {
        double x = random.nextDouble(); // singular but for rounding
        return fill(n, (i, j) -> (1 + x * i) * (1 + x * j) + (i == j ? 1e-16 * i : 0));
      }
    }
  }

  /** Gaussian entries. */
  public static double[][] gaussian(int rows, int columns, Random random) {
    double[][] g = new double[rows][columns];
    for (double[] row : g) {
      for (int k = 0; k < columns; k++) {
        row[k] = random.nextGaussian();
      }
    }
    return g;
  }

  /** Roughly {@code Q D Q^T} by random reflections, rounded and made symmetric. */
  public static double[][] similar(int n, Random random, Spectrum spectrum) {
    double[][] a = fill(n, (i, j) -> i == j ? spectrum.at(i) : 0);
    for (int r = 0; r < 3; r++) {
      double[] v = gaussian(1, n, random)[0];
      double norm = 0;
      for (double x : v) {
        norm += x * x;
      }
      double[][] h = new double[n][n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          h[i][j] = (i == j ? 1 : 0) - 2 * v[i] * v[j] / norm;
        }
      }
      double[][] b = multiply(multiply(h, a), h);
      a = fill(n, (i, j) -> b[i][j]);
    }
    return a;
  }

  private static double[][] multiply(double[][] a, double[][] b) {
    double[][] c = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b[0].length; j++) {
        for (int k = 0; k < b.length; k++) {
          c[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return c;
  }

  public static double[][] gram(int n, int p, Entry factor) {
    return fill(
        n,
        (i, j) -> {
          double s = 0;
          for (int k = 0; k < p; k++) {
            s += factor.at(i, k) * factor.at(j, k);
          }
          return s;
        });
  }

  /** Lower triangle from the formula, mirrored. */
  public static double[][] fill(int n, Entry entry) {
    double[][] a = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        a[i][j] = entry.at(i, j);
        a[j][i] = a[i][j];
      }
    }
    return a;
  }

  private static void scale(double[][] a, double factor) {
    for (double[] row : a) {
      for (int j = 0; j < row.length; j++) {
        double x = row[j] * factor;
        row[j] = Double.isFinite(x) ? x : Math.copySign(Double.MAX_VALUE, x);
      }
    }
  }

  /** Entry (i, j). */
  @FunctionalInterface
  public interface Entry {
    double at(int i, int j);
  }

  /** Eigenvalue number i. */
  @FunctionalInterface
  public interface Spectrum {
    /** The value. */
    double at(int i);
  }
}
