package org.fullrank.evidence.measure;

import org.fullrank.evidence.Loss;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.StructuralFact;
import org.fullrank.rigor.Subject;

/**
 * What measurements read off a problem without arithmetic. All else that they know is from proofs
 * and what formulas make of it.
 */
final class Facts {
  private Facts() {}

  /** The layers, the loss and the types of a problem are what they are. */
  static Rigor description() {
    return StructuralFact.rigor();
  }

  /** A number of a matrix that is data of the problem: the stored matrix is the exact one. */
  static Quantity ofData(String symbol, Quantity stored) {
    return StructuralFact.ofData(symbol, stored);
  }

  /** A smallest singular value is 0, for a cause that is seen in the problem. */
  static Quantity zero(String symbol, Subject subject) {
    return StructuralFact.number(symbol, Interval.ZERO, subject, "structure");
  }

  /** Norms, singular values and losses are not negative; more is not known. */
  static Quantity notNegative(String symbol, Subject subject, String method) {
    return StructuralFact.number(symbol, Interval.atLeast(0), subject, method);
  }

  /** The infimum of a loss over all outputs, which only its formula and the targets decide. */
  static Quantity infimum(Loss loss, double[][] y) {
    return StructuralFact.number(
        "inf L", LossEnclosure.infimum(loss, y), Subject.EXACT_NETWORK, "closed form");
  }

  /** What is said of a number that was not measured, for instance because of an obstacle. */
  static Quantity unknown(String symbol, Interval value) {
    return Quantity.assumed(symbol, value, Subject.STORED_MATRIX, "not measured");
  }
}
