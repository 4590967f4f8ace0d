package org.fullrank.nn.layer;

import java.util.List;
import java.util.Optional;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.diff.Linearization;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.TensorViews;
import org.fullrank.nn.Initializer;
import org.fullrank.nn.Layer;
import org.fullrank.nn.LayerContent;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.Traits;
import org.fullrank.nn.enclosed.AffineStep;
import org.fullrank.nn.enclosed.EnclosedInput;
import org.fullrank.rigor.matrix.LinearMap;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The affine map {@code z = sw (h W) + sb b} of rows {@code h}, both {@code W} and {@code b}
 * trained.
 *
 * <p>NTK parametrisation (the default): {@code sw = sigma_w / sqrt(in)}, {@code sb = sigma_b} and
 * standard normal initial values. Standard parametrisation: {@code sw = sb = 1} and initial
 * deviations {@code sigma_w / sqrt(in)} and {@code sigma_b}. Weights are stored {@code [in, out]}
 * or, as in PyTorch, {@code [out, in]}. Slots are named {@code NAME.W} and {@code NAME.b}.
 *
 * <p>Cost: {@code 2 n in out} operations forward, the same per tangent and cotangent.
 */
public final class Dense implements Layer {
  private final DenseConfig config;
  private final List<Slot> slots;

  private Dense(DenseConfig config) {
    this.config = config;
    this.slots = config.slots();
  }

  /**
   * A layer without bias in NTK parametrisation with {@code sigma_w = 1}, weights {@code [in,
   * out]}.
   *
   * @param name unique within the network; it keys the random stream of the initial weights
   * @param in input width
   * @param out output width
   * @return the layer
   */
  public static Dense of(String name, long in, long out) {
    if (name.isBlank() || in < 1 || out < 1) {
      throw new IllegalArgumentException(
          "Dense expects a name and positive widths but got '" + name + "' " + in + " -> " + out);
    }
    if (in > Integer.MAX_VALUE / out) {
      throw new IllegalArgumentException(
          "Dense '" + name + "' expects fewer than 2^31 weights but got " + in + " -> " + out);
    }
    return new Dense(DenseConfig.of(name, in, out));
  }

  /**
   * The same layer with another weight deviation; resets the scales to the parametrisation's.
   *
   * @param sigmaW positive and finite
   * @return the changed layer
   */
  public Dense withSigmaW(double sigmaW) {
    requirePositive("sigma_w", sigmaW);
    return new Dense(
        config.parameterized(
            config.parameterization(), sigmaW, config.sigmaB(), config.biasName()));
  }

  /**
   * The same layer with a trained bias; resets the scales to the parametrisation's.
   *
   * @param sigmaB deviation of the bias, finite and at least 0; in NTK parametrisation it is also
   *     the bias's factor, so 0 makes the bias ineffective there
   * @return the changed layer
   */
  public Dense withBias(double sigmaB) {
    if (!(sigmaB >= 0) || Double.isInfinite(sigmaB)) {
      throw new IllegalArgumentException(
          "Dense '" + config.name() + "' expects a finite sigma_b >= 0 but got " + sigmaB);
    }
    return new Dense(
        config.parameterized(
            config.parameterization(), config.sigmaW(), sigmaB, config.name() + ".b"));
  }

  /**
   * The same layer in another parametrisation; resets the scales to that parametrisation's.
   *
   * @param parameterization NTK or standard
   * @return the changed layer
   */
  public Dense withParameterization(Parameterization parameterization) {
    return new Dense(
        config.parameterized(
            parameterization, config.sigmaW(), config.sigmaB(), config.biasName()));
  }

  /**
   * The same layer with given factors instead of the parametrisation's, as stored model files have
   * them.
   *
   * @param weightScale factor of {@code h W}, positive and finite
   * @param biasScale factor of {@code b}, finite; ignored without bias
   * @return the changed layer
   */
  public Dense withScales(double weightScale, double biasScale) {
    requirePositive("weight scale", weightScale);
    if (!Double.isFinite(biasScale)) {
      throw new IllegalArgumentException(
          "Dense '" + config.name() + "' expects a finite bias scale but got " + biasScale);
    }
    return new Dense(config.withScales(weightScale, biasScale));
  }

  /**
   * The same layer with the weight tensor stored the other way.
   *
   * @param layout {@code IN_OUT} or {@code OUT_IN}
   * @return the changed layer
   */
  public Dense withLayout(Layout layout) {
    return new Dense(config.withLayout(layout));
  }

  /**
   * The same layer with another distribution of the initial weights.
   *
   * @param weights the initializer
   * @return the changed layer
   */
  public Dense withWeights(Initializer weights) {
    return new Dense(config.withWeights(weights));
  }

  /**
   * The same layer with other slot names.
   *
   * @param weightName name of the weight tensor
   * @param biasName name of the bias; ignored without bias
   * @return the changed layer
   */
  public Dense withSlotNames(String weightName, String biasName) {
    return new Dense(config.withSlotNames(weightName, biasName));
  }

  private void requirePositive(String what, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          "Dense '" + config.name() + "' expects a positive finite " + what + " but got " + value);
    }
  }

  /**
   * The name.
   *
   * @return as given
   */
  public String name() {
    return config.name();
  }

  /**
   * The input width.
   *
   * @return in
   */
  public long in() {
    return config.in();
  }

  /**
   * The output width.
   *
   * @return out
   */
  public long out() {
    return config.out();
  }

  /**
   * The parametrisation.
   *
   * @return NTK or standard
   */
  public Parameterization parameterization() {
    return config.parameterization();
  }

  /**
   * The deviation of the weights.
   *
   * @return sigma_w
   */
  public double sigmaW() {
    return config.sigmaW();
  }

  /**
   * The deviation of the bias.
   *
   * @return sigma_b, 0 without bias
   */
  public double sigmaB() {
    return config.sigmaB();
  }

  /**
   * The factor of {@code h W}.
   *
   * @return sw
   */
  public double weightScale() {
    return config.weightScale();
  }

  /**
   * The factor of {@code b}.
   *
   * @return sb, 0 without bias
   */
  public double biasScale() {
    return config.biasScale();
  }

  /**
   * Whether there is a bias.
   *
   * @return true after {@link #withBias}
   */
  public boolean hasBias() {
    return config.biasName() != null;
  }

  /**
   * The order of the weight tensor.
   *
   * @return {@code IN_OUT} or {@code OUT_IN}
   */
  public Layout layout() {
    return config.layout();
  }

  @Override
  public Shape outputShape(Shape input) {
    if (!input.equals(Shape.of(config.in()))) {
      throw new IllegalArgumentException(
          "Dense '"
              + config.name()
              + "' expects input [n, "
              + config.in()
              + "] but got samples of shape "
              + input);
    }
    return Shape.of(config.out());
  }

  @Override
  public List<Slot> slots() {
    return slots;
  }

  @Override
  public Linearization linearize(INDArray theta, INDArray x) {
    TensorChecks.requireShape("Dense '" + config.name() + "' input", x, -1, config.in());
    TensorChecks.requireShape("Dense '" + config.name() + "' theta", theta, parameterCount());
    TensorChecks.requireType("Dense '" + config.name() + "' theta", x.dataType(), theta);
    INDArray w = TensorViews.slice(theta, 0, slots.get(0).shape().dimensions());
    INDArray b = hasBias() ? TensorViews.slice(theta, slots.get(1).offset(), config.out()) : null;
    return new DenseLinearization(this, x, w, b);
  }

  @Override
  public Traits traits() {
    return hasBias() && biasScale() != 0 ? Traits.AFFINE : Traits.LINEAR;
  }

  @Override
  public void describe(LayerContent content) {
    content.number(weightScale());
    content.number(biasScale());
    content.text(layout().name());
  }

  @Override
  public Optional<String> enclosureObstacle(DataType type) {
    return Optional.empty();
  }

  @Override
  public AffineStep enclose(EnclosedInput in) {
    boolean inOut = layout() == Layout.IN_OUT;
    int rows = (int) (inOut ? in() : out());
    double[][] stored = new double[rows][];
    long columns = inOut ? out() : in();
    for (int i = 0; i < rows; i++) {
      stored[i] = in.tensor(i * columns, columns);
    }
    LinearMap map = LinearMap.of(inOut ? stored : Transposes.of(stored), in.threads());
    long end = in() * out();
    return AffineStep.of(
        in,
        map,
        weightScale(),
        in.slotOffset(0),
        hasBias() ? in.tensor(end, out()) : new double[0],
        biasScale(),
        hasBias() ? in.slotOffset(end) : AffineStep.FIXED);
  }

  @Override
  public String toString() {
    return "Dense("
        + config.name()
        + ", "
        + config.in()
        + " -> "
        + config.out()
        + (hasBias() ? ", bias" : "")
        + ", "
        + config.parameterization()
        + ")";
  }
}
