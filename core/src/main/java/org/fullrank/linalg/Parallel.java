package org.fullrank.linalg;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.fullrank.cancel.Cancellation;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Independent tasks on several threads, each of which calls a BLAS that works on that thread alone.
 *
 * <p>Tasks that fit the cache keep all cores busy without the waiting of a BLAS that splits every
 * product among them, and what a task computes cannot depend on the number of threads. The number
 * is that of the BLAS ({@code OMP_NUM_THREADS}); while tasks run, the BLAS is set to one thread for
 * the whole process, since OpenBLAS knows no other way. Tasks inside tasks run on the thread they
 * are on.
 */
public final class Parallel {
  private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final ThreadPoolExecutor POOL =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          5,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          job -> {
            Thread thread = new Thread(null, job, "fullrank-" + NAMES.incrementAndGet(), 8L << 20);
            thread.setDaemon(true);
            return thread;
          });

  /** Calls of {@link #run} under way, and the BLAS threads before the first of them. */
  private static int active;

  private static int blasThreads;

  private Parallel() {}

  /** What one thread does; it may own buffers, which its tasks share one after the other. */
  public interface Worker extends AutoCloseable {
    /**
     * Does one task.
     *
     * @param task its number
     */
    void run(int task);

    @Override
    default void close() {}
  }

  /**
   * The number of threads that tasks started here would get.
   *
   * @return at least 1; 1 inside a task
   */
  public static int threads() {
    if (INSIDE.get() || !Elements.direct()) {
      return 1;
    }
    return Math.max(1, configuredThreads());
  }

  /** The number of BLAS threads when no tasks are running, also if some are. */
  static synchronized int configuredThreads() {
    BackendLoader.require();
    return active > 0 ? blasThreads : Nd4j.factory().blas().getMaxThreads();
  }

  /**
   * Does tasks that need no buffers.
   *
   * @param tasks how many; they are taken in ascending order
   * @param task gets numbers from 0 to {@code tasks - 1}, on several threads
   */
  public static void forEach(int tasks, IntConsumer task) {
    run(tasks, () -> task::accept);
  }

  /**
   * Does tasks, and returns when all are done. After an exception no further task is begun, and it
   * is thrown from here; an interrupt of this thread gives a {@link
   * org.fullrank.cancel.CancelledException}. A task may wait for one with a smaller number: that
   * has been begun by another thread, or has ended.
   *
   * @param tasks how many; they are taken in ascending order, so begin with the longest
   * @param workers called once on each thread; what it gives is closed there
   */
  public static void run(int tasks, Supplier<? extends Worker> workers) {
    int threads = Math.min(tasks, threads());
    if (threads <= 1 && (INSIDE.get() || !Elements.direct())) {
      work(tasks, new AtomicInteger(), new AtomicReference<>(), workers);
      return;
    }
    AtomicInteger next = new AtomicInteger();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    List<Future<?>> others = new ArrayList<>();
    CountDownLatch entered = new CountDownLatch(1);
    Cancellation cancellation = Cancellation.ofThisThread();
    boolean changed = false;
    try {
      // Threads take as long to wake up as the BLAS to change: both at once.
      for (int t = 1; t < threads; t++) {
        others.add(
            POOL.submit(
                () -> {
                  await(entered);
                  cancellation.during(() -> inside(tasks, next, failure, workers));
                }));
      }
      enter();
      changed = true;
      entered.countDown();
      inside(tasks, next, failure, workers);
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    } finally {
      entered.countDown();
      others.forEach(other -> await(other, failure, cancellation));
      if (changed) {
        leave();
      }
    }
    rethrow(failure.get());
  }

  private static synchronized void enter() {
    if (active == 0) {
      blasThreads = Nd4j.factory().blas().getMaxThreads();
      Nd4j.factory().blas().setMaxThreads(1);
    }
    active++;
  }

  private static synchronized void leave() {
    if (--active == 0) {
      Nd4j.factory().blas().setMaxThreads(blasThreads);
    }
  }

  private static void inside(
      int tasks,
      AtomicInteger next,
      AtomicReference<@Nullable Throwable> failure,
      Supplier<? extends Worker> workers) {
    INSIDE.set(true);
    try {
      work(tasks, next, failure, workers);
    } catch (Throwable e) {
      // A user's layer may be written in a language without checked exceptions.
      failure.compareAndSet(null, e);
    } finally {
      INSIDE.set(false);
    }
  }

  private static void work(
      int tasks,
      AtomicInteger next,
      AtomicReference<@Nullable Throwable> failure,
      Supplier<? extends Worker> workers) {
    if (next.get() >= tasks || failure.get() != null) {
      return;
    }
    try (Worker worker = workers.get()) {
      while (failure.get() == null) {
        Cancellation.check("A computation on several threads");
        // A number that is taken is run: other tasks may wait for it.
        int task = next.getAndIncrement();
        if (task >= tasks) {
          break;
        }
        worker.run(task);
      }
    }
  }

  private static void await(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void await(
      Future<?> other, AtomicReference<@Nullable Throwable> failure, Cancellation cancellation) {
    boolean interrupted = false;
    while (true) {
      try {
        other.get();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
        cancellation.cancel();
      } catch (ExecutionException e) {
        failure.compareAndSet(null, e.getCause());
        break;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void rethrow(@Nullable Throwable failure) {
    if (failure instanceof Error e) {
      throw e;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure != null) {
      throw new IllegalStateException("a task failed: " + failure, failure);
    }
  }
}
