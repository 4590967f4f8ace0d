package org.fullrank.nn.layer;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.nn.Initializer;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.jspecify.annotations.Nullable;

/**
 * Everything that defines a dense layer; a null bias name means no bias, null weights the Gaussian
 * of the parametrisation.
 */
record DenseConfig(
    String name,
    long in,
    long out,
    Parameterization parameterization,
    double sigmaW,
    double sigmaB,
    double weightScale,
    double biasScale,
    Layout layout,
    String weightName,
    @Nullable String biasName,
    @Nullable Initializer weights) {

  /** No bias, NTK parametrisation, {@code sigma_w = 1}, weights {@code [in, out]}. */
  static DenseConfig of(String name, long in, long out) {
    double scale = 1 / Math.sqrt((double) in);
    return new DenseConfig(
        name,
        in,
        out,
        Parameterization.NTK,
        1,
        0,
        scale,
        0,
        Layout.IN_OUT,
        name + ".W",
        null,
        null);
  }

  /** With these deviations and the scales that belong to them in the parametrisation. */
  DenseConfig parameterized(Parameterization p, double sw, double sb, @Nullable String bias) {
    boolean ntk = p == Parameterization.NTK;
    double scale = ntk ? sw / Math.sqrt((double) in) : 1;
    double biasFactor = bias == null ? 0 : ntk ? sb : 1;
    return new DenseConfig(
        name, in, out, p, sw, sb, scale, biasFactor, layout, weightName, bias, weights);
  }

  DenseConfig withScales(double scale, double biasFactor) {
    double effective = biasName == null ? 0 : biasFactor;
    return changed(scale, effective, layout, weightName, biasName, weights);
  }

  DenseConfig withLayout(Layout changed) {
    return changed(weightScale, biasScale, changed, weightName, biasName, weights);
  }

  DenseConfig withWeights(Initializer changed) {
    return changed(weightScale, biasScale, layout, weightName, biasName, changed);
  }

  DenseConfig withSlotNames(String weight, String bias) {
    String kept = biasName == null ? null : bias;
    return changed(weightScale, biasScale, layout, weight, kept, weights);
  }

  private DenseConfig changed(
      double scale,
      double biasFactor,
      Layout order,
      String weight,
      @Nullable String bias,
      @Nullable Initializer initial) {
    return new DenseConfig(
        name,
        in,
        out,
        parameterization,
        sigmaW,
        sigmaB,
        scale,
        biasFactor,
        order,
        weight,
        bias,
        initial);
  }

  /** The weight matrix and, if there is one, the bias. */
  List<Slot> slots() {
    boolean ntk = parameterization == Parameterization.NTK;
    Shape shape = layout == Layout.IN_OUT ? Shape.of(in, out) : Shape.of(out, in);
    Initializer initial =
        weights != null ? weights : Initializer.gaussian(ntk ? 1 : sigmaW / Math.sqrt((double) in));
    List<Slot> list = new ArrayList<>();
    list.add(new Slot(weightName, shape, 0, initial));
    if (biasName != null) {
      Initializer bias = Initializer.gaussian(ntk ? 1 : sigmaB);
      list.add(new Slot(biasName, Shape.of(out), shape.length(), bias));
    }
    return List.copyOf(list);
  }
}
