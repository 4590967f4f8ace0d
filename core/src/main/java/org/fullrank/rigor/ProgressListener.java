package org.fullrank.rigor;

/**
 * Told now and then how far a long computation is, by one thread at a time: the calling one or, in
 * parallel computations, one of their workers.
 */
@FunctionalInterface
public interface ProgressListener {
  /**
   * {@code done} of {@code total} steps of a task are done, {@code 0 <= done <= total}. Where it is
   * not known how many steps a task needs, {@code total} is the most it may take, and it ends
   * sooner as a rule. An exception thrown from here ends the computation.
   *
   * @param task what is being done, one line
   * @param done not less than before for the same task, unless that begins again at 0
   * @param total the same until then
   */
  void show(String task, long done, long total);

  /** Nobody listens. */
  static ProgressListener none() {
    return (task, done, total) -> {};
  }
}
