package org.fullrank.nn;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.Linearization;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.enclosed.EnclosedInput;
import org.fullrank.nn.enclosed.EnclosedStep;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A validated chain of layers with an input shape and a vector output {@code [k]}.
 *
 * <p>The network does not own its parameters: every method takes {@code theta}, one vector {@code
 * [p]} in slot order. All methods check shapes, types and finiteness before any native call and
 * accept views and Fortran-order arrays.
 */
public final class Network {
  private final Shape inputShape;
  private final Sequential layers;
  private final Shape outputShape;
  private final Tying tying;
  private final long parameterCount;

  private Network(Shape inputShape, Sequential layers) {
    this.inputShape = inputShape;
    this.layers = layers;
    this.outputShape = layers.outputShape(inputShape);
    this.tying = Tying.of(layers.slots());
    this.parameterCount = tying.count();
    Set<String> names = new HashSet<>();
    for (Slot slot : tying.slots()) {
      if (!names.add(slot.name())) {
        throw new IllegalArgumentException(
            "expected unique slot names but '"
                + slot.name()
                + "' appears twice; give each layer its own name, or use one Shared layer in both"
                + " places");
      }
    }
    if (parameterCount > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "expected fewer than 2^31 parameters but got " + parameterCount);
    }
  }

  /**
   * A network.
   *
   * @param inputShape shape of one sample
   * @param layers in forward order
   * @return the network
   * @throws IllegalArgumentException if shapes do not fit or slot names repeat
   */
  public static Network of(Shape inputShape, Layer... layers) {
    return new Network(inputShape, Sequential.of(layers));
  }

  /**
   * A network.
   *
   * @param inputShape shape of one sample
   * @param layers in forward order
   * @return the network
   */
  public static Network of(Shape inputShape, List<? extends Layer> layers) {
    return new Network(inputShape, Sequential.of(layers));
  }

  /**
   * The shape of one sample.
   *
   * @return without batch axis
   */
  public Shape inputShape() {
    return inputShape;
  }

  /**
   * The shape of one sample's output.
   *
   * @return without batch axis
   */
  public Shape outputShape() {
    return outputShape;
  }

  /**
   * The layers.
   *
   * @return in forward order
   */
  public List<Layer> layers() {
    return layers.layers();
  }

  /**
   * The parameter tensors.
   *
   * @return in the order of the parameter vector, each once: those of a shared layer where it is
   *     used first
   */
  public List<Slot> slots() {
    return tying.slots();
  }

  /**
   * The number of parameters.
   *
   * @return p
   */
  public long parameterCount() {
    return parameterCount;
  }

  /**
   * What holds of the network for every value of its parameters.
   *
   * @return those of its layers one after the other
   */
  public Traits traits() {
    return layers.traits();
  }

  /**
   * Initial parameters in double precision.
   *
   * @param seed origin of the random numbers
   * @return {@code theta} of shape {@code [p]}
   */
  public INDArray initialize(Seed seed) {
    return initialize(seed, DataType.DOUBLE);
  }

  /**
   * Initial parameters; {@code FLOAT} ones are the double ones rounded to nearest.
   *
   * @param seed origin of the random numbers
   * @param type {@code DOUBLE} or {@code FLOAT}
   * @return {@code theta} of shape {@code [p]}
   */
  public INDArray initialize(Seed seed, DataType type) {
    requireParameters();
    double[] theta = new double[(int) parameterCount];
    for (Slot slot : slots()) {
      double[] values = new double[(int) slot.size()];
      slot.initializer().fill(values, slot.shape(), seed.stream(slot.name()));
      System.arraycopy(values, 0, theta, (int) slot.offset(), values.length);
    }
    INDArray out = Tensors.of(type, theta, parameterCount);
    TensorChecks.requireFinite("initial parameters", out);
    return out;
  }

  /**
   * The outputs.
   *
   * @param theta parameters {@code [p]}
   * @param x inputs {@code [n, ...input]}, of the same type
   * @return {@code [n, ...output]}
   * @throws IllegalArgumentException if shapes or types do not fit, or a value, outputs included,
   *     is not finite
   */
  public INDArray forward(INDArray theta, INDArray x) {
    try (Linearization l = linearize(theta, x)) {
      // Finite inputs can overflow, most easily in single precision.
      TensorChecks.requireFinite("network output", l.value());
      return l.value().dup('c');
    }
  }

  /**
   * Evaluates the network and prepares its derivatives.
   *
   * @param theta parameters {@code [p]}; not copied unless it is a view
   * @param x inputs {@code [n, ...input]}, of the same type; likewise. Neither may be written or
   *     closed while the result is used
   * @return the linearization, which the caller closes
   * @throws IllegalArgumentException if shapes or types do not fit or a value is not finite
   */
  public Linearization linearize(INDArray theta, INDArray x) {
    checkInput(x);
    Arena arena = new Arena();
    INDArray t = arena.contiguous(checkTheta(theta, x.dataType()));
    INDArray c = arena.contiguous(x);
    return new Owned(linearizeChecked(t, c), c, parameterCount, arena);
  }

  /**
   * The same for arguments that were checked before, such as a piece of checked inputs.
   *
   * @param theta parameters {@code [p]}, row-major without gaps, finite
   * @param x inputs {@code [n, ...input]}, likewise, of the same type; neither is copied
   * @return the linearization, which the caller closes
   */
  public Linearization linearizeChecked(INDArray theta, INDArray x) {
    if (!tying.ties()) {
      return layers.linearize(theta, x);
    }
    double[] expanded = tying.expand(Tensors.toDoubles(theta));
    INDArray copies = Tensors.of(theta.dataType(), expanded, expanded.length);
    try {
      return new TiedLinearization(layers.linearize(copies, x), tying, copies);
    } catch (RuntimeException e) {
      copies.close();
      throw e;
    }
  }

  /**
   * Evaluates the layers with error bounds towards the exact network.
   *
   * @param theta parameters {@code [p]}, finite
   * @param x enclosed inputs {@code [n][d]}
   * @param type of the numbers of a forward pass, in which layers round what they store
   * @param threads to use, at least 1; no bit of a result depends on it
   * @param progress told how many layers are done
   * @return one step for each layer
   * @throws IllegalArgumentException with the text of {@link Layer#enclosureObstacle} if there is
   *     one
   */
  public List<EnclosedStep> enclose(
      double[] theta, IntervalMatrix x, DataType type, int threads, ProgressListener progress) {
    return layers.enclose(
        EnclosedInput.of(tying.expand(theta), tying.origin(), x, type, threads), progress);
  }

  private void checkInput(INDArray x) {
    TensorChecks.requireShape("input", x, batch(-1));
    TensorChecks.requireFinite("input", x);
  }

  private INDArray checkTheta(INDArray theta, DataType type) {
    if (parameterCount == 0 && theta.isEmpty()) {
      return theta;
    }
    requireParameters();
    TensorChecks.requireShape("theta", theta, parameterCount);
    TensorChecks.requireType("theta", type, theta);
    TensorChecks.requireFinite("theta", theta);
    return theta;
  }

  private void requireParameters() {
    if (parameterCount == 0) {
      throw new IllegalArgumentException(
          "expected a network with parameters but all layers are fixed");
    }
  }

  private long[] batch(long n) {
    return inputShape.after(n);
  }

  /**
   * The Jacobian of the outputs with respect to the parameters.
   *
   * @param theta parameters {@code [p]}
   * @param x inputs {@code [n, ...input]}, of the same type
   * @return the operator {@code R^p -> R^(n k)}, which the caller closes
   * @throws IllegalArgumentException if the output is not a vector, or as in {@link #linearize}
   */
  public Jacobian jacobian(INDArray theta, INDArray x) {
    requireParameters();
    outputs();
    return Jacobian.of(linearize(theta, x), parameterCount, traits().couplesSamples());
  }

  /**
   * The number of outputs of a sample.
   *
   * @return k
   * @throws IllegalArgumentException if the output of a sample is not a vector
   */
  public long outputs() {
    if (outputShape.rank() != 1) {
      throw new IllegalArgumentException(
          "expected an output of shape [k] but got "
              + outputShape
              + "; end the network with Flatten or Dense");
    }
    return outputShape.size(0);
  }

  /**
   * The first layers as a network of their own; its parameters are the leading ones of {@code
   * theta}.
   *
   * @param count number of layers kept, at least 1
   * @return the shortened network
   */
  public Network prefix(int count) {
    if (count < 1 || count > layers().size()) {
      throw new IllegalArgumentException(
          "expected 1 to " + layers().size() + " layers but got " + count);
    }
    return new Network(inputShape, Sequential.of(layers().subList(0, count)));
  }

  /**
   * The features: the input of the last layer.
   *
   * @param theta parameters {@code [p]} of the whole network
   * @param x inputs {@code [n, ...input]}, of the same type
   * @return {@code [n, ...features]}; the inputs themselves for a single layer
   */
  public INDArray features(INDArray theta, INDArray x) {
    checkInput(x);
    checkTheta(theta, x.dataType());
    if (layers().size() == 1) {
      return x.dup('c');
    }
    Network body = prefix(layers().size() - 1);
    return body.forward(TensorViews.segment(theta, 0, body.parameterCount()), x);
  }

  @Override
  public String toString() {
    return "Network"
        + inputShape
        + " -> "
        + outputShape
        + ", p = "
        + parameterCount
        + ", "
        + layers();
  }
}
