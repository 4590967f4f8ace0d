package org.fullrank.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.theorem.ZeroAsymmetricFlow;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.nn.model.DeepLinearChain;
import org.fullrank.report.plot.Axis;
import org.fullrank.report.plot.LinePlot;
import org.fullrank.training.Comparison;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.GradientFlow;
import org.fullrank.training.Recording;
import org.fullrank.training.RunStatus;
import org.fullrank.training.TrainingRun;

/**
 * Iterations of gradient descent on {@code 1/2 ||W_L ... W_1 - Phi||^2}, {@code Phi = -I + noise},
 * by depth, from the zero-asymmetric start of Wu, Wang and Ma (NeurIPS 2019), from near the
 * identity and from Xavier Glorot's start; and the flow certificate of the first.
 *
 * <p>Arguments: the output folder, by default the current one; the largest number of iterations;
 * the depths.
 */
public final class ZeroAsymmetric {
  private static final Seed SEED = Seed.of(2019);
  private static final int DIMENSION = 4;
  private static final double[] STEPS = {0.3, 0.1, 0.03};
  private static final double NOISE = 0.1;
  private static final double ACCURACY = 1e-6;
  private static final int CHUNK = 20;

  private ZeroAsymmetric() {}

  /** Runs the experiment. */
  public static void main(String[] args) throws IOException {
    int most = args.length > 1 ? Integer.parseInt(args[1]) : 1000;
    List<Integer> depths = new ArrayList<>();
    for (int i = 2; i < args.length; i++) {
      depths.add(Integer.parseInt(args[i]));
    }
    if (depths.isEmpty()) {
      depths.addAll(List.of(2, 4, 8));
    }
    String[] starts = {"zero-asymmetric", "near identity", "Xavier"};
    Table table =
        Table.of("depth", "start", "best_step_times_depth", "iterations", "loss_by_start");
    double[][] needed = new double[starts.length][depths.size()];
    for (int j = 0; j < depths.size(); j++) {
      for (int i = 0; i < starts.length; i++) {
        needed[i][j] = fastest(table, starts[i], depths.get(j), most);
      }
    }
    LinePlot plot =
        LinePlot.titled(
            "Deep linear networks of width "
                + DIMENSION
                + " on targets near -x: iterations by depth and start",
            Axis.linear("depth L"),
            Axis.log10("iterations to 1e-6 of the loss of the zero map"));
    double[] x = depths.stream().mapToDouble(l -> l).toArray();
    boolean zeroAlways = true;
    for (int i = 0; i < starts.length; i++) {
      plot = plot.withSeries(starts[i], x, needed[i]);
    }
    for (double n : needed[0]) {
      zeroAlways &= n <= most;
    }
    flow(
            Experiment.named("zero-asymmetric", "The zero-asymmetric start")
                .text(
                    "Phi = -I + "
                        + NOISE
                        + " N in dimension "
                        + DIMENSION
                        + ", X = I, the fastest of the steps {0.3, 0.1, 0.03}/L. Fitted means a"
                        + " loss of "
                        + ACCURACY
                        + " times 1/2 ||Phi||^2; runs end after "
                        + most
                        + " iterations, which are checked every "
                        + CHUNK
                        + ".")
                .table(table)
                .plot(plot.withCaption(caption(needed, most)), "Iterations by depth"),
            depths.get(depths.size() - 1))
        .check("the zero-asymmetric start fits at every depth", zeroAlways)
        .finish(args.length > 0 ? new String[] {args[0]} : args);
  }

  private static String caption(double[][] needed, int most) {
    long open = Arrays.stream(needed).flatMapToDouble(Arrays::stream).filter(v -> v > most).count();
    return "Gradient descent of all layers with the fastest of the steps {0.3, 0.1, 0.03}/L. What"
        + " differs is how the weights start."
        + (open == 0
            ? " All runs got there."
            : " " + open + " did not get there and are drawn at " + (most + 1) + ".");
  }

  private static DeepLinearChain model(String start, int depth) {
    return switch (start) {
      case "zero-asymmetric" -> DeepLinearChain.zeroAsymmetric(DIMENSION, DIMENSION, depth);
      case "near identity" -> DeepLinearChain.nearIdentity(DIMENSION, depth, 0.01, SEED);
      default -> DeepLinearChain.xavier(DIMENSION, DIMENSION, DIMENSION, depth, SEED);
    };
  }

  private static TrainingProblem problem(DeepLinearChain model) {
    RandomStream random = SEED.stream("target");
    double[][] x = new double[DIMENSION][DIMENSION];
    double[][] y = new double[DIMENSION][DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      x[i][i] = 1;
      for (int j = 0; j < DIMENSION; j++) {
        y[i][j] = (i == j ? -1 : 0) + NOISE * random.nextGaussian();
      }
    }
    return TrainingProblem.of(model.network(), model.theta(), Tensors.ofRows(x), Tensors.ofRows(y));
  }

  /** The least number of iterations over the steps, {@code most + 1} if none suffices. */
  private static double fastest(Table table, String start, int depth, int most) {
    TrainingProblem problem = problem(model(start, depth));
    double scale = 0;
    for (double v : Tensors.toDoubles(problem.y())) {
      scale += 0.5 * v * v;
    }
    double best = most + 1.0;
    double bestStep = Double.NaN;
    double bestLoss = Double.POSITIVE_INFINITY;
    for (double step : STEPS) {
      try (TrainingRun run =
          TrainingRun.start(
              problem, GradientDescent.withStepSize(step / depth), Recording.every(CHUNK))) {
        double loss = run.trajectory().last().loss() / scale;
        while (run.status() == RunStatus.READY && run.step() < most && !(loss <= ACCURACY)) {
          run.advance(CHUNK);
          loss = run.trajectory().last().loss() / scale;
        }
        boolean fitted = run.status() == RunStatus.READY && loss <= ACCURACY;
        if (fitted ? run.step() < best : best > most && loss < bestLoss) {
          best = fitted ? run.step() : best;
          bestLoss = loss;
          bestStep = step;
        }
      }
    }
    table.add(depth, start, bestStep, best > most ? "> " + most : (long) best, bestLoss);
    return best;
  }

  private static Experiment flow(Experiment report, int depth) {
    TrainingProblem problem = problem(model("zero-asymmetric", depth));
    Certificate certificate = ZeroAsymmetricFlow.withDefaults().check(problem);
    Experiment out = report.text("## Gradient flow at depth " + depth).certificate(certificate);
    return certificate
        .prediction()
        .map(
            p -> {
              try (TrainingRun run =
                  TrainingRun.start(
                      problem, GradientFlow.withTolerance(1e-9, 1e-11), Recording.every(1))) {
                run.advance(300, step -> run.time() < 3);
                Comparison kept = Comparison.of(p, run.trajectory(), 0);
                return out.check(
                    "the flow stays below its envelope and within its ball to time 3",
                    kept.kept() && run.time() >= 3);
              }
            })
        .orElse(out.check("there is a certificate", false));
  }
}
