package org.fullrank.cancel;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one place where long computations ask whether they are to end: {@link #check} between two
 * pieces of work, each of which takes 0.2 seconds at most where that is possible.
 *
 * <p>To cancel a computation, interrupt the thread that called it. Threads that work for it are
 * never interrupted themselves, since an interrupt would close their files: an object of this class
 * tells them of their caller. A thread carries that object in a variable of its own, only while it
 * is inside {@link #during} or {@link #deferred}.
 */
public final class Cancellation {
  private static final ThreadLocal<@Nullable Cancellation> CURRENT = new ThreadLocal<>();

  private final Thread caller;
  private final @Nullable Cancellation outer;
  private final boolean deferred;
  private volatile boolean cancelled;

  private Cancellation(Thread caller, @Nullable Cancellation outer, boolean deferred) {
    this.caller = caller;
    this.outer = outer;
    this.deferred = deferred;
  }

  /**
   * Throws if this thread, or the one that it works for, is interrupted. Does nothing inside {@link
   * #deferred}.
   *
   * @param what the work that ends here, as the beginning of a sentence
   * @throws CancelledException if so; the interrupt flag stays set
   */
  public static void check(String what) {
    Cancellation current = CURRENT.get();
    if (current != null && current.deferred) {
      return;
    }
    if (Thread.currentThread().isInterrupted() || (current != null && current.isCancelled())) {
      throw new CancelledException(
          what
              + " was cancelled, since the calling thread is interrupted. It left no result;"
              + " Thread.interrupted() clears the flag before another attempt.");
    }
  }

  /**
   * For threads that are to work for this one.
   *
   * @return what they need to hear of an interrupt of this thread
   */
  public static Cancellation ofThisThread() {
    Cancellation current = CURRENT.get();
    return new Cancellation(Thread.currentThread(), current, current != null && current.deferred);
  }

  /**
   * Does work that must not end halfway: {@link #check} waits until it is done.
   *
   * @param work what to do as a whole, on this thread and those that work for it
   * @return what it returns, not null
   */
  public static <T> T deferred(Supplier<T> work) {
    AtomicReference<@Nullable T> result = new AtomicReference<>();
    new Cancellation(Thread.currentThread(), CURRENT.get(), true)
        .during(() -> result.set(work.get()));
    return Objects.requireNonNull(result.get());
  }

  /**
   * Works for the caller, on another thread.
   *
   * @param work what to do there
   */
  public void during(Runnable work) {
    Cancellation before = CURRENT.get();
    CURRENT.set(this);
    try {
      work.run();
    } finally {
      if (before == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(before);
      }
    }
  }

  /**
   * Ends the work: for a caller that heard of the interrupt by an {@code InterruptedException},
   * which has cleared its flag.
   */
  public void cancel() {
    cancelled = true;
  }

  private boolean isCancelled() {
    return cancelled || caller.isInterrupted() || (outer != null && outer.isCancelled());
  }
}
