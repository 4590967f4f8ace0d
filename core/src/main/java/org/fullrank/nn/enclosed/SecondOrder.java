package org.fullrank.nn.enclosed;

import org.fullrank.rigor.matrix.IntervalMatrix;

/**
 * How much one layer can move and bend while the trained parameters move within a ball. A vector of
 * changes has one non-negative coordinate for each trained layer: a bound {@code v} says that a
 * change of the parameters by norms {@code t_l} in the layers changes a quantity by at most {@code
 * sum_l v_l t_l}. Every number is rounded up.
 */
@FunctionalInterface
public interface SecondOrder {
  /**
   * Bounds the movement of the layer's value for one row and one radius.
   *
   * @param change bound of the change of the layer's input
   * @param hessian the row and the ball; takes note of what bends
   * @return the movement of the value, and how a change of its cotangent goes back
   */
  Motion move(double[] change, HessianBound hessian);

  /** A bound together with the cotangents of the layer's input at the initial parameters. */
  record Linked(SecondOrder bound, IntervalMatrix dx) {}

  /** What {@link #move} returns: asked first for the change, then once for the way back. */
  interface Motion {
    /**
     * The change of the value.
     *
     * @return a bound; not to be written
     */
    double[] change();

    /**
     * From the change of the cotangent of the value to that of the input; adds what bends to the
     * {@link HessianBound} of the movement.
     *
     * @param cotangentChange a bound; not to be written
     * @return a bound
     */
    double[] backward(double[] cotangentChange);
  }

  /**
   * The answer of a layer that knows no bound: no ball has one.
   *
   * @return a bound that is infinite for every row and radius
   */
  static SecondOrder unbounded() {
    return (change, hessian) -> {
      hessian.refuse();
      return new Still(change);
    };
  }

  /**
   * The answer of a layer that only changes the shape of its input.
   *
   * @return the identity
   */
  static SecondOrder unchanged() {
    return (change, hessian) -> new Still(change);
  }

  /**
   * The movement of what passes everything on.
   *
   * @param change of the input
   */
  @SuppressWarnings("ArrayRecordComponent") // internal, never compared
  record Still(double[] change) implements Motion {
    @Override
    public double[] backward(double[] cotangentChange) {
      return cotangentChange;
    }
  }
}
