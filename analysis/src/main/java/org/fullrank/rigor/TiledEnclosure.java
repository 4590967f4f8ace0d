package org.fullrank.rigor;

/**
 * An eigenvalue enclosed out of core, and the cost.
 *
 * @param enclosure interval, status and number of factorisations
 * @param cost memory, traffic and time
 */
public record TiledEnclosure(EigenvalueEnclosure enclosure, TiledCost cost) {
  /** Contains the eigenvalue, whatever the status. */
  public Interval interval() {
    return enclosure.interval();
  }
}
