package org.fullrank.ntk.layerwise;

import java.util.List;
import org.fullrank.linalg.Parallel;
import org.fullrank.ntk.layerwise.GradientFactors.PassListener;
import org.fullrank.ntk.layerwise.GradientFactors.Passes;
import org.fullrank.ntk.layerwise.SampleGrid.Pass;
import org.jspecify.annotations.Nullable;

/**
 * The passes that fill factors, and what is done with the factors, as one series of tasks: a thread
 * that has no pass left begins with tiles whose factors are there, instead of waiting for the
 * slowest thread.
 *
 * <p>Tasks are taken in ascending order, so whatever a tile waits for has been taken before. A
 * failure of any of it ends all waiting.
 */
final class FactorTasks {
  /** Work on the factors of the first tiles of samples. */
  interface Tail {
    int tasks();

    /** One past the last tile that a task needs. */
    int endTile(int task);

    /** Called once on each thread, when its first task may begin; closed there. */
    Parallel.Worker worker(GradientFactors factors);

    Tail NONE =
        new Tail() {
          @Override
          public int tasks() {
            return 0;
          }

          @Override
          public int endTile(int task) {
            throw new IllegalArgumentException("there are no tasks");
          }

          @Override
          public Parallel.Worker worker(GradientFactors factors) {
            throw new IllegalStateException("there are no tasks");
          }
        };
  }

  private final GradientFactors factors;
  private final List<Pass> passes;
  private final int arrays;
  private final Runnable meanwhile;
  private final Tail tail;
  private final PassListener passDone;
  private final boolean[] done;
  private boolean failed;

  /**
   * Tasks.
   *
   * @param arrays how many terms are known, whose arrays can be made before the passes
   * @param meanwhile the first task, which everything in {@code tail} needs
   */
  FactorTasks(
      GradientFactors factors,
      List<Pass> passes,
      int arrays,
      Runnable meanwhile,
      Tail tail,
      PassListener passDone) {
    this.factors = factors;
    this.passes = passes;
    this.arrays = arrays;
    this.meanwhile = meanwhile;
    this.tail = tail;
    this.passDone = passDone;
    this.done = new boolean[1 + arrays + passes.size()];
  }

  void run() {
    Parallel.run(done.length + tail.tasks(), Worker::new);
  }

  private final class Worker implements Parallel.Worker {
    private @Nullable Passes own;
    private Parallel.@Nullable Worker last;

    @Override
    public void run(int task) {
      boolean good = false;
      try {
        if (task < done.length) {
          before(task);
        } else {
          after(task - done.length);
        }
        good = true;
      } finally {
        finish(task, good);
      }
    }

    private void after(int task) {
      if (await(tail.endTile(task))) {
        // Before the buffers of tiles are made: a thread holds either.
        closePasses();
        if (last == null) {
          last = tail.worker(factors);
        }
        last.run(task);
      }
    }

    private void before(int task) {
      if (task == 0) {
        meanwhile.run();
      } else if (task <= arrays) {
        factors.makeArrays(task - 1);
      } else {
        if (own == null) {
          own = factors.passes();
        }
        Pass pass = passes.get(task - arrays - 1);
        own.pass(pass.from(), pass.to());
        synchronized (passDone) {
          passDone.done(pass.to() - pass.from());
        }
      }
    }

    private void closePasses() {
      Passes finished = own;
      own = null;
      if (finished != null) {
        finished.close();
      }
    }

    @Override
    public void close() {
      try {
        closePasses();
      } finally {
        if (last != null) {
          last.close();
        }
      }
    }
  }

  private synchronized void finish(int task, boolean good) {
    if (task < done.length) {
      done[task] = good;
    }
    failed |= !good;
    notifyAll();
  }

  /** Waits for the factors of all tiles below one; false if they will not come. */
  private synchronized boolean await(int endTile) {
    boolean interrupted = false;
    while (!failed && !ready(endTile)) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return !failed;
  }

  private boolean ready(int endTile) {
    int end = factors.startOf(endTile);
    for (int task = 0; task < done.length; task++) {
      boolean needed = task <= arrays || passes.get(task - arrays - 1).from() < end;
      if (needed && !done[task]) {
        return false;
      }
    }
    return true;
  }
}
