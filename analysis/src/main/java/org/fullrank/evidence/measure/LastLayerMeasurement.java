package org.fullrank.evidence.measure;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.fullrank.enclosure.EnclosedNetwork;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.expressivity.Cause;
import org.fullrank.expressivity.ExpressivityCondition;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Shape;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.fullrank.spectrum.RankAnalysis;
import org.fullrank.spectrum.RankReport;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Measures {@link LastLayerNumbers}. The singular values are those of the stored midpoints of M,
 * enclosed without squaring the condition number, give or take the error of the midpoints.
 */
final class LastLayerMeasurement {
  private LastLayerMeasurement() {}

  static LastLayerNumbers measure(TrainingProblem problem) {
    LastLayer last = LastLayer.of(problem);
    if (last.obstacle().isPresent()) {
      return LastLayerNumbers.not(last.obstacle().get(), problem.loss());
    }
    Subject subject = subject(problem);
    Optional<EnclosedNetwork> enclosed = values(problem, last, last.parameters());
    if (enclosed.isEmpty()) {
      return overflowed(problem, last);
    }
    EnclosedNetwork values = enclosed.get();
    IntervalMatrix h = values.features();
    IntervalMatrix zero = IntervalMatrix.exact(new double[h.rows()][h.columns()]);
    IntervalMatrix scaled = zero.addScaled(last.dense().weightScale(), h);
    double[][] m = last.withBias(scaled.midpoints());
    Quantity error =
        about(
            subject,
            values.derived(
                "||M^ - M||_F",
                EnclosedNetwork.FORWARD,
                Interval.of(0, last.weightsTrained() ? scaled.frobeniusError() : 0)));
    RankReport rank = rank(m, problem.threads());
    Optional<Cause> deficiency = deficiency(problem, last, h, m[0].length, subject);
    Quantity sigmaMin = about(rank.sigmaMin(), error, subject).withSymbol("sigma_min(M)");
    if (deficiency.isPresent()) {
      // What the cause is about: exact features may be dependent while the stored ones are not.
      sigmaMin = none(deficiency.get());
    } else if (subject == Subject.STORED_MATRIX && !rank.isAboveRounding()) {
      // Stored entries may have full rank only because they were rounded.
      sigmaMin = sigmaMin.map("sigma_min(M)", s -> Interval.of(0, s.hi()));
    }
    double[][] y = Tensors.toRows(problem.y());
    Optional<String> lossObstacle = LossEnclosure.obstacle(problem.loss(), y);
    IntervalMatrix residual = values.output().addScaled(-1, IntervalMatrix.exact(y));
    boolean known = lossObstacle.isEmpty();
    return new LastLayerNumbers(
        Optional.empty(),
        last.trainedBelow(),
        last.formula(),
        m.length,
        m[0].length,
        problem.loss(),
        isSingle(problem),
        lossObstacle,
        deficiency.map(Cause::text),
        sigmaMin,
        about(rank.sigmaMax(), error, subject).withSymbol("||M||"),
        about(
            subject,
            values.derived("||f(X) - Y||", EnclosedNetwork.FORWARD, residual.frobeniusNorm())),
        known
            ? about(
                subject,
                values.derived(
                    "L(w)",
                    EnclosedNetwork.FORWARD,
                    LossEnclosure.of(problem.loss(), values.output(), y)))
            : LastLayerNumbers.unknown(),
        known ? Facts.infimum(problem.loss(), y) : LastLayerNumbers.unknown(),
        known && LossEnclosure.attained(problem.loss(), y));
  }

  /** Stored features beyond the range of doubles: only counting says something about M. */
  private static LastLayerNumbers overflowed(TrainingProblem problem, LastLayer last) {
    double[][] y = Tensors.toRows(problem.y());
    Optional<String> lossObstacle = LossEnclosure.obstacle(problem.loss(), y);
    boolean known = lossObstacle.isEmpty();
    Quantity anything =
        Facts.notNegative("unknown", Subject.STORED_MATRIX, "the stored features overflow");
    Optional<Cause> tooFew = tooFew(last, y.length, last.columns());
    return new LastLayerNumbers(
        Optional.empty(),
        last.trainedBelow(),
        last.formula(),
        y.length,
        last.columns(),
        problem.loss(),
        isSingle(problem),
        lossObstacle,
        tooFew.map(Cause::text),
        tooFew.map(LastLayerMeasurement::none).orElse(anything.withSymbol("sigma_min(M)")),
        anything.withSymbol("||M||"),
        anything.withSymbol("||f(X) - Y||"),
        known ? anything.withSymbol("L(w)") : LastLayerNumbers.unknown(),
        known ? Facts.infimum(problem.loss(), y) : LastLayerNumbers.unknown(),
        known && LossEnclosure.attained(problem.loss(), y));
  }

  private static Quantity none(Cause cause) {
    return Facts.zero("sigma_min(M)", cause.subject());
  }

  private static boolean isSingle(TrainingProblem problem) {
    return problem.theta().dataType() != DataType.DOUBLE;
  }

  /**
   * A number of the enclosed values; where these are of the last layer alone, it is about the
   * stored features only.
   */
  static Quantity about(Subject subject, Quantity number) {
    return number.weakenedTo(number.rigor(), subject);
  }

  /** What the enclosed values are about. */
  static Subject subject(TrainingProblem problem) {
    return NetworkEnclosure.obstacle(problem.network(), problem.x().dataType()).isEmpty()
        ? Subject.EXACT_NETWORK
        : Subject.STORED_MATRIX;
  }

  /**
   * The network with other parameters of its last layer; if it cannot be enclosed, its last layer
   * alone, reading the stored features. Empty if these are not finite.
   */
  static Optional<EnclosedNetwork> values(
      TrainingProblem problem, LastLayer last, double[] parameters) {
    Network network = problem.network();
    if (subject(problem) == Subject.EXACT_NETWORK) {
      double[] theta = Tensors.toDoubles(problem.theta());
      System.arraycopy(parameters, 0, theta, (int) last.offset(), parameters.length);
      return Optional.of(enclose(network, theta, problem.x(), problem.threads()));
    }
    double[][] rows = last.storedFeatures();
    if (!Matrices.isFinite(rows)) {
      return Optional.empty();
    }
    try (INDArray h = Tensors.ofRows(rows)) {
      return Optional.of(
          enclose(Network.of(Shape.of(h.size(1)), last.dense()), parameters, h, problem.threads()));
    }
  }

  private static EnclosedNetwork enclose(Network network, double[] theta, INDArray x, int threads) {
    try (INDArray t = Tensors.of(x.dataType(), theta, theta.length)) {
      return NetworkEnclosure.of(network, t).withThreads(threads).at(x);
    }
  }

  private static RankReport rank(double[][] m, int threads) {
    try (INDArray matrix = Tensors.ofRows(m)) {
      return RankAnalysis.withDefaults().withThreads(threads).analyze(matrix);
    }
  }

  /** Weyl's inequality for singular values, none of which is negative. */
  private static Quantity about(Quantity sigma, Quantity error, Subject subject) {
    return sigma
        .perturbedBy(error, subject)
        .map(sigma.symbol(), interval -> interval.max(Interval.ZERO));
  }

  /**
   * A cause about what the numbers are about, or about more: a coincidence of stored features says
   * nothing about the exact network.
   */
  private static Optional<Cause> deficiency(
      TrainingProblem problem, LastLayer last, IntervalMatrix h, int columns, Subject subject) {
    Optional<Cause> tooFew = tooFew(last, h.rows(), columns);
    if (tooFew.isPresent() || !last.weightsTrained()) {
      return tooFew;
    }
    return ExpressivityCondition.of(problem.network(), problem.theta())
        .causes(problem.x(), h.midpoints())
        .stream()
        .filter(c -> c.subject().compareTo(subject) >= 0)
        .findFirst();
  }

  /** Counting holds for the stored matrix and for the exact one. */
  private static Optional<Cause> tooFew(LastLayer last, int samples, int columns) {
    return columns >= samples
        ? Optional.empty()
        : Optional.of(
            new Cause(
                Cause.Kind.TOO_FEW_FEATURES,
                columns,
                Subject.EXACT_NETWORK,
                List.of(),
                last.formula()
                    + " has "
                    + columns
                    + " columns, fewer than the "
                    + samples
                    + " samples; a wider last hidden layer is needed"));
  }

  /** The trained ones of the last layer's parameters. */
  static boolean[] trained(LastLayer last) {
    int weights = (int) (last.dense().in() * last.dense().out());
    boolean[] trained = new boolean[(int) last.dense().parameterCount()];
    Arrays.fill(trained, 0, weights, last.weightsTrained());
    Arrays.fill(trained, weights, trained.length, last.biasTrained());
    return trained;
  }
}
