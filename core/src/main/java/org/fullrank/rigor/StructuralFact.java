package org.fullrank.rigor;

/**
 * What is known without arithmetic: it stands in a description or follows from one. The layers are
 * these, an input is repeated, a matrix is the data itself, a step size is what somebody chose, a
 * norm is not negative, a constant is 0.
 *
 * <p>Nothing here checks such a fact: whoever states one has read it off. So these methods are
 * called from few places, which an architecture test lists, and never for a number that something
 * computed: that comes from the proof which made it, as a {@link Quantity}, and what follows from
 * it by a formula is {@linkplain Quantity#derived derived}.
 */
public final class StructuralFact {
  private StructuralFact() {}

  /**
   * A number that is known.
   *
   * @param symbol its name
   * @param value contains it, as a rule a point
   * @param subject what the fact is about
   * @param method where it can be read
   * @throws IllegalStateException if the floating-point mode of this thread is not that of Java:
   *     comparisons are part of reading
   */
  @Internal
  public static Quantity number(String symbol, Interval value, Subject subject, String method) {
    return Quantity.verified(symbol, value, subject, method);
  }

  /**
   * The rigor of a fact that is no number.
   *
   * @throws IllegalStateException as above
   */
  @Internal
  public static Rigor rigor() {
    return Proof.verified();
  }

  /**
   * A number of a matrix that the network has as data: inputs, targets, fixed factors, parameters.
   * The stored matrix is then the exact one.
   *
   * @param symbol the name of the number in the network
   * @param stored the number, as rigorous as the result is going to be
   */
  @Internal
  public static Quantity ofData(String symbol, Quantity stored) {
    return new Quantity(
        symbol, stored.interval(), stored.rigor(), Subject.EXACT_NETWORK, stored.method());
  }
}
