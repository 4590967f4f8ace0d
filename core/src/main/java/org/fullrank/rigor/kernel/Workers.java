package org.fullrank.rigor.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Phaser;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.fullrank.cancel.Cancellation;
import org.fullrank.cancel.CancelledException;
import org.fullrank.rigor.Internal;
import org.fullrank.rigor.rounding.FloatingPoint;
import org.jspecify.annotations.Nullable;

/**
 * A team of short-lived threads for one kernel call. Which thread computes a tile is decided at run
 * time; what is computed in a tile is not, so the bits of a result do not depend on the number of
 * threads.
 */
@Internal
public final class Workers {
  /** The work of one team member; called once per thread, the caller's thread included. */
  @Internal
  public interface Job {
    void run(Workers team, int member);
  }

  private final Phaser barrier;
  private final AtomicInteger next = new AtomicInteger();
  private final Cancellation cancellation = Cancellation.ofThisThread();

  /** What a listener has thrown, on the thread of the caller. */
  private @Nullable Throwable thrownByListener;

  private Workers(int threads) {
    barrier =
        new Phaser(threads) {
          @Override
          protected boolean onAdvance(int phase, int parties) {
            // Everybody has left the phase when the counter is set back for the next one.
            next.set(0);
            return false;
          }
        };
  }

  /** Throws unless there is somebody to work. */
  public static void requireThreads(String where, int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException(where + " expects threads >= 1 but got " + threads);
    }
  }

  /** Runs {@code job} on {@code threads} threads and returns when all are done. */
  public static void run(int threads, Job job) {
    run(threads, job, Thread::new);
  }

  /** As above; the factory makes every thread but the caller's own. */
  static void run(int threads, Job job, ThreadFactory factory) {
    requireThreads("Workers", threads);
    Workers team = new Workers(threads);
    List<Throwable> failures = new ArrayList<>();
    List<Thread> others = new ArrayList<>();
    try {
      for (int m = 1; m < threads; m++) {
        int member = m;
        Thread thread =
            factory.newThread(
                () -> team.cancellation.during(() -> team.guarded(job, member, failures)));
        thread.setName("fullrank-rigor-" + m);
        thread.setDaemon(true);
        thread.start();
        others.add(thread);
      }
      team.guarded(job, 0, failures);
    } catch (RuntimeException | Error e) {
      team.fail(e, failures); // no more threads to be had
    }
    boolean interrupted = false;
    for (Thread thread : others) {
      while (true) {
        try {
          thread.join();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
          team.cancellation.cancel();
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    team.rethrowOfListener();
    synchronized (failures) {
      for (Throwable failure : failures) {
        if (failure instanceof CancelledException e) {
          throw e;
        }
      }
      if (!failures.isEmpty()) {
        throw new IllegalStateException("a kernel thread failed", failures.get(0));
      }
    }
  }

  /** The next task number of this phase; throws if the computation is cancelled. */
  public int take() {
    Cancellation.check("A computation in plain Java");
    return next.getAndIncrement();
  }

  /**
   * Tells a listener, if this member is the thread of the caller. What the listener throws ends the
   * job, and {@link #run} throws it as it is.
   */
  public void report(int member, Reporting progress, long done, long total) {
    if (member != 0) {
      return;
    }
    try {
      progress.show(done, total);
    } catch (RuntimeException | Error e) {
      thrownByListener = e;
      throw e;
    }
  }

  private void rethrowOfListener() {
    if (thrownByListener instanceof RuntimeException e) {
      throw e;
    }
    if (thrownByListener instanceof Error e) {
      throw e;
    }
  }

  /** Waits for the others; afterwards {@link #take} starts at 0 again. */
  public void await() {
    if (barrier.arriveAndAwaitAdvance() < 0) {
      throw new IllegalStateException("another kernel thread failed");
    }
  }

  @SuppressWarnings("CatchAndPrintStackTrace")
  private void guarded(Job job, int member, List<Throwable> failures) {
    try {
      FloatingPoint.requireIeee(); // the mode belongs to the thread
      job.run(this, member);
    } catch (RuntimeException | Error e) {
      fail(e, failures);
    }
  }

  private void fail(Throwable e, List<Throwable> failures) {
    synchronized (failures) {
      failures.add(e);
    }
    barrier.forceTermination(); // releases the others, also those that arrive later
  }
}
