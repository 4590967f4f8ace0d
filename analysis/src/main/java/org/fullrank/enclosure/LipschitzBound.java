package org.fullrank.enclosure;

import java.util.Optional;
import org.fullrank.nn.enclosed.HessianBound;
import org.fullrank.nn.enclosed.SecondOrder;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.rounding.Up;

/**
 * How fast the Jacobian can change around the parameters: for a radius {@code R} a constant {@code
 * Lam} with {@code ||J(theta) - J(theta')||_2 <= Lam ||theta - theta'||} for all parameters of the
 * ball of radius R, in which only the trained parameters move.
 *
 * <p>{@code Lam = sqrt(sum_r Lam_r^2)} over outputs and samples, {@code Lam_r} a bound of the
 * second derivative of row r on the ball by a recursion over the layers, exact for one linear layer
 * and exponential in the depth of a plain network. If only two layers around one activation are
 * trained, and they are the last, there is a second bound that uses the spectral norm of all inputs
 * instead of the sum over samples; the smaller one counts. Every step is rounded up.
 *
 * <p>Activations with kinks have no such constant in general. Where no pre-activation can reach its
 * kink within the ball the network is its own linear-gated one there and the constant exists;
 * otherwise it is infinite.
 *
 * <p>Cost: one backward pass, then {@code n k L B^2} operations per radius for {@code L} layers, of
 * which {@code B} trained.
 */
public final class LipschitzBound {
  private final SecondOrder root;
  private final int blocks;
  private final int rows;
  private final int outputs;
  private final Optional<LipschitzTwoLayers> twoLayers;

  private LipschitzBound(
      SecondOrder root, int blocks, int rows, int outputs, Optional<LipschitzTwoLayers> twoLayers) {
    this.root = root;
    this.blocks = blocks;
    this.rows = rows;
    this.outputs = outputs;
    this.twoLayers = twoLayers;
  }

  /** Collects the norms of a network. */
  static LipschitzBound of(
      SecondOrder root, int blocks, int rows, int k, Optional<LipschitzTwoLayers> twoLayers) {
    return new LipschitzBound(root, blocks, rows, k, twoLayers);
  }

  /**
   * The constant for a ball.
   *
   * @param radius of the ball, at least 0
   * @return an upper bound, infinite if there is none or the radius is infinite
   */
  public double at(double radius) {
    if (!(radius >= 0)) {
      throw new IllegalArgumentException("LipschitzBound expects a radius >= 0 but got " + radius);
    }
    if (Double.isInfinite(radius)) {
      return radius;
    }
    // Refuses to compute where rounding is not what it should be.
    Interval.of(radius, Double.POSITIVE_INFINITY);
    double recursion = recursion(radius);
    return twoLayers.map(two -> Math.min(recursion, two.at(radius))).orElse(recursion);
  }

  /**
   * How every constant is known.
   *
   * @return verified
   */
  public Rigor rigor() {
    return Proof.verified();
  }

  /**
   * What every constant is about.
   *
   * @return the network in exact arithmetic
   */
  public Subject subject() {
    return Subject.EXACT_NETWORK;
  }

  private double recursion(double radius) {
    double[] norms = new double[rows];
    for (int r = 0; r < rows; r++) {
      norms[r] = hessianNorm(r, radius);
    }
    return Up.norm(norms);
  }

  /** Bounds the second derivative of one row; infinite if a pre-activation could cross a kink. */
  private double hessianNorm(int row, double radius) {
    HessianBound bound = new HessianBound(row / outputs, row, radius, blocks);
    SecondOrder.Motion motion = root.move(new double[blocks], bound);
    if (!bound.isRefused()) {
      motion.backward(new double[blocks]);
    }
    return bound.norm();
  }

  /**
   * The constant for a ball as a quantity.
   *
   * @param radius of the ball, at least 0
   * @return {@code [0, Lam]}, verified, about the exact network; empty if there is no constant
   */
  public Optional<Quantity> quantityAt(double radius) {
    double lam = at(radius);
    return Double.isInfinite(lam)
        ? Optional.empty()
        : Optional.of(
            Quantity.verified(
                "Lam",
                Interval.of(0, lam),
                Subject.EXACT_NETWORK,
                "bounds of the second derivatives"));
  }
}
