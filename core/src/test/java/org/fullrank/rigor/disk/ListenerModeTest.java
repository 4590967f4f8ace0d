package org.fullrank.rigor.disk;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.fullrank.oracle.FlushedMode;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.eigen.Hint;
import org.fullrank.rigor.eigen.ShiftedCholeskyBound;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A listener that switches the floating-point mode, in memory and on disk. */
class ListenerModeTest {
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
