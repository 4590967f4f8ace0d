package org.fullrank.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.fullrank.io.SymmetricNpyFile;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.report.TerminalProgress;
import org.fullrank.spectrum.disk.FileOperator;
import org.fullrank.spectrum.solver.EigenSolver;
import org.fullrank.spectrum.solver.Eigenpairs;
import org.fullrank.spectrum.solver.LanczosSolver;
import org.fullrank.spectrum.solver.LobpcgSolver;
import org.fullrank.spectrum.solver.Wanted;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Estimates of the largest and the smallest eigenvalue of a Gram matrix in a file, by products
 * only: the file is read once per product and never held in memory.
 *
 * <p>The smallest eigenvalue is only as good as its residual, a distance to <em>some</em>
 * eigenvalue, and an ill-conditioned matrix needs many products, the more the denser its small
 * eigenvalues lie. Where the status is not a success the value is an upper bound of the smallest
 * eigenvalue up to rounding and no more. {@link OutOfCoreCertificate} shows the proof, which does
 * not depend on the condition number.
 *
 * <p>The exit status is 1 if an estimate did not converge.
 *
 * <p>Arguments, all optional: an {@code .npy} file (by default a kernel matrix of order 1000 is
 * written, tile by tile, to a temporary folder), the most columns to multiply for each end (4000),
 * the tolerance of the residual in units of the largest eigenvalue (1e-6).
 */
public final class FileSpectrum {
  private static final int ORDER = 1000;
  private static final int TILE = 256;
  private static final int DIMENSION = 6;
  private static final double RIDGE = 0.5;
  private static final int GUARD = 15;
  private static final double MIB = 1024.0 * 1024;

  /** The launcher says whether standard error is a terminal, where a line can be overwritten. */
  private static final TerminalProgress PROGRESS =
      TerminalProgress.of(System.err, Boolean.getBoolean("fullrank.progress"));

  private FileSpectrum() {}

  /**
   * Estimates both ends of the spectrum of one file.
   *
   * @param args file, columns, tolerance
   * @throws IOException if a file cannot be read or written
   */
  public static void main(String[] args) throws IOException {
    long limit = args.length > 1 ? Long.parseLong(args[1]) : 4000;
    double tolerance = args.length > 2 ? Double.parseDouble(args[2]) : 1e-6;
    if (args.length > 0) {
      exit(study(Path.of(args[0]), limit, tolerance));
      return;
    }
    boolean converged;
    Path folder = Files.createTempDirectory("fullrank-filespectrum");
    Path file = folder.resolve("gram.npy");
    // A signal ends the process without the finally block. The last path named is deleted first.
    for (Path path : List.of(folder, file, SymmetricNpyFile.manifest(file))) {
      path.toFile().deleteOnExit();
    }
    try {
      write(file);
      converged = study(file, limit, tolerance);
    } finally {
      Files.deleteIfExists(SymmetricNpyFile.manifest(file));
      Files.deleteIfExists(file);
      Files.deleteIfExists(folder);
    }
    exit(converged);
  }

  /** A script must not take an estimate that was given up for a result. */
  private static void exit(boolean converged) {
    if (!converged) {
      System.exit(1);
    }
  }

  /** Whether both estimates converged. */
  private static boolean study(Path file, long limit, double tolerance) throws IOException {
    long start = System.nanoTime();
    try (FileOperator gram = FileOperator.open(file, PROGRESS::show)) {
      PROGRESS.close();
      say(
          "order %d, %.1f MiB, finite and symmetric to the bit, checked in %.2f s",
          gram.size(), Files.size(file) / MIB, since(start));
      OptionalDouble largest =
          end(
              gram,
              LanczosSolver.withDefaults().withTolerance(tolerance).withOperatorLimit(limit),
              "lambda_max",
              Wanted.largest(1));
      // A product with many columns costs one reading of the file: a wide block needs fewer.
      OptionalDouble smallest =
          end(
              gram,
              LobpcgSolver.withDefaults()
                  .withGuardColumns(GUARD)
                  .withTolerance(tolerance)
                  .withOperatorLimit(limit),
              "lambda_min",
              Wanted.smallest(1));
      boolean converged = largest.isPresent() && smallest.isPresent();
      if (converged) {
        say("estimated condition number %.2e", largest.getAsDouble() / smallest.getAsDouble());
      }
      return converged;
    }
  }

  /** The value, if the solver converged to it. */
  private static OptionalDouble end(
      FileOperator gram, EigenSolver solver, String name, Wanted wanted) {
    long start = System.nanoTime();
    long before = gram.bytesRead();
    try (Eigenpairs pairs = solver.solve(gram, wanted.withVectors())) {
      double value = pairs.count() > 0 ? pairs.value(0) : Double.NaN;
      double residual = pairs.count() > 0 ? pairs.residualNorms()[0] : Double.NaN;
      say(
          "%s about %.10g, an eigenvalue within %.1e; %d columns, %.1f MiB read, %.2f s",
          name,
          value,
          residual,
          pairs.operatorCount(),
          (gram.bytesRead() - before) / MIB,
          since(start));
      say("  %s by %s: %s", pairs.status(), pairs.method(), pairs.status().text());
      return pairs.status().succeeded() ? OptionalDouble.of(value) : OptionalDouble.empty();
    }
  }

  /**
   * A Gaussian kernel on points of a sphere plus a ridge. Killed and started again with the same
   * file it would go on with the first unfinished tile.
   */
  private static void write(Path file) throws IOException {
    double[][] points = points();
    double[] values = new double[TILE * TILE];
    try (SymmetricNpyFile gram =
        SymmetricNpyFile.open(
            file,
            DataType.DOUBLE,
            ORDER,
            TILE,
            "Gaussian kernel, ridge " + RIDGE + ", seed 7",
            (done, total) -> PROGRESS.show("checking finished tiles", done, total))) {
      for (int r = 0; r < gram.tiles(); r++) {
        for (int c = r; c < gram.tiles(); c++) {
          if (gram.isDone(r, c)) {
            continue;
          }
          PROGRESS.show("writing tiles", gram.done(), gram.total());
          int rows = Math.min(TILE, ORDER - r * TILE);
          int columns = Math.min(TILE, ORDER - c * TILE);
          for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
              values[i * TILE + j] = kernel(points, r * TILE + i, c * TILE + j);
            }
          }
          gram.writeBlock(r * TILE, c * TILE, rows, columns, values, 0, TILE);
          gram.finish(r, c);
        }
      }
    }
  }

  private static double kernel(double[][] points, int i, int j) {
    double correlation = 0;
    for (int k = 0; k < DIMENSION; k++) {
      correlation += points[i][k] * points[j][k];
    }
    // On the unit sphere |x - y|^2 = 2 - 2 x.y.
    return i == j ? 1 + RIDGE : StrictMath.exp(correlation - 1);
  }

  private static double[][] points() {
    RandomStream stream = Seed.of(7).stream("points");
    double[][] points = new double[ORDER][DIMENSION];
    for (double[] x : points) {
      double square = 0;
      for (int k = 0; k < DIMENSION; k++) {
        x[k] = stream.nextGaussian();
        square += x[k] * x[k];
      }
      for (int k = 0; k < DIMENSION; k++) {
        x[k] /= Math.sqrt(square);
      }
    }
    return points;
  }

  private static double since(long start) {
    return (System.nanoTime() - start) * 1e-9;
  }

  private static void say(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
