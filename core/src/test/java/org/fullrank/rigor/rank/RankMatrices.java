package org.fullrank.rigor.rank;

import java.util.Arrays;
import java.util.Random;
import org.fullrank.oracle.AdversarialMatrices;

/** Rectangular matrices for rank statements, drawn from a seed. */
public final class RankMatrices {
  /** Number of families; {@link #draw} cycles through them. */
  public static final int FAMILIES = 16;

  private RankMatrices() {}

  /** {@code U diag(s) V^T}, {@code [n][w]}, rounded; {@code n <= w}. */
  public static double[][] withSingularValues(double[] s, int w, Random random) {
    int n = s.length;
    double[][] u = orthonormalRows(n, n, random);
    double[][] v = orthonormalRows(n, w, random);
    double[][] m = new double[n][w];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < n; k++) {
        double f = u[k][i] * s[k];
        for (int j = 0; j < w; j++) {
          m[i][j] += f * v[k][j];
        }
      }
    }
    return m;
  }

  /** From 1 to {@code 1 / condition}: geometric, one small, half small, or arithmetic. */
  public static double[] singularValues(int n, double condition, int profile) {
    double[] s = new double[n];
    for (int k = 0; k < n; k++) {
      double t = n == 1 ? 0 : k / (n - 1.0);
      s[k] =
          switch (profile % 4) {
            case 0 -> Math.pow(condition, -t);
            case 1 -> k == n - 1 && n > 1 ? 1 / condition : 1;
            case 2 -> 2 * k >= n ? 1 / condition : 1;
            default -> 1 - t + t / condition;
          };
    }
    return s;
  }

  /** Gram-Schmidt, twice. */
  private static double[][] orthonormalRows(int n, int w, Random random) {
    double[][] q = AdversarialMatrices.gaussian(n, w, random);
    for (int i = 0; i < n; i++) {
      for (int pass = 0; pass < 2; pass++) {
        for (int k = 0; k < i; k++) {
          double d = 0;
          for (int j = 0; j < w; j++) {
            d += q[i][j] * q[k][j];
          }
          for (int j = 0; j < w; j++) {
            q[i][j] -= d * q[k][j];
          }
        }
      }
      double norm = Math.sqrt(Arrays.stream(q[i]).map(x -> x * x).sum());
      for (int j = 0; j < w; j++) {
        q[i][j] /= norm;
      }
    }
    return q;
  }

  /** Matrix number {@code index} of the stream: finite, {@code n <= w}, small unless large. */
  public static double[][] draw(int index, long seed, int maxRows) {
    Random random = new Random(seed * 1_000_003L + index);
    int n = 1 + random.nextInt(maxRows);
    int w = n + (random.nextInt(3) == 0 ? 0 : random.nextInt(4));
    double[][] m = family(index % FAMILIES, n, w, random);
    if (random.nextInt(8) == 0) {
      scaleAll(m, random.nextInt(1000) - 500);
    }
    return m;
  }

  private static double[][] family(int family, int n, int w, Random random) {
    switch (family) {
      case 0 -> {
        return fill(n, w, (i, j) -> 1.0 / (i + j + 1)); // Hilbert
      }
      case 1 -> {
        double[] t = random.doubles(n).toArray(); // Vandermonde
        return fill(n, w, (i, j) -> Math.pow(t[i], j));
      }
      case 2 -> {
        double theta = 0.1 + 1.4 * random.nextDouble(); // Kahan
        double s = Math.sin(theta);
        double c = Math.cos(theta);
        return fill(n, w, (i, j) -> j < i ? 0 : Math.pow(s, i) * (j == i ? 1 : -c));
      }
      case 3, 4, 5, 6 -> {
        double condition = Math.pow(10, 18 * random.nextDouble());
        return withSingularValues(singularValues(n, condition, family), w, random);
      }
      case 7 -> {
        double[][] g = AdversarialMatrices.gaussian(n, w, random); // graded
        int step = random.nextInt(60);
        return fill(n, w, (i, j) -> Math.scalb(g[i][j], -step * (i + (step % 2) * j)));
      }
      case 8 -> {
        double[][] g = AdversarialMatrices.gaussian(n, w, random); // 1 ulp apart
        if (n > 1) {
          g[n - 1] = g[0].clone();
          int at = random.nextInt(w);
          g[n - 1][at] = Math.nextUp(g[n - 1][at]);
        }
        return g;
      }
      case 9 -> {
        double[][] g = AdversarialMatrices.gaussian(n, w, random); // equal rows
        g[n - 1] = g[0].clone();
        return g;
      }
      case 10, 11 -> {
        return integers(n, w, family == 10 ? Math.max(1, n - 1) : n, random);
      }
      case 12 -> {
        double[][] g = AdversarialMatrices.gaussian(n, w, random); // entries of any size
        return fill(n, w, (i, j) -> Math.scalb(g[i][j], random.nextInt(1200) - 600));
      }
      case 13 -> {
        return fill(n, w, (i, j) -> Double.MIN_VALUE * (random.nextInt(9) - 4)); // subnormal
      }
      case 14 -> {
        return fill(n, w, (i, j) -> Double.MAX_VALUE * (random.nextDouble() - 0.5));
      }
      default -> {
        return nearlySingularIntegers(n, w, random);
      }
    }
  }

  /** The product of two integer matrices: rank at most {@code r}, exactly. */
  public static double[][] integers(int n, int w, int r, Random random) {
    int[][] a = random.ints(n * (long) r, -9, 10).boxed().collect(rows(n, r));
    int[][] b = random.ints(w * (long) r, -9, 10).boxed().collect(rows(w, r));
    return fill(
        n,
        w,
        (i, j) -> {
          double s = 0;
          for (int k = 0; k < r; k++) {
            s += a[i][k] * b[j][k];
          }
          return s;
        });
  }

  /** Row 0 is an integer combination of the others but for one unit in 2^40 or so. */
  private static double[][] nearlySingularIntegers(int n, int w, Random random) {
    double[][] m = fill(n, w, (i, j) -> Math.rint(random.nextGaussian() * 0x1p40));
    if (n > 1) {
      Arrays.fill(m[0], 0);
      for (int i = 1; i < n; i++) {
        int f = random.nextInt(7) - 3;
        for (int j = 0; j < w; j++) {
          m[0][j] += f * m[i][j];
        }
      }
      m[0][random.nextInt(w)] += random.nextInt(3) - 1;
    }
    return m;
  }

  private static java.util.stream.Collector<Integer, ?, int[][]> rows(int n, int r) {
    return java.util.stream.Collectors.collectingAndThen(
        java.util.stream.Collectors.toList(),
        all -> {
          int[][] x = new int[n][r];
          for (int i = 0; i < n; i++) {
            for (int k = 0; k < r; k++) {
              x[i][k] = all.get(i * r + k);
            }
          }
          return x;
        });
  }

  private static void scaleAll(double[][] m, int exponent) {
    for (double[] row : m) {
      for (int j = 0; j < row.length; j++) {
        double x = Math.scalb(row[j], exponent);
        row[j] = Math.abs(x) <= Double.MAX_VALUE ? x : row[j];
      }
    }
  }

  private interface Entry {
    double at(int i, int j);
  }

  private static double[][] fill(int n, int w, Entry entry) {
    double[][] m = new double[n][w];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < w; j++) {
        m[i][j] = entry.at(i, j);
      }
    }
    return m;
  }
}
