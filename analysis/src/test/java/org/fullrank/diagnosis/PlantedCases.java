package org.fullrank.diagnosis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.fullrank.diagnosis.SingularityCause.Kind;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Residual;
import org.fullrank.testkit.TestActivations;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Networks with inputs for which it is known why their kernel is singular, or that it is not. */
final class PlantedCases {
  static final int N = 6;
  static final int D = 4;

  private PlantedCases() {}

  /** A network with parameters and inputs whose kernel has this cause, or none. */
  static final class Case {
    private final String name;
    private final @Nullable Kind kind;
    private final Network network;
    private final double[] theta;
    private final double[][] x;

    Case(String name, @Nullable Kind kind, Network network, double[] theta, double[][] x) {
      this.name = name;
      this.kind = kind;
      this.network = network;
      this.theta = theta;
      this.x = x;
    }

    String name() {
      return name;
    }

    Kind kind() {
      return Objects.requireNonNull(kind, "a healthy case has no cause");
    }

    Network network() {
      return network;
    }

    double[] theta() {
      return theta;
    }

    double[][] x() {
      return x;
    }

    @Override
    public String toString() {
      return name;
    }

    INDArray parameters() {
      return Tensors.of(theta, theta.length);
    }
  }

  static Case of(String name, @Nullable Kind kind, Network network, double[][] x) {
    try (INDArray theta = network.initialize(Seed.of(3))) {
      return new Case(name, kind, network, Tensors.toDoubles(theta), x);
    }
  }

  private static Dense dense(String name, int in, int out, boolean bias) {
    Dense d = Dense.of(name, in, out).withSigmaW(1.5);
    return bias ? d.withBias(0.7) : d;
  }

  static Network plain(Activation phi, boolean bias, int k, int width) {
    return Network.of(
        Shape.of(D),
        dense("a", D, width, bias),
        Elementwise.of(phi),
        dense("b", width, width, bias),
        Elementwise.of(phi),
        dense("c", width, k, bias));
  }

  static double[][] inputs(int n, int d) {
    RandomStream stream = Seed.of(8).stream("x" + n + "," + d);
    double[][] x = new double[n][d];
    for (double[] row : x) {
      Arrays.setAll(row, q -> stream.nextGaussian());
    }
    return x;
  }

  private static double[][] with(int row, double[] value) {
    double[][] x = inputs(N, D);
    x[row] = value;
    return x;
  }

  static double[] times(double factor, double[] v) {
    return Arrays.stream(v).map(t -> factor * t).toArray();
  }

  private static Case edited(Case c, String slot, double value) {
    double[] theta = c.theta.clone();
    c.network.slots().stream()
        .filter(s -> s.name().equals(slot))
        .forEach(s -> Arrays.fill(theta, (int) s.offset(), (int) (s.offset() + s.size()), value));
    return new Case(c.name, c.kind, c.network, theta, c.x);
  }

  private static Network quadratic() {
    return Network.of(
        Shape.of(1),
        dense("a", 1, 9, true),
        Elementwise.of(TestActivations.square()),
        dense("b", 9, 1, true));
  }

  static Stream<Case> planted() {
    double[][] x = inputs(N, D);
    List<Case> out = new ArrayList<>();
    Network small =
        Network.of(Shape.of(D), dense("a", D, 1, true), Elementwise.of(Activations.TANH));
    out.add(of("few parameters", Kind.FEW_PARAMETERS, small, x));
    Network untrained =
        Network.of(
            Shape.of(D),
            FixedLinear.of("f", Tensors.ofRows(inputs(5, D))),
            Elementwise.of(Activations.TANH),
            dense("out", 5, 1, false));
    out.add(of("untrained layers", Kind.UNTRAINED_LAYERS, untrained, x));
    Network tanh = plain(Activations.TANH, true, 2, 9);
    out.add(of("duplicates", Kind.DUPLICATE_INPUTS, tanh, with(4, x[1])));
    Network odd = plain(Activations.TANH, false, 1, 9);
    out.add(of("odd", Kind.SIGN_SYMMETRY, odd, with(4, times(-1, x[1]))));
    out.add(
        of(
            "even",
            Kind.SIGN_SYMMETRY,
            Network.of(
                Shape.of(D),
                dense("a", D, 9, false),
                Elementwise.of(Activations.COS),
                dense("b", 9, 2, true)),
            with(4, times(-1, x[1]))));
    Network relu = plain(Activations.RELU, false, 1, 15);
    out.add(of("proportional", Kind.PROPORTIONAL_INPUTS, relu, with(4, times(0.25, x[1]))));
    out.add(
        of(
            "proportional, negative factor",
            Kind.PROPORTIONAL_INPUTS,
            plain(Activations.ABS, false, 1, 15),
            with(4, times(-2, x[1]))));
    out.add(of("zero input", Kind.ZERO_INPUT, odd, with(3, new double[D])));
    Network linear = Network.of(Shape.of(D), dense("a", D, 6, false), dense("b", 6, 2, false));
    out.add(of("missing bias", Kind.MISSING_BIAS, linear, inputs(D + 1, D)));
    Network affine = Network.of(Shape.of(D), dense("a", D, 6, true), dense("b", 6, 2, true));
    out.add(of("too few inputs", Kind.DEPENDENT_INPUTS, affine, inputs(D + 2, D)));
    Network wide = Network.of(Shape.of(130), dense("a", 130, 2, true), dense("b", 2, 1, true));
    out.add(of("too many inputs to eliminate", Kind.DEPENDENT_INPUTS, wide, inputs(132, 130)));
    double[][] dependent = {{1, 2, 3, 4}, {0.5, 0, 1, 0}, {1.5, 2, 4, 4}};
    out.add(of("sum of inputs", Kind.MISSING_BIAS, linear, dependent));
    double[][] collinear = {{1, 2, 3, 4}, {0.5, 0, 1, 0}, {1.5, 4, 5, 8}};
    out.add(of("dependent inputs", Kind.DEPENDENT_INPUTS, linear, collinear));
    out.add(of("low degree", Kind.LOW_POLYNOMIAL_DEGREE, quadratic(), inputs(5, 1)));
    Network readout =
        Network.of(
            Shape.of(D),
            dense("a", D, 3, true),
            Elementwise.of(Activations.TANH),
            dense("b", 3, 2, true));
    Case zero = of("zero readout", Kind.ZERO_READOUT, readout, x);
    out.add(edited(zero, "b.W", 0));
    out.add(
        of(
            "dependent outputs",
            Kind.DEPENDENT_OUTPUTS,
            Network.of(
                Shape.of(D),
                dense("a", D, 9, true),
                Elementwise.of(Activations.TANH),
                FixedLinear.of("f", Tensors.ofRows(twice(inputs(3, 9))))),
            x));
    Network narrow =
        Network.of(
            Shape.of(D),
            dense("a", D, 3, true),
            Elementwise.of(Activations.RELU),
            dense("b", 3, 1, true));
    Case dead = of("dead units", Kind.DEAD_UNITS, narrow, x);
    out.add(edited(dead, "a.b", -100));
    Network steep =
        Network.of(
            Shape.of(D),
            dense("a", D, 3, false),
            Elementwise.of(Activations.TANH),
            dense("b", 3, 1, false));
    Case saturated = of("saturated units", Kind.SATURATED_UNITS, steep, x);
    for (int q = 0; q < 3 * D; q++) {
      saturated.theta[q] *= 1e5;
    }
    out.add(saturated);
    out.add(
        of(
            "unused parameters",
            Kind.UNUSED_PARAMETERS,
            Network.of(Shape.of(9), dense("a", 9, 1, true), Elementwise.of(Activations.TANH)),
            padded(inputs(N, D), 9)));
    out.add(deadSample("dead sample", Kind.DEAD_SAMPLES, false));
    out.add(deadSample("equal gradients", Kind.DUPLICATE_GRADIENTS, true));
    return out.stream();
  }

  /** Units with negative weights: samples with positive inputs switch all of them off. */
  private static Case deadSample(String name, Kind kind, boolean readoutBias) {
    Network network =
        Network.of(
            Shape.of(D),
            dense("a", D, 9, true),
            Elementwise.of(Activations.RELU),
            dense("b", 9, 1, readoutBias));
    double[][] x = inputs(N, D);
    for (int i = 0; i < N; i++) {
      for (int q = 0; q < D; q++) {
        x[i][q] = i < 2 ? Math.abs(x[i][q]) : x[i][q] - 3;
      }
    }
    Case c = of(name, kind, network, x);
    double[] theta = c.theta;
    for (int q = 0; q < D * 9; q++) {
      theta[q] = -Math.abs(theta[q]);
    }
    Arrays.fill(theta, D * 9, D * 9 + 9, -1e-9);
    return c;
  }

  private static double[][] twice(double[][] rows) {
    rows[2] = times(2, rows[0]);
    return rows;
  }

  private static double[][] padded(double[][] rows, int width) {
    return Arrays.stream(rows).map(r -> Arrays.copyOf(r, width)).toArray(double[][]::new);
  }

  static Stream<Case> healthy() {
    double[][] x = inputs(N, D);
    double[][] mirrored = with(4, times(-1, x[1]));
    double[][] scaled = with(4, times(0.25, x[1]));
    List<Case> out = new ArrayList<>();
    out.add(of("tanh", null, plain(Activations.TANH, true, 2, 9), x));
    out.add(of("relu", null, plain(Activations.RELU, true, 1, 15), x));
    out.add(of("tanh without bias", null, plain(Activations.TANH, false, 1, 9), x));
    out.add(of("odd with bias", null, plain(Activations.TANH, true, 1, 9), mirrored));
    out.add(of("softplus, mirrored", null, plain(Activations.SOFTPLUS, false, 1, 9), mirrored));
    out.add(of("relu, mirrored", null, plain(Activations.RELU, false, 1, 15), mirrored));
    out.add(of("relu with bias, scaled", null, plain(Activations.RELU, true, 1, 15), scaled));
    out.add(of("tanh, scaled", null, plain(Activations.TANH, false, 1, 9), scaled));
    out.add(
        of("zero input, bias", null, plain(Activations.TANH, true, 1, 9), with(3, new double[D])));
    Network affine = Network.of(Shape.of(D), dense("a", D, 6, true), dense("b", 6, 2, true));
    out.add(of("affine, n = d + 1", null, affine, inputs(D + 1, D)));
    Network linear = Network.of(Shape.of(D), dense("a", D, 6, false), dense("b", 6, 2, false));
    out.add(of("linear, n = d", null, linear, inputs(D, D)));
    Network residual =
        Network.of(
            Shape.of(D),
            Residual.of(
                0.5,
                dense("a", D, 7, true),
                Elementwise.of(Activations.SOFTPLUS),
                dense("b", 7, D, true)),
            Elementwise.of(Activations.TANH),
            dense("c", D, 2, true));
    out.add(of("residual", null, residual, mirrored));
    List<Layer> fixed =
        List.of(
            dense("a", D, 9, true),
            Elementwise.of(Activations.GELU),
            FixedLinear.of("f", Tensors.ofRows(inputs(2, 9))));
    out.add(of("fixed readout", null, Network.of(Shape.of(D), fixed), x));
    out.add(of("quadratic, n = 3", null, quadratic(), inputs(3, 1)));
    Network wide = Network.of(Shape.of(130), dense("a", 130, 1, true));
    out.add(of("too many to eliminate", null, wide, inputs(131, 130)));
    // An odd branch beside an even shortcut is neither.
    Network mixed =
        Network.of(
            Shape.of(D),
            Residual.of(1, dense("a", D, D, false), Elementwise.of(Activations.COS)),
            dense("c", D, 5, false),
            Elementwise.of(Activations.TANH),
            dense("d", 5, 1, false));
    out.add(of("mixed parity", null, mixed, mirrored));
    return out.stream();
  }
}
