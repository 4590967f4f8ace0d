package org.fullrank.examples;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.report.TerminalProgress;
import org.fullrank.rigor.DecimalInterval;
import org.fullrank.rigor.disk.TiledCholeskyBound;
import org.fullrank.rigor.disk.TiledCost;
import org.fullrank.rigor.disk.TiledPlan;
import org.fullrank.rigor.eigen.Hint;
import org.fullrank.spectrum.disk.FileCholeskyBound;

/**
 * The smallest eigenvalue of a Gram matrix that lies on the disk, with a proof, in bounded memory.
 *
 * <p>With a file, {@code OutOfCoreCertificate gram.npy}, certifies that: a symmetric matrix of
 * doubles, such as {@code GramToFile} writes. Further arguments, all optional: MiB of working
 * memory (64), folder for the scratch file (the temporary folder of the system).
 *
 * <p>Without one, writes the Gram of a Gaussian kernel on random points of a sphere plus a ridge
 * into an {@code .npy} file, row by row, and certifies it. In exact arithmetic the smallest
 * eigenvalue is just above the ridge. For the full size: {@code JAVA_TOOL_OPTIONS=-Xmx3g
 * docs/examples/run OutOfCoreCertificate 20000 2048}.
 *
 * <p>Arguments then, all optional: order n (2000), MiB of working memory (64), {@code hint} to
 * suggest the ridge as eigenvalue or {@code search} to find it (hint), folder for the files (a new
 * temporary one). Takes {@code 12 n^2} bytes of disk, given back at the end and after a signal that
 * ends the process, such as SIGTERM or SIGINT; after SIGKILL the matrix stays.
 */
public final class OutOfCoreCertificate {
  private static final int DIMENSION = 6;
  private static final double RIDGE = 0.5;
  private static final int ROWS = 32;
  private static final double MIB = 1024.0 * 1024;

  /** The launcher says whether standard error is a terminal, where a line can be overwritten. */
  private static final TerminalProgress PROGRESS =
      TerminalProgress.of(System.err, Boolean.getBoolean("fullrank.progress"));

  private OutOfCoreCertificate() {}

  /**
   * Certifies one matrix, the user's or one that it writes.
   *
   * @param args file, MiB, folder; or order, MiB, hint or search, folder
   * @throws IOException if the file is not such a matrix, or there is no room
   * @throws InterruptedException if interrupted
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length > 0 && args[0].endsWith(".npy")) {
      long megabytes = args.length > 1 ? Long.parseLong(args[1]) : 64;
      Path scratch = Path.of(args.length > 2 ? args[2] : System.getProperty("java.io.tmpdir"));
      certify(bound(megabytes), Path.of(args[0]), Hint.none(), scratch);
      return;
    }
    int n = args.length > 0 ? Integer.parseInt(args[0]) : 2000;
    long megabytes = args.length > 1 ? Long.parseLong(args[1]) : 64;
    boolean hint = args.length <= 2 || !args[2].equals("search");
    Files.createDirectories(Path.of(property(args)));
    Path folder = Files.createTempDirectory(Path.of(property(args)), "fullrank-outofcore");
    Path file = folder.resolve("gram.npy");
    // A signal ends the process without the finally block. The last path named is deleted first.
    folder.toFile().deleteOnExit();
    file.toFile().deleteOnExit();
    try {
      long begin = System.nanoTime();
      write(file, n);
      say(
          "n = %d, %.1f MiB on disk, written in %.1f s; its ridge is %s",
          n, Files.size(file) / MIB, (System.nanoTime() - begin) * 1e-9, RIDGE);
      certify(bound(megabytes), file, hint ? Hint.ofValue(RIDGE) : Hint.none(), folder);
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(folder);
    }
  }

  private static FileCholeskyBound bound(long megabytes) {
    return FileCholeskyBound.of(
        TiledCholeskyBound.withDefaults()
            .withThreads(Runtime.getRuntime().availableProcessors())
            .withWorkingBytes(megabytes << 20)
            .withProgress(PROGRESS::show));
  }

  private static void certify(FileCholeskyBound bound, Path file, Hint hint, Path folder)
      throws IOException, InterruptedException {
    TiledPlan plan = bound.plan(file);
    long begin = System.nanoTime();
    FileCholeskyBound.Result result = bound.lambdaMin(file, hint, folder);
    double certified = (System.nanoTime() - begin) * 1e-9;
    PROGRESS.close();
    say(
        "plan: %d panels of %d columns, %.1f MiB working memory, %.1f MiB scratch file",
        plan.panels(), plan.columns(), plan.workingBytes() / MIB, plan.scratchBytes() / MIB);
    say(
        "lambda_min in %s (%s)",
        DecimalInterval.from(result.lambdaMin().interval()),
        result.details().enclosure().status().text());
    say(
        "%s, about %s; relative width %.1e",
        result.lambdaMin().rigor(),
        result.lambdaMin().subject().text(),
        result.lambdaMin().interval().relativeWidth());
    TiledCost cost = result.details().cost();
    say(
        "%.1f s: check %.1f, %d factorisations %.1f, solves %.1f, quotients %.1f",
        certified,
        cost.checkSeconds(),
        result.details().enclosure().factorizations(),
        cost.factorSeconds(),
        cost.solveSeconds(),
        cost.quotientSeconds());
    say(
        "read %.1f MiB of the matrix and %.1f MiB of scratch, wrote %.1f MiB of scratch",
        result.fileBytesRead() / MIB,
        cost.scratchBytesRead() / MIB,
        cost.scratchBytesWritten() / MIB);
    say("largest resident set: %s", peak());
  }

  private static String property(String[] args) {
    return args.length > 3 ? args[3] : System.getProperty("java.io.tmpdir");
  }

  private static void say(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }

  /** Linux keeps the high-water mark of the process. */
  private static String peak() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return "not known on this system";
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .map(line -> line.substring(6).strip())
        .findFirst()
        .orElse("not reported");
  }

  /** {@code A_ij = exp(-|x_i - x_j|^2 / 2) + ridge delta_ij}, symmetric to the bit. */
  private static void write(Path file, int n) throws IOException {
    double[][] points = points(n);
    double[][] rows = new double[ROWS][n];
    ByteBuffer bytes = ByteBuffer.allocateDirect(8 * n).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      writeAll(out, ByteBuffer.wrap(header(n)));
      for (int i0 = 0; i0 < n; i0 += ROWS) {
        PROGRESS.show("writing the Gram matrix", i0, n);
        int first = i0;
        int count = Math.min(ROWS, n - i0);
        IntStream.range(0, count).parallel().forEach(r -> row(points, first + r, rows[r]));
        for (double[] row : List.of(rows).subList(0, count)) {
          bytes.clear();
          bytes.asDoubleBuffer().put(row);
          writeAll(out, bytes);
        }
      }
    }
  }

  private static void row(double[][] points, int i, double[] row) {
    double[] x = points[i];
    for (int j = 0; j < row.length; j++) {
      double[] y = points[j];
      double correlation = 0;
      for (int k = 0; k < DIMENSION; k++) {
        correlation += x[k] * y[k];
      }
      // On the unit sphere |x - y|^2 = 2 - 2 x.y.
      row[j] = StrictMath.exp(correlation - 1);
    }
    row[i] = 1 + RIDGE;
  }

  private static double[][] points(int n) {
    RandomStream stream = Seed.of(7).stream("points");
    double[][] points = new double[n][DIMENSION];
    for (double[] x : points) {
      double square = 0;
      for (int k = 0; k < DIMENSION; k++) {
        x[k] = stream.nextGaussian();
        square += x[k] * x[k];
      }
      double norm = Math.sqrt(square);
      for (int k = 0; k < DIMENSION; k++) {
        x[k] /= norm;
      }
    }
    return points;
  }

  private static byte[] header(int n) {
    String text = "{'descr': '<f8', 'fortran_order': False, 'shape': (" + n + ", " + n + "), }";
    // Values start at a multiple of 64 bytes; the text ends with a line feed.
    String padded = text + " ".repeat(127 - 10 - text.length()) + "\n";
    ByteBuffer out = ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);
    out.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    out.putShort((short) padded.length());
    out.put(padded.getBytes(StandardCharsets.US_ASCII));
    return out.array();
  }

  private static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }
}
