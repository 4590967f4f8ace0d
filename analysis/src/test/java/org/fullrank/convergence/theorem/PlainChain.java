package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.fullrank.training.Dynamics;
import org.fullrank.training.Snapshot;
import org.fullrank.training.Trajectory;

/**
 * Gradient descent on a deep linear chain in plain doubles: an implementation of its own, fast
 * enough for long runs of many instances. Rows of {@code x} and {@code y} are samples.
 */
final class PlainChain {
  /** {@code M = e I + s W}, or a fixed matrix. */
  static final class Factor {
    final double[][] w;
    final boolean trained;
    final boolean residual;
    final double scale;

    Factor(double[][] w, boolean trained, boolean residual, double scale) {
      this.w = w;
      this.trained = trained;
      this.residual = residual;
      this.scale = scale;
    }

    double[][] matrix() {
      double[][] m = new double[w.length][w[0].length];
      for (int i = 0; i < m.length; i++) {
        for (int j = 0; j < m[i].length; j++) {
          m[i][j] = scale * w[i][j] + (residual && i == j ? 1 : 0);
        }
      }
      return m;
    }
  }

  private final List<Factor> start;
  private final double[][] x;
  private final double[][] y;
  private final List<Factor> now = new ArrayList<>();

  PlainChain(List<Factor> start, double[][] x, double[][] y) {
    this.start = start;
    this.x = x;
    this.y = y;
    for (Factor f : start) {
      now.add(new Factor(LinearOracle.plus(f.w, 0, f.w), f.trained, f.residual, f.scale));
    }
  }

  /** Full-batch steps, recorded at powers of two. */
  static Trajectory descend(List<Factor> start, double[][] x, double[][] y, double eta, int steps) {
    PlainChain chain = new PlainChain(start, x, y);
    List<Snapshot> snapshots = new ArrayList<>();
    for (int t = 0; ; t++) {
      if ((t & (t - 1)) == 0 || t == steps) {
        snapshots.add(chain.snapshot(t, t * eta));
      }
      if (t == steps) {
        return new Trajectory(
            "plain gradient descent", Dynamics.GRADIENT_DESCENT, "1/2 sum of squares", snapshots);
      }
      chain.step(x, y, eta);
    }
  }

  /** One minibatch step with {@code G = (n/|B|) sum grad F_i}. */
  void stochasticStep(int batch, IntUnaryOperator draw, double eta) {
    double[][] bx = new double[batch][];
    double[][] by = new double[batch][];
    for (int b = 0; b < batch; b++) {
      int i = draw.applyAsInt(b);
      bx[b] = x[i];
      by[b] = y[i];
    }
    step(bx, by, eta * x.length / batch);
  }

  private void step(double[][] bx, double[][] by, double eta) {
    int count = now.size();
    double[][][] m = new double[count][][];
    double[][][] h = new double[count + 1][][];
    h[0] = bx;
    for (int l = 0; l < count; l++) {
      m[l] = now.get(l).matrix();
      h[l + 1] = LinearOracle.product(h[l], LinearOracle.transpose(m[l]));
    }
    double[][] g = LinearOracle.plus(h[count], -1, by);
    for (int l = count - 1; l >= 0; l--) {
      Factor f = now.get(l);
      if (f.trained) {
        double[][] gradient = LinearOracle.product(LinearOracle.transpose(g), h[l]);
        for (int i = 0; i < f.w.length; i++) {
          for (int j = 0; j < f.w[i].length; j++) {
            f.w[i][j] -= eta * f.scale * gradient[i][j];
          }
        }
      }
      g = LinearOracle.product(g, m[l]);
    }
  }

  double loss() {
    double[][] h = x;
    for (Factor f : now) {
      h = LinearOracle.product(h, LinearOracle.transpose(f.matrix()));
    }
    return 0.5 * Math.pow(LinearOracle.frobenius(LinearOracle.plus(h, -1, y)), 2);
  }

  /** Largest spectral norm of a layer's move. */
  double moved() {
    double largest = 0;
    for (int l = 0; l < now.size(); l++) {
      largest =
          Math.max(
              largest, LinearOracle.largest(LinearOracle.plus(now.get(l).w, -1, start.get(l).w)));
    }
    return largest;
  }

  private Snapshot snapshot(int step, double time) {
    double distance = 0;
    for (int l = 0; l < now.size(); l++) {
      distance =
          Math.hypot(
              distance,
              LinearOracle.frobenius(LinearOracle.plus(now.get(l).w, -1, start.get(l).w)));
    }
    double loss = loss();
    Map<String, Double> more = new LinkedHashMap<>();
    more.put("layer_distance", moved());
    return new Snapshot(step, time, loss, Math.sqrt(2 * loss), distance, more);
  }
}
