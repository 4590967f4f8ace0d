package org.fullrank.convergence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.fullrank.convergence.Prediction.Monitored;
import org.fullrank.convergence.theorem.DeepLinearDescent;
import org.fullrank.convergence.theorem.DeepLinearStochasticDescent;
import org.fullrank.convergence.theorem.JacobianDescent;
import org.fullrank.convergence.theorem.LastLayerConvexDescent;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.ReferenceWeights;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Residual;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The honesty test finds every kind of lie about every kind of prediction. */
final class HeldRunsTest {
  private static final double[] IDENTITY = {1, 0, 0, 1};

  /** {@code f = B (I + W) A X}, W zero, targets near the outputs at the start. */
  private static TrainingProblem residual() {
    Network network =
        Network.of(
            Shape.of(2),
            FixedLinear.of("A", Tensors.of(new double[] {3, 0, 0, 2}, 2, 2)),
            Residual.of(1, Dense.of("W", 2, 2).withParameterization(Parameterization.STANDARD)),
            FixedLinear.of("B", Tensors.of(new double[] {2, 0, 0, 3}, 2, 2)));
    double[] y = {6.003, 0.001, -0.002, 5.998};
    return TrainingProblem.of(
        network, Tensors.of(new double[4], 4), Tensors.of(IDENTITY, 2, 2), Tensors.of(y, 2, 2));
  }

  private static final double[] ELSEWHERE = {0.4, 0.1, -0.2, 0.3};

  private static TrainingProblem lastLayer() {
    Network network =
        Network.of(
            Shape.of(2), Dense.of("W", 2, 2).withParameterization(Parameterization.STANDARD));
    return TrainingProblem.of(
        network,
        Tensors.of(new double[4], 4),
        Tensors.of(new double[] {1, 0, 0, 0.3}, 2, 2),
        Tensors.of(ELSEWHERE, 2, 2));
  }

  private static Theorem comparedWith(double[] weights) {
    return LastLayerConvexDescent.withDefaults().withReference(ReferenceWeights.of(weights));
  }

  /** Weights with a small logistic loss. */
  private static final double[] BETTER = {5, 5, -15, 15};

  private static TrainingProblem logistic() {
    TrainingProblem squares = lastLayer();
    return TrainingProblem.of(
            squares.network(),
            squares.theta(),
            squares.x(),
            Tensors.of(new double[] {1, 1, -1, 1}, 2, 2))
        .withLoss(Losses.MEAN_LOGISTIC);
  }

  /** Too large for decimals. */
  private static TrainingProblem wide() {
    int d = 30;
    double[] zeros = new double[d * d];
    Random random = new Random(1);
    Network network =
        Network.of(
            Shape.of(d), Dense.of("W", d, d).withParameterization(Parameterization.STANDARD));
    return TrainingProblem.of(
        network,
        Tensors.of(zeros, zeros.length),
        Tensors.of(random.doubles(4L * d, -1, 1).toArray(), 4, d),
        Tensors.of(random.doubles(4L * d, -1, 1).toArray(), 4, d));
  }

  @Test
  void everyLieAboutEveryKindIsFound() {
    TreeSet<String> kinds = new TreeSet<>();
    kinds.add(lies(residual(), JacobianDescent.withDefaults(), null));
    kinds.add(lies(residual(), JacobianDescent.forGradientFlow(), null));
    kinds.add(lies(residual(), DeepLinearDescent.withDefaults(), null));
    kinds.add(lies(residual(), DeepLinearDescent.withDefaults().forGradientFlow(), null));
    kinds.add(lies(residual(), DeepLinearStochasticDescent.withDefaults(), null));
    kinds.add(lies(lastLayer(), comparedWith(ELSEWHERE), ELSEWHERE));
    kinds.add(lies(logistic(), comparedWith(BETTER), BETTER));
    kinds.add(lies(wide(), JacobianDescent.withDefaults(), null));
    kinds.add(lies(wide(), LastLayerConvexDescent.withDefaults(), null));
    assertThat(kinds).hasSize(2 * Monitored.values().length - 2);
  }

  private static String lies(
      TrainingProblem problem, Theorem theorem, double @Nullable [] reference) {
    Certificate certificate = theorem.check(problem);
    assertThat(certificate.isProof()).as(certificate.toString()).isTrue();
    Prediction truth = certificate.prediction().orElseThrow();
    HeldRuns runs = new HeldRuns();
    runs.hold(problem, truth, reference, "truth");
    for (Prediction lie : lies(truth)) {
      assertThat(catchThrowable(() -> runs.hold(problem, lie, reference, "lie")))
          .as(theorem.name() + ": " + lie)
          .isInstanceOf(AssertionError.class);
    }
    return HeldRuns.kind(truth);
  }

  /** The initial value, the rate, the radius, the layer radius and the reference, one at a time. */
  private static List<Prediction> lies(Prediction p) {
    boolean one = p.monitored() == Monitored.EXPECTED_EXCESS_LOSS;
    boolean reciprocal = p.envelopeFormula().contains("/");
    Quantity faster = p.rate().map("rate", r -> reciprocal ? r.multiply(1e-9) : rate(r, p));
    List<Prediction> lies = new ArrayList<>();
    lies.add(with(p, p.initial().map("initial", i -> i.multiply(0.99)), p.rate(), p.radius()));
    lies.add(with(p, p.initial(), faster, p.radius()));
    if (p.radius().interval().isBounded() && !one) {
      lies.add(with(p, p.initial(), p.rate(), p.radius().map("radius", r -> r.multiply(0.01))));
    }
    p.layerRadius()
        .ifPresent(
            l ->
                lies.add(
                    with(p, p.initial(), p.rate(), p.radius())
                        .withLayerRadius(l.map("radius", r -> r.multiply(1e-5)))));
    if (p.referenceLoss().isPresent()) {
      lies.add(
          with(p, p.initial(), p.rate(), p.radius())
              .withReferenceLoss(
                  Quantity.verified("F*", Interval.of(1), Subject.EXACT_NETWORK, "a lie")));
    }
    return lies;
  }

  private static Interval rate(Interval r, Prediction p) {
    return p.isFlow() ? r.multiply(1000) : Interval.of(0.999999);
  }

  private static Prediction with(Prediction p, Quantity initial, Quantity rate, Quantity radius) {
    Prediction made;
    if (p.isFlow()) {
      made = Prediction.flow(p.monitored(), initial, rate, radius);
    } else if (p.envelopeFormula().contains("/")) {
      made = Prediction.reciprocal(p.monitored(), initial, p.stepSize(), rate, radius);
    } else {
      made = Prediction.of(p.monitored(), initial, p.stepSize(), rate, radius);
    }
    Optional<Quantity> layer = p.layerRadius();
    made = layer.isPresent() ? made.withLayerRadius(layer.get()) : made;
    Optional<Quantity> failure = p.failureProbability();
    made = failure.isPresent() ? made.withFailureProbability(failure.get()) : made;
    Optional<Quantity> reference = p.referenceLoss();
    return reference.isPresent() ? made.withReferenceLoss(reference.get()) : made;
  }
}
