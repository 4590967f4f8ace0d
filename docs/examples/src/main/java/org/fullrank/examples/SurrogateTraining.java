package org.fullrank.examples;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import org.fullrank.convergence.theorem.SurrogateDescent;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.io.Dataset;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.SurrogateRelu;
import org.fullrank.report.plot.Axis;
import org.fullrank.report.plot.LinePlot;
import org.fullrank.rigor.Verdict;
import org.fullrank.surrogate.Agreement;
import org.fullrank.surrogate.EquivalentRelu;
import org.fullrank.surrogate.ReluTransform;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.Recording;
import org.fullrank.training.TrainingRun;
import org.fullrank.training.Trajectory;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network with fixed activation patterns and a ReLU network of the same widths, trained on digits
 * from the same parameters; at several times the first is turned into a ReLU network of twice the
 * width, and both are compared on the training data and on unseen digits.
 *
 * <p>Arguments, all optional: the output folder, the number of training samples and the number of
 * steps.
 */
public final class SurrogateTraining {
  private static final Seed SEED = Seed.of(2021);
  private static final int WIDTH = 64;

  /** What both networks may differ by on the training data. */
  private static final double EQUAL = 1e-10;

  /** One factor per layer, the default, and the least factor of each unit. */
  private static final double[] SPANS = {1, 16, Double.POSITIVE_INFINITY};

  private SurrogateTraining() {}

  /**
   * Runs the study.
   *
   * @param args output folder, number of training samples, number of steps
   * @throws IOException if a file cannot be read or written
   */
  public static void main(String[] args) throws IOException {
    int n = args.length > 1 ? Integer.parseInt(args[1]) : 200;
    int steps = args.length > 2 ? Integer.parseInt(args[2]) : 500;
    Dataset digits = Data.digits().standardized().unitNormRows().shuffled(SEED);
    double[][] inputs = Tensors.toRows(digits.x());
    double[][] targets = Tensors.toRows(digits.y());
    INDArray x = Tensors.ofRows(Arrays.copyOf(inputs, n));
    INDArray y = Tensors.ofRows(Arrays.copyOf(targets, n));
    INDArray unseen = Tensors.ofRows(Arrays.copyOfRange(inputs, n, inputs.length));
    double[][] answers = Arrays.copyOfRange(targets, n, targets.length);

    double sigma = Math.sqrt(2);
    Dense first = Dense.of("first", 64, WIDTH).withSigmaW(sigma);
    Dense second = Dense.of("second", WIDTH, WIDTH).withSigmaW(sigma);
    Dense readout = Dense.of("readout", WIDTH, 10);
    Network surrogate =
        Network.of(Shape.of(64), SurrogateRelu.of("gates", SEED, first, second), readout);
    Network relu =
        Network.of(
            Shape.of(64),
            first,
            Elementwise.of(Activations.RELU),
            second,
            Elementwise.of(Activations.RELU),
            readout);
    // The slots are the same, so both start from the same numbers.
    INDArray theta = surrogate.initialize(SEED);
    TrainingProblem problem = TrainingProblem.of(surrogate, theta, x, y);
    Evidence evidence = Evidence.of(problem);
    double norm = evidence.get(Measurements.JACOBIAN).norm().interval().hi();
    double eta = 1 / (norm * norm);

    Table transforms =
        Table.of(
            "step",
            "span",
            "largest M, layer 1",
            "largest M, layer 2",
            "proved equal (train)",
            "difference computed (train)",
            "difference proved at most (train)",
            "proved equal (unseen)",
            "units beyond M (unseen)",
            "changed patterns (unseen)",
            "largest difference (unseen)",
            "accuracy surrogate (unseen)",
            "accuracy transformed (unseen)");
    boolean equal = true;
    Trajectory fixed;
    try (TrainingRun run =
        TrainingRun.start(problem, GradientDescent.withStepSize(eta), Recording.atPowersOfTwo())) {
      for (long at : new long[] {0, steps / 100, steps / 10, steps}) {
        run.advance(at - run.step());
        INDArray now = run.theta();
        double accuracy = accuracy(surrogate.forward(now, unseen), answers);
        for (double span : SPANS) {
          EquivalentRelu same =
              ReluTransform.withDefaults().withSpan(span).apply(surrogate, now, x);
          Agreement train = same.onData();
          Agreement test = same.on(unseen);
          boolean proved = same.verdict() == Verdict.HOLDS;
          equal &= proved && (span == 1 || train.computedDifference() <= EQUAL);
          transforms.add(
              at,
              span,
              Arrays.stream(same.factors(0)).max().orElseThrow(),
              Arrays.stream(same.factors(1)).max().orElseThrow(),
              train.provedEqual() + " of " + train.points(),
              train.computedDifference(),
              train.difference().interval().hi(),
              test.provedEqual() + " of " + test.points(),
              test.beyond(),
              test.changedPatterns(),
              test.computedDifference(),
              accuracy,
              accuracy(same.network().forward(same.theta(), unseen), answers));
        }
      }
      fixed = run.trajectory();
    }
    Trajectory plain;
    double plainAccuracy;
    try (TrainingRun run =
        TrainingRun.start(
            TrainingProblem.of(relu, theta, x, y),
            GradientDescent.withStepSize(eta),
            Recording.atPowersOfTwo())) {
      run.advance(steps);
      plain = run.trajectory();
      plainAccuracy = accuracy(relu.forward(run.theta(), unseen), answers);
    }
    Table losses = Table.of("step", "loss surrogate", "loss ReLU");
    for (int i = 0; i < fixed.snapshots().size(); i++) {
      losses.add(
          fixed.snapshots().get(i).step(),
          fixed.snapshots().get(i).loss(),
          plain.snapshots().get(i).loss());
    }
    Experiment.named("surrogate-training", "A surrogate network, a ReLU network, and the transform")
        .text(
            "Digits, standardised and scaled to norm 1, "
                + n
                + " for training and "
                + answers.length
                + " unseen; one-hot targets. Widths 64-64-64-10, sigma_w^2 = 2 in the hidden"
                + " layers, NTK parametrisation, F = 1/2 sum of squares, gradient descent with the"
                + " step size 1/||J_0||^2 of the surrogate for both networks, same initial"
                + " parameters. The gates come from a frozen network of the same widths.")
        .table(losses)
        .plot(
            LinePlot.titled(
                    "Training loss of 64-64-64-10 networks on " + n + " digits",
                    Axis.log10("step"),
                    Axis.log10("loss F, half the sum of squares"))
                .withSeries("surrogate", after(losses, "step"), after(losses, "loss surrogate"))
                .withSeries("ReLU", after(losses, "step"), after(losses, "loss ReLU"))
                .withCaption(
                    String.format(
                        Locale.ROOT,
                        "Surrogate: activation patterns fixed by a frozen network. Both start from"
                            + " the same parameters, where the losses are %.4g (surrogate) and %.4g"
                            + " (ReLU), which has no place on the logarithmic axis. Gradient"
                            + " descent of all layers with step %.3g.",
                        fixed.first().loss(),
                        plain.first().loss(),
                        eta)),
            "Training loss of the surrogate and of the ReLU network")
        .text("## The transform at several times")
        .table(transforms)
        .check(
            "at each of these times the transformed networks are proved equal to the surrogate on"
                + " all training data in exact arithmetic, and the computed outputs differ by at"
                + " most "
                + EQUAL
                + " for the spans 16 and infinity",
            equal)
        .text(
            "\"Units beyond M\" are pairs of an unseen digit and a hidden unit with |w| > M |t|,"
                + " \"changed patterns\" those where the ReLU of the transformed network and the"
                + " gate disagree. Accuracy of the trained ReLU network on the unseen digits: "
                + plainAccuracy
                + ".")
        .text("## The certificate for this problem")
        .certificate(SurrogateDescent.withDefaults().check(evidence))
        .text(
            "The certified residual radius is "
                + SurrogateDescent.withDefaults().residualRadius(evidence)
                + "; the residual at the start has norm "
                + fixed.first().residualNorm()
                + ".")
        .finish(args);
  }

  /** A column without the start, which has no place on a logarithmic axis. */
  private static double[] after(Table table, String column) {
    double[] all = table.column(column);
    return Arrays.copyOfRange(all, 1, all.length);
  }

  /** Share of rows whose largest output is at the target. */
  private static double accuracy(INDArray outputs, double[][] answers) {
    double[][] rows = Tensors.toRows(outputs);
    outputs.close();
    int right = 0;
    for (int i = 0; i < rows.length; i++) {
      right += largest(rows[i]) == largest(answers[i]) ? 1 : 0;
    }
    return right / (double) rows.length;
  }

  private static int largest(double[] row) {
    int best = 0;
    for (int c = 1; c < row.length; c++) {
      best = row[c] > row[best] ? c : best;
    }
    return best;
  }
}
