package org.fullrank.cancel;

/**
 * A computation ended before its time because the thread that called it is interrupted. The
 * interrupt flag of that thread stays set; {@code Thread.interrupted()} clears it before another
 * attempt. Memory of the computation has been freed.
 */
public final class CancelledException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * With a text and a cause.
   *
   * @param message what was cancelled and what remains of it
   * @param cause what noticed it
   */
  public CancelledException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * With a text.
   *
   * @param message what was cancelled and what remains of it
   */
  public CancelledException(String message) {
    super(message);
  }
}
