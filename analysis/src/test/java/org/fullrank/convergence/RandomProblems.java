package org.fullrank.convergence;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.diff.Linearization;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Residual;
import org.fullrank.nn.layer.SurrogateRelu;
import org.fullrank.nn.model.DeepLinearChain;
import org.fullrank.nn.model.DeepLinearResNet;
import org.fullrank.nn.model.SmoothResNet;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Small training problems of every kind: those that theorems are about, near misses of them, and
 * nonsense of all magnitudes.
 */
final class RandomProblems {
  private static final Activation[] ACTIVATIONS = {
    Activations.IDENTITY,
    Activations.RELU,
    Activations.ABS,
    Activations.TANH,
    Activations.SIGMOID,
    Activations.SOFTPLUS,
    Activations.ERF,
    Activations.GELU,
    Activations.GELU_TANH,
    Activations.SILU,
    Activations.SIN,
    Activations.COS,
    Activations.GAUSSIAN,
    Activations.leakyRelu(0.1),
    Activations.softplus(100)
  };

  private static final List<Losses> LOSSES =
      List.of(Losses.SQUARED, Losses.MEAN_SQUARED, Losses.CROSS_ENTROPY, Losses.MEAN_CROSS_ENTROPY);

  private final Random random;

  private RandomProblems(long seed) {
    random = new Random(seed);
  }

  /** The same problem for the same seed. */
  static TrainingProblem problem(long seed) {
    return new RandomProblems(seed).problem();
  }

  private TrainingProblem problem() {
    int d = 1 + random.nextInt(4);
    int n = 1 + random.nextInt(5);
    int wanted = 1 + random.nextInt(3);
    int kind = random.nextInt(8);
    boolean linear = kind < 3;
    Network network =
        switch (kind) {
          case 0, 1 -> deepLinear(d, wanted);
          case 2 -> linearModel(d, wanted);
          case 3 ->
              SmoothResNet.of(d, 4 + random.nextInt(40), 1 + random.nextInt(3), activation())
                  .withOutputs(wanted)
                  .network();
          case 4 -> surrogate(d, wanted);
          default -> nonlinear(d, wanted);
        };
    // Chains near the identity have as many outputs as inputs.
    int k = (int) network.outputs();
    DataType type = random.nextInt(10) == 0 ? DataType.FLOAT : DataType.DOUBLE;
    double[] theta = theta(network, linear);
    double[] x = inputs(n, d);
    if (type == DataType.FLOAT) {
      clip(theta);
      clip(x);
    }
    INDArray parameters = Tensors.of(type, theta, theta.length);
    INDArray samples = Tensors.of(type, x, n, d);
    INDArray targets = Tensors.of(type, targets(network, parameters, samples, n * k), n, k);
    TrainingProblem problem = TrainingProblem.of(network, parameters, samples, targets);
    if (random.nextInt(4) == 0) {
      problem = withOtherLoss(problem, type, n, k);
    }
    return random.nextInt(4) == 0 ? frozen(problem) : problem;
  }

  private TrainingProblem withOtherLoss(TrainingProblem problem, DataType type, int n, int k) {
    Losses loss = LOSSES.get(random.nextInt(LOSSES.size()));
    if (loss == Losses.SQUARED || loss == Losses.MEAN_SQUARED) {
      return problem.withLoss(loss);
    }
    double[] classes = new double[n * k];
    for (int i = 0; i < n; i++) {
      classes[i * k + random.nextInt(k)] = 1;
    }
    if (k == 1) {
      // One output decides between two classes.
      for (int i = 0; i < n; i++) {
        classes[i] = random.nextBoolean() ? 1 : -1;
      }
      loss = loss.averages() ? Losses.MEAN_LOGISTIC : Losses.LOGISTIC;
    }
    return TrainingProblem.of(
            problem.network(), problem.theta(), problem.x(), Tensors.of(type, classes, n, k))
        .withLoss(loss);
  }

  private TrainingProblem frozen(TrainingProblem problem) {
    List<Slot> slots = problem.network().slots();
    int kept = random.nextInt(slots.size());
    boolean allOthers = random.nextBoolean();
    List<String> names = new ArrayList<>();
    for (int s = 0; s < slots.size(); s++) {
      if (s != kept && (allOthers || random.nextBoolean())) {
        names.add(slots.get(s).name());
      }
    }
    return problem.withFrozen(names.toArray(String[]::new));
  }

  /** The ready-made networks of the papers; their own parameters are often zero or identities. */
  private Network linearModel(int d, int k) {
    Seed seed = Seed.of(random.nextLong());
    int depth = 2 + random.nextInt(3);
    int m = d + k + random.nextInt(3);
    return switch (random.nextInt(5)) {
      case 0 -> DeepLinearChain.duHu(d, m, k, depth, seed).network();
      case 1 -> DeepLinearChain.orthogonal(d, m, k, depth, seed).network();
      case 2 -> DeepLinearChain.zeroAsymmetric(d, k, depth).network();
      case 3 -> DeepLinearResNet.modifiedIdentity(d, m, k, depth, 8, 8).network();
      default -> DeepLinearChain.nearIdentity(d, depth, 0.1, seed).network();
    };
  }

  private Activation activation() {
    return ACTIVATIONS[random.nextInt(ACTIVATIONS.length)];
  }

  /** Chains of fixed, trained and residual linear layers, often but not always of one width. */
  private Network deepLinear(int d, int k) {
    int m = Math.max(d, k) + random.nextInt(3) - (random.nextInt(6) == 0 ? 1 : 0);
    int width = Math.max(1, m);
    List<Layer> layers = new ArrayList<>();
    layers.add(random.nextInt(4) == 0 ? weight("A", d, width) : fixed("A", width, d));
    int depth = 1 + random.nextInt(4);
    boolean residual = random.nextInt(4) != 0;
    for (int l = 1; l <= depth; l++) {
      Dense w = weight("W" + l, width, width);
      double scale = random.nextInt(12) == 0 ? 0.5 : 1;
      layers.add(residual && random.nextInt(12) != 0 ? Residual.of(scale, w) : w);
    }
    layers.add(random.nextInt(4) == 0 ? weight("B", width, k) : fixed("B", k, width));
    return Network.of(Shape.of(d), layers);
  }

  private Dense weight(String name, int in, int out) {
    Dense w = Dense.of(name, in, out).withParameterization(Parameterization.STANDARD);
    w = random.nextInt(12) == 0 ? w.withBias(0.1) : w;
    return random.nextInt(4) == 0 ? w.withLayout(Layout.OUT_IN) : w;
  }

  private FixedLinear fixed(String name, int rows, int columns) {
    double[] v = gaussians(rows * columns, Math.pow(10, random.nextInt(3) - 1));
    if (random.nextInt(8) == 0) {
      v = new double[rows * columns];
    }
    if (random.nextInt(4) == 0) {
      for (int i = 0; i < v.length; i++) {
        v[i] = i % columns == i / columns ? 1 : 0;
      }
    }
    return FixedLinear.of(name, Tensors.of(v, rows, columns));
  }

  /** Fixed gates, now and then of frozen layers that are zero or have equal units. */
  private Network surrogate(int d, int k) {
    int depth = 1 + random.nextInt(3);
    Dense[] layers = new Dense[depth];
    int in = d;
    for (int l = 0; l < depth; l++) {
      int width = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 4 + random.nextInt(40);
      layers[l] = Dense.of("g" + l, in, width).withSigmaW(0.5 + random.nextInt(3));
      in = width;
    }
    SurrogateRelu hidden = SurrogateRelu.of("s", Seed.of(random.nextLong()), layers);
    int p = (int) hidden.parameterCount();
    hidden =
        switch (random.nextInt(10)) {
          case 0 -> hidden.withGates(Tensors.of(new double[p], p));
          case 1 ->
              hidden.withGates(Tensors.of(random.doubles(p, 0, 1).map(Math::rint).toArray(), p));
          case 2 -> hidden.withGates(Tensors.of(gaussians(p, 1e200), p));
          default -> hidden;
        };
    Dense readout = dense("out", in, k);
    return random.nextInt(8) == 0
        ? Network.of(Shape.of(d), dense("in", d, d), hidden, readout)
        : Network.of(Shape.of(d), hidden, readout);
  }

  private Network nonlinear(int d, int k) {
    Activation phi = activation();
    int width = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 4 + random.nextInt(60);
    List<Layer> layers = new ArrayList<>();
    layers.add(dense("in", d, width));
    layers.add(Elementwise.of(phi));
    int more = random.nextInt(3);
    for (int l = 0; l < more; l++) {
      if (random.nextBoolean()) {
        layers.add(
            Residual.of(
                random.nextInt(5) == 0 ? -1.3 : 0.5,
                dense("r" + l, width, width),
                Elementwise.of(phi)));
      } else {
        int next = random.nextInt(4) == 0 ? 1 + random.nextInt(8) : width;
        layers.add(dense("h" + l, width, next));
        layers.add(Elementwise.of(random.nextInt(4) == 0 ? Activations.TANH : phi));
        width = next;
      }
    }
    layers.add(dense("out", width, k));
    return Network.of(Shape.of(d), layers);
  }

  private Dense dense(String name, int in, int out) {
    Dense dense =
        Dense.of(name, in, out).withSigmaW(random.nextInt(5) == 0 ? 1e-3 : 0.5 + random.nextInt(3));
    if (random.nextInt(3) == 0) {
      dense = dense.withParameterization(Parameterization.STANDARD);
    }
    return random.nextBoolean() ? dense.withBias(random.nextInt(4) == 0 ? 0 : 0.3) : dense;
  }

  private double[] theta(Network network, boolean linear) {
    int p = (int) network.parameterCount();
    if (linear && random.nextInt(3) != 0) {
      return random.nextBoolean()
          ? new double[p]
          : Tensors.toDoubles(network.initialize(Seed.of(random.nextLong())));
    }
    return switch (random.nextInt(12)) {
      case 0 -> new double[p];
      case 1 -> gaussians(p, 1e8);
      case 2 -> gaussians(p, 1e-8);
      case 3 -> gaussians(p, Math.pow(10, random.nextInt(120) - 60));
      default -> Tensors.toDoubles(network.initialize(Seed.of(random.nextLong())));
    };
  }

  private double[] inputs(int n, int d) {
    double[] x =
        gaussians(n * d, random.nextInt(8) == 0 ? Math.pow(10, random.nextInt(200) - 100) : 1);
    if (n > 1 && random.nextInt(6) == 0) {
      System.arraycopy(x, 0, x, (n - 1) * d, d);
    }
    if (n > 1 && random.nextInt(12) == 0) {
      for (int j = 0; j < d; j++) {
        x[j] = Math.nextUp(x[(n - 1) * d + j]);
      }
    }
    if (random.nextInt(12) == 0) {
      x[random.nextInt(x.length)] = 0;
    }
    return x;
  }

  /** Mostly near the outputs, at distances over many magnitudes, where theorems hold or fail. */
  private double[] targets(Network network, INDArray theta, INDArray x, int length) {
    double[] y = new double[length];
    if (random.nextInt(5) != 0) {
      try (Linearization at = network.linearize(theta, x)) {
        y = Tensors.toDoubles(at.value());
      }
    }
    double distance = Math.pow(10, random.nextInt(16) - 12);
    for (int i = 0; i < length; i++) {
      y[i] += distance * random.nextGaussian();
      if (!(Math.abs(y[i]) <= (theta.dataType() == DataType.FLOAT ? 1e30 : 1e300))) {
        y[i] = random.nextGaussian();
      }
    }
    return y;
  }

  private double[] gaussians(int length, double size) {
    double[] v = new double[length];
    for (int i = 0; i < length; i++) {
      v[i] = size * random.nextGaussian();
    }
    return v;
  }

  private static void clip(double[] v) {
    for (int i = 0; i < v.length; i++) {
      v[i] = Math.max(-1e30, Math.min(1e30, v[i]));
    }
  }
}
