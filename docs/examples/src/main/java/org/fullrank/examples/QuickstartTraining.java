package org.fullrank.examples;

import java.util.Locale;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.theorem.JacobianDescent;
import org.fullrank.convergence.theorem.LastLayerDescent;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.report.Dossier;
import org.fullrank.report.plot.ConvergencePlot;
import org.fullrank.training.Comparison;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.Recording;
import org.fullrank.training.TrainingRun;

/**
 * The last part of {@link Quickstart}: which certificate holds for gradient descent on the problem,
 * and a run that is held against it.
 */
final class QuickstartTraining {
  private static final int STEPS = 400;

  private QuickstartTraining() {}

  /** A dossier with this part, and the picture that belongs to it. */
  record Result(Dossier dossier, ConvergencePlot plot) {}

  /**
   * Checks all layers and the last one, and trains the last one.
   *
   * @param before the report so far
   * @param problem squares, all layers trained, the last one dense
   */
  static Result study(Dossier before, TrainingProblem problem) {
    JacobianDescent all = JacobianDescent.withDefaults();
    Evidence evidence = Evidence.of(problem);
    Certificate allLayers = all.check(evidence);
    TrainingProblem last = problem.withFrozen(hidden(problem));
    Certificate lastLayer = LastLayerDescent.withDefaults().check(last);
    Prediction prediction =
        lastLayer
            .prediction()
            .orElseThrow(() -> new IllegalStateException("no certificate: " + lastLayer));
    try (TrainingRun run =
        TrainingRun.start(
            last, GradientDescent.withStepSize(prediction.stepSize()), Recording.every(4))) {
      run.advance(STEPS);
      Comparison comparison = Comparison.of(prediction, run.trajectory(), 0);
      Dossier dossier =
          before
              .section("Does gradient descent converge?")
              .prose(
                  "Trained on half the sum of squares against one-hot targets. With all layers the"
                      + " theorem asks that the Jacobian change little over the distance that"
                      + " descent may travel; the residual would have to be smaller than the"
                      + " certified radius below. With the features fixed, their full rank is"
                      + " enough.")
              .certificate(allLayers)
              .fact(
                  "largest residual norm that would be certified, all layers",
                  String.format(Locale.ROOT, "%.3g", all.residualRadius(evidence)))
              .certificate(lastLayer)
              .fact("steps made with the certified step size", String.valueOf(STEPS))
              .fact("run within its guarantee", comparison.kept() ? "yes" : "NO: " + comparison)
              .fact(
                  "loss, first and last",
                  String.format(
                      Locale.ROOT,
                      "%.4g, %.4g",
                      run.trajectory().first().loss(),
                      run.trajectory().last().loss()))
              .figure(
                  "convergence.png", "The residual of the run below the envelope that was proved.");
      return new Result(
          dossier,
          ConvergencePlot.of(run.trajectory(), prediction)
              .withTitle(
                  "Last layer of a residual tanh network on "
                      + problem.x().size(0)
                      + " digits: run and guarantee")
              .withIntroduction(
                  "Gradient descent of the last layer, the features fixed; half the sum of squares"
                      + " against one-hot targets."));
    }
  }

  /** The slots of all layers but the last. */
  private static String[] hidden(TrainingProblem problem) {
    long own =
        problem.network().layers().get(problem.network().layers().size() - 1).parameterCount();
    long end = problem.network().parameterCount() - own;
    return problem.network().slots().stream()
        .filter(slot -> slot.offset() < end)
        .map(slot -> slot.name())
        .toArray(String[]::new);
  }
}
