package org.fullrank.spectrum.solver;

import org.fullrank.rigor.ProgressListener;

/** Counts the steps of one task for a listener. */
public final class Progress {
  private final ProgressListener listener;
  private final String task;
  private final long total;
  private long done;

  private Progress(ProgressListener listener, String task, long total) {
    this.listener = listener;
    this.task = task;
    this.total = total;
  }

  /** Tells that a task begins; {@code total} is the most steps it may take. */
  public static Progress begin(ProgressListener listener, String task, long total) {
    listener.show(task, 0, total);
    return new Progress(listener, task, total);
  }

  /** Tells of more steps; beyond the total, which final checks may pass, the task is done. */
  public void add(long steps) {
    done = Math.min(total, done + steps);
    listener.show(task, done, total);
  }

  /** A map that tells of each block of columns that it was applied to. */
  BlockMap counting(BlockMap map) {
    return x -> {
      double[][] y = map.apply(x);
      add(x.length);
      return y;
    };
  }
}
