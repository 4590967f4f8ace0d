package org.fullrank.rigor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.fullrank.oracle.FlushedMode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

  /**
   * A listener is code from outside in the middle of a proof: one that leaves the mode switched
   * ends the proof, also if it switches back in time for the checks at its end.
   */
  @ParameterizedTest
  @EnumSource(FlushedMode.class)
  void aListenerThatSwitchesTheModeIsSeen(FlushedMode mode, @TempDir Path folder) {
    double[][] rows = {{4, 1, 2}, {1, 3, 1}, {2, 1, 5}}; // neither discs nor traces are sharp
    try (SwitchingListener listener = new SwitchingListener(mode)) {
      ShiftedCholeskyBound inMemory = ShiftedCholeskyBound.withDefaults().withProgress(listener);
      refuses(() -> inMemory.lambdaMin(SymmetricMatrix.of(rows)));
    }
    try (SwitchingListener listener = new SwitchingListener(mode)) {
      TiledCholeskyBound onDisk = TiledCholeskyBound.withDefaults().withProgress(listener);
      refuses(() -> onDisk.encloseLambdaMin(SymmetricSource.ofRows(rows), Hint.none(), folder));
    }
  }

  private static void refuses(ThrowingCallable proof) {
    assertThatThrownBy(proof)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("floating-point mode");
  }

  /** Switches the mode when it hears of a factorisation, and back when it hears of more. */
  private static final class SwitchingListener implements ProgressListener, AutoCloseable {
    private final FlushedMode mode;
    private FlushedMode.@Nullable Switched on;
    private boolean done;

    SwitchingListener(FlushedMode mode) {
      this.mode = mode;
    }

    @Override
    public void show(String task, long part, long total) {
      if (!done && task.contains("factorisation")) {
        done = true;
        on = mode.on();
      } else {
        close();
      }
    }

    @Override
    public void close() {
      if (on != null) {
        on.close();
        on = null;
      }
    }
  }
}
