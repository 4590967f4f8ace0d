package org.fullrank.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fullrank.convergence.theorem.JacobianDescent;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.model.SmoothResNet;
import org.fullrank.report.plot.Axis;
import org.fullrank.report.plot.LinePlot;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The certified residual radius as a function of depth, residual networks against plain ones: 4
 * points of the unit sphere in dimension 8, width 400, all layers trained, default step.
 *
 * <p>{@code x_1 = sqrt(c/m) s(W_1 x)}, {@code x_l = x_(l-1) + c_res/(H sqrt m) s(W_l x_(l-1))} or
 * {@code x_l = sqrt(c/m) s(W_l x_(l-1))}, {@code f = v.x_H}, all weights N(0, 1), {@code c = 1/E
 * s(N(0, 1))^2}. The layers here hold {@code x_l / sqrt(c/m)}, which is the same function of the
 * same parameters.
 *
 * <p>Arguments: the output folder, by default the current one, the width and the number of seeds.
 */
public final class CertifiedRadius {
  /** The c_res of the residual networks in the plot; all are in the table. */
  private static final double PLOTTED = 0.5;

  private static final int SAMPLES = 4;
  private static final int DIMENSION = 8;
  private static final int[] DEPTHS = {2, 4, 8};
  private static final double[] SCALES = {0.25, 0.35, 0.5, 1};

  /** One number for each setting that was published with another seed; 0 where there is none. */
  @SuppressWarnings("ArrayRecordComponent") // internal, never compared
  private record Setting(String kind, Activation activation, double scale, double[] reference) {}

  /** How the references compare for one choice of c_res. */
  private static final class Fit {
    private int count;
    private int within;
    private double logs;
  }

  private CertifiedRadius() {}

  /** Runs the experiment. */
  public static void main(String[] args) throws IOException {
    int width = args.length > 1 ? Integer.parseInt(args[1]) : 400;
    int seeds = args.length > 2 ? Integer.parseInt(args[2]) : 11;
    List<Setting> settings = new ArrayList<>();
    for (double scale : SCALES) {
      settings.add(
          new Setting("residual", Activations.SOFTPLUS, scale, new double[] {0.153, 0.128, 0.100}));
      settings.add(
          new Setting("residual", Activations.TANH, scale, new double[] {0.143, 0.084, 0.050}));
    }
    settings.add(new Setting("plain", Activations.SOFTPLUS, 0, new double[] {0.038, 0.0003, 0}));
    settings.add(new Setting("plain", Activations.TANH, 0, new double[] {0.049, 0.0026, 0}));
    Table table =
        Table.of(
            "network",
            "activation",
            "c_res",
            "depth",
            "median",
            "smallest",
            "largest",
            "reference",
            "median_by_reference");
    LinePlot plot =
        LinePlot.titled(
                "Certified residual radius of networks of width "
                    + width
                    + " on "
                    + SAMPLES
                    + " points of a sphere",
                Axis.linear("depth"),
                Axis.log10("certified radius, largest ||f - y|| at the start"))
            .withCaption(
                "Lines: median of "
                    + seeds
                    + " seeds for points and weights; shaded: from the least to the greatest. All"
                    + " layers trained, default step 1/(beta^2 + Lam R0). c_res: factor of the"
                    + " residual branches. Within the radius gradient descent is proved to reach"
                    + " zero loss. As depth grows residual networks keep more of it than plain"
                    + " ones.");
    Map<Setting, Double> kept = new LinkedHashMap<>();
    Map<Double, Fit> fits = new LinkedHashMap<>();
    for (Setting s : settings) {
      double[] medians = new double[DEPTHS.length];
      double[] least = new double[DEPTHS.length];
      double[] greatest = new double[DEPTHS.length];
      for (int i = 0; i < DEPTHS.length; i++) {
        double[] radii = new double[seeds];
        for (int seed = 0; seed < seeds; seed++) {
          radii[seed] = radius(s, DEPTHS[i], width, seed);
        }
        Arrays.sort(radii);
        medians[i] = radii[seeds / 2];
        least[i] = radii[0];
        greatest[i] = radii[seeds - 1];
        double reference = s.reference[i];
        if (reference > 0) {
          Fit fit = fits.computeIfAbsent(s.scale, c -> new Fit());
          fit.count++;
          fit.within += radii[0] <= reference && reference <= radii[seeds - 1] ? 1 : 0;
          fit.logs += Math.log(medians[i] / reference);
        }
        table.add(
            s.kind,
            s.activation.name(),
            s.scale,
            DEPTHS[i],
            medians[i],
            radii[0],
            radii[seeds - 1],
            reference == 0 ? "-" : reference,
            reference == 0 ? "-" : medians[i] / reference);
      }
      kept.put(s, s.scale > 0 ? medians[2] / medians[0] : medians[1] / medians[0]);
      String label =
          s.kind + ", " + s.activation.name() + (s.scale == 0 ? "" : ", c_res = " + s.scale);
      double[] depths = Arrays.stream(DEPTHS).asDoubleStream().toArray();
      if (s.scale == 0 || s.scale == PLOTTED) {
        plot = plot.withSeries(label, depths, medians).withSpread(least, greatest);
      }
    }
    Table summary = Table.of("c_res", "references", "within_seeds", "mean_median_by_reference");
    fits.forEach(
        (scale, fit) ->
            summary.add(
                scale == 0 ? "plain" : scale.toString(),
                fit.count,
                fit.within,
                Math.exp(fit.logs / fit.count)));
    Experiment.named("certified-radius", "Certified residual radius by depth")
        .text(
            "n = "
                + SAMPLES
                + ", d = "
                + DIMENSION
                + ", unit rows, m = "
                + width
                + ", q = 1/2, all layers trained, "
                + seeds
                + " seeds for points and weights. The radius is the largest ||f - y|| at the start"
                + " that is certified. The references are one run each of an independent"
                + " implementation at m = 400; its seed and c_res are not known.")
        .table(table)
        .plot(plot, "Certified residual radius by depth, c_res = " + PLOTTED)
        .check(
            "residual networks keep, from depth 2 to 8, more of their radius than plain ones from 2"
                + " to 4",
            flattest(kept, "plain") < steepest(kept, "residual"))
        .text(
            "Against the references, by c_res: how many lie between the smallest and the largest of"
                + " the seeds, and the geometric mean of median by reference. One draw of "
                + SAMPLES
                + " points moves the radius by a factor of several, as it goes with s0^2, so a"
                + " single run identifies c_res only roughly.")
        .table(summary)
        .finish(args.length > 0 ? new String[] {args[0]} : args);
  }

  private static double flattest(Map<Setting, Double> kept, String kind) {
    return kept.entrySet().stream()
        .filter(e -> e.getKey().kind.equals(kind))
        .mapToDouble(Map.Entry::getValue)
        .max()
        .orElseThrow();
  }

  private static double steepest(Map<Setting, Double> kept, String kind) {
    return kept.entrySet().stream()
        .filter(e -> e.getKey().kind.equals(kind))
        .mapToDouble(Map.Entry::getValue)
        .min()
        .orElseThrow();
  }

  private static double radius(Setting s, int depth, int width, int seed) {
    Network network = network(s, depth, width);
    try (INDArray x = Tensors.ofRows(Data.sphere(SAMPLES, DIMENSION, Seed.of(seed)));
        INDArray theta = network.initialize(Seed.of(seed));
        INDArray y = network.forward(theta, x)) {
      TrainingProblem problem = TrainingProblem.of(network, theta, x, y);
      return JacobianDescent.withDefaults().residualRadius(Evidence.of(problem));
    }
  }

  private static Network network(Setting s, int depth, int width) {
    SmoothResNet net = SmoothResNet.of(DIMENSION, width, depth, s.activation);
    return s.scale > 0 ? net.withResidualScale(s.scale).network() : net.plain();
  }
}
