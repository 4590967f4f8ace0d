package org.fullrank.nn.model;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Residual;

/**
 * The residual network of Du et al. (2019) and Gulcu (2020), and its plain counterpart; all weights
 * {@code N(0, 1)} and trained, no biases:
 *
 * <pre>{@code
 * x_1 = sqrt(c_sigma/m) phi(W_1 x),
 * x_l = x_(l-1) + (c_res/(H sqrt(m))) phi(W_l x_(l-1)),   l = 2..H,   f = v x_H,
 * plain:  x_l = sqrt(c_sigma/m) phi(W_l x_(l-1)).
 * }</pre>
 *
 * <p><b>Scales.</b> The layers of the library carry factors before an activation, not after one, so
 * the network is written for {@code u_l = x_l/g} with {@code g = sqrt(c_sigma/m)}:
 *
 * <pre>{@code
 * u_1 = phi(W_1 x),   u_l = u_(l-1) + (c_res/(H sqrt(c_sigma))) phi(g W_l u_(l-1)),   f = g v u_H.
 * }</pre>
 *
 * This is the same function of the same weights, hence with the same Jacobian and the same gradient
 * descent, whatever {@code c_sigma}, {@code c_res}. The two factors are rounded once, which changes
 * {@code c_sigma} and {@code c_res} by a few units in the last place; the rounded ones are then the
 * exact numbers of the network. Any positive {@code c_sigma} is an architecture of its own; the
 * papers' choice {@code 1/E[phi(N(0,1))^2]} keeps the size of {@code x_1} near 1 for {@code ||x|| =
 * 1}.
 *
 * <p>Slots are named {@code W1.W} to {@code WH.W} (stored {@code [in, out]}) and {@code v.W}.
 *
 * @see <a href="https://arxiv.org/abs/1811.03804">Du, Lee, Li, Wang, Zhai (2019)</a>
 * @see <a href="https://arxiv.org/abs/1911.04351">Gulcu (2019), Information and Inference
 *     iaaa030</a>
 */
public final class SmoothResNet {
  private static final double DEFAULT_RESIDUAL = 0.5;

  /** Beyond this many deviations the normal density is below 1e-60. */
  private static final int LARGEST_DEVIATION = 17;

  private static final int NODES_PER_UNIT = 256;

  private final long inputs;
  private final long width;
  private final int depth;
  private final long outputs;
  private final Activation activation;
  private final double cSigma;
  private final double cRes;

  private SmoothResNet(
      long inputs,
      long width,
      int depth,
      long outputs,
      Activation activation,
      double cSigma,
      double cRes) {
    this.inputs = inputs;
    this.width = width;
    this.depth = depth;
    this.outputs = outputs;
    this.activation = activation;
    this.cSigma = cSigma;
    this.cRes = cRes;
  }

  /**
   * With one output, {@code c_res = 1/2} and {@code c_sigma} from {@link #normalization}.
   *
   * @param inputs d, at least 1
   * @param width m, at least 1
   * @param depth H, the number of activations, at least 1
   * @param activation phi, smooth for the theorems; any will do here
   * @return the architecture
   */
  public static SmoothResNet of(long inputs, long width, int depth, Activation activation) {
    if (inputs < 1 || width < 1 || depth < 1) {
      throw new IllegalArgumentException(
          "SmoothResNet expects at least one input, unit and layer but got inputs "
              + inputs
              + ", width "
              + width
              + " and depth "
              + depth);
    }
    return new SmoothResNet(
        inputs, width, depth, 1, activation, normalization(activation), DEFAULT_RESIDUAL);
  }

  /**
   * With several outputs, each with its own row of {@code v}.
   *
   * @param k at least 1
   * @return the changed architecture
   */
  public SmoothResNet withOutputs(long k) {
    if (k < 1) {
      throw new IllegalArgumentException("SmoothResNet expects at least one output but got " + k);
    }
    return new SmoothResNet(inputs, width, depth, k, activation, cSigma, cRes);
  }

  /**
   * With another size of the branches.
   *
   * @param newCRes c_res, positive and finite; the papers take it from (0, 1)
   * @return the changed architecture
   */
  public SmoothResNet withResidualScale(double newCRes) {
    return new SmoothResNet(
        inputs, width, depth, outputs, activation, cSigma, requirePositive("c_res", newCRes));
  }

  /**
   * With another normalisation of the activation.
   *
   * @param newCSigma c_sigma, positive and finite
   * @return the changed architecture
   */
  public SmoothResNet withNormalization(double newCSigma) {
    return new SmoothResNet(
        inputs, width, depth, outputs, activation, requirePositive("c_sigma", newCSigma), cRes);
  }

  private static double requirePositive(String what, double value) {
    if (!(value > 0 && value <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "SmoothResNet expects a positive finite " + what + " but got " + value);
    }
    return value;
  }

  /**
   * {@code 1/E[phi(N(0,1))^2]} by the trapezoidal rule, which is accurate to rounding for smooth
   * functions and to 1e-5 for piecewise linear ones. No bound of the error is proved and none is
   * needed: it is a number of the architecture.
   *
   * @param activation phi
   * @return c_sigma
   * @throws IllegalArgumentException if the mean square is not a positive finite number
   */
  public static double normalization(Activation activation) {
    int nodes = LARGEST_DEVIATION * NODES_PER_UNIT;
    double sum = 0;
    for (int i = -nodes; i <= nodes; i++) {
      double t = (double) i / NODES_PER_UNIT;
      double v = activation.value(t);
      sum += v * v * Math.exp(-t * t / 2);
    }
    double meanSquare = sum / (NODES_PER_UNIT * Math.sqrt(2 * Math.PI));
    if (!(meanSquare > 0 && 1 / meanSquare > 0 && 1 / meanSquare <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "normalization expects an activation with a positive finite mean square but got "
              + meanSquare
              + " for "
              + activation.name());
    }
    return 1 / meanSquare;
  }

  /**
   * The normalisation.
   *
   * @return c_sigma
   */
  public double cSigma() {
    return cSigma;
  }

  /**
   * The size of the branches.
   *
   * @return c_res
   */
  public double cRes() {
    return cRes;
  }

  /**
   * The residual network; for depth 1 it has no block.
   *
   * @return {@code [d] -> [k]}, to be initialised by {@link Network#initialize}
   */
  public Network network() {
    double scale = cRes / (depth * Math.sqrt(cSigma));
    return network(true, requirePositive("branch scale", scale));
  }

  /**
   * The fully connected network of the same width, depth and normalisation.
   *
   * @return {@code [d] -> [k]}
   */
  public Network plain() {
    return network(false, 0);
  }

  private Network network(boolean residual, double scale) {
    double g = requirePositive("weight scale", Math.sqrt(cSigma / width));
    List<Layer> layers = new ArrayList<>();
    layers.add(weights("W1", inputs, width, 1));
    layers.add(Elementwise.of(activation).withName("phi1"));
    for (int l = 2; l <= depth; l++) {
      Dense dense = weights("W" + l, width, width, g);
      Elementwise phi = Elementwise.of(activation).withName("phi" + l);
      if (residual) {
        layers.add(Residual.of(scale, dense, phi).withName("block" + l));
      } else {
        layers.add(dense);
        layers.add(phi);
      }
    }
    layers.add(weights("v", width, outputs, g));
    return Network.of(Shape.of(inputs), layers);
  }

  /** The default parametrisation draws from N(0, 1), whatever the factor. */
  private static Dense weights(String name, long in, long out, double factor) {
    return Dense.of(name, in, out).withScales(factor, 0);
  }

  @Override
  public String toString() {
    return "SmoothResNet(d = "
        + inputs
        + ", m = "
        + width
        + ", H = "
        + depth
        + ", k = "
        + outputs
        + ", "
        + activation.name()
        + ", c_sigma = "
        + cSigma
        + ", c_res = "
        + cRes
        + ")";
  }
}
