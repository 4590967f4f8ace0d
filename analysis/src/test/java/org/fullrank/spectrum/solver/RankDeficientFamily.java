package org.fullrank.spectrum.solver;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.fullrank.spectrum.OneSidedJacobi;

/**
 * Gram matrices {@code V V^T} of rank r below their order n, from three kinds of factors, with the
 * spectrum that {@link OneSidedJacobi} finds from V.
 */
final class RankDeficientFamily {
  static final int[] ORDERS = {64, 65, 100, 150, 200, 300, 400};
  private static final int RANKS = 20;

  private RankDeficientFamily() {}

  enum Kind {
    SINE,
    GAUSSIAN,
    NTK
  }

  /**
   * One matrix.
   *
   * @param index its number in {@link #members}
   */
  record Member(int index, Kind kind, int n, int r) {
    double[][] factor() {
      return RankDeficientFamily.factor(kind, n, r);
    }

    double[] spectrum() {
      return OneSidedJacobi.eigenvalues(factor());
    }
  }

  /** All members: every order, up to 20 ranks from 1 to n - 1 of each kind. */
  static List<Member> members() {
    List<Member> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      for (int n : ORDERS) {
        int before = 0;
        for (int i = 0; i < RANKS; i++) {
          int r = 1 + (n - 2) * i / (RANKS - 1);
          r = kind == Kind.NTK ? parameters(Math.max(1, (r - 1) / 7)) : r;
          if (r > before && r < n) {
            all.add(new Member(all.size(), kind, n, r));
          }
          before = r;
        }
      }
    }
    return all;
  }

  static double[][] factor(Kind kind, int n, int r) {
    return switch (kind) {
      case SINE -> sine(n, r);
      case GAUSSIAN -> gaussian(n, r);
      case NTK -> jacobian(n, (r - 1) / 7);
    };
  }

  private static double[][] sine(int n, int r) {
    double[][] v = new double[n][r];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < r; j++) {
        v[i][j] = Math.sin((i + 1.0) * (j + 1.0) * 1.7 + j);
      }
    }
    return v;
  }

  private static double[][] gaussian(int n, int r) {
    Random random = new Random(1000L * n + r);
    double[][] v = new double[n][r];
    for (double[] row : v) {
      for (int j = 0; j < r; j++) {
        row[j] = random.nextGaussian();
      }
    }
    return v;
  }

  /** Parameters of a network 5 - h - 1 with biases. */
  private static int parameters(int h) {
    return 7 * h + 1;
  }

  /** The Jacobian of a tanh network 5 - h - 1 at Gaussian inputs and weights, by hand. */
  private static double[][] jacobian(int n, int h) {
    Random random = new Random(2000L * n + h);
    double[][] w = new double[h][6];
    double[] out = new double[h];
    for (int k = 0; k < h; k++) {
      for (int j = 0; j < 6; j++) {
        w[k][j] = random.nextGaussian() / Math.sqrt(5);
      }
      out[k] = random.nextGaussian() / Math.sqrt(h);
    }
    double[][] v = new double[n][parameters(h)];
    for (double[] row : v) {
      double[] x = random.doubles(6).map(u -> random.nextGaussian()).toArray();
      x[5] = 1;
      for (int k = 0; k < h; k++) {
        double t = Math.tanh(Vectors.dot(w[k], x));
        for (int j = 0; j < 6; j++) {
          row[7 * k + j] = out[k] * (1 - t * t) * x[j];
        }
        row[7 * k + 6] = t;
      }
      row[7 * h] = 1;
    }
    return v;
  }

  static double[][] gram(double[][] v) {
    int n = v.length;
    double[][] a = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = 0;
        for (int k = 0; k < v[i].length; k++) {
          sum += v[i][k] * v[j][k];
        }
        a[i][j] = sum;
        a[j][i] = sum;
      }
    }
    return a;
  }
}
