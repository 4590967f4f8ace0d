package org.fullrank.nn.enclosed;

import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.fullrank.rigor.matrix.LinearMap;
import org.fullrank.rigor.rounding.Up;

/**
 * {@code scale (x W) + biasScale b} with weights and a bias that are trained or not.
 *
 * <p>Second order: the ball moves {@code W} by at most the radius; {@code p} being the change of
 * {@code x}, that of the value is at most {@code |scale| ((||W|| + R) p + (||x|| + R ||p||) e)} and
 * the layer's own second derivative {@code 2 scale V dx}.
 */
public final class AffineStep implements EnclosedStep {
  /** The offset of a tensor that nobody trains. */
  public static final long FIXED = -1;

  private final IntervalMatrix input;
  private final LinearMap map;
  private final double scale;
  private final double biasScale;
  private final Optional<JacobianTerm.Tensor> weights;
  private final Optional<JacobianTerm.Tensor> bias;
  private final IntervalMatrix value;

  private AffineStep(
      IntervalMatrix input,
      LinearMap map,
      double scale,
      double biasScale,
      Optional<JacobianTerm.Tensor> weights,
      Optional<JacobianTerm.Tensor> bias,
      IntervalMatrix value) {
    this.input = input;
    this.map = map;
    this.scale = scale;
    this.biasScale = biasScale;
    this.weights = weights;
    this.bias = bias;
    this.value = value;
  }

  /**
   * An affine map without parameters.
   *
   * @param in inputs
   * @param map {@code W [d_in][d_out]}
   * @return the step {@code x W}
   */
  public static AffineStep fixed(EnclosedInput in, LinearMap map) {
    return of(in, map, 1, FIXED, new double[0], 0, FIXED);
  }

  /**
   * A trained affine map. A tensor that several steps use has one factor and one partner in all of
   * them, and its entries mean the same: a layer that uses {@code W} and its transpose needs a step
   * of its own.
   *
   * @param in inputs
   * @param map {@code W [d_in][d_out]}
   * @param scale factor of {@code x W}, finite
   * @param weights offset of {@code W} in the parameter vector of the network, or {@link #FIXED}
   * @param bias {@code [d_out]}, finite, or empty for none
   * @param biasScale factor of the bias, finite
   * @param biasOffset of the bias, likewise
   * @return the step
   */
  public static AffineStep of(
      EnclosedInput in,
      LinearMap map,
      double scale,
      long weights,
      double[] bias,
      double biasScale,
      long biasOffset) {
    IntervalMatrix value = in.x().affine(map, scale, bias, biasScale, in.threads());
    return new AffineStep(
        in.x(),
        map,
        scale,
        biasScale,
        tensor(weights, scale),
        bias.length == 0 ? Optional.empty() : tensor(biasOffset, biasScale),
        value);
  }

  private static Optional<JacobianTerm.Tensor> tensor(long offset, double scale) {
    return offset == FIXED ? Optional.empty() : Optional.of(new JacobianTerm.Tensor(offset, scale));
  }

  /**
   * The input.
   *
   * @return {@code [n][d_in]}
   */
  public IntervalMatrix input() {
    return input;
  }

  /**
   * The map.
   *
   * @return {@code W}
   */
  public LinearMap map() {
    return map;
  }

  /**
   * The factor of {@code x W}.
   *
   * @return scale
   */
  public double scale() {
    return scale;
  }

  /**
   * The factor of the bias.
   *
   * @return biasScale
   */
  public double biasScale() {
    return biasScale;
  }

  /**
   * The weights, if they belong to the parameters.
   *
   * @return their place and factor
   */
  public Optional<JacobianTerm.Tensor> weights() {
    return weights;
  }

  /**
   * The bias, if there is one that belongs to the parameters.
   *
   * @return its place and factor
   */
  public Optional<JacobianTerm.Tensor> bias() {
    return bias;
  }

  @Override
  public IntervalMatrix value() {
    return value;
  }

  @Override
  public IntervalMatrix backward(IntervalMatrix dy, BackwardPass pass) {
    if (weights.isPresent() || bias.isPresent()) {
      pass.add(new JacobianTerm(input, dy, 1, weights, bias));
    }
    return dy.affine(map.transposed(), scale, new double[0], 0, pass.threads());
  }

  @Override
  public boolean trains(LongPredicate trainedAt) {
    return weights.filter(t -> trainedAt.test(t.offset())).isPresent()
        || bias.filter(t -> trainedAt.test(t.offset())).isPresent();
  }

  @Override
  public SecondOrder.Linked secondOrder(IntervalMatrix dy, TrainedBlocks blocks) {
    boolean moves = blocks.trains(weights);
    boolean shifts = blocks.trains(bias);
    int block = moves || shifts ? blocks.block(trained(blocks)) : -1;
    Bound bound =
        new Bound(
            block,
            moves,
            Math.abs(scale),
            shifts ? Math.abs(biasScale) : 0,
            map.norm(),
            RowBounds.norms(input),
            RowBounds.norms(dy));
    return new SecondOrder.Linked(bound, backward(dy, blocks.pass()));
  }

  private long[] trained(TrainedBlocks blocks) {
    return Stream.of(weights, bias)
        .filter(blocks::trains)
        .mapToLong(tensor -> tensor.orElseThrow().offset())
        .toArray();
  }

  /** Norms at the initial parameters; block -1 is not trained. */
  @SuppressWarnings("ArrayRecordComponent") // internal, never compared
  private record Bound(
      int block,
      boolean weights,
      double scale,
      double biasScale,
      double norm,
      double[] input,
      double[] cotangent)
      implements SecondOrder {
    @Override
    public Motion move(double[] p, HessianBound hessian) {
      double radius = hessian.radius();
      double moved = weights ? Up.add(norm, radius) : norm;
      double[] out = Up.scaled(scale, Up.scaled(moved, p));
      if (block >= 0) {
        double h = weights ? Up.fma(radius, Up.norm(p), input[hessian.sample()]) : 0;
        // A bias is a weight on a constant input.
        double own = Up.norm(new double[] {Up.multiply(scale, h), biasScale});
        out[block] = Up.add(out[block], own);
      }
      return new Moved(this, p, out, hessian);
    }

    double[] back(double[] p, double[] d, HessianBound hessian) {
      if (!weights) {
        return Up.scaled(scale, Up.scaled(norm, d));
      }
      double radius = hessian.radius();
      double b2 = Up.fma(radius, Up.norm(d), cotangent[hessian.row()]);
      hessian.addProduct(block, Up.multiply(scale, b2), p);
      double[] moved = Up.scaled(Up.add(norm, radius), d);
      moved[block] = Up.add(moved[block], b2);
      return Up.scaled(scale, moved);
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // internal, never compared
  private record Moved(Bound bound, double[] p, double[] change, HessianBound hessian)
      implements SecondOrder.Motion {
    @Override
    public double[] backward(double[] d) {
      return bound.back(p, d, hessian);
    }
  }
}
