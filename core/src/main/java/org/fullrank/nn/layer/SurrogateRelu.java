package org.fullrank.nn.layer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fullrank.diff.Linearization;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.LayerContent;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.enclosed.AffineStep;
import org.fullrank.nn.enclosed.ChainStep;
import org.fullrank.nn.enclosed.EnclosedGate;
import org.fullrank.nn.enclosed.EnclosedInput;
import org.fullrank.nn.enclosed.EnclosedStep;
import org.fullrank.nn.enclosed.GatedStep;
import org.fullrank.nn.enclosed.HeldStep;
import org.fullrank.nn.enclosed.PointwiseStep;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Hidden layers with fixed activation patterns, the surrogate of a ReLU network (Noy, Xu, Aflalo,
 * Zelnik-Manor, Jin 2021, arXiv 2101.04243; also called gated linear units): the units of a sample
 * are switched on and off by a frozen network instead of by their own signs.
 *
 * <p>The frozen network has the same dense layers at parameters {@code Psi} of its own: {@code t_l
 * = g_l a_(l-1) Psi_l}, {@code a_l = max(t_l, 0)}, {@code a_0 = x} (rows are samples, {@code g_l}
 * is the layer's weight scale). The trained values are
 *
 * <pre>{@code w_l = g_l h_(l-1) W_l,   h_l = 1[t_l > 0] o w_l,   h_0 = x.}</pre>
 *
 * The layer's value is {@code h_L}; a unit with {@code t = 0} is off. For given inputs the value is
 * linear in each {@code W_l}, and for given parameters it is linear in {@code x} wherever no {@code
 * t} is 0, which is where the derivative with respect to {@code x} exists; elsewhere that of the
 * pattern at the point is returned.
 *
 * <p>In single precision {@code Psi} is rounded to nearest first: that is another network, whose
 * gates may differ. {@link Linearization#forEachPreActivation} shows the {@code t_l}.
 *
 * <p>Cost: one forward pass more than the dense layers alone, for each evaluation.
 */
public final class SurrogateRelu implements Layer {
  private final String name;
  private final List<Dense> layers;
  private final Sequential trained;
  private final INDArray gates;

  private SurrogateRelu(String name, List<Dense> layers, Sequential trained, INDArray gates) {
    this.name = name;
    this.layers = layers;
    this.trained = trained;
    this.gates = gates;
  }

  /**
   * Layers whose frozen parameters are drawn like their initial ones, from streams of their own.
   *
   * @param name for messages
   * @param gates origin of the frozen parameters
   * @param layers at least one, in forward order, without biases, of matching widths and with
   *     distinct slot names
   * @return the layer
   * @throws IllegalArgumentException if the layers are not of this form
   */
  public static SurrogateRelu of(String name, Seed gates, Dense... layers) {
    Sequential trained = trained(name, List.of(layers));
    double[] psi = new double[Tensors.length(trained.parameterCount())];
    for (Slot slot : trained.slots()) {
      double[] values = new double[(int) slot.size()];
      slot.initializer().fill(values, slot.shape(), gates.stream(slot.name() + ".gate"));
      System.arraycopy(values, 0, psi, (int) slot.offset(), values.length);
    }
    return new SurrogateRelu(name, List.of(layers), trained, frozen(name, psi));
  }

  /**
   * The same layers with given frozen parameters.
   *
   * @param psi {@code [p]} in the order and layout of the trained ones, finite; copied
   * @return the changed layer
   */
  public SurrogateRelu withGates(INDArray psi) {
    String where = "SurrogateRelu '" + name + "' gates";
    TensorChecks.requireShape(where, psi, trained.parameterCount());
    TensorChecks.requireReal(where, psi.dataType());
    return new SurrogateRelu(name, layers, trained, frozen(name, Tensors.toDoubles(psi)));
  }

  private static INDArray frozen(String name, double[] psi) {
    INDArray gates = Tensors.of(psi, psi.length);
    TensorChecks.requireFinite("SurrogateRelu '" + name + "' gates", gates);
    return gates;
  }

  private static Sequential trained(String name, List<Dense> layers) {
    if (name.isBlank() || layers.isEmpty()) {
      throw new IllegalArgumentException(
          "SurrogateRelu expects a name and at least one dense layer but got '"
              + name
              + "' and "
              + layers);
    }
    for (Dense layer : layers) {
      if (layer.hasBias()) {
        throw new IllegalArgumentException(
            "SurrogateRelu '" + name + "' expects layers without bias but got " + layer);
      }
    }
    Sequential trained = Sequential.of(layers);
    trained.outputShape(Shape.of(layers.get(0).in()));
    return trained;
  }

  /**
   * The name.
   *
   * @return as given
   */
  public String name() {
    return name;
  }

  /**
   * The dense layers, which trained and frozen parameters share.
   *
   * @return in forward order
   */
  public List<Dense> layers() {
    return layers;
  }

  /**
   * The frozen parameters.
   *
   * @return a copy {@code [p]}, in double precision
   */
  public INDArray gates() {
    return gates.dup('c');
  }

  @Override
  public Shape outputShape(Shape input) {
    return trained.outputShape(input);
  }

  @Override
  public List<Slot> slots() {
    return trained.slots();
  }

  @Override
  public Linearization linearize(INDArray theta, INDArray x) {
    TensorChecks.requireShape("SurrogateRelu '" + name + "' input", x, -1, layers.get(0).in());
    Arena arena = new Arena();
    try {
      INDArray psi =
          x.dataType() == DataType.DOUBLE ? gates : arena.own(Tensors.convert(gates, x.dataType()));
      List<Linearization> signals = new ArrayList<>();
      List<Layer> gated = new ArrayList<>();
      INDArray a = x;
      long offset = 0;
      for (Dense layer : layers) {
        long p = layer.parameterCount();
        Linearization t = layer.linearize(TensorViews.segment(psi, offset, p), a);
        arena.absorb(t::close);
        Linearization relu =
            Elementwise.of(Activations.RELU).linearize(Tensors.empty(x.dataType()), t.value());
        arena.absorb(relu::close);
        signals.add(t);
        gated.add(layer);
        gated.add(new Gate(arena.own(pattern(t.value()))));
        a = relu.value();
        offset += p;
      }
      Linearization values = Sequential.of(gated).linearize(theta, x);
      arena.absorb(values::close);
      return new SurrogateLinearization(name, values, signals, arena);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /** 1 where an entry is positive, else 0. */
  private static INDArray pattern(INDArray t) {
    double[] v = Tensors.toDoubles(t);
    for (int i = 0; i < v.length; i++) {
      v[i] = v[i] > 0 ? 1 : 0;
    }
    return Tensors.of(t.dataType(), v, t.shape());
  }

  @Override
  public List<Layer> parts() {
    return List.copyOf(layers);
  }

  @Override
  public void describe(LayerContent content) {
    content.array(gates);
  }

  @Override
  public Optional<String> enclosureObstacle(DataType type) {
    return Stored.overflow(this, Stored.rounded(gates, type));
  }

  /**
   * The frozen layers decide the patterns: a gate is exact where the sign of its {@code t} is
   * certain, and otherwise any number of [0, 1], which contains both possibilities. Inputs that
   * depend on trained parameters move the gates, so the layer has no second-order bound then.
   */
  @Override
  public EnclosedStep enclose(EnclosedInput in) {
    EnclosedInput frozen = in.frozen(Stored.rounded(gates, in.type()));
    EnclosedInput trainable = in;
    List<EnclosedStep> steps = new ArrayList<>();
    steps.add(new HeldStep(in.x()));
    for (Dense dense : layers) {
      IntervalMatrix t = dense.enclose(frozen).value();
      PointwiseStep relu = Elementwise.of(Activations.RELU).enclose(frozen.next(t, 0));
      AffineStep value = dense.enclose(trainable);
      GatedStep gated =
          GatedStep.of(new EnclosedGate(dense.name(), t, value.value()), relu.slopes());
      steps.add(value);
      steps.add(gated);
      frozen = frozen.next(relu.value(), dense.parameterCount());
      trainable = trainable.next(gated.value(), dense.parameterCount());
    }
    return new ChainStep(steps);
  }

  @Override
  public String toString() {
    return "SurrogateRelu(" + name + ", " + layers + ")";
  }
}
