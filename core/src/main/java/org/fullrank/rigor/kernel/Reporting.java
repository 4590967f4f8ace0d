package org.fullrank.rigor.kernel;

import org.fullrank.rigor.Internal;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.rounding.FloatingPoint;

/**
 * Progress of one named task of a proof.
 *
 * @param listener told by the thread that called the computation
 * @param task its name
 */
@Internal
public record Reporting(ProgressListener listener, String task) {
  /** Nobody listens. */
  public static final Reporting NONE = new Reporting(ProgressListener.none(), "");

  /** Tells the listener, and checks that it has left the floating-point mode as it was. */
  public void show(long done, long total) {
    listener.show(task, done, total);
    FloatingPoint.requireIeee(); // the listener is code from outside, in the middle of a proof
  }
}
