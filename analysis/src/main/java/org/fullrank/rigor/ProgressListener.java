package org.fullrank.rigor;

/** Told now and then how far a long computation is; called by the computing thread. */
@FunctionalInterface
public interface ProgressListener {
  /**
   * {@code done} of {@code total} steps of a task are done, {@code 0 <= done <= total}. An
   * exception thrown from here ends the computation.
   */
  void show(String task, long done, long total);

  /** Nobody listens. */
  static ProgressListener none() {
    return (task, done, total) -> {};
  }
}
