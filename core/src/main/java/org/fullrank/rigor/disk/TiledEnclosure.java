package org.fullrank.rigor.disk;

import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.eigen.EigenvalueEnclosure;

/**
 * The smallest eigenvalue of a stored matrix enclosed out of core, and the cost.
 *
 * @param enclosure the eigenvalue, status and number of factorisations
 * @param asymmetry upper bound of the spectral norm of {@code |A - A^T|}, by which the interval is
 *     wider at each end; 0 for a symmetric matrix
 * @param cost memory, traffic and time
 */
public record TiledEnclosure(EigenvalueEnclosure enclosure, double asymmetry, TiledCost cost) {
  /** The smallest eigenvalue, whatever the status. */
  public Quantity lambdaMin() {
    return enclosure.eigenvalue();
  }

  /** Contains the eigenvalue, whatever the status. */
  public Interval interval() {
    return enclosure.interval();
  }
}
