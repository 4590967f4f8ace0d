package org.fullrank.training;

/** Where a run stands. */
public enum RunStatus {
  /** More steps can be made. */
  READY("ready for more steps"),
  /** A loss or a parameter is no longer a finite number; there are no further steps. */
  DIVERGED("the loss or a parameter is not finite any more; take a smaller step size"),
  /** Closed: the parameters are freed, the trajectory is kept. */
  CLOSED("closed");

  private final String text;

  RunStatus(String text) {
    this.text = text;
  }

  /**
   * A sentence for the reader.
   *
   * @return what happened and what to do
   */
  public String text() {
    return text;
  }
}
