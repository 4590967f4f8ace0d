package org.fullrank.evidence;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.fullrank.enclosure.EnclosedNetwork;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.expressivity.Cause;
import org.fullrank.expressivity.ExpressivityCondition;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Shape;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.IntervalMatrix;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.spectrum.RankAnalysis;
import org.fullrank.spectrum.RankReport;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Measures {@link LastLayerNumbers}. The singular values are those of the stored midpoints of M,
 * enclosed without squaring the condition number, give or take the error of the midpoints.
 */
final class LastLayerMeasurement {
  static final int THREADS = Math.min(2, Runtime.getRuntime().availableProcessors());

  private LastLayerMeasurement() {}

  static LastLayerNumbers measure(TrainingProblem problem) {
    LastLayer last = LastLayer.of(problem);
    if (last.obstacle().isPresent()) {
      return LastLayerNumbers.not(last.obstacle().get(), problem.loss());
    }
    Subject subject = subject(problem);
    double[] parameters = last.parameters();
    EnclosedNetwork values = values(problem, last, parameters);
    IntervalMatrix h = values.features();
    IntervalMatrix zero = IntervalMatrix.exact(new double[h.rows()][h.columns()]);
    IntervalMatrix scaled = zero.addScaled(last.dense().weightScale(), h);
    double[][] m = last.withBias(scaled.midpoints());
    Quantity error =
        Quantity.verified(
            "||M^ - M||_F",
            Interval.of(0, last.weightsTrained() ? scaled.frobeniusError() : 0),
            subject,
            "forward pass with running error bounds");
    RankReport rank = rank(m);
    Optional<String> deficiency = deficiency(problem, last, h, m[0].length, subject);
    Quantity sigmaMin = about(rank.sigmaMin(), error, subject).withSymbol("sigma_min(M)");
    if (deficiency.isPresent()) {
      sigmaMin = Quantity.verified("sigma_min(M)", Interval.ZERO, subject, "structure");
    } else if (subject == Subject.STORED_MATRIX && !rank.isAboveRounding()) {
      // Stored entries may have full rank only because they were rounded.
      sigmaMin = sigmaMin.map("sigma_min(M)", s -> Interval.of(0, s.hi()));
    }
    double[][] y = Tensors.toRows(problem.y());
    Optional<String> lossObstacle = LossEnclosure.obstacle(problem.loss(), y);
    IntervalMatrix residual = values.output().addScaled(-1, IntervalMatrix.exact(y));
    String method = "forward pass with running error bounds";
    boolean known = lossObstacle.isEmpty();
    return new LastLayerNumbers(
        Optional.empty(),
        last.trainedBelow(),
        last.formula(),
        m.length,
        m[0].length,
        problem.loss(),
        lossObstacle,
        deficiency,
        sigmaMin,
        about(rank.sigmaMax(), error, subject).withSymbol("||M||"),
        Quantity.verified("||f(X) - Y||", residual.frobeniusNorm(), subject, method),
        known
            ? Quantity.verified(
                "L(w)", LossEnclosure.of(problem.loss(), values.output(), y), subject, method)
            : LastLayerNumbers.unknown(),
        known
            ? Quantity.verified(
                "inf L",
                LossEnclosure.infimum(problem.loss(), y),
                Subject.EXACT_NETWORK,
                "closed form")
            : LastLayerNumbers.unknown(),
        known && LossEnclosure.attained(problem.loss(), y));
  }

  /** What the enclosed values are about. */
  static Subject subject(TrainingProblem problem) {
    return NetworkEnclosure.obstacle(problem.network(), problem.x().dataType()).isEmpty()
        ? Subject.EXACT_NETWORK
        : Subject.STORED_MATRIX;
  }

  /**
   * The network with other parameters of its last layer; if it cannot be enclosed, its last layer
   * alone, reading the stored features.
   */
  static EnclosedNetwork values(TrainingProblem problem, LastLayer last, double[] parameters) {
    Network network = problem.network();
    if (subject(problem) == Subject.EXACT_NETWORK) {
      double[] theta = Tensors.toDoubles(problem.theta());
      System.arraycopy(parameters, 0, theta, (int) last.offset(), parameters.length);
      return enclose(network, theta, problem.x());
    }
    try (INDArray h = network.features(problem.theta(), problem.x())) {
      return enclose(Network.of(Shape.of(h.size(1)), last.dense()), parameters, h);
    }
  }

  private static EnclosedNetwork enclose(Network network, double[] theta, INDArray x) {
    try (INDArray t = Tensors.of(theta, theta.length)) {
      return NetworkEnclosure.of(network, t).withThreads(THREADS).at(x);
    }
  }

  private static RankReport rank(double[][] m) {
    try (INDArray matrix = Tensors.ofRows(m)) {
      return RankAnalysis.withDefaults().withThreads(THREADS).analyze(matrix);
    }
  }

  /** Weyl's inequality for singular values, none of which is negative. */
  private static Quantity about(Quantity sigma, Quantity error, Subject subject) {
    return sigma
        .perturbedBy(error, subject)
        .map(sigma.symbol(), interval -> interval.max(Interval.ZERO));
  }

  /** A cause that is about what the numbers are about. */
  private static Optional<String> deficiency(
      TrainingProblem problem, LastLayer last, IntervalMatrix h, int columns, Subject subject) {
    if (columns < h.rows()) {
      return Optional.of(
          last.formula()
              + " has "
              + columns
              + " columns, fewer than the "
              + h.rows()
              + " samples; a wider last hidden layer is needed");
    }
    if (!last.weightsTrained()) {
      return Optional.empty();
    }
    List<Cause> causes =
        ExpressivityCondition.of(problem.network(), problem.theta())
            .causes(problem.x(), h.midpoints());
    return causes.stream()
        .filter(c -> c.subject().compareTo(subject) >= 0)
        .map(Cause::text)
        .findFirst();
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
