package org.fullrank.rigor.disk;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.fullrank.cancel.CancelledException;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.kernel.Reporting;
import org.fullrank.rigor.kernel.Workers;
import org.fullrank.rigor.rounding.FloatingPoint;

/**
 * The one thread of an out-of-core computation that touches files, and what the computing thread
 * reports. Because the file thread is never interrupted, an interrupt cannot close a channel in the
 * middle of a transfer: the computing thread notices it between two pieces of work.
 */
final class TiledWork implements AutoCloseable {
  private final ExecutorService files =
      Executors.newSingleThreadExecutor(
          job -> {
            Thread thread = new Thread(job, "fullrank-files");
            thread.setDaemon(true);
            return thread;
          });
  private final ProgressListener progress;

  TiledWork(ProgressListener progress) {
    this.progress = progress;
  }

  /** A transfer. */
  interface Transfer {
    void run() throws IOException;
  }

  /** Starts a transfer after those before it. */
  Future<?> start(Transfer transfer) {
    Callable<Boolean> task =
        () -> {
          FloatingPoint.requireIeee(); // entries are scaled as they are read
          transfer.run();
          FloatingPoint.requireIeee(); // the source is code from outside
          return true;
        };
    return files.submit(task);
  }

  /** Runs a transfer and waits for it. */
  void run(Transfer transfer) throws IOException, InterruptedException {
    await(start(transfer));
  }

  /** Waits for a transfer. */
  static void await(Future<?> transfer) throws IOException, InterruptedException {
    try {
      transfer.get();
    } catch (InterruptedException e) {
      throw interrupted("a transfer");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException) {
        // Not the same object: a stack trace of both threads says more.
        throw new IOException(cause.getMessage(), cause);
      }
      if (cause instanceof IllegalArgumentException) {
        throw new IllegalArgumentException(cause.getMessage(), cause);
      }
      throw new IllegalStateException("a file transfer failed", cause);
    }
  }

  /** Reports progress; throws if this thread was interrupted or the listener changed its mode. */
  void show(String task, long done, long total) throws InterruptedException {
    if (Thread.interrupted()) {
      throw interrupted(task);
    }
    new Reporting(progress, task).show(done, total);
  }

  /** Runs a job on several threads; an interrupt that one of its tasks notices ends it. */
  static void compute(int threads, Workers.Job job) throws InterruptedException {
    try {
      Workers.run(threads, job);
    } catch (CancelledException e) {
      Thread.interrupted();
      throw interrupted("a factorisation");
    }
  }

  private static InterruptedException interrupted(String task) {
    return new InterruptedException(
        "interrupted during " + task + "; nothing of the computation remains");
  }

  /** Waits for the transfers that were started, whatever became of them. */
  @Override
  public void close() {
    files.shutdown();
    boolean interrupted = false;
    while (true) {
      try {
        if (files.awaitTermination(1, TimeUnit.HOURS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
