package org.fullrank.report.plot;

/**
 * One axis of a plot.
 *
 * @param title what is measured and in which unit; not blank
 * @param logarithmic whether equal factors, rather than equal differences, are equally long
 */
public record Axis(String title, boolean logarithmic) {

  /** Checks the title. */
  public Axis {
    Words.require(title, "Axis", "title");
  }

  /** An axis on which equal differences are equally long. */
  public static Axis linear(String title) {
    return new Axis(title, false);
  }

  /**
   * An axis with decades. Numbers that are not positive have no place on it: they are drawn at its
   * lower edge with a mark of their own, and counted in the caption.
   */
  public static Axis log10(String title) {
    return new Axis(title, true);
  }

  /** Whether a finite number has a place on this axis. */
  boolean holds(double value) {
    return !logarithmic || value > 0;
  }
}
