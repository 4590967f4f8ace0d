package org.fullrank.enclosure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fullrank.rigor.rounding.Up;

/**
 * The recursion for one row (one output of one sample) and one radius. Vectors have one
 * non-negative coordinate for each trained layer: a bound {@code v} says that a change of the
 * parameters by norms {@code t_l} in the layers changes the quantity by at most {@code sum_l v_l
 * t_l}.
 *
 * <p>The second derivative of a composition is the sum over its operations of the cotangent of the
 * operation's value times the operation's own second derivative. A dense layer {@code z = g W h}
 * has {@code 2 g V dh}, an activation {@code sigma''(z) dz^2}, sums have none. So on the ball
 *
 * <p>{@code |D^2 f[V, V]| <= t^T Q t}, {@code Q = sum_dense g B2 (e p^T + p e^T) + sum_activations
 * L2 Binf q q^T},
 *
 * <p>with {@code p} and {@code q} the bounds of the changes of {@code h} and {@code z}, and {@code
 * B2}, {@code Binf} bounds of the cotangents' norms on the ball.
 */
final class LipschitzRecursion {
  private final int sample;
  private final int row;
  private final double radius;
  private final double[][] q;
  private boolean crossesKink;

  private LipschitzRecursion(int sample, int row, double radius, int blocks) {
    this.sample = sample;
    this.row = row;
    this.radius = radius;
    this.q = new double[blocks][blocks];
  }

  /**
   * Upper bound of the norm of the second derivative of one row on the ball; infinite if a
   * pre-activation could cross a kink.
   */
  static double hessianNorm(LipschitzNode root, int blocks, int sample, int row, double radius) {
    LipschitzRecursion r = new LipschitzRecursion(sample, row, radius, blocks);
    Trace trace = r.forward(root, new double[blocks]);
    if (r.crossesKink) {
      return Double.POSITIVE_INFINITY;
    }
    r.backward(root, trace, new double[blocks]);
    return largestEigenvalue(r.q);
  }

  /** Changes of the input of a node, of its parts, and of its output. */
  @SuppressWarnings("ArrayRecordComponent") // internal, never compared
  private record Trace(double[] in, double[] out, List<Trace> parts) {}

  private Trace forward(LipschitzNode node, double[] p) {
    if (node instanceof LipschitzNode.Affine a) {
      double norm = a.weights() ? Up.add(a.norm(), radius) : a.norm();
      double[] out = Up.scaled(a.scale(), Up.scaled(norm, p));
      if (a.block() >= 0) {
        double h = a.weights() ? Up.fma(radius, Up.norm(p), a.input()[sample]) : 0;
        // A bias is a weight on a constant input.
        double own = Up.norm(new double[] {Up.multiply(a.scale(), h), a.biasScale()});
        out[a.block()] = Up.add(out[a.block()], own);
      }
      return new Trace(p, out, List.of());
    }
    if (node instanceof LipschitzNode.Pointwise s) {
      double[] clearance = s.clearance();
      double moves = Up.norm(p);
      // Written so that a NaN counts as crossing. What does not move may sit on a kink.
      if (clearance != null && !(moves == 0) && !(clearance[sample] > Up.multiply(radius, moves))) {
        crossesKink = true;
      }
      return new Trace(p, Up.scaled(s.lipschitz(), p), List.of());
    }
    if (node instanceof LipschitzNode.Chain chain) {
      List<Trace> parts = new ArrayList<>();
      double[] h = p;
      for (LipschitzNode part : chain.nodes()) {
        Trace trace = forward(part, h);
        parts.add(trace);
        h = trace.out();
      }
      return new Trace(p, h, parts);
    }
    if (node instanceof LipschitzNode.Sum sum) {
      Trace branch = forward(sum.branch(), p);
      LipschitzNode shortcut = sum.shortcut();
      Trace skip = shortcut == null ? new Trace(p, p, List.of()) : forward(shortcut, p);
      return new Trace(
          p, Up.sum(skip.out(), Up.scaled(sum.scale(), branch.out())), List.of(branch, skip));
    }
    requireNoOperation(node);
    return new Trace(p, p, List.of());
  }

  /** A kind of node that is added later must not be taken for the identity. */
  private static void requireNoOperation(LipschitzNode node) {
    if (!(node instanceof LipschitzNode.Unchanged)) {
      throw new IllegalStateException("no bound of the second derivative is known for " + node);
    }
  }

  /** From the change of the cotangent of the output to that of the input; fills Q. */
  private double[] backward(LipschitzNode node, Trace trace, double[] d) {
    if (node instanceof LipschitzNode.Affine a) {
      if (!a.weights()) {
        return Up.scaled(a.scale(), Up.scaled(a.norm(), d));
      }
      double[] p = trace.in();
      double b2 = Up.fma(radius, Up.norm(d), a.cotangent()[row]);
      double weight = Up.multiply(a.scale(), b2);
      for (int j = 0; j < p.length; j++) {
        double entry = Up.multiply(weight, p[j]);
        q[a.block()][j] = Up.add(q[a.block()][j], entry);
        q[j][a.block()] = Up.add(q[j][a.block()], entry);
      }
      double[] moved = Up.scaled(Up.add(a.norm(), radius), d);
      moved[a.block()] = Up.add(moved[a.block()], b2);
      return Up.scaled(a.scale(), moved);
    }
    if (node instanceof LipschitzNode.Pointwise s) {
      double[] z = trace.in();
      double largest = Up.fma(radius, Up.norm(d), s.largestCotangent()[row]);
      double curvature = Up.multiply(s.smoothness(), largest);
      double[] out = Up.sum(Up.scaled(curvature, z), Up.scaled(s.lipschitz(), d));
      if (curvature > 0) {
        for (int i = 0; i < z.length; i++) {
          double weight = Up.multiply(curvature, z[i]);
          for (int j = 0; j < z.length; j++) {
            q[i][j] = Up.fma(weight, z[j], q[i][j]);
          }
        }
      }
      return out;
    }
    if (node instanceof LipschitzNode.Chain chain) {
      double[] g = d;
      for (int l = chain.nodes().size() - 1; l >= 0; l--) {
        g = backward(chain.nodes().get(l), trace.parts().get(l), g);
      }
      return g;
    }
    if (node instanceof LipschitzNode.Sum sum) {
      double[] branch = backward(sum.branch(), trace.parts().get(0), Up.scaled(sum.scale(), d));
      LipschitzNode shortcut = sum.shortcut();
      double[] skip = shortcut == null ? d : backward(shortcut, trace.parts().get(1), d);
      return Up.sum(skip, branch);
    }
    requireNoOperation(node);
    return d;
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
