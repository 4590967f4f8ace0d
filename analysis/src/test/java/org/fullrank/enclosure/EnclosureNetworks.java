package org.fullrank.enclosure;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Flatten;
import org.fullrank.nn.layer.Residual;
import org.fullrank.oracle.Containment;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Small networks that together use every layer of the library, for tests. */
final class EnclosureNetworks {
  private EnclosureNetworks() {}

  /** Input {@code [2, 2]}; flatten, both layouts, nested residual blocks with every shortcut. */
  static Network everyLayer(Activation phi, Parameterization p, int k) {
    Layer inner = Residual.of(-0.4, dense("r2.1", 3, 3, p).withLayout(Layout.OUT_IN), e(phi));
    return Network.of(
        Shape.of(2, 2),
        Elementwise.of(phi),
        Flatten.of(),
        dense("in", 4, 6, p),
        e(phi),
        Residual.of(0.7, dense("r1.1", 6, 5, p), e(phi), dense("r1.2", 5, 6, p)),
        Residual.of(1.3, dense("r2.0", 6, 3, p), inner).withShortcut(fixed("skip", 6, 3)),
        Residual.of(0.3, Sequential.of(e(phi), dense("r3", 3, 5, p)))
            .withShortcut(dense("s3", 3, 5, p).withLayout(Layout.OUT_IN)),
        e(phi),
        dense("out", 5, k, p));
  }

  /** Fully connected with two hidden layers. */
  static Network plain(Activation phi, int width, int k) {
    Parameterization p = Parameterization.NTK;
    return Network.of(
        Shape.of(4),
        dense("in", 4, width, p),
        e(phi),
        dense("h", width, width, p),
        e(phi),
        dense("out", width, k, p));
  }

  /** Residual blocks of one width; scale {@code 1/sqrt(blocks)}. */
  static Network deep(Activation phi, int width, int blocks) {
    List<Layer> layers = new ArrayList<>();
    layers.add(dense("in", 4, width, Parameterization.NTK));
    for (int l = 0; l < blocks; l++) {
      layers.add(
          Residual.of(
              1 / Math.sqrt(blocks), dense("b" + l, width, width, Parameterization.NTK), e(phi)));
    }
    layers.add(dense("out", width, 1, Parameterization.NTK));
    return Network.of(Shape.of(4), layers);
  }

  private static Elementwise e(Activation phi) {
    return Elementwise.of(phi);
  }

  static Dense dense(String name, int in, int out, Parameterization p) {
    return Dense.of(name, in, out).withSigmaW(1.4).withParameterization(p).withBias(0.3);
  }

  private static FixedLinear fixed(String name, int in, int out) {
    return FixedLinear.of(name, gaussian(name, out, in));
  }

  static INDArray gaussian(String name, long... shape) {
    RandomStream stream = Seed.of(11).stream(name);
    double[] v = new double[Tensors.length(shape)];
    for (int i = 0; i < v.length; i++) {
      v[i] = stream.nextGaussian();
    }
    return Tensors.of(v, shape);
  }

  /** Checks an enclosure against decimal numbers. */
  static void contains(String what, IntervalMatrix enclosure, BigDecimal[][] truth) {
    double[] rows = IntStream.range(0, enclosure.rows()).mapToDouble(enclosure::rowError).toArray();
    Containment.contains(what, enclosure.midpoints(), enclosure.radii(), rows, truth);
  }
}
