package org.fullrank.rigor;

/**
 * Progress of one named task of a proof.
 *
 * @param listener told by the thread that called the computation
 * @param task its name
 */
record Reporting(ProgressListener listener, String task) {
  /** Nobody listens. */
  static final Reporting NONE = new Reporting(ProgressListener.none(), "");

  void show(long done, long total) {
    listener.show(task, done, total);
    FloatingPoint.requireIeee(); // the listener is code from outside, in the middle of a proof
  }
}
