package org.fullrank.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.fullrank.diff.KroneckerBlock;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Random networks with what the tests of rounding bounds measure on them. */
final class RoundingCases {
  static final int N = 4;

  private RoundingCases() {}

  record Case(
      Activation activation,
      boolean residual,
      int k,
      Parameterization parameterization,
      boolean bias,
      int depth) {
    Network network() {
      List<Layer> layers = new ArrayList<>(List.of(dense("in", 5, 16)));
      for (int l = 0; l < depth; l++) {
        Layer act = Elementwise.of(activation);
        if (residual) {
          Residual block =
              Residual.of(0.3, dense("a" + l, 16, 12), act, dense("b" + l, 12, 16))
                  .withName("r" + l);
          layers.add(l % 2 == 0 ? block : block.withShortcut(dense("s" + l, 16, 16)));
        } else {
          layers.add(act);
          layers.add(dense("d" + l, 16, 16));
        }
      }
      layers.add(Elementwise.of(activation));
      layers.add(dense("out", 16, k));
      return Network.of(Shape.of(5), layers);
    }

    private Dense dense(String name, int in, int out) {
      Dense d = Dense.of(name, in, out).withSigmaW(1.3);
      return (bias ? d.withBias(0.4) : d).withParameterization(parameterization);
    }
  }

  static List<Case> allCases() {
    List<Case> all = new ArrayList<>();
    for (Activation a :
        List.of(
            Activations.TANH,
            Activations.RELU,
            Activations.GELU,
            Activations.softplus(10),
            Activations.ERF)) {
      for (int bits = 0; bits < 8; bits++) {
        for (int k : new int[] {1, 3, 10}) {
          for (int depth = 1; depth <= 6; depth++) {
            Parameterization p = (bits & 2) == 0 ? Parameterization.NTK : Parameterization.STANDARD;
            all.add(new Case(a, (bits & 1) == 0, k, p, (bits & 4) == 0, depth));
          }
        }
      }
    }
    return all;
  }

  static Stream<Case> sample() {
    List<Case> all = allCases();
    RandomStream stream = Seed.of(11).stream("sample");
    return Stream.generate(() -> all.get((int) (stream.nextDouble() * all.size()))).limit(16);
  }

  static double[] gaussian(String name, int count) {
    RandomStream stream = Seed.of(7).stream(name);
    double[] v = new double[count];
    for (int i = 0; i < count; i++) {
      v[i] = stream.nextGaussian();
    }
    return v;
  }

  static double[] valueBound(Linearization l) {
    return l.rounding().orElseThrow().valueError(new double[N]);
  }

  static double[] add(double[] a, double[] b) {
    double[] sum = a.clone();
    Arrays.setAll(sum, i -> a[i] + b[i]);
    return sum;
  }

  static INDArray exactRows(ParameterBlock block) {
    KroneckerBlock b = (KroneckerBlock) block;
    try (INDArray a = Tensors.convert(b.inputs(), DataType.DOUBLE);
        INDArray g = Tensors.convert(b.outputCotangents(), DataType.DOUBLE)) {
      return KroneckerBlock.of(a, g, b.scale(), KroneckerBlock.Layout.IN_OUT).rows();
    }
  }

  static double[] distance(INDArray a, INDArray b, int rows) {
    double[] x = Tensors.toDoubles(a);
    double[] y = Tensors.toDoubles(b);
    double[] out = new double[rows];
    for (int i = 0; i < x.length; i++) {
      double d = x[i] - y[i];
      out[i / (x.length / rows)] += d * d;
    }
    Arrays.setAll(out, i -> Math.sqrt(out[i]));
    return out;
  }

  static void requireWithin(double[] seen, double[] bound, List<Double> ratios) {
    for (int i = 0; i < seen.length; i++) {
      assertThat(seen[i]).isLessThanOrEqualTo(bound[i]);
      ratios.add(bound[i] / seen[i]);
    }
  }
}
