package org.fullrank.rigor.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.eigen.EigenvalueEnclosure;
import org.fullrank.rigor.eigen.Hint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong around an out-of-core bound: plans, disks, interrupts, sources. */
class TiledFaultsTest {
  private static final int N = 400;

  @TempDir Path folder;

  private final TiledCholeskyBound bound =
      TiledCholeskyBound.withDefaults()
          .withWorkingBytes(TiledCholeskyTest.budget(N, 126, 2))
          .withThreads(2);

  /** Positive definite, but Gershgorin does not say so. */
  private final double[][] definite =
      AdversarialMatrices.fill(N, (i, j) -> (i == j ? 1 : 0) + Math.pow(0.99, i - j));

  private final double[][] indefinite =
      AdversarialMatrices.fill(N, (i, j) -> i == j ? 3 : 1.0 / (1 + (i - j) % 7));

  private double[][] matrix = definite;

  @AfterEach
  void nothingIsLeftBehind() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
    assertThat(Thread.interrupted()).isFalse();
  }

  private TiledEnclosure run(ProgressListener progress) throws Exception {
    return bound
        .withProgress(progress)
        .encloseLambdaMin(SymmetricSource.ofRows(matrix), Hint.none(), folder);
  }

  private Map<String, Integer> tasks() throws Exception {
    Map<String, Integer> tasks = new LinkedHashMap<>();
    run(
        (task, done, total) -> {
          assertThat(done).isBetween(0L, total);
          tasks.merge(task, 1, Integer::sum);
        });
    return tasks;
  }

  @Test
  void anInterruptEndsItAnywhere() throws Exception {
    checkInterrupts("inverse iteration");
    matrix = indefinite;
    checkInterrupts("vector of a bad pivot");
  }

  private void checkInterrupts(String solve) throws Exception {
    Map<String, Integer> tasks = tasks();
    assertThat(tasks.keySet())
        .contains("checking the entries", "factorisation 1", solve, "Rayleigh quotient");
    for (Map.Entry<String, Integer> entry : tasks.entrySet()) {
      int[] left = {1 + entry.getValue() / 2};
      assertThatThrownBy(
              () ->
                  run(
                      (task, done, total) -> {
                        if (task.equals(entry.getKey()) && --left[0] == 0) {
                          Thread.currentThread().interrupt();
                        }
                      }))
          .as(entry.getKey())
          .isInstanceOf(InterruptedException.class);
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
  }

  @Test
  void anInterruptFromOutsideEndsIt() throws Exception {
    AtomicBoolean interrupted = new AtomicBoolean();
    Thread worker =
        new Thread(
            () -> {
              try {
                while (true) {
                  run(ProgressListener.none());
                }
              } catch (InterruptedException e) {
                interrupted.set(true);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    worker.start();
    Thread.sleep(300);
    worker.interrupt();
    worker.join(20_000);
    assertThat(interrupted).isTrue();
  }

  @Test
  void anExceptionOfTheListenerEndsIt() throws Exception {
    for (String name : tasks().keySet()) {
      assertThatThrownBy(
              () ->
                  run(
                      (task, done, total) -> {
                        if (task.equals(name)) {
                          throw new UnsupportedOperationException("enough");
                        }
                      }))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessage("enough");
    }
  }

  @Test
  void theScratchFileHasNoNameWhileItIsUsed() throws Exception {
    if (!System.getProperty("os.name").startsWith("Linux")) {
      return;
    }
    run(
        (task, done, total) -> {
          try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).isEmpty();
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void sourceThatFailsOrChangesIsNoticed() {
    int survey = N * N;
    for (int after : new int[] {5, survey + 5, survey + N * N / 2 + N}) {
      assertThatThrownBy(
              () -> bound.encloseLambdaMin(new Faulty(after, false), Hint.none(), folder))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("the disk has gone");
      assertThatThrownBy(() -> bound.encloseLambdaMin(new Faulty(after, true), Hint.none(), folder))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("finite");
    }
  }

  @Test
  void everyPassIsHeldAgainstTheFirst() throws Exception {
    for (double[][] a : new double[][][] {definite, indefinite}) {
      matrix = a;
      for (Map.Entry<String, Integer> task : tasks().entrySet()) {
        if (task.getKey().startsWith("factorisation") || task.getKey().startsWith("Rayleigh")) {
          // At the first report of the task: it reads everything, or its first panel, afterwards.
          assertThatThrownBy(() -> runWithChange(task.getKey(), 1, 200, 3))
              .as(task.getKey())
              .isInstanceOf(IOException.class)
              .hasMessageContaining("the matrix was changed while it was read: columns 0 to 125");
        }
      }
    }
    matrix = definite;
    // Above the diagonal nothing is read again, and what nobody reads any more may change.
    assertThat(runWithChange("factorisation 1", 1, 3, 200))
        .isEqualTo(run(ProgressListener.none()).enclosure());
  }

  /** The interval when entry (i, j) is another one from a report of a task on. */
  private EigenvalueEnclosure runWithChange(String at, int report, int i, int j) throws Exception {
    double kept = matrix[i][j];
    int[] left = {report};
    try {
      return run((task, done, total) -> {
            if (task.equals(at) && --left[0] == 0) {
              matrix[i][j] = kept == 0 ? 1 : 0;
            }
          })
          .enclosure();
    } finally {
      matrix[i][j] = kept;
    }
  }

  @Test
  void certifyingIsHeldAgainstTheFirstPass() throws Exception {
    double[][] a = AdversarialMatrices.fill(N, (i, j) -> i == j ? 1 : i + j == 1 ? 3 : 0);
    TiledCholeskyBound disturbed =
        bound.withProgress(
            (task, done, total) -> {
              if (task.equals("factorisation")) {
                a[0][1] = 0;
                a[1][0] = 0;
              }
            });
    assertThatThrownBy(
            () -> disturbed.certifyLambdaMinAtLeast(SymmetricSource.ofRows(a), 0.5, folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("was changed");
    // Now it is the identity for all passes.
    assertThat(disturbed.certifyLambdaMinAtLeast(SymmetricSource.ofRows(a), 0.5, folder)).isTrue();
  }

  /** Fails, or turns into NaN, after a number of entries. */
  private final class Faulty implements SymmetricSource {
    private final boolean silently;
    private int left;

    Faulty(int after, boolean silently) {
      this.left = after;
      this.silently = silently;
    }

    @Override
    public int order() {
      return N;
    }

    @Override
    public void read(int row, int first, int count, double[] target, int offset)
        throws IOException {
      System.arraycopy(matrix[row], first, target, offset, count);
      left -= count;
      if (left < 0 && !silently) {
        throw new IOException("the disk has gone");
      }
      if (left < 0 && count > 0) {
        target[offset] = Double.NaN;
      }
    }
  }

  @Test
  void truncatedScratchFileIsNoticed() throws Exception {
    try (ScratchFile scratch = ScratchFile.create(folder, N);
        TiledWork work =
            new TiledWork(
                (task, done, total) -> {
                  if (task.equals("test") && done > total / 2) {
                    truncate(scratch);
                  }
                })) {
      TiledEntries entries = TiledEntries.unscaled(SymmetricSource.ofRows(matrix), N);
      TiledSurvey.of(entries, false, work);
      TiledPlan plan = TiledPlan.of(N, 1, TiledCholeskyTest.budget(N, 126, 1));
      double[] diagonal = new double[N];
      Arrays.fill(diagonal, 300);
      TiledCholesky cholesky = new TiledCholesky(entries, plan, scratch, work, 1);
      assertThatThrownBy(() -> cholesky.factor(diagonal, null, true, "test"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("truncated");
    }
  }

  private static void truncate(ScratchFile scratch) {
    try {
      scratch.channel().truncate(1000);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aDiskWithoutRoomIsRefused() throws IOException {
    // 8 EiB of factor.
    int huge = 1_500_000_000;
    assertThatThrownBy(() -> ScratchFile.create(folder, huge).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("free bytes")
        .hasMessageContaining(Long.toString(ScratchFile.bytes(huge)));
    assertThatThrownBy(() -> ScratchFile.create(folder.resolve("none"), 10).close())
        .isInstanceOf(NoSuchFileException.class);
    ScratchFile closed = ScratchFile.create(folder, 10);
    closed.close();
    assertThatThrownBy(() -> closed.write(0, 0, 10, new double[10][10], 0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is the disk full?");
  }

  @Test
  void plansSayWhatTheyNeed() {
    TiledPlan plan = TiledPlan.of(20_000, 2, 1L << 30);
    assertThat(plan.workingBytes()).isBetween(1L << 29, 1L << 30);
    // Half a square, in whole slabs.
    assertThat(plan.scratchBytes()).isBetween(1_600_000_000L, 1_640_000_000L);
    assertThat(plan.panels()).isBetween(2, 4);
    assertThat(TiledPlan.of(20_000, 2, 3L << 30).panels()).isEqualTo(1);
    assertThat(TiledPlan.of(20_000, 2, 150L << 20).panels()).isGreaterThan(20);
    assertThatThrownBy(() -> TiledPlan.of(20_000, 2, 10L << 20))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least")
        .hasMessageContaining("got " + (10L << 20));
    long least = 1;
    while (least < 1L << 40) {
      try {
        TiledPlan.of(20_000, 2, least);
        break;
      } catch (IllegalArgumentException e) {
        least =
            Long.parseLong(String.valueOf(e.getMessage()).replaceAll(".*at least (\\d+) .*", "$1"));
        assertThat(TiledPlan.of(20_000, 2, least).columns()).isEqualTo(126);
      }
    }
    assertThat(least).isLessThan(130L << 20);
    assertThatThrownBy(() -> plan.requireHeap(plan.workingBytes()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-Xmx");
    plan.requireHeap(plan.workingBytes() * 2);
    for (int order : new int[] {0, -1}) {
      assertThatThrownBy(() -> TiledPlan.of(order, 1, 1 << 30))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void plansAreWithinTheirBudget() {
    for (int n : new int[] {1, 2, 126, 127, 1000, 5000, 20_000, 46_341, 100_000}) {
      long least = TiledPlan.of(n, 1, Long.MAX_VALUE / 4).workingBytes();
      for (double share = 1; share > 0.01; share *= 0.7) {
        long budget = (long) (share * least);
        try {
          TiledPlan plan = TiledPlan.of(n, 1, budget);
          assertThat(plan.workingBytes()).isLessThanOrEqualTo(budget);
          assertThat(plan.columns() == n || plan.columns() % 126 == 0).isTrue();
        } catch (IllegalArgumentException tooSmall) {
          assertThat(tooSmall).hasMessageContaining("at least");
        }
      }
    }
  }

  @Test
  void badSettingsAreRefused() {
    assertThatThrownBy(() -> bound.withThreads(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> bound.withWorkingBytes(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> bound.withRelativeWidth(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> bound.withMaxFactorizations(-1))
        .isInstanceOf(IllegalArgumentException.class);
    for (double[][] bad : new double[][][] {{}, {{1, 2}}, {{1, 2}, {2}}}) {
      assertThatThrownBy(() -> SymmetricSource.ofRows(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("square");
    }
  }
}
