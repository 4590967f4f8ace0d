package org.fullrank.examples;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.theorem.DeepLinearDescent;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.model.DeepLinearChain;
import org.fullrank.nn.model.DeepLinearResNet;
import org.fullrank.report.plot.Axis;
import org.fullrank.report.plot.LinePlot;
import org.fullrank.rigor.eigen.SpectralNorm;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.Recording;
import org.fullrank.training.RunStatus;
import org.fullrank.training.Snapshot;
import org.fullrank.training.TrainingRun;
import org.fullrank.training.Trajectory;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Deep linear residual networks with identity, modified identity and Gaussian maps on targets near
 * {@code -x}, and residual against plain networks by depth: the experiments of Zou, Long and Gu
 * (ICLR 2020), Section 4. Their step sizes and scalings are not known; each run here takes the best
 * of four step sizes.
 *
 * <p>Arguments: the output folder, by default the current one; then {@code full} for the largest
 * sizes (width 200 with depths to 100), which take much longer.
 */
public final class ZouFigure1 {
  private static final Seed SEED = Seed.of(2020);
  private static final int SAMPLES = 1000;
  private static final int DIMENSION = 10;
  private static final int DEPTH = 10;
  private static final int STEPS = 400;
  private static final String ENDS =
      " A line ends with the last record above 1e-16 of its start, where rounding begins.";

  private static final double[] SHARES = {0.03, 0.1, 0.3, 1};

  /** A run counts as fitted when the excess loss has fallen by this factor. */
  private static final double FITTED = 1e-3;

  /** Excess losses below this, relative to the start, are rounding errors. */
  private static final double FLOOR = 1e-16;

  /** Above this share of {@code 1/2 ||Y||^2} the identity maps are still on their plateau. */
  private static final double PLATEAU = 0.9;

  /** A run of the best step size. */
  private record Best(double share, Trajectory trajectory) {
    double excess(long step) {
      double loss = Double.NaN;
      for (Snapshot s : trajectory.snapshots()) {
        loss = s.step() <= step ? s.loss() : loss;
      }
      return loss;
    }

    /** The records before the first one below the floor, where rounding begins. */
    private Stream<Snapshot> drawn() {
      double floor = FLOOR * trajectory.first().loss();
      return trajectory.snapshots().stream().takeWhile(s -> s.loss() >= floor);
    }

    double[] steps() {
      return drawn().mapToDouble(Snapshot::step).toArray();
    }

    double[] losses() {
      return drawn().mapToDouble(Snapshot::loss).toArray();
    }

    /** First recorded step at which it is fitted, or -1. */
    long fitted() {
      double first = trajectory.first().loss();
      return trajectory.snapshots().stream()
          .filter(s -> s.loss() <= FITTED * first)
          .mapToLong(Snapshot::step)
          .findFirst()
          .orElse(-1);
    }
  }

  private ZouFigure1() {}

  /** Runs the experiment. */
  public static void main(String[] args) throws IOException {
    boolean full = args.length > 1 && args[1].equals("full");
    LinearRegressionData data = LinearRegressionData.of(SAMPLES, DIMENSION, SEED);
    double level = data.halfSquaredTargets() - data.infimum;
    Experiment report =
        Experiment.named("zou-figure-1", "Deep linear residual networks and their fixed maps")
            .text(
                "X has n = "
                    + SAMPLES
                    + " standard normal samples in dimension "
                    + DIMENSION
                    + ", Y = -X + 0.1 N, f = B (I + W_L) ... (I + W_1) A X, W = 0 at the start."
                    + " Best of the steps {0.03, 0.1, 0.3, 1}/(L K^2), K = ||A|| ||B|| ||X||, by"
                    + " the excess loss F - F* after "
                    + STEPS
                    + " steps. The runs are on the "
                    + DIMENSION
                    + " samples R, Q^T Y with X = Q R, which have the same gradients and the loss F"
                    + " - F*. F* = "
                    + data.infimum
                    + ", 1/2 ||Y||^2 - F* = "
                    + level
                    + ". In the pictures a line ends with the last record above 1e-16 of its start,"
                    + " where rounding begins; the tables go on.")
            .check(
                "the small problem has the loss F - F* and the gradient of the large one",
                same(data));
    for (int width : new int[] {40, 200}) {
      report = maps(report, data, width, level);
    }
    report = depths(report, data, 40, full ? new int[] {5, 10, 20} : new int[] {5, 20});
    if (full) {
      report = depths(report, data, 200, new int[] {20, 50, 100});
    }
    certificates(report, data)
        .text(
            "Identity maps stay at the level of the targets: the product of the layers would have"
                + " to lose its positive eigenvalues. The other maps give directions that fit the"
                + " targets without that. A certificate exists for modified identity maps that are"
                + " large enough, although smaller ones converge as well: the theorem is sufficient"
                + " only.")
        .finish(args.length > 0 ? new String[] {args[0]} : args);
  }

  private static Experiment maps(
      Experiment report, LinearRegressionData data, int m, double level) {
    int d = DIMENSION;
    List<String> names =
        List.of(
            "identity", "modified identity", "Gaussian N(0, 1)", "Gaussian N(0, 1/m), N(0, 1/k)");
    List<DeepLinearResNet> models =
        List.of(
            DeepLinearResNet.identity(d, m, d, DEPTH),
            DeepLinearResNet.modifiedIdentity(d, m, d, DEPTH, 1, 1),
            DeepLinearResNet.gaussian(d, m, d, DEPTH, 1, 1, SEED),
            DeepLinearResNet.gaussian(d, m, d, DEPTH, 1 / Math.sqrt(m), 1 / Math.sqrt(d), SEED));
    Table table = Table.of("maps", "best_step", "t_0", "t_50", "t_100", "t_200", "t_400");
    LinePlot plot =
        LinePlot.titled(
                "Deep linear residual networks of width "
                    + m
                    + " and depth "
                    + DEPTH
                    + ", targets near -x",
                Axis.linear("step"),
                Axis.log10("loss above its infimum, F - F*"))
            .withCaption(
                "Names: the fixed first and last maps. Gradient descent with the best of four step"
                    + " sizes for each (in the table). Identity maps cannot fit targets near -x and"
                    + " stay at their level; the other maps fit them."
                    + ENDS);
    double[] last = new double[models.size()];
    double[] reduction = new double[models.size()];
    for (int i = 0; i < models.size(); i++) {
      Network network = models.get(i).network();
      Best best = best(network, models.get(i).theta(), data, lipschitz(network, data), 10);
      table.add(
          names.get(i),
          best.share,
          best.excess(0),
          best.excess(50),
          best.excess(100),
          best.excess(200),
          best.excess(STEPS));
      last[i] = best.excess(STEPS);
      reduction[i] = last[i] / best.excess(0);
      plot = plot.withSeries(names.get(i), best.steps(), best.losses());
    }
    return report
        .text("## Width " + m)
        .table(table)
        .plot(plot, "Excess loss by step, width " + m)
        .check(
            "width " + m + ": identity maps are on the plateau near 1/2 ||Y||^2",
            last[0] > PLATEAU * level)
        .check(
            "width " + m + ": modified identity and Gaussian maps fit the targets",
            reduction[1] < FITTED && reduction[2] < FITTED && reduction[3] < FITTED);
  }

  private static Experiment depths(
      Experiment report, LinearRegressionData data, int m, int[] depths) {
    int d = DIMENSION;
    Table table = Table.of("network", "depth", "best_step", "steps_to_1e-3", "t_400_by_t_0");
    LinePlot plot =
        LinePlot.titled(
                "Residual and plain deep linear networks of width " + m + ", targets near -x",
                Axis.linear("step"),
                Axis.log10("loss above its infimum, F - F*"))
            .withCaption(
                "L: depth. Residual: modified identity maps, hidden layers start at 0. Plain: the"
                    + " scaled Gaussian start of Du and Hu. Gradient descent with the best of four"
                    + " step sizes for each (in the table)."
                    + ENDS);
    double normX;
    try (INDArray x = data.reducedInputs()) {
      normX = SpectralNorm.enclose(Tensors.toRows(x), 1).hi();
    }
    boolean residualFits = true;
    for (int depth : depths) {
      DeepLinearResNet residual = DeepLinearResNet.modifiedIdentity(d, m, d, depth, 1, 1);
      Best r = best(residual.network(), residual.theta(), data, depth * normX * normX, 10);
      DeepLinearChain plain = DeepLinearChain.duHu(d, m, d, depth, SEED);
      // The smoothness of Du and Hu: L ||X||^2 / d_y.
      Best p = best(plain.network(), plain.theta(), data, depth * normX * normX / d, 10);
      row(table, "residual", depth, r);
      row(table, "plain", depth, p);
      residualFits &= r.fitted() >= 0;
      plot =
          plot.withSeries("residual, L = " + depth, r.steps(), r.losses())
              .withSeries("plain, L = " + depth, p.steps(), p.losses());
    }
    return report
        .text(
            "## Residual and plain networks, width "
                + m
                + "\n\nResidual: modified identity maps. Plain: the network of Du and Hu, steps"
                + " {0.03, 0.1, 0.3, 1} d_y/(L ||X||^2).")
        .table(table)
        .plot(plot, "Residual and plain networks by depth, width " + m)
        .check("width " + m + ": residual networks of all depths fit", residualFits);
  }

  private static void row(Table table, String kind, int depth, Best run) {
    table.add(
        kind,
        depth,
        run.share,
        run.fitted() < 0 ? "> " + STEPS : run.fitted(),
        run.excess(STEPS) / run.excess(0));
  }

  private static Experiment certificates(Experiment report, LinearRegressionData data) {
    int d = DIMENSION;
    Experiment out =
        report.text("## Certificates\n\nOn all samples, width 40, depth " + DEPTH + ".");
    for (double g : new double[] {1, 6}) {
      DeepLinearResNet model = DeepLinearResNet.modifiedIdentity(d, 40, d, DEPTH, g, g);
      Certificate certificate = check(model, data);
      out = out.text("Modified identity with factor " + g + ":").certificate(certificate);
      if (g > 5) {
        out = out.check("it is proved for factor " + g, certificate.isProof());
      }
    }
    return out.text("Identity maps:")
        .certificate(check(DeepLinearResNet.identity(d, 40, d, DEPTH), data));
  }

  private static Certificate check(DeepLinearResNet model, LinearRegressionData data) {
    return DeepLinearDescent.withDefaults()
        .check(TrainingProblem.of(model.network(), model.theta(), data.inputs(), data.targets()));
  }

  /** {@code L K^2}. */
  private static double lipschitz(Network network, LinearRegressionData data) {
    double k = 1;
    for (int end : new int[] {0, network.layers().size() - 1}) {
      try (INDArray m = ((FixedLinear) network.layers().get(end)).matrix()) {
        k *= SpectralNorm.enclose(Tensors.toRows(m), 1).hi();
      }
    }
    try (INDArray x = data.reducedInputs()) {
      k *= SpectralNorm.enclose(Tensors.toRows(x), 1).hi();
    }
    return (network.layers().size() - 2) * k * k;
  }

  private static Best best(
      Network network, INDArray theta, LinearRegressionData data, double smoothness, int every) {
    TrainingProblem problem =
        TrainingProblem.of(network, theta, data.reducedInputs(), data.reducedTargets());
    Best best = null;
    for (double share : SHARES) {
      try (TrainingRun run =
          TrainingRun.start(
              problem, GradientDescent.withStepSize(share / smoothness), Recording.every(every))) {
        boolean finished = run.advance(STEPS) == RunStatus.READY;
        Best next = new Best(share, run.trajectory());
        if (best == null || (finished && !(next.excess(STEPS) >= best.excess(STEPS)))) {
          best = next;
        }
      }
    }
    if (best == null) {
      throw new IllegalStateException("there is at least one step size");
    }
    return best;
  }

  private static boolean same(LinearRegressionData data) {
    DeepLinearResNet model = DeepLinearResNet.gaussian(10, 12, 10, 2, 1, 1, SEED);
    TrainingProblem large =
        TrainingProblem.of(model.network(), model.theta(), data.inputs(), data.targets());
    TrainingProblem small =
        TrainingProblem.of(
            model.network(), model.theta(), data.reducedInputs(), data.reducedTargets());
    double[][] theta = new double[2][];
    double[] loss = new double[2];
    int i = 0;
    for (TrainingProblem p : List.of(large, small)) {
      try (TrainingRun run =
          TrainingRun.start(p, GradientDescent.withStepSize(1e-6), Recording.every(1))) {
        run.advance(3);
        loss[i] = run.trajectory().last().loss();
        try (INDArray end = run.theta()) {
          theta[i++] = Tensors.toDoubles(end);
        }
      }
    }
    double largest = Arrays.stream(theta[0]).map(Math::abs).max().orElse(0);
    boolean equal = Math.abs(loss[0] - loss[1] - data.infimum) <= 1e-10 * loss[0];
    for (int j = 0; j < theta[0].length; j++) {
      equal &= Math.abs(theta[0][j] - theta[1][j]) <= 1e-10 * largest;
    }
    return equal && largest > 0;
  }
}
