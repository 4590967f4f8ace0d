package org.fullrank.rigor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.fullrank.FlushedMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FloatingPointTest {
  private static final double NEXT = 1 + 0x1p-52;

  @Test
  void thisThreadIsSound() {
    assertThatCode(FloatingPoint::requireIeee).doesNotThrowAnyException();
  }

  @Test
  void everyOtherModeIsNoticed() {
    double subnormal = 0x1p-1023;
    assertThat(FloatingPoint.isIeee(1, NEXT, subnormal)).isTrue();
    assertThat(FloatingPoint.isIeee(1, NEXT, 0)).as("flush to zero").isFalse();
    assertThat(FloatingPoint.isIeee(NEXT, NEXT, subnormal)).as("round up").isFalse();
    assertThat(FloatingPoint.isIeee(1, 1, subnormal)).as("round down or to zero").isFalse();
  }

  @ParameterizedTest
  @EnumSource(FlushedMode.class)
  void aSwitchedModeIsSeen(FlushedMode mode) throws Exception {
    mode.call(
        () ->
            assertThatThrownBy(FloatingPoint::requireIeee)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("floating-point mode"));
    FloatingPoint.requireIeee();
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
