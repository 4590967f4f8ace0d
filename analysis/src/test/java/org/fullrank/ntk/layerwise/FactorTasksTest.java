package org.fullrank.ntk.layerwise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.Parallel;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Tiles begin when their factors are there, and a failure anywhere ends everything. */
final class FactorTasksTest {
  private static final int SAMPLES = 2048;
  private static final Network NETWORK =
      Network.of(
          Shape.of(3),
          Dense.of("a", 3, 4).withBias(0.1),
          Elementwise.of(Activations.TANH),
          Dense.of("b", 4, 1));

  private final INDArray theta = NETWORK.initialize(Seed.of(1), DataType.DOUBLE);
  private final INDArray x = Tensors.filled(DataType.DOUBLE, 0.3, SAMPLES, 3);
  private final SampleGrid grid = SampleGrid.of(SAMPLES, 1, 1);

  /** Where something goes wrong. */
  private enum Fault {
    NOWHERE,
    FIRST_TASK,
    PASS,
    WORKER,
    TILE,
    CLOSE
  }

  /** One task for every tile, which needs the passes up to its own. */
  private final class Scripted implements FactorTasks.Tail {
    final Set<Integer> ran = ConcurrentHashMap.newKeySet();
    final AtomicInteger open = new AtomicInteger();
    private final Fault fault;
    private final int at;

    Scripted(Fault fault, int at) {
      this.fault = fault;
      this.at = at;
    }

    @Override
    public int tasks() {
      return grid.tiles();
    }

    @Override
    public int endTile(int task) {
      // The last first, so that threads wait.
      return grid.tiles() - task;
    }

    @Override
    public Parallel.Worker worker(GradientFactors factors) {
      fail(Fault.WORKER);
      open.incrementAndGet();
      return new Parallel.Worker() {
        @Override
        public void run(int task) {
          // New arrays hold zeros, and no gradient here is zero.
          INDArray rows = factors.terms().get(1).g();
          INDArray needed = TensorViews.leading(rows, 0, grid.start(endTile(task)));
          assertThat(Tensors.toDoubles(needed)).doesNotContain(0);
          if (task == at) {
            fail(Fault.TILE);
          }
          ran.add(task);
        }

        @Override
        public void close() {
          open.decrementAndGet();
          fail(Fault.CLOSE);
        }
      };
    }

    void fail(Fault here) {
      if (fault == here) {
        throw new CancellationException(here.name());
      }
    }

    void run() {
      AtomicInteger count = new AtomicInteger();
      List<String> keys = Collections.nCopies(NETWORK.slots().size(), "");
      GradientFactors.of(
              NETWORK,
              theta,
              x,
              grid,
              keys,
              0,
              grid.tiles(),
              () -> fail(Fault.FIRST_TASK),
              this,
              samples -> {
                if (count.getAndIncrement() == at) {
                  fail(Fault.PASS);
                }
              })
          .close();
    }
  }

  private static void withThreads(int threads, Runnable work) {
    int before = Nd4j.factory().blas().getMaxThreads();
    Nd4j.factory().blas().setMaxThreads(threads);
    try {
      work.run();
      assertThat(Nd4j.factory().blas().getMaxThreads()).isEqualTo(threads);
    } finally {
      Nd4j.factory().blas().setMaxThreads(before);
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "3", "8", "24"})
  @Timeout(60)
  void everyTileRunsOnceItsPassesAreDone(int threads) {
    withThreads(
        threads,
        () -> {
          Scripted tail = new Scripted(Fault.NOWHERE, 0);
          tail.run();
          assertThat(tail.ran).hasSize(grid.tiles());
          assertThat(tail.open).hasValue(0);
        });
  }

  /** Many schedules: a lost task number would leave a thread waiting for ever. */
  @Test
  @Timeout(60)
  void aFailureAnywhereEndsAllThreads() {
    SplittableRandom random = new SplittableRandom(7);
    long bytes = Backend.tensorBytes();
    for (int trial = 0; trial < 300; trial++) {
      Fault fault = Fault.values()[1 + random.nextInt(Fault.values().length - 1)];
      int at = random.nextInt(grid.tiles());
      withThreads(
          2 + random.nextInt(9),
          () -> {
            Scripted tail = new Scripted(fault, at);
            assertThatThrownBy(tail::run)
                .isInstanceOf(CancellationException.class)
                .hasMessage(fault.name());
            assertThat(tail.open).hasValue(0);
          });
    }
    // Garbage of other tests may still go in between; a leak would only add.
    assertThat(Backend.tensorBytes()).isLessThanOrEqualTo(bytes);
  }
}
