package org.fullrank.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.factory.Nd4j;

final class ParallelTest {
  @Test
  void everyTaskIsDoneOnceAndWorkersAreClosedOnTheirThread() {
    int tasks = 1000;
    AtomicIntegerArray done = new AtomicIntegerArray(tasks);
    AtomicInteger open = new AtomicInteger();
    AtomicInteger made = new AtomicInteger();
    Parallel.run(
        tasks,
        () -> {
          Thread owner = Thread.currentThread();
          open.incrementAndGet();
          made.incrementAndGet();
          return new Parallel.Worker() {
            @Override
            public void run(int task) {
              assertThat(Thread.currentThread()).isSameAs(owner);
              done.incrementAndGet(task);
            }

            @Override
            public void close() {
              assertThat(Thread.currentThread()).isSameAs(owner);
              open.decrementAndGet();
            }
          };
        });
    for (int t = 0; t < tasks; t++) {
      assertThat(done.get(t)).isEqualTo(1);
    }
    assertThat(open).hasValue(0);
    assertThat(made.get()).isBetween(1, Parallel.threads());
  }

  @Test
  void insideATaskTheBlasHasOneThreadAndTasksStayOnTheirThread() {
    int before = Nd4j.factory().blas().getMaxThreads();
    Set<Thread> nested = ConcurrentHashMap.newKeySet();
    Parallel.forEach(
        8,
        t -> {
          assertThat(Nd4j.factory().blas().getMaxThreads()).isEqualTo(1);
          assertThat(Parallel.threads()).isEqualTo(1);
          Thread me = Thread.currentThread();
          Parallel.forEach(
              4,
              inner -> {
                nested.add(Thread.currentThread());
                assertThat(Thread.currentThread()).isSameAs(me);
              });
        });
    assertThat(nested).hasSizeBetween(1, Parallel.threads());
    assertThat(Nd4j.factory().blas().getMaxThreads()).isEqualTo(before);
    assertThat(Parallel.threads()).isEqualTo(before);
  }

  /** As languages without checked exceptions do. */
  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable e) throws T {
    throw (T) e;
  }

  @Test
  void noFailureIsLostWhateverItsType() {
    for (int failing = 0; failing < 20; failing++) {
      int bad = failing;
      assertThatThrownBy(
              () ->
                  Parallel.forEach(
                      20,
                      t -> {
                        if (t == bad) {
                          ParallelTest.<RuntimeException>sneak(new IOException("disk"));
                        }
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("disk");
    }
  }

  @Test
  void aFailureStopsTheRestAndIsThrownAsItIs() {
    int before = Nd4j.factory().blas().getMaxThreads();
    AtomicInteger begun = new AtomicInteger();
    assertThatThrownBy(
            () ->
                Parallel.forEach(
                    100_000,
                    t -> {
                      begun.incrementAndGet();
                      if (t == 5) {
                        throw new IllegalArgumentException("task " + t);
                      }
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("task 5");
    assertThat(begun.get()).isLessThan(100_000);
    assertThat(Nd4j.factory().blas().getMaxThreads()).isEqualTo(before);
    Parallel.forEach(0, t -> begun.set(-1));
    assertThat(begun.get()).isPositive();
  }

  /** Or tasks that wait for one with a smaller number would wait for ever. */
  @Test
  @Timeout(60)
  void noNumberIsTakenAndDropped() {
    int before = Nd4j.factory().blas().getMaxThreads();
    Nd4j.factory().blas().setMaxThreads(2);
    CountDownLatch failing = new CountDownLatch(1);
    AtomicInteger made = new AtomicInteger();
    Set<Integer> begun = ConcurrentHashMap.newKeySet();
    try {
      assertThatThrownBy(
              () ->
                  Parallel.run(
                      10,
                      () -> {
                        if (made.getAndIncrement() == 0) {
                          // The first thread is late until the other has failed and is gone.
                          awaitAndPause(failing);
                          return begun::add;
                        }
                        return task -> {
                          begun.add(task);
                          failing.countDown();
                          throw new IllegalStateException("on purpose");
                        };
                      }))
          .hasMessage("on purpose");
    } finally {
      Nd4j.factory().blas().setMaxThreads(before);
    }
    assertThat(begun).contains(0);
  }

  private static void awaitAndPause(CountDownLatch latch) {
    try {
      latch.await();
      Thread.sleep(100);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
