package org.fullrank.nn.enclosed;

import java.util.function.LongPredicate;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.fullrank.rigor.matrix.PointwiseBounds;
import org.fullrank.rigor.rounding.Up;
import org.jspecify.annotations.Nullable;

/**
 * A scalar function of every entry.
 *
 * <p>Second order: slopes of at most {@code L1} pass changes on, and {@code sigma''} of at most
 * {@code L2} between kinks bends. Where a pre-activation could cross a kink within the ball there
 * is no bound.
 */
public final class PointwiseStep implements EnclosedStep {
  private final IntervalMatrix input;
  private final PointwiseBounds bounds;
  private final IntervalMatrix slopes;
  private final IntervalMatrix value;

  private PointwiseStep(
      IntervalMatrix input, PointwiseBounds bounds, IntervalMatrix slopes, IntervalMatrix value) {
    this.input = input;
    this.bounds = bounds;
    this.slopes = slopes;
    this.value = value;
  }

  /**
   * A function of every entry.
   *
   * @param input {@code [n][d]}
   * @param values what was computed for the function at the midpoints
   * @param slopes what was computed for its derivative at the midpoints
   * @param bounds what is known about the function and about those numbers; believed
   * @return the step
   */
  public static PointwiseStep of(
      IntervalMatrix input, double[][] values, double[][] slopes, PointwiseBounds bounds) {
    IntervalMatrix value = input.image(values, slopes, bounds);
    return new PointwiseStep(input, bounds, input.slopes(slopes, bounds), value);
  }

  /**
   * The input.
   *
   * @return {@code [n][d]}
   */
  public IntervalMatrix input() {
    return input;
  }

  /**
   * What is known about the function.
   *
   * @return as given
   */
  public PointwiseBounds bounds() {
    return bounds;
  }

  /**
   * The derivative at the inputs.
   *
   * @return {@code [n][d]}
   */
  public IntervalMatrix slopes() {
    return slopes;
  }

  /**
   * How far the inputs of each sample stay away from kinks.
   *
   * @return lower bounds {@code [n]}; null if the function has no kink
   */
  public double @Nullable [] clearance() {
    if (bounds.kinks().isEmpty()) {
      return null;
    }
    double[] out = new double[input.rows()];
    for (int i = 0; i < out.length; i++) {
      out[i] = input.clearance(i, bounds.kinks());
    }
    return out;
  }

  @Override
  public IntervalMatrix value() {
    return value;
  }

  @Override
  public IntervalMatrix backward(IntervalMatrix dy, BackwardPass pass) {
    return dy.timesRows(slopes);
  }

  @Override
  public boolean trains(LongPredicate trainedAt) {
    return false;
  }

  @Override
  public SecondOrder.Linked secondOrder(IntervalMatrix dy, TrainedBlocks blocks) {
    Bound bound =
        new Bound(
            bounds.lipschitz(), bounds.kinks().smoothness(), clearance(), RowBounds.largest(dy));
    return new SecondOrder.Linked(bound, backward(dy, blocks.pass()));
  }

  /**
   * Constants of the function; {@code clearance} bounds the distance from a kink from below, and
   * {@code smoothness} holds between kinks.
   */
  @SuppressWarnings("ArrayRecordComponent") // internal, never compared
  record Bound(
      double lipschitz, double smoothness, double @Nullable [] clearance, double[] largestCotangent)
      implements SecondOrder {
    @Override
    public Motion move(double[] p, HessianBound hessian) {
      double moves = Up.norm(p);
      // Written so that a NaN counts as crossing. What does not move may sit on a kink.
      if (clearance != null
          && !(moves == 0)
          && !(clearance[hessian.sample()] > Up.multiply(hessian.radius(), moves))) {
        hessian.refuse();
      }
      return new Moved(this, p, Up.scaled(lipschitz, p), hessian);
    }

    double[] back(double[] z, double[] d, HessianBound hessian) {
      double largest = Up.fma(hessian.radius(), Up.norm(d), largestCotangent[hessian.row()]);
      double curvature = Up.multiply(smoothness, largest);
      hessian.addSquare(curvature, z);
      return Up.sum(Up.scaled(curvature, z), Up.scaled(lipschitz, d));
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // internal, never compared
  private record Moved(Bound bound, double[] z, double[] change, HessianBound hessian)
      implements SecondOrder.Motion {
    @Override
    public double[] backward(double[] d) {
      return bound.back(z, d, hessian);
    }
  }
}
