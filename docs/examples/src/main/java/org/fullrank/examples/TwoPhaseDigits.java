package org.fullrank.examples;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.theorem.FeatureRank;
import org.fullrank.convergence.theorem.FullyConnectedExpressivity;
import org.fullrank.convergence.theorem.GenericExpressivity;
import org.fullrank.convergence.theorem.LastLayerDescent;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.io.Dataset;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.report.plot.Axis;
import org.fullrank.report.plot.ConvergencePlot;
import org.fullrank.report.plot.LinePlot;
import org.fullrank.training.Comparison;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.Recorders;
import org.fullrank.training.Recording;
import org.fullrank.training.Snapshot;
import org.fullrank.training.StochasticGradientDescent;
import org.fullrank.training.TrainingMethod;
import org.fullrank.training.TrainingRun;
import org.fullrank.training.Trajectory;
import org.fullrank.training.TwoPhase;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The two-phase algorithm of Kawaguchi and Sun (2021) against its base method, the same number of
 * steps for both, on digits and a softplus network 64-32-ceil(1.1 n)-10: SGD on all layers
 * throughout, or only until {@code tau} and then gradient descent of the last layer with the step
 * size of its certificate. All certificates at {@code tau} are printed.
 *
 * <p>Arguments, all optional: output folder, n (200), steps (1000).
 */
public final class TwoPhaseDigits {
  private static final Seed SEED = Seed.of(2026);
  private static final double BASE_STEP = 2e-2;
  private static final int BATCH = 50;

  private TwoPhaseDigits() {}

  /**
   * Runs the experiment.
   *
   * @param args output folder, number of digits, number of steps
   * @throws IOException if a file cannot be read or written
   */
  public static void main(String[] args) throws IOException {
    int n = args.length > 1 ? Integer.parseInt(args[1]) : 200;
    int steps = args.length > 2 ? Integer.parseInt(args[2]) : 1000;
    int tau = steps / 5;
    int width = (11 * n + 9) / 10;
    Network network =
        Network.of(
            Shape.of(64),
            Dense.of("a", 64, 32).withSigmaW(3).withBias(1),
            Elementwise.of(Activations.SOFTPLUS),
            Dense.of("b", 32, width).withSigmaW(3).withBias(1),
            Elementwise.of(Activations.SOFTPLUS),
            Dense.of("out", width, 10).withBias(1));
    Dataset digits = Data.digits(n, SEED).standardized();
    TrainingProblem problem =
        TrainingProblem.of(network, network.initialize(SEED), digits.x(), digits.y())
            .withLoss(Losses.MEAN_SQUARED);
    TrainingMethod base = StochasticGradientDescent.of(BASE_STEP, BATCH, SEED);
    Recording recording =
        Recording.every(Math.max(1, steps / 100)).with(Recorders.featureSigmaMin());

    // The step size of the second phase is known only at tau, so the first phase runs by itself.
    TwoPhase split = TwoPhase.of(base, tau, base).withPerturbation(1e-4, SEED);
    try (TrainingRun baseRun = TrainingRun.start(problem, base, recording);
        INDArray start = switchPoint(problem, split, tau)) {
      baseRun.advance(steps);
      TrainingProblem second = split.secondPhase(problem).at(start);
      Evidence evidence = Evidence.of(second);
      Certificate rank = FeatureRank.withDefaults().check(evidence);
      Certificate descent = LastLayerDescent.withDefaults().check(evidence);
      Evidence whole = Evidence.of(problem.at(start));
      Certificate generic = GenericExpressivity.withDefaults().check(whole);
      Certificate connected = FullyConnectedExpressivity.withDefaults().check(whole);
      Prediction prediction =
          descent
              .prediction()
              .orElseThrow(() -> new IllegalStateException("no certificate: " + descent));
      TwoPhase certified =
          TwoPhase.of(base, tau, GradientDescent.withStepSize(prediction.stepSize()))
              .withPerturbation(1e-4, SEED);
      try (TrainingRun both = TrainingRun.start(problem, certified, recording);
          TrainingRun alone =
              TrainingRun.start(
                  second, GradientDescent.withStepSize(prediction.stepSize()), recording)) {
        both.advance(steps);
        alone.advance(steps - tau);
        report(
            args,
            String.format(
                Locale.ROOT,
                "%d digits, softplus network 64-32-%d-10 in NTK parametrisation (sigma_w = 3,"
                    + " p = %d), mean of squares, seed %d. Base: SGD with step size %s and batches"
                    + " of %d, %d steps. Two-phase: the same until tau = %d, perturbation 1e-4,"
                    + " then gradient descent of the last layer with the certified step size %.4g."
                    + " A step of the second phase reads all samples but needs no gradient of the"
                    + " hidden layers.",
                n,
                width,
                network.parameterCount(),
                SEED.value(),
                BASE_STEP,
                BATCH,
                steps,
                tau,
                prediction.stepSize()),
            tau,
            baseRun.trajectory(),
            both.trajectory(),
            alone.trajectory(),
            prediction,
            rank,
            descent,
            generic,
            connected);
      }
    }
  }

  private static INDArray switchPoint(TrainingProblem problem, TwoPhase split, int tau) {
    try (TrainingRun first = TrainingRun.start(problem, split, Recording.every(tau))) {
      first.advance(tau);
      try (INDArray end = first.theta()) {
        return split.perturbed(problem, end);
      }
    }
  }

  private static void report(
      String[] args,
      String setting,
      long tau,
      Trajectory base,
      Trajectory both,
      Trajectory alone,
      Prediction prediction,
      Certificate... certificates)
      throws IOException {
    Table table =
        Table.of(
            "step", "base loss", "two-phase loss", "base sigma_min(M)", "two-phase sigma_min(M)");
    double[] baseSigma = base.series("feature_sigma_min");
    double[] bothSigma = both.series("feature_sigma_min");
    for (int i = 0; i < base.snapshots().size(); i++) {
      table.add(
          base.snapshots().get(i).step(),
          base.snapshots().get(i).loss(),
          both.snapshots().get(i).loss(),
          baseSigma[i],
          bothSigma[i]);
    }
    double[] at = table.column("step");
    LinePlot losses =
        LinePlot.titled(
                "Softplus network on digits: two-phase training against SGD",
                Axis.linear("step"),
                Axis.log10("training loss, mean of squares"))
            .withSeries("SGD on all layers", at, table.column("base loss"))
            .withSeries("two-phase", at, table.column("two-phase loss"))
            .withMark((double) tau, "switch at step " + tau)
            .withCaption(
                String.format(
                    Locale.ROOT,
                    "Both are SGD with step %s until step %d; then two-phase perturbs the"
                        + " parameters and trains the last layer alone by gradient descent with"
                        + " step %.3g, for which convergence to the least loss is proved.",
                    BASE_STEP,
                    tau,
                    prediction.stepSize()));
    Comparison comparison = Comparison.of(prediction, alone, 0);
    Experiment experiment =
        Experiment.named("two-phase-digits", "Two-phase training of digits, certified at tau")
            .text(setting)
            .text(
                String.format(
                    Locale.ROOT,
                    "Loss after the last step: base %.4g, two-phase %.4g.",
                    base.last().loss(),
                    both.last().loss()))
            .plot(losses, "Loss of both methods")
            .plot(
                ConvergencePlot.of(alone, prediction)
                    .withTitle(
                        "Second phase on digits: residual of the last layer, certified envelope")
                    .withIntroduction(
                        "Last layer of the softplus network by itself, steps counted from the"
                            + " switch."),
                "The second phase by itself, steps counted from tau")
            .table(table);
    for (Certificate certificate : certificates) {
      experiment = experiment.certificate(certificate);
    }
    experiment
        .check(
            "every certificate at tau is a proof about the network in exact arithmetic",
            Arrays.stream(certificates).allMatch(Certificate::isProof))
        .check("the second phase stays within its certified envelope and ball", comparison.kept())
        .check(
            "the second phase of the whole run is the run that was certified",
            same(both.last(), alone.last()))
        .text(
            String.format(
                Locale.ROOT,
                "The guarantee is global convergence, not speed: the certified residual halves"
                    + " within %.3g steps at worst, that of the weakest direction; directions of"
                    + " large eigenvalues go first.",
                Math.log(2) / prediction.rate().interval().lo()))
        .finish(args);
  }

  /** Both runs make the same steps; only the counting differs. */
  private static boolean same(Snapshot a, Snapshot b) {
    return Math.abs(a.residualNorm() - b.residualNorm()) <= 1e-9 * b.residualNorm();
  }
}
