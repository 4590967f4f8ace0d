package org.fullrank.spectrum;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.fullrank.io.Npy;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Matrices with known spectra: reference files and prescribed ones. */
public final class Spectra {
  private Spectra() {}

  /** One line of {@code spectra.csv}. */
  public record Fixture(
      String name,
      BigDecimal lambdaMin,
      BigDecimal lambdaMax,
      BigDecimal exactMin,
      BigDecimal exactMax,
      boolean hasJacobian,
      int rankFeatures,
      int rankFeaturesOnes) {
    public INDArray read(String what) {
      try (InputStream in = open(name + "." + what + ".npy")) {
        return Npy.read(in, name);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    public DenseSymmetric gram() {
      return DenseSymmetric.of(read("gram"));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  public static Stream<Fixture> fixtures() {
    List<String> lines;
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(open("spectra.csv"), StandardCharsets.UTF_8))) {
      lines = reader.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return lines.stream().skip(1).map(Spectra::fixture);
  }

  private static Fixture fixture(String line) {
    String[] f = line.split(",", -1);
    return new Fixture(
        f[0],
        new BigDecimal(f[1]),
        new BigDecimal(f[2]),
        new BigDecimal(f[3]),
        new BigDecimal(f[4]),
        Boolean.parseBoolean(f[5]),
        Integer.parseInt(f[6]),
        Integer.parseInt(f[7]));
  }

  private static InputStream open(String file) {
    return Objects.requireNonNull(Spectra.class.getResourceAsStream("/fixtures/" + file), file);
  }

  public static DenseSymmetric symmetric(double[][] rows) {
    return DenseSymmetric.of(Tensors.ofRows(rows));
  }

  /**
   * {@code Q diag(t) Q^T} with a random orthogonal Q (three reflections), symmetrised; each
   * eigenvalue is off by at most about {@code 30 n u max |t|}.
   */
  public static double[][] withSpectrum(double[] t, long seed) {
    int n = t.length;
    double[][] a = new double[n][n];
    for (int i = 0; i < n; i++) {
      a[i][i] = t[i];
    }
    SplittableRandom random = new SplittableRandom(seed);
    for (int r = 0; r < 3; r++) {
      double[] v = random.doubles(n, -1, 1).toArray();
      double square = 0;
      for (double x : v) {
        square += x * x;
      }
      reflectRows(a, v, 2 / square);
      a = transposed(a);
      reflectRows(a, v, 2 / square);
      a = transposed(a);
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        a[i][j] = 0.5 * a[i][j] + 0.5 * a[j][i];
        a[j][i] = a[i][j];
      }
    }
    return a;
  }

  private static void reflectRows(double[][] a, double[] v, double beta) {
    for (double[] row : a) {
      double s = 0;
      for (int j = 0; j < v.length; j++) {
        s += row[j] * v[j];
      }
      for (int j = 0; j < v.length; j++) {
        row[j] -= beta * s * v[j];
      }
    }
  }

  public static double[][] transposed(double[][] a) {
    double[][] t = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < t.length; j++) {
        t[j][i] = a[i][j];
      }
    }
    return t;
  }

  public static double[][] scaled(double[][] a, int exponent) {
    double[][] s = new double[a.length][];
    for (int i = 0; i < a.length; i++) {
      s[i] = a[i].clone();
      for (int j = 0; j < s[i].length; j++) {
        s[i][j] = Math.scalb(s[i][j], exponent);
      }
    }
    return s;
  }

  public static double[][] random(int n, int w, long seed) {
    SplittableRandom r = new SplittableRandom(seed);
    double[][] a = new double[n][];
    for (int i = 0; i < n; i++) {
      a[i] = r.doubles(w, -1, 1).toArray();
    }
    return a;
  }
}
