package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Residual;

/** A random deep linear chain of any kinds of factors, with data and targets on a ray. */
final class ChainCase {
  final List<PlainChain.Factor> factors = new ArrayList<>();
  final double[][] x;
  final double[][] direction;
  final double reached;
  private final List<Layer> layers = new ArrayList<>();
  private final List<double[]> parameters = new ArrayList<>();
  private final List<String> frozen = new ArrayList<>();

  private ChainCase(double[][] x, double[][] direction) {
    this.x = x;
    this.direction = direction;
    reached = LinearOracle.frobenius(LinearOracle.projected(direction, x));
  }

  /** Chains of 1 to 8 factors, some fixed, some residual, some scaled, some frozen. */
  static ChainCase of(int seed) {
    Random random = new Random(seed);
    int count = 1 + seed % 8;
    int d = 1 + random.nextInt(4);
    int n = 1 + random.nextInt(2 * d + 1);
    int k = 1 + random.nextInt(4);
    int m = Math.max(d, k) + random.nextInt(3);
    ChainCase out =
        new ChainCase(
            LinearOracle.near(n, d, 0.5 + random.nextDouble(), random),
            LinearOracle.gaussian(n, k, 1, random));
    int always = random.nextInt(count);
    for (int l = 0; l < count; l++) {
      int rows = l == count - 1 ? k : m;
      int columns = l == 0 ? d : m;
      out.addFactor(l, rows, columns, l == always ? 0 : random.nextInt(5), random);
    }
    return out;
  }

  /** Kinds: 0 and 1 dense and trained, 2 residual if square, 3 fixed, 4 frozen. */
  private void addFactor(int l, int rows, int columns, int kind, Random random) {
    double scale = new double[] {1, 0.5, 1.7}[random.nextInt(3)];
    if (kind == 3) {
      double[][] w = LinearOracle.near(rows, columns, 1, random);
      layers.add(FixedLinear.of("F" + l, Tensors.ofRows(w)));
      factors.add(new PlainChain.Factor(w, false, false, 1));
      return;
    }
    boolean residual = kind == 2 && rows == columns;
    double[][] w =
        residual
            ? LinearOracle.gaussian(rows, columns, 0.15, random)
            : LinearOracle.near(rows, columns, 1 / scale, random);
    boolean inOut = random.nextBoolean();
    Dense dense =
        Dense.of("W" + l, columns, rows)
            .withScales(scale, 0)
            .withLayout(inOut ? Layout.IN_OUT : Layout.OUT_IN);
    double branch = residual && random.nextBoolean() ? -0.5 : 1;
    layers.add(residual ? Residual.of(branch, dense) : dense);
    double[][] stored = inOut ? LinearOracle.transpose(w) : w;
    double[] flat = new double[rows * columns];
    for (int i = 0; i < stored.length; i++) {
      System.arraycopy(stored[i], 0, flat, i * stored[0].length, stored[0].length);
    }
    parameters.add(flat);
    if (kind == 4) {
      frozen.add("W" + l + ".W");
    }
    factors.add(new PlainChain.Factor(w, kind != 4, residual, residual ? branch * scale : scale));
  }

  double[][] targets(double t) {
    double[][] h = x;
    for (PlainChain.Factor f : factors) {
      h = LinearOracle.product(h, LinearOracle.transpose(f.matrix()));
    }
    return LinearOracle.plus(h, t, direction);
  }

  TrainingProblem at(double t) {
    Network network = Network.of(Shape.of(x[0].length), layers);
    double[] theta = new double[(int) network.parameterCount()];
    int from = 0;
    for (double[] p : parameters) {
      System.arraycopy(p, 0, theta, from, p.length);
      from += p.length;
    }
    TrainingProblem problem =
        TrainingProblem.of(
            network,
            Tensors.of(theta, theta.length),
            Tensors.ofRows(x),
            Tensors.ofRows(targets(t)));
    return frozen.isEmpty() ? problem : problem.withFrozen(frozen.toArray(new String[0]));
  }

  double infimum(double t) {
    double[][] rest = LinearOracle.plus(direction, -1, LinearOracle.projected(direction, x));
    return 0.5 * Math.pow(t * LinearOracle.frobenius(rest), 2);
  }

  /** Theory 2.4: mu for a radius. */
  double mu(double omega) {
    double sum = 0;
    for (int l = 0; l < factors.size(); l++) {
      if (!factors.get(l).trained) {
        continue;
      }
      double product = Math.abs(factors.get(l).scale);
      for (int j = 0; j < factors.size(); j++) {
        PlainChain.Factor f = factors.get(j);
        double kept =
            LinearOracle.smallest(f.matrix()) - (f.trained ? Math.abs(f.scale) * omega : 0);
        product *= j == l ? 1 : Math.max(0, kept);
      }
      sum += product * product;
    }
    return Math.pow(LinearOracle.smallest(x), 2) * sum;
  }

  /** Theory 2.4: the smoothness for a radius, with the row sums of {@code [K_lj]}. */
  double beta(double omega, double t) {
    double squares = 0;
    double largest = 0;
    for (int l = 0; l < factors.size(); l++) {
      double row = 0;
      for (int j = 0; j < factors.size(); j++) {
        if (factors.get(l).trained && factors.get(j).trained) {
          double product = LinearOracle.largest(x);
          for (int i = 0; i < factors.size(); i++) {
            PlainChain.Factor f = factors.get(i);
            double up =
                LinearOracle.largest(f.matrix()) + (f.trained ? Math.abs(f.scale) * omega : 0);
            product *= i == l || i == j ? Math.abs(f.scale) : up;
          }
          squares += l == j ? product * product : 0;
          row += l == j ? 0 : product;
        }
      }
      largest = Math.max(largest, row);
    }
    return squares + largest * t * reached;
  }
}
