package org.fullrank.spectrum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.fullrank.io.Npy;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.disk.TiledCholeskyBound;
import org.fullrank.rigor.eigen.Hint;
import org.fullrank.spectrum.disk.FileCholeskyBound;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A program that has the file mapped and writes to it while it is proved: neither size nor time of
 * the file say so. The matrix is the identity but for one pair of entries {@code c}, so that its
 * smallest eigenvalue is {@code 1 - |c|}; the writer changes c.
 */
class MappedWriterTest {
  private static final int HEADER = 128;

  @TempDir Path folder;

  /** A file that is mapped for writing, with pages that are dirty before it is opened. */
  private static final class Mapped {
    final Path file;
    private final MappedByteBuffer bytes;
    private final int i;
    private final int j;
    private final int n;

    Mapped(Path file, int n, int i, int j, double c) throws IOException {
      this.file = file;
      this.i = i;
      this.j = j;
      this.n = n;
      double[][] rows = new double[n][n];
      for (int k = 0; k < n; k++) {
        rows[k][k] = 1;
      }
      try (INDArray matrix = Tensors.ofRows(rows)) {
        Npy.write(file, matrix);
      }
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        bytes = channel.map(FileChannel.MapMode.READ_WRITE, 0, HEADER + 8L * n * n);
        bytes.order(ByteOrder.LITTLE_ENDIAN);
      }
      set(c);
    }

    synchronized void set(double c) {
      bytes.putDouble(HEADER + 8 * (i * n + j), c);
      bytes.putDouble(HEADER + 8 * (j * n + i), c);
    }
  }

  private static TiledCholeskyBound method() {
    return TiledCholeskyBound.withDefaults().withWorkingBytes(1 << 26);
  }

  private Interval lambdaMin(TiledCholeskyBound method, Path file, Hint hint) throws Exception {
    return FileCholeskyBound.of(method).lambdaMin(file, hint, folder).lambdaMin().interval();
  }

  /** Whether {@code 1 - |c|} is in the interval, exactly. */
  private static boolean contains(Interval x, double c) {
    BigDecimal truth = BigDecimal.ONE.subtract(new BigDecimal(Math.abs(c)));
    return new BigDecimal(x.lo()).compareTo(truth) <= 0
        && new BigDecimal(x.hi()).compareTo(truth) >= 0;
  }

  @Test
  void aChangeThatIsPutBackIsNoticedInEveryPass() throws Exception {
    Mapped mapped = new Mapped(folder.resolve("gram.npy"), 600, 0, 1, 3);
    assertThat(contains(lambdaMin(method(), mapped.file, Hint.none()), 3)).isTrue();
    for (String pass : new String[] {"factorisation 1", "Rayleigh quotient"}) {
      mapped.set(3);
      ProgressListener writer = (task, done, total) -> mapped.set(task.startsWith(pass) ? 0 : 3);
      assertThatThrownBy(
              () -> lambdaMin(method().withProgress(writer), mapped.file, Hint.ofValue(1)))
          .as(pass)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("gram.npy")
          .hasMessageContaining("changed while it was read: columns 0 to 125")
          .hasMessageContaining("mapping");
    }
  }

  /** Returns whether something was proved; fails if that is false. */
  private boolean attempt(long seed, boolean inAThread) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    int n = 20 + random.nextInt(300);
    int i = 1 + random.nextInt(n - 1);
    int j = random.nextInt(i);
    double[] states = {random.nextInt(3) * 0.75, random.nextDouble() * 4 - 2};
    Path file = folder.resolve("m" + seed + ".npy");
    Mapped mapped = new Mapped(file, n, i, j, states[0]);
    AtomicBoolean end = new AtomicBoolean();
    Thread writer = null;
    ProgressListener listener = ProgressListener.none();
    if (inAThread) {
      long pause = 1 + random.nextLong(20_000_000);
      int changes = random.nextInt(20);
      writer =
          new Thread(
              () -> {
                for (int k = 1; k <= changes && !end.get(); k++) {
                  LockSupport.parkNanos(pause);
                  mapped.set(states[k % 2]);
                }
              });
      writer.start();
    } else {
      int first = random.nextInt(40);
      int back = first + 1 + random.nextInt(20);
      int[] reports = {0};
      listener =
          (task, done, total) -> {
            int report = reports[0]++;
            if (report == first || report == back) {
              mapped.set(states[report == first ? 1 : 0]);
            }
          };
    }
    Hint hint = random.nextBoolean() ? Hint.none() : Hint.ofValue(1 - Math.abs(states[1]));
    try {
      Interval x = lambdaMin(method().withProgress(listener), file, hint);
      assertThat(contains(x, states[0]) || contains(x, states[1]))
          .as("seed %d: %s for %s or %s", seed, x, 1 - Math.abs(states[0]), states[1])
          .isTrue();
      return true;
    } catch (IOException | IllegalArgumentException noticed) {
      assertThat(noticed).hasMessageMatching("(?s).*(changed while it was read|symmetric).*");
      return false;
    } finally {
      end.set(true);
      if (writer != null) {
        writer.join();
      }
    }
  }

  private void sweep(int from, int to, int least, TestReporter reporter) throws Exception {
    int proved = 0;
    for (int seed = from; seed < to; seed++) {
      proved += attempt(seed, seed % 2 == 0) ? 1 : 0;
    }
    reporter.publishEntry("files proved", proved + " of " + (to - from));
    assertThat(proved).isBetween(least, to - from - least);
  }

  @Test
  void noFalseStatementWhileEntriesChange(TestReporter reporter) throws Exception {
    sweep(0, 12, 1, reporter);
  }

  @Test
  @Tag("exhaustive")
  void noFalseStatementInAThousandFiles(TestReporter reporter) throws Exception {
    sweep(1000, 2000, 200, reporter);
  }
}
