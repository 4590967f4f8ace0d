package org.fullrank.evidence.measure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Slot;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Residual;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.kernel.Product;
import org.fullrank.rigor.rounding.Rounding;
import org.fullrank.spectrum.RankReport;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/** Reads a {@link LinearChain} off a training problem. */
final class LinearChainMeasurement {
  private static final String METHOD = "plain Java, outward rounded";
  private static final String SIGMA = "sigma_min(M)";
  private static final String NORM = "||M||";

  /** A factor with its stored matrix, {@code error} bounding the distance from M. */
  private static final class Measured {
    final double[][] matrix;
    final double error;
    final LinearFactor factor;

    Measured(double[][] matrix, double error, LinearFactor factor) {
      this.matrix = matrix;
      this.error = error;
      this.factor = factor;
    }
  }

  /** A computed matrix, how far it is from the factor, and the factor's extreme singular values. */
  @SuppressWarnings("ArrayRecordComponent") // internal, never compared
  private record Stored(double[][] matrix, double error, Quantity sigma, Quantity norm) {}

  private LinearChainMeasurement() {}

  static LinearChain measure(TrainingProblem problem) {
    Optional<String> obstacle = obstacle(problem);
    if (obstacle.isPresent()) {
      return LinearChain.not(obstacle.get());
    }
    List<Measured> chain = factors(problem);
    obstacle = wrongWidth(chain, problem);
    if (obstacle.isPresent()) {
      return LinearChain.not(obstacle.get());
    }
    double[][] x = Tensors.toRows(problem.x());
    RankReport rankX = Matrices.rank(x, problem.threads());
    Quantity sigmaX = Matrices.exact("sigma_min(X)", rankX.sigmaMin());
    Quantity normX = Matrices.exact("||X||", rankX.sigmaMax());
    LinearResidual residual = residual(problem, chain, x, rankX);
    List<Quantity> used = new ArrayList<>(List.of(normX));
    chain.forEach(m -> used.add(m.factor.norm()));
    Quantity[] operands = used.toArray(new Quantity[0]);
    return new LinearChain(
        Optional.empty(),
        chain.stream().map(m -> m.factor).toList(),
        rankX.fullRowRank(),
        sigmaX,
        normX,
        Quantity.derived("F_0", METHOD, residual.loss, sigmaX, operands),
        Quantity.derived("F_0 - F*", METHOD, residual.excess, sigmaX, operands),
        Facts.description());
  }

  private static Optional<String> obstacle(TrainingProblem problem) {
    Optional<String> otherLoss = Losses.otherThanSquared(problem.loss());
    if (otherLoss.isPresent()) {
      return otherLoss;
    }
    if (problem.theta().dataType() != DataType.DOUBLE) {
      return Optional.of("the parameters are single precision; convert the problem to DOUBLE");
    }
    for (Layer layer : problem.network().layers()) {
      if (!(layer instanceof FixedLinear) && dense(layer).isEmpty()) {
        return Optional.of(
            layer + " is not a fixed matrix, a dense layer without bias, or h + s W h");
      }
    }
    return Optional.empty();
  }

  /** The dense layer that is the layer, or the only one of its branch. */
  private static Optional<Dense> dense(Layer layer) {
    Layer inner = layer;
    if (layer instanceof Residual block
        && block.shortcut().isEmpty()
        && block.branch().layers().size() == 1) {
      inner = block.branch().layers().get(0);
    }
    return inner instanceof Dense dense && !dense.hasBias() ? Optional.of(dense) : Optional.empty();
  }

  private static Optional<String> wrongWidth(List<Measured> chain, TrainingProblem problem) {
    int least = (int) Math.max(problem.network().inputShape().size(0), problem.outputs());
    for (int l = 0; l + 1 < chain.size(); l++) {
      int width = chain.get(l).matrix.length;
      int first = chain.get(0).matrix.length;
      if (width != first) {
        return Optional.of(
            "hidden widths differ: "
                + first
                + " after the first layer, "
                + width
                + " after "
                + chain.get(l).factor.layer());
      }
      if (width < least) {
        return Optional.of("the width m = " + width + " is below max(d, k) = " + least);
      }
    }
    return Optional.empty();
  }

  private static List<Measured> factors(TrainingProblem problem) {
    double[] theta = Tensors.toDoubles(problem.theta());
    List<Slot> slots = problem.network().slots();
    List<Measured> chain = new ArrayList<>();
    int next = 0;
    for (Layer layer : problem.network().layers()) {
      Measured last = chain.isEmpty() ? null : chain.get(chain.size() - 1);
      if (layer instanceof FixedLinear fixed) {
        double[][] m = Tensors.toRows(fixed.matrix());
        Stored stored = stored(m, 0, last, problem.threads());
        chain.add(measured(layer, false, false, Interval.ONE, stored));
        continue;
      }
      Dense dense = dense(layer).orElseThrow();
      Slot slot = slots.get(next++);
      boolean residual = layer instanceof Residual;
      Interval scale = Interval.of(dense.weightScale());
      if (layer instanceof Residual block) {
        scale = scale.multiply(block.scale());
      }
      double[][] w = weight(theta, slot, dense.layout() == Layout.IN_OUT);
      double s = scale.mid();
      double[][] m = affine(w, s, residual);
      double error =
          !residual && s == 1 && scale.lo() == scale.hi() ? 0 : rounding(m, w, scale.width());
      Stored stored = stored(m, error, last, problem.threads());
      chain.add(measured(layer, problem.isTrained(slot), residual, scale.abs(), stored));
    }
    return chain;
  }

  /** {@code W [out][in]}. */
  private static double[][] weight(double[] theta, Slot slot, boolean transposed) {
    int columns = (int) slot.shape().size(1);
    double[][] rows = new double[(int) slot.shape().size(0)][columns];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(theta, (int) slot.offset() + i * columns, rows[i], 0, columns);
    }
    return transposed ? Matrices.transpose(rows) : rows;
  }

  /** {@code e I + s W}, each entry rounded once. */
  private static double[][] affine(double[][] w, double s, boolean residual) {
    double[][] m = new double[w.length][w[0].length];
    for (int i = 0; i < m.length; i++) {
      for (int j = 0; j < m[i].length; j++) {
        m[i][j] = Math.fma(s, w[i][j], residual && i == j ? 1 : 0);
      }
    }
    return m;
  }

  /** Bounds {@code ||M - stored||_F}: one rounding of each entry, and s itself. */
  private static double rounding(double[][] stored, double[][] w, double scaleWidth) {
    if (!Matrices.isFinite(stored)) {
      return Double.POSITIVE_INFINITY;
    }
    double entries = (double) w.length * w[0].length;
    return Norms.frobenius(stored)
        .multiply(Rounding.UNIT_ROUNDOFF)
        .add(Interval.of(entries).multiply(Double.MIN_VALUE))
        .add(Norms.frobenius(w).multiply(Interval.of(0, scaleWidth)))
        .hi();
  }

  private static Stored stored(double[][] m, double error, @Nullable Measured last, int threads) {
    if (last != null && error == last.error && Arrays.deepEquals(m, last.matrix)) {
      return new Stored(m, error, last.factor.sigmaMin(), last.factor.norm());
    }
    if (Double.isInfinite(error)) {
      return new Stored(
          m,
          error,
          Facts.notNegative(SIGMA, Subject.EXACT_NETWORK, METHOD),
          Facts.notNegative(NORM, Subject.EXACT_NETWORK, METHOD));
    }
    RankReport rank = Matrices.rank(m, threads);
    return new Stored(
        m, error, moved(SIGMA, rank.sigmaMin(), error), moved(NORM, rank.sigmaMax(), error));
  }

  private static Measured measured(
      Layer layer, boolean trained, boolean residual, Interval scale, Stored stored) {
    return new Measured(
        stored.matrix,
        stored.error,
        new LinearFactor(
            layer.toString(),
            trained,
            residual,
            scale,
            stored.sigma,
            stored.norm,
            stored.error == 0 ? start(stored.matrix) : LinearFactor.Start.OTHER));
  }

  private static LinearFactor.Start start(double[][] m) {
    boolean zero = true;
    boolean identity = m.length == m[0].length;
    for (int i = 0; i < m.length; i++) {
      for (int j = 0; j < m[i].length; j++) {
        zero &= m[i][j] == 0;
        identity &= m[i][j] == (i == j ? 1 : 0);
      }
    }
    return zero
        ? LinearFactor.Start.ZERO
        : identity ? LinearFactor.Start.IDENTITY : LinearFactor.Start.OTHER;
  }

  private static LinearResidual residual(
      TrainingProblem problem, List<Measured> chain, double[][] x, RankReport rankX) {
    double[][] h = x;
    Interval error = Interval.ZERO;
    for (Measured m : chain) {
      if (Double.isInfinite(m.error) || !Matrices.isFinite(h)) {
        return LinearResidual.unknown(x, rankX);
      }
      Product product = Product.of(h, Matrices.transpose(m.matrix), problem.threads());
      // M h - fl(M^ h^) = M (h - h^) + (M - M^) h^ + rounding.
      error =
          m.factor
              .norm()
              .interval()
              .multiply(error)
              .add(Interval.of(0, m.error).multiply(Norms.frobenius(h)))
              .add(Interval.of(0, product.errorBound()));
      h = product.toRows();
    }
    return LinearResidual.of(problem, h, error, rankX);
  }

  /** Weyl's inequality: the factor is the stored matrix give or take the error. */
  private static Quantity moved(String symbol, Quantity stored, double error) {
    return Quantity.derived(
        symbol,
        METHOD,
        stored.interval().add(Interval.of(-error, error)).max(Interval.ZERO),
        Facts.ofData(symbol, stored));
  }
}
