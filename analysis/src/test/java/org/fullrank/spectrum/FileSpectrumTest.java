package org.fullrank.spectrum;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.fullrank.io.SymmetricNpyFile;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.spectrum.disk.FileOperator;
import org.fullrank.spectrum.solver.EigenSolver;
import org.fullrank.spectrum.solver.Eigenpairs;
import org.fullrank.spectrum.solver.LanczosSolver;
import org.fullrank.spectrum.solver.LobpcgSolver;
import org.fullrank.spectrum.solver.SolverStatus;
import org.fullrank.spectrum.solver.Wanted;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The recipe for both ends of the spectrum of a matrix in a file, and what it says where it fails.
 * Spectra are prescribed: {@code H D H} with a reflection H.
 */
class FileSpectrumTest {
  private static final int N = 150;

  /** Rounding of the construction and of the products, in units of the norm 1. */
  private static final double ROUNDING = 1e-13;

  @TempDir Path folder;

  /** {@code D - 2 w (Dw)^T - 2 (Dw) w^T + 4 (w^T D w) w w^T} with {@code |w| = 1}. */
  private FileOperator write(double[] d) throws IOException {
    double[] w = new SplittableRandom(5).doubles(N, 0.5, 1.5).toArray();
    double norm = Math.sqrt(Arrays.stream(w).map(x -> x * x).sum());
    double quotient = 0;
    for (int i = 0; i < N; i++) {
      w[i] /= norm;
      quotient += d[i] * w[i] * w[i];
    }
    double[] a = new double[N * N];
    for (int i = 0; i < N; i++) {
      for (int j = i; j < N; j++) {
        a[i * N + j] = (i == j ? d[i] : 0) - 2 * w[i] * w[j] * (d[i] + d[j] - 2 * quotient);
      }
    }
    Path file = folder.resolve("gram.npy");
    int tile = 64;
    try (SymmetricNpyFile gram =
        SymmetricNpyFile.open(file, DataType.DOUBLE, N, tile, "HDH", (done, total) -> {})) {
      for (int r = 0; r < gram.tiles(); r++) {
        for (int c = r; c < gram.tiles(); c++) {
          int row = r * tile;
          int column = c * tile;
          gram.writeBlock(
              row,
              column,
              Math.min(tile, N - row),
              Math.min(tile, N - column),
              a,
              row * N + column,
              N);
          gram.finish(r, c);
        }
      }
    }
    return FileOperator.open(file, ProgressListener.none());
  }

  /** From 1 down to {@code 1 / condition}, equal quotients. */
  private static double[] geometric(double condition) {
    double[] d = new double[N];
    Arrays.setAll(d, i -> Math.pow(condition, -i / (N - 1.0)));
    return d;
  }

  private static double distance(double[] spectrum, double value) {
    return Arrays.stream(spectrum).map(t -> Math.abs(t - value)).min().orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({"10", "100"})
  void findsBothEnds(double condition) throws IOException {
    double[] d = geometric(condition);
    double tolerance = 1e-9;
    try (FileOperator gram = write(d);
        Eigenpairs top =
            LanczosSolver.withDefaults()
                .withTolerance(tolerance)
                .solve(gram, Wanted.largest(1).withVectors());
        Eigenpairs bottom =
            LobpcgSolver.withDefaults()
                .withGuardColumns(15)
                .withTolerance(tolerance)
                .solve(gram, Wanted.smallest(1).withVectors())) {
      assertThat(top.status()).isEqualTo(SolverStatus.CONVERGED);
      assertThat(bottom.status()).isEqualTo(SolverStatus.CONVERGED);
      assertThat(Math.abs(top.value(0) - 1)).isLessThan(tolerance);
      assertThat(Math.abs(bottom.value(0) - 1 / condition)).isLessThan(tolerance);
      assertThat(bottom.residualNorms()[0]).isLessThanOrEqualTo(tolerance);
      // The check and every product have read the file once.
      assertThat(gram.bytesRead() % (8L * N * N)).isZero();
      assertThat(gram.bytesRead() / (8L * N * N)).isGreaterThan(bottom.operatorCount() / 16);
    }
  }

  /** Neither end of the budget nor of the precision is passed off as a result. */
  @ParameterizedTest
  @ValueSource(doubles = {1e4, 1e6, 1e8})
  void admitsWhatItDidNotFind(double condition) throws IOException {
    double[] d = geometric(condition);
    EigenSolver[] solvers = {
      LanczosSolver.withDefaults().withOperatorLimit(480),
      LobpcgSolver.withDefaults().withGuardColumns(15).withOperatorLimit(480)
    };
    try (FileOperator gram = write(d)) {
      for (EigenSolver solver : solvers) {
        try (Eigenpairs bottom = solver.solve(gram, Wanted.smallest(1).withVectors())) {
          assertThat(bottom.status()).as(solver.name()).isEqualTo(SolverStatus.NOT_CONVERGED);
          assertThat(bottom.status().text()).contains("raise the limit");
          double value = bottom.value(0);
          double residual = bottom.residualNorms()[0];
          assertThat(value).isGreaterThan(1 / condition - ROUNDING);
          assertThat(distance(d, value)).isLessThanOrEqualTo(residual + ROUNDING);
          assertThat(residual).isGreaterThan(1e-10).isLessThan(1);
          assertThat(bottom.operatorCount()).isLessThanOrEqualTo(480);
        }
      }
    }
  }
}
