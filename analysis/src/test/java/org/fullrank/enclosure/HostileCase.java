package org.fullrank.enclosure;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.PiecewiseLinear;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Flatten;
import org.fullrank.nn.layer.Residual;
import org.fullrank.nn.layer.SurrogateRelu;
import org.fullrank.testkit.TestActivations;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A small random network with parameters, inputs and targets at magnitudes where floating point is
 * at its worst. Magnitudes are tracked from layer to layer, and most linear layers bring them back
 * to about 1, so that there is something to prove.
 */
final class HostileCase {
  /** What is hostile. */
  enum Kind {
    /** Values below {@code 2^-1022}, and weights that bring them back. */
    SUBNORMAL(0),
    /** Values up to the overflow threshold, and weights that bring them back. */
    HUGE(1),
    /** Single precision, and fixed matrices whose structure rounding destroys or creates. */
    SINGLE(2);

    /** Keeps the random numbers of the kinds apart. */
    private final int salt;

    Kind(int salt) {
      this.salt = salt;
    }
  }

  final Network network;
  final INDArray theta;
  final INDArray x;
  final INDArray y;

  /** Whether the oracle makes no error at all. */
  final boolean exact;

  final DecimalNetwork oracle;

  /** Whether all activations are piecewise linear. */
  private final boolean piecewise;

  private HostileCase(
      Network network,
      INDArray theta,
      INDArray x,
      INDArray y,
      boolean piecewise,
      boolean exact,
      DecimalNetwork o) {
    this.piecewise = piecewise;
    this.network = network;
    this.theta = theta;
    this.x = x;
    this.y = y;
    this.exact = exact;
    this.oracle = o;
  }

  /** The same case for the same seed, with an oracle of 70 digits. */
  static HostileCase of(Kind kind, long seed) {
    return new Maker(kind, seed).make();
  }

  /** The same with an oracle that rounds nothing but the results of transcendental functions. */
  HostileCase slowly() {
    DecimalNetwork slow = new DecimalNetwork(network, theta, x, MathContext.UNLIMITED);
    return new HostileCase(network, theta, x, y, piecewise, piecewise, slow);
  }

  /** Digits of the arguments of sine and cosine, which may be as large as a double. */
  private static final MathContext PERIODIC = new MathContext(420);

  private static final class Maker {
    private boolean periodic;
    private boolean smooth;
    private final Kind kind;
    private final Random random;
    private final DataType type;
    private final int least;
    private final int most;
    private final boolean piecewise;
    private final Map<String, Integer> exponents = new HashMap<>();
    private int layers;

    /** About the exponent of the values so far. */
    private int e;

    private int width;

    Maker(Kind kind, long seed) {
      this.kind = kind;
      this.random = new Random(seed * 0x9E3779B97F4A7C15L + kind.salt);
      this.type = kind == Kind.SINGLE ? DataType.FLOAT : DataType.DOUBLE;
      this.least = kind == Kind.SINGLE ? -149 : -1074;
      this.most = kind == Kind.SINGLE ? 126 : 1022;
      this.piecewise = random.nextInt(10) < 6;
    }

    HostileCase make() {
      int n = 1 + random.nextInt(3);
      width = 1 + random.nextInt(3);
      boolean matrixInput = width > 1 && random.nextInt(12) == 0;
      Shape shape = matrixInput ? Shape.of(1, width) : Shape.of(width);
      e = inputExponent();
      double[] x = inputs(n, width);
      List<Layer> list = new ArrayList<>();
      if (matrixInput) {
        list.add(Flatten.of());
      }
      boolean trained = false;
      int blocks = 1 + random.nextInt(3);
      for (int b = 0; b < blocks; b++) {
        List<Layer> block = block(trained);
        trained |= block.stream().anyMatch(l -> l.parameterCount() > 0);
        if (block.size() > 1 && random.nextInt(10) == 0) {
          list.add(Sequential.of(block));
        } else {
          list.addAll(block);
        }
      }
      int k = 1 + random.nextInt(2);
      list.add(trained && random.nextInt(4) == 0 ? fixed(k) : dense(k));
      Network network = Network.of(shape, list);
      double[] theta = theta(network);
      INDArray parameters = Tensors.of(type, theta, theta.length);
      INDArray samples = Tensors.of(type, x, network.inputShape().after(n));
      DecimalNetwork oracle =
          periodic
              ? new DecimalNetwork(network, parameters, samples, PERIODIC)
              : new DecimalNetwork(network, parameters, samples);
      INDArray y = Tensors.of(type, targets(oracle, n, k), n, k);
      return new HostileCase(network, parameters, samples, y, !smooth, false, oracle);
    }

    private int inputExponent() {
      int dice = random.nextInt(4);
      return switch (kind) {
        case SUBNORMAL -> dice == 0 ? between(-30, 30) : between(-1074, -1015);
        case HUGE -> dice == 0 ? between(-30, 30) : between(300, 1021);
        case SINGLE ->
            dice < 2 ? between(-4, 4) : dice == 2 ? between(-149, -110) : between(40, 125);
      };
    }

    private int between(int a, int b) {
      return a + random.nextInt(b - a + 1);
    }

    private int clamp(int exponent) {
      return Math.max(least, Math.min(exponent, most));
    }

    /** One entry of about {@code 2^exponent}: full mantissa, few bits, or zero. */
    private double entry(int exponent) {
      int dice = random.nextInt(20);
      double m = dice < 12 ? 1 + random.nextDouble() : dice < 18 ? 1 + random.nextInt(8) / 8.0 : 0;
      double v = Math.scalb(m, clamp(exponent + random.nextInt(3) - 1));
      v = type == DataType.FLOAT ? (float) v : v;
      double cap = type == DataType.FLOAT ? Float.MAX_VALUE : Double.MAX_VALUE;
      v = Math.min(v, cap);
      return random.nextBoolean() ? v : -v;
    }

    private double[] inputs(int n, int d) {
      double[] x = new double[n * d];
      for (int i = 0; i < n; i++) {
        int dice = random.nextInt(12);
        for (int j = 0; j < d; j++) {
          double before = i == 0 ? 0 : x[(i - 1) * d + j];
          x[i * d + j] =
              i > 0 && dice == 0
                  ? before
                  : i > 0 && dice == 1 ? -before : i > 0 && dice == 2 ? 0.5 * before : entry(e);
          if (type == DataType.FLOAT) {
            x[i * d + j] = (float) x[i * d + j];
          }
        }
      }
      return x;
    }

    private List<Layer> block(boolean trained) {
      int dice = random.nextInt(12);
      List<Layer> out = new ArrayList<>();
      if (dice < 3) {
        out.add(activation());
        out.add(random.nextBoolean() ? fixed(1 + random.nextInt(4)) : dense(1 + random.nextInt(4)));
      } else if (dice < 6) {
        out.add(dense(1 + random.nextInt(4)));
        out.add(activation());
      } else if (dice < 9) {
        out.add(fixed(1 + random.nextInt(4)));
        if (random.nextBoolean()) {
          out.add(activation());
        }
      } else if (dice < 11 || trained) {
        out.add(residual());
      } else {
        out.add(surrogate());
      }
      return out;
    }

    private Layer residual() {
      int before = e;
      int in = width;
      double scale = random.nextInt(4) == 0 ? 1 : random.nextInt(6) == 0 ? -0.5 : 0.7;
      List<Layer> branch = new ArrayList<>();
      int out = random.nextInt(3) > 0 ? in : 1 + random.nextInt(3);
      branch.add(dense(out));
      branch.add(activation());
      int after = e;
      if (out == in && random.nextInt(3) > 0) {
        e = Math.max(before, after);
        return Residual.of(scale, branch);
      }
      e = before;
      width = in;
      Layer shortcut = random.nextBoolean() ? fixed(out) : dense(out);
      e = Math.max(e, after);
      width = out;
      return Residual.of(scale, branch).withShortcut(shortcut);
    }

    private Layer surrogate() {
      Dense a = dense(1 + random.nextInt(4), false);
      SurrogateRelu layer = SurrogateRelu.of("s" + layers, Seed.of(random.nextInt(1000)), a);
      double[] psi = new double[(int) layer.parameterCount()];
      for (int i = 0; i < psi.length; i++) {
        psi[i] = stored(exponent(a.slots().get(0)));
      }
      return layer.withGates(Tensors.of(psi, psi.length));
    }

    /** An entry that is a double in single precision, too: what layers store is rounded later. */
    private double stored(int exponent) {
      double m = random.nextInt(20) < 14 ? 1 + random.nextDouble() : 1 + random.nextInt(8) / 8.0;
      double v = Math.scalb(m, clamp(exponent + random.nextInt(3) - 1));
      v = random.nextInt(20) == 0 ? 0 : v;
      return random.nextBoolean() ? v : -v;
    }

    /** The exponent of the weights of a linear map, and that of its values. */
    private int weightExponent() {
      int dice = random.nextInt(20);
      int w =
          dice < 13
              ? -e + between(-3, 3)
              : dice < 17 ? between(-2, 2) : between(least + 20, most - 20);
      w = Math.max(least + 20, Math.min(w, most - 20));
      e = clamp(e + w);
      return w;
    }

    private Dense dense(int out) {
      return dense(out, random.nextInt(3) > 0);
    }

    private Dense dense(int out, boolean bias) {
      String name = "d" + layers++;
      double[] scales = {1, 1, 1, 0.7, 1.3, 0x1p10, 1e-5};
      double scale = scales[random.nextInt(scales.length)];
      Dense dense = Dense.of(name, width, out);
      if (random.nextBoolean()) {
        dense = dense.withLayout(Layout.OUT_IN);
      }
      int before = e;
      int w = weightExponent();
      if (bias) {
        double[] factors = {1, 1, 0.5, 0, 2};
        dense = dense.withBias(1).withScales(scale, factors[random.nextInt(factors.length)]);
        int b = random.nextInt(3) == 0 ? before : random.nextInt(3) == 0 ? between(-3, 3) : e;
        exponents.put(dense.slots().get(1).name(), b);
        e = dense.biasScale() == 0 ? e : Math.max(e, b);
      } else {
        dense = dense.withScales(scale, 0);
      }
      exponents.put(dense.slots().get(0).name(), w);
      width = out;
      return dense;
    }

    private int exponent(Slot slot) {
      return Objects.requireNonNull(exponents.get(slot.name()));
    }

    private FixedLinear fixed(int out) {
      int w = weightExponent();
      double[][] m = new double[out][width];
      int structure = random.nextInt(4);
      for (int i = 0; i < out; i++) {
        for (int j = 0; j < width; j++) {
          // Few enough bits for exact multiples, too many for single precision.
          double base = Math.scalb(Math.rint(Math.scalb(stored(w), 46 - w)), w - 46);
          m[i][j] =
              i > 0 && structure == 0
                  ? (1 + 2 * i) * m[0][j]
                  : i > 0 && structure == 1 ? m[0][j] * (1 + 0x1p-30) : base;
          if (!(Math.abs(m[i][j]) < (type == DataType.FLOAT ? 1e38 : 1e307))) {
            m[i][j] = 1;
          }
        }
      }
      width = out;
      return FixedLinear.of("f" + layers++, Tensors.ofRows(m));
    }

    private Elementwise activation() {
      Activation[] kinked = {
        Activations.IDENTITY,
        Activations.RELU,
        Activations.ABS,
        Activations.leakyRelu(0.3),
        Activations.leakyRelu(-2),
        Activations.leakyRelu(3),
        new TestActivations.Stretch(12),
        new TestActivations.Stretch(26),
        new TestActivations.Stretch(40)
      };
      Activation[] curved = {
        Activations.TANH,
        Activations.TANH,
        Activations.SIGMOID,
        Activations.SIN,
        Activations.COS,
        Activations.GAUSSIAN,
        Activations.SOFTPLUS,
        Activations.SILU,
        TestActivations.ownTanh()
      };
      boolean linear = piecewise || random.nextInt(3) == 0;
      Activation phi =
          linear ? kinked[random.nextInt(kinked.length)] : curved[random.nextInt(curved.length)];
      if (!(phi instanceof PiecewiseLinear || phi instanceof TestActivations.Stretch)
          && phi != Activations.IDENTITY) {
        boolean odd =
            phi == Activations.TANH || phi == Activations.SIN || phi.name().equals("own_tanh");
        boolean grows = phi == Activations.SOFTPLUS || phi == Activations.SILU;
        smooth = true;
        periodic |= phi == Activations.SIN || phi == Activations.COS;
        e = odd ? Math.min(e, 0) : grows ? Math.max(e, phi == Activations.SILU ? e : 0) : 0;
      }
      return Elementwise.of(phi);
    }

    private double[] theta(Network network) {
      double[] theta = new double[(int) network.parameterCount()];
      for (Slot slot : network.slots()) {
        int exponent = exponent(slot);
        boolean zero = random.nextInt(25) == 0;
        for (int i = 0; i < slot.size(); i++) {
          theta[(int) slot.offset() + i] = zero ? 0 : entry(exponent);
        }
      }
      return theta;
    }

    private double[] targets(DecimalNetwork oracle, int n, int k) {
      BigDecimal[][] f = oracle.values.get(oracle.values.size() - 1);
      double[] y = new double[n * k];
      int dice = random.nextInt(6);
      int digits = between(4, 60);
      double cap = type == DataType.FLOAT ? 1e38 : 1e300;
      for (int i = 0; i < n * k; i++) {
        double v = f[i / k][i % k].doubleValue();
        v = Math.abs(v) <= cap ? v : 1;
        y[i] =
            dice == 0
                ? 0
                : dice == 1 ? entry(e) : v * (1 + Math.scalb(random.nextDouble(), -digits));
        y[i] = Math.abs(y[i]) <= cap ? y[i] : 1;
      }
      return y;
    }
  }
}
