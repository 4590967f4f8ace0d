package org.fullrank.nn.enclosed;

import java.util.Arrays;
import org.fullrank.rigor.rounding.Up;

/**
 * Bounds the second derivative of one row (one output of one sample) with respect to the trained
 * parameters on a ball. The second derivative of a composition is the sum over its operations of
 * the cotangent of the operation's value times the operation's own second derivative. A dense layer
 * {@code z = g W h} has {@code 2 g V dh}, an activation {@code sigma''(z) dz^2}, sums have none. So
 * on the ball
 *
 * <p>{@code |D^2 f[V, V]| <= t^T Q t}, {@code Q = sum_dense g B2 (e p^T + p e^T) + sum_activations
 * L2 Binf q q^T},
 *
 * <p>with {@code p} and {@code q} the bounds of the changes of {@code h} and {@code z}, and {@code
 * B2}, {@code Binf} bounds of the cotangents' norms on the ball.
 */
public final class HessianBound {
  private final int sample;
  private final int row;
  private final double radius;
  private final double[][] q;
  private boolean refused;

  /**
   * A bound for one row and one ball, to which nothing is added yet.
   *
   * @param sample of the row
   * @param row of the Jacobian
   * @param radius of the ball of parameters, finite, at least 0
   * @param blocks number of trained layers
   */
  public HessianBound(int sample, int row, double radius, int blocks) {
    this.sample = sample;
    this.row = row;
    this.radius = radius;
    this.q = new double[blocks][blocks];
  }

  /**
   * Upper bound of the norm of the second derivative, after all layers have moved and gone back.
   *
   * @return infinite if a layer refused
   */
  public double norm() {
    return refused ? Double.POSITIVE_INFINITY : largestEigenvalue(q);
  }

  /**
   * Whether a layer has no bound on this ball.
   *
   * @return true after {@link #refuse}
   */
  public boolean isRefused() {
    return refused;
  }

  /**
   * The sample.
   *
   * @return its index
   */
  public int sample() {
    return sample;
  }

  /**
   * The row of the Jacobian.
   *
   * @return its index
   */
  public int row() {
    return row;
  }

  /**
   * The radius of the ball.
   *
   * @return finite, at least 0
   */
  public double radius() {
    return radius;
  }

  /** Says that no bound is known on this ball. */
  public void refuse() {
    refused = true;
  }

  /**
   * Adds {@code weight (e p^T + p e^T)}, {@code e} the unit vector of a block.
   *
   * @param block a trained layer
   * @param weight at least 0
   * @param p a change
   */
  public void addProduct(int block, double weight, double[] p) {
    for (int j = 0; j < p.length; j++) {
      double entry = Up.multiply(weight, p[j]);
      q[block][j] = Up.add(q[block][j], entry);
      q[j][block] = Up.add(q[j][block], entry);
    }
  }

  /**
   * Adds {@code weight z z^T}.
   *
   * @param weight at least 0
   * @param z a change
   */
  public void addSquare(double weight, double[] z) {
    if (weight > 0) {
      for (int i = 0; i < z.length; i++) {
        double scaled = Up.multiply(weight, z[i]);
        for (int j = 0; j < z.length; j++) {
          q[i][j] = Up.fma(scaled, z[j], q[i][j]);
        }
      }
    }
  }

  /**
   * Upper bound of the largest eigenvalue of a non-negative symmetric matrix: {@code max_i (Q v)_i
   * / v_i} for any positive v (Collatz and Wielandt); v from power iteration makes it sharp.
   */
  static double largestEigenvalue(double[][] q) {
    int n = q.length;
    double[] v = new double[n];
    Arrays.fill(v, 1);
    double best = Double.POSITIVE_INFINITY;
    for (int t = 0; t < 40; t++) {
      double[] w = new double[n];
      double bound = 0;
      double size = 0;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          w[i] = Up.fma(q[i][j], v[j], w[i]);
        }
        bound = Math.max(bound, Up.divide(w[i], v[i]));
        size = Math.max(size, w[i]);
      }
      best = Math.min(best, bound);
      if (!(size > 0 && size <= Double.MAX_VALUE)) {
        return bound;
      }
      for (int i = 0; i < n; i++) {
        // Any positive vector will do; the shift keeps it positive and the iteration convergent.
        v[i] = 0.5 * v[i] + 0.5 * Math.max(w[i] / size, 1e-9);
      }
    }
    return best;
  }
}
