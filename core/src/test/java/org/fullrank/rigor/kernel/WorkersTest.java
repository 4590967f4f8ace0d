package org.fullrank.rigor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.fullrank.oracle.FlushedMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WorkersTest {
  /** Those who arrive at the barrier after the failure must not wait for the one who failed. */
  @Test
  void aFailureReleasesThoseWhoArriveLater() {
    CountDownLatch failed = new CountDownLatch(1);
    assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () ->
            assertThatThrownBy(
                    () ->
                        Workers.run(
                            3,
                            (team, member) -> {
                              if (member == 1) {
                                failed.countDown();
                                throw new IllegalArgumentException("member 1");
                              }
                              pauseAfter(failed);
                              team.await();
                            }))
                .isInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("member 1"));
  }

  /** The threads that did start must not wait at the barrier for the one that never will. */
  @Test
  void aThreadThatCannotStartReleasesTheOthers() {
    AtomicInteger made = new AtomicInteger();
    List<Thread> started = new CopyOnWriteArrayList<>();
    ThreadFactory exhausted =
        task -> {
          if (made.getAndIncrement() == 0) {
            Thread thread = new Thread(task);
            started.add(thread);
            return thread;
          }
          return new Thread(task) {
            @Override
            public synchronized void start() {
              throw new OutOfMemoryError("no more threads");
            }
          };
        };
    assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () ->
            assertThatThrownBy(() -> Workers.run(3, (team, member) -> team.await(), exhausted))
                .isInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("no more threads"));
    assertThat(started).singleElement().satisfies(t -> assertThat(t.isAlive()).isFalse());
  }

  private static void pauseAfter(CountDownLatch failed) {
    try {
      failed.await();
      // Long enough for member 1 to have reported its failure.
      Thread.sleep(100);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The mode belongs to the thread, and a worker may have been started in another one. */
  @ParameterizedTest
  @EnumSource(FlushedMode.class)
  void aWorkerOfAnotherModeIsSeen(FlushedMode mode) {
    ThreadFactory switched =
        job ->
            new Thread(
                () -> {
                  try {
                    mode.call(Executors.callable(job));
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                });
    assertThatThrownBy(() -> Workers.run(2, (team, member) -> {}, switched))
        .hasRootCauseInstanceOf(IllegalStateException.class)
        .rootCause()
        .hasMessageContaining("floating-point mode");
  }
}
