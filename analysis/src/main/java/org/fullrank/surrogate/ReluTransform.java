package org.fullrank.surrogate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.enclosed.EnclosedGate;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.SurrogateRelu;
import org.fullrank.rigor.Interval;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Turns a surrogate network at given parameters into a ReLU network with the same outputs on given
 * inputs (Noy, Xu, Aflalo, Zelnik-Manor, Jin 2021; the construction and its proof are ours).
 *
 * <p><b>Lemma.</b> For real {@code w, t} and {@code M > 0} with {@code |w| <= M |t|}: {@code 1[t >
 * 0] w = relu(w + M t) - M relu(t)}. Proof: for {@code t > 0} both arguments are at least 0 and the
 * difference is {@code w}; for {@code t < 0} neither is positive; for {@code t = 0} also {@code w =
 * 0}.
 *
 * <p><b>Construction.</b> A hidden layer of {@code m} units, trained values {@code w} and frozen
 * signals {@code t}, becomes {@code 2 m} units {@code p = relu(w + M t)} and {@code a = relu(t)}.
 * The next layer reads {@code h = p - M a} linearly, and {@code a} is what the next frozen layer
 * reads; both share the scale {@code g} of the dense layer, so that the rows of the new matrix are
 * {@code (W, 0)} for {@code p} and {@code (M' Psi - M W, Psi)} for {@code a}, {@code M'} being the
 * next layer's factor. By the lemma, layer after layer, both networks agree wherever {@code |w| <=
 * M |t|} for all units.
 *
 * <p><b>M</b> of a unit is the least power of two that is at least the margin times an upper bound
 * of {@code max |w|/|t|} over the samples, and at least the largest factor of its layer divided by
 * the span. A power of two makes the products {@code M Psi} and {@code M W} exact, so that each
 * stored weight is the correctly rounded one of the exact construction, and nearby parameters have
 * the same factors. The span trades two things: outputs computed in floating point lose digits in
 * proportion to the factors, the more units have large ones; but a new input violates {@code |w| <=
 * M |t|} at a unit with a small factor for a larger {@code |t|}. With span 1 all units of a layer
 * share the factor that the worst of all samples and units needs.
 *
 * <p>Cost: one enclosed forward pass.
 */
public final class ReluTransform {
  /** Factors beyond this are refused: products with weights could overflow. */
  private static final double LARGEST = 0x1p300;

  private final double margin;
  private final double span;

  private ReluTransform(double margin, double span) {
    this.margin = margin;
    this.span = span;
  }

  /**
   * With the margin 1.01 and the span 16.
   *
   * @return the transform
   */
  public static ReluTransform withDefaults() {
    return new ReluTransform(1.01, 16);
  }

  /**
   * With another margin; a larger one covers more inputs near the given ones and costs accuracy in
   * floating-point evaluation, where outputs lose digits in proportion to M.
   *
   * @param factor at least 1, finite
   * @return the changed transform
   */
  public ReluTransform withMargin(double factor) {
    if (!(factor >= 1 && factor <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "withMargin expects a finite factor of at least 1 but got " + factor);
    }
    return new ReluTransform(factor, span);
  }

  /**
   * With another span of the factors within a layer.
   *
   * @param ratio of the largest to the smallest, at least 1: 1 for one factor per layer, infinite
   *     for the least factor of each unit
   * @return the changed transform
   */
  public ReluTransform withSpan(double ratio) {
    if (!(ratio >= 1)) {
      throw new IllegalArgumentException("withSpan expects a ratio of at least 1 but got " + ratio);
    }
    return new ReluTransform(margin, ratio);
  }

  /**
   * The ReLU network.
   *
   * @param network a {@link SurrogateRelu} and a {@link Dense} readout; another form is an obstacle
   *     of the result
   * @param theta its parameters {@code [p]}, of any time of training; copied
   * @param x inputs {@code [n, d]} on which both are to agree; copied
   * @return the network, or what stands against it
   * @throws IllegalArgumentException if shapes do not fit or a value is not finite
   */
  public EquivalentRelu apply(Network network, INDArray theta, INDArray x) {
    Optional<String> form =
        form(network).or(() -> precision("parameters", theta)).or(() -> precision("inputs", x));
    if (form.isPresent()) {
      return EquivalentRelu.not(form.get());
    }
    List<EnclosedGate> gates = NetworkEnclosure.of(network, theta).at(x).gates();
    List<double[]> factors = new ArrayList<>();
    for (EnclosedGate gate : gates) {
      Optional<String> zero = zero(gate);
      if (zero.isPresent()) {
        return EquivalentRelu.not(zero.get());
      }
      double[] least = least(gate);
      double largest = Arrays.stream(least).max().orElseThrow();
      if (!(largest <= LARGEST)) {
        return EquivalentRelu.not(
            "layer "
                + gate.layer()
                + " needs a factor M of "
                + largest
                + ", too large for double precision: some t is almost 0");
      }
      for (int j = 0; j < least.length; j++) {
        least[j] = powerOfTwo(Math.max(least[j], largest / span));
      }
      factors.add(least);
    }
    return ReluWeights.of(network, theta, factors)
        .map(weights -> EquivalentRelu.of(network, theta, x, factors, weights))
        .orElseGet(() -> EquivalentRelu.not("a weight of the ReLU network overflows"));
  }

  private static Optional<String> form(Network network) {
    List<Layer> layers = network.layers();
    if (layers.size() != 2
        || !(layers.get(0) instanceof SurrogateRelu)
        || !(layers.get(1) instanceof Dense)) {
      return Optional.of("the layers are " + layers + ", not a SurrogateRelu and a Dense");
    }
    return Optional.empty();
  }

  private static Optional<String> precision(String what, INDArray a) {
    return a.dataType() == DataType.DOUBLE
        ? Optional.empty()
        : Optional.of("the " + what + " are " + a.dataType() + "; convert them to DOUBLE");
  }

  /** Where {@code |w| <= M |t|} would need {@code w = 0} and that is not certain. */
  private static Optional<String> zero(EnclosedGate gate) {
    for (int i = 0; i < gate.signals().rows(); i++) {
      for (int j = 0; j < gate.signals().columns(); j++) {
        Interval t = gate.signals().get(i, j);
        Interval w = gate.values().get(i, j);
        if (t.contains(0) && !w.equals(Interval.ZERO)) {
          return Optional.of(
              String.format(
                  Locale.ROOT,
                  "unit %d of layer %s on sample %d has t in %s, which %s 0, and w in %s",
                  j,
                  gate.layer(),
                  i,
                  t,
                  t.equals(Interval.ZERO) ? "is" : "may be",
                  w));
        }
      }
    }
    return Optional.empty();
  }

  /** For each unit the margin times {@code max |w|/|t|}; where {@code w = 0} none is needed. */
  private double[] least(EnclosedGate gate) {
    double[] least = new double[gate.signals().columns()];
    for (int j = 0; j < least.length; j++) {
      Interval largest = Interval.ZERO;
      for (int i = 0; i < gate.signals().rows(); i++) {
        Interval w = gate.values().get(i, j).abs();
        if (w.hi() > 0) {
          largest = largest.max(w.divide(gate.signals().get(i, j).abs()));
        }
      }
      least[j] = largest.multiply(margin).hi();
    }
    return least;
  }

  /** The least power of two that is at least a number; 1 for 0. */
  private static double powerOfTwo(double least) {
    if (least == 0) {
      return 1;
    }
    double below = Math.max(Double.MIN_NORMAL, Math.scalb(1.0, Math.getExponent(least)));
    return below >= least ? below : 2 * below;
  }

  @Override
  public String toString() {
    return "ReluTransform(margin = " + margin + ", span = " + span + ")";
  }
}
