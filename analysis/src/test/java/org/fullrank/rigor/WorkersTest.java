package org.fullrank.rigor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

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

  private static void pauseAfter(CountDownLatch failed) {
    try {
      failed.await();
      // Long enough for member 1 to have reported its failure.
      Thread.sleep(100);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
