package org.fullrank.convergence;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.fullrank.enclosure.DecimalFunctions;
import org.fullrank.enclosure.DecimalNetwork;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Slot;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Test oracle: gradient descent in decimal arithmetic with 70 digits, from the definitions of the
 * layers and losses. Immutable; slow.
 */
final class DecimalDescent {
  private final TrainingProblem problem;
  private final BigDecimal[] start;
  private final BigDecimal[] theta;
  private final double[][] targets;
  private @Nullable DecimalNetwork network;

  private DecimalDescent(TrainingProblem problem, BigDecimal[] start, BigDecimal[] theta) {
    this.problem = problem;
    this.start = start;
    this.theta = theta;
    this.targets = Tensors.toRows(problem.y());
  }

  /** At the parameters of a problem. */
  static DecimalDescent of(TrainingProblem problem) {
    BigDecimal[] theta = decimals(Tensors.toDoubles(problem.theta()));
    return new DecimalDescent(problem, theta, theta);
  }

  private DecimalNetwork network() {
    if (network == null) {
      network = new DecimalNetwork(problem.network(), theta, problem.x());
    }
    return network;
  }

  /** One step along the gradient of the loss. */
  DecimalDescent step(double eta) {
    return step(eta, IntStream.range(0, targets.length).toArray());
  }

  /** One step along the gradient over some samples, times {@code n / |B|} where the loss sums. */
  DecimalDescent step(double eta, int... samples) {
    BigDecimal[] next = theta.clone();
    subtractGradient(next, new BigDecimal(eta), samples);
    return new DecimalDescent(problem, start, next);
  }

  /** Subtracts a multiple of the gradient of the loss over some samples. */
  private void subtractGradient(BigDecimal[] from, BigDecimal factor, int... samples) {
    BigDecimal rate =
        problem.loss().averages()
            ? divide(factor, samples.length)
            : divide(factor.multiply(BigDecimal.valueOf(targets.length)), samples.length);
    BigDecimal[][] f = network().outputs();
    BigDecimal[][] jacobian = network().jacobian();
    for (int i : samples) {
      BigDecimal[] dy = slope(f[i], targets[i]);
      for (int c = 0; c < dy.length; c++) {
        BigDecimal multiple = round(rate.multiply(dy[c]));
        BigDecimal[] row = jacobian[i * dy.length + c];
        for (Slot slot : problem.trainedSlots()) {
          for (int j = (int) slot.offset(); j < slot.offset() + slot.size(); j++) {
            from[j] = round(from[j].subtract(multiple.multiply(row[j])));
          }
        }
      }
    }
  }

  /**
   * Along gradient flow for the given time or less: two steps of the classical Runge-Kutta method,
   * halved until one step of twice the length agrees to 1e-10 of the way.
   */
  Moved flow(double time) {
    for (double h = time; ; h /= 2) {
      DecimalDescent coarse = rungeKutta(h);
      DecimalDescent fine = rungeKutta(h / 2).rungeKutta(h / 2);
      BigDecimal way = distanceSquare(fine.theta, theta);
      BigDecimal error = distanceSquare(fine.theta, coarse.theta);
      if (error.compareTo(way.multiply(new BigDecimal("1e-20"))) <= 0) {
        return new Moved(fine, h);
      }
    }
  }

  /** Where the flow is after some time. */
  record Moved(DecimalDescent state, double time) {}

  private DecimalDescent rungeKutta(double h) {
    BigDecimal[] first = direction();
    BigDecimal[] second = along(first, h / 2).direction();
    BigDecimal[] third = along(second, h / 2).direction();
    BigDecimal[] fourth = along(third, h).direction();
    BigDecimal[] sum = new BigDecimal[first.length];
    BigDecimal two = BigDecimal.valueOf(2);
    for (int j = 0; j < sum.length; j++) {
      sum[j] = first[j].add(fourth[j]).add(two.multiply(second[j].add(third[j])));
      sum[j] = divide(sum[j], 6);
    }
    return along(sum, h);
  }

  private DecimalDescent along(BigDecimal[] direction, double h) {
    BigDecimal[] next = theta.clone();
    for (int j = 0; j < next.length; j++) {
      next[j] = round(next[j].add(new BigDecimal(h).multiply(direction[j])));
    }
    return new DecimalDescent(problem, start, next);
  }

  /** {@code -grad F}; not from a step, which loses gradients that are small beside theta. */
  private BigDecimal[] direction() {
    BigDecimal[] down = new BigDecimal[theta.length];
    Arrays.fill(down, BigDecimal.ZERO);
    subtractGradient(down, BigDecimal.ONE, IntStream.range(0, targets.length).toArray());
    return down;
  }

  /** The square of the Frobenius norm of the Jacobian of the trained parameters. */
  double steepness() {
    BigDecimal sum = BigDecimal.ZERO;
    for (BigDecimal[] row : network().jacobian()) {
      for (Slot slot : problem.trainedSlots()) {
        for (int j = (int) slot.offset(); j < slot.offset() + slot.size(); j++) {
          sum = sum.add(row[j].multiply(row[j]));
        }
      }
    }
    return sum.doubleValue();
  }

  /** The derivatives of one sample's loss in its outputs. */
  private BigDecimal[] slope(BigDecimal[] f, double[] y) {
    BigDecimal[] dy = f.clone();
    if (isLogistic()) {
      for (int c = 0; c < dy.length; c++) {
        BigDecimal sign = new BigDecimal(y[c]);
        BigDecimal e = DecimalFunctions.exp(f[c].multiply(sign));
        dy[c] = sign.negate().divide(e.add(BigDecimal.ONE), DecimalFunctions.DIGITS);
      }
      return dy;
    }
    if (!isSquared()) {
      BigDecimal partition = partition(f);
      for (int c = 0; c < dy.length; c++) {
        dy[c] = DecimalFunctions.exp(f[c]).divide(partition, DecimalFunctions.DIGITS);
      }
    }
    for (int c = 0; c < dy.length; c++) {
      dy[c] = dy[c].subtract(new BigDecimal(y[c]));
    }
    return dy;
  }

  private boolean isSquared() {
    return problem.loss() == Losses.SQUARED || problem.loss() == Losses.MEAN_SQUARED;
  }

  private boolean isLogistic() {
    return problem.loss() == Losses.LOGISTIC || problem.loss() == Losses.MEAN_LOGISTIC;
  }

  private static BigDecimal partition(BigDecimal[] f) {
    return Arrays.stream(f).map(DecimalFunctions::exp).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  /** The loss. */
  BigDecimal loss() {
    BigDecimal sum = BigDecimal.ZERO;
    if (isSquared()) {
      sum = divide(residualSquare(), 2);
    } else if (isLogistic()) {
      for (int i = 0; i < targets.length; i++) {
        for (int c = 0; c < targets[i].length; c++) {
          BigDecimal margin = network().outputs()[i][c].multiply(new BigDecimal(targets[i][c]));
          BigDecimal e = DecimalFunctions.exp(margin.negate());
          sum = sum.add(DecimalFunctions.log1p(e));
        }
      }
    } else {
      for (int i = 0; i < targets.length; i++) {
        BigDecimal[] f = network().outputs()[i];
        BigDecimal log = DecimalFunctions.log(partition(f));
        for (int c = 0; c < f.length; c++) {
          sum = sum.add(new BigDecimal(targets[i][c]).multiply(log.subtract(f[c])));
        }
      }
    }
    return problem.loss().averages() ? divide(sum, targets.length) : sum;
  }

  /** The sum of the squares of outputs minus targets. */
  BigDecimal residualSquare() {
    BigDecimal sum = BigDecimal.ZERO;
    for (int i = 0; i < targets.length; i++) {
      for (int c = 0; c < targets[i].length; c++) {
        sum = sum.add(network().outputs()[i][c].subtract(new BigDecimal(targets[i][c])).pow(2));
      }
    }
    return sum;
  }

  /** The square of the distance of the parameters from the start. */
  BigDecimal distanceSquare() {
    return distanceSquare(theta, start);
  }

  private static BigDecimal distanceSquare(BigDecimal[] a, BigDecimal[] b) {
    BigDecimal sum = BigDecimal.ZERO;
    for (int j = 0; j < a.length; j++) {
      sum = sum.add(a[j].subtract(b[j]).pow(2));
    }
    return sum;
  }

  /** The largest spectral norm of how far a trained matrix has moved, to double precision. */
  double layerDistance() {
    double largest = 0;
    for (Slot slot : problem.trainedSlots()) {
      if (slot.shape().rank() == 2) {
        int columns = (int) slot.shape().size(1);
        double[][] moved = new double[(int) slot.shape().size(0)][columns];
        for (int i = 0; i < moved.length; i++) {
          for (int j = 0; j < columns; j++) {
            int at = (int) slot.offset() + i * columns + j;
            moved[i][j] = theta[at].subtract(start[at]).doubleValue();
          }
        }
        largest = Math.max(largest, spectralNorm(moved));
      }
    }
    return largest;
  }

  private static double spectralNorm(double[][] a) {
    return new SingularValueDecomposition(MatrixUtils.createRealMatrix(a)).getNorm();
  }

  /**
   * The least loss of squares that a network can have because of its inputs alone: outputs are
   * equal on equal inputs, and linear in the inputs if the network is.
   */
  static BigDecimal leastSquares(TrainingProblem problem, boolean linear) {
    double[][] y = Tensors.toRows(problem.y());
    double[][] x = rows(problem.x());
    BigDecimal sum = BigDecimal.ZERO;
    BigDecimal[][] basis = orthogonal(linear ? columns(x) : indicators(x));
    for (BigDecimal[] target : columns(y)) {
      BigDecimal[] rest = without(target, basis);
      BigDecimal square = dot(rest, rest);
      // What is left of a target within the space is rounding.
      boolean within =
          square.compareTo(dot(target, target).multiply(new BigDecimal("1e-100"))) <= 0;
      sum = within ? sum : sum.add(square);
    }
    sum = divide(sum, 2);
    return problem.loss().averages() ? divide(sum, y.length) : sum;
  }

  private static double[][] rows(INDArray x) {
    double[] all = Tensors.toDoubles(x);
    int n = (int) x.size(0);
    int d = all.length / n;
    double[][] rows = new double[n][];
    for (int i = 0; i < n; i++) {
      rows[i] = Arrays.copyOfRange(all, i * d, (i + 1) * d);
    }
    return rows;
  }

  private static BigDecimal[][] columns(double[][] a) {
    BigDecimal[][] out = new BigDecimal[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < out.length; j++) {
        out[j][i] = new BigDecimal(a[i][j]);
      }
    }
    return out;
  }

  /** For each sample the vector that is 1 on the samples with the same input. */
  private static BigDecimal[][] indicators(double[][] x) {
    BigDecimal[][] out = new BigDecimal[x.length][x.length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x.length; j++) {
        boolean same = true;
        for (int q = 0; q < x[i].length; q++) {
          same &= x[i][q] == x[j][q];
        }
        out[i][j] = same ? BigDecimal.ONE : BigDecimal.ZERO;
      }
    }
    return out;
  }

  /** Gram-Schmidt without normalising; what is left of a dependent vector is set to zero. */
  private static BigDecimal[][] orthogonal(BigDecimal[][] vectors) {
    BigDecimal[][] basis = new BigDecimal[0][];
    for (BigDecimal[] v : vectors) {
      BigDecimal[] rest = without(without(v, basis), basis);
      BigDecimal least = dot(v, v).multiply(new BigDecimal("1e-80"));
      if (dot(rest, rest).compareTo(least) > 0) {
        basis = Arrays.copyOf(basis, basis.length + 1);
        basis[basis.length - 1] = rest;
      }
    }
    return basis;
  }

  private static BigDecimal[] without(BigDecimal[] v, BigDecimal[][] basis) {
    BigDecimal[] rest = v.clone();
    for (BigDecimal[] b : basis) {
      BigDecimal share = dot(rest, b).divide(dot(b, b), DecimalFunctions.DIGITS);
      for (int i = 0; i < rest.length; i++) {
        rest[i] = round(rest[i].subtract(share.multiply(b[i])));
      }
    }
    return rest;
  }

  private static BigDecimal dot(BigDecimal[] a, BigDecimal[] b) {
    BigDecimal sum = BigDecimal.ZERO;
    for (int i = 0; i < a.length; i++) {
      sum = sum.add(a[i].multiply(b[i]));
    }
    return round(sum);
  }

  private static BigDecimal round(BigDecimal x) {
    return DecimalFunctions.round(x, DecimalFunctions.DIGITS);
  }

  private static BigDecimal divide(BigDecimal x, int by) {
    return x.divide(BigDecimal.valueOf(by), DecimalFunctions.DIGITS);
  }

  private static BigDecimal[] decimals(double[] x) {
    return Arrays.stream(x).mapToObj(BigDecimal::new).toArray(BigDecimal[]::new);
  }
}
