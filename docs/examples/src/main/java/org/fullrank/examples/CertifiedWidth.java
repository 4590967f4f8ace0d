package org.fullrank.examples;

import java.io.IOException;
import java.util.Locale;
import org.fullrank.convergence.theorem.JacobianDescent;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.nn.Seed;
import org.fullrank.report.plot.Axis;
import org.fullrank.report.plot.LinePlot;

/**
 * The width from which a two-layer tanh network is proved to converge, as a function of the number
 * of samples: points of the unit sphere in dimension 20, targets of norm {@code sqrt(n)}, inner
 * layer trained. From the certified residual radius at one width the needed one is extrapolated as
 * {@code m (sqrt(n) / radius)^2}, since the Lipschitz constant is {@code 1/sqrt(m)} times a
 * constant; a certificate on either side checks that.
 *
 * <p>Arguments: the output folder, by default the current one.
 */
public final class CertifiedWidth {
  private static final int[] SAMPLES = {2, 3, 4, 6, 8, 12, 16};
  private static final int DIMENSION = 20;
  private static final int WIDTH = 8192;
  private static final int SEEDS = 5;
  private static final double MARGIN = 1.3;
  private static final int LARGEST = 120_000;

  private CertifiedWidth() {}

  /** Runs the experiment. */
  public static void main(String[] args) throws IOException {
    Table table = Table.of("n", "seed", "radius_at_" + WIDTH, "needed_width", "above", "below");
    double[] n = new double[SAMPLES.length];
    double[] mean = new double[SAMPLES.length];
    double[] least = new double[SAMPLES.length];
    double[] greatest = new double[SAMPLES.length];
    int checked = 0;
    int confirmed = 0;
    for (int i = 0; i < SAMPLES.length; i++) {
      n[i] = SAMPLES[i];
      double logs = 0;
      least[i] = Double.POSITIVE_INFINITY;
      for (int seed = 0; seed < SEEDS; seed++) {
        double radius =
            JacobianDescent.withDefaults()
                .residualRadius(Evidence.of(problem(SAMPLES[i], WIDTH, seed)));
        double needed = WIDTH * n[i] / (radius * radius);
        logs += Math.log(needed) / SEEDS;
        least[i] = Math.min(least[i], needed);
        greatest[i] = Math.max(greatest[i], needed);
        String above = "-";
        String below = "-";
        if (seed == 0 && needed * MARGIN <= LARGEST) {
          above = verdict(SAMPLES[i], needed * MARGIN, seed);
          below = verdict(SAMPLES[i], needed / MARGIN, seed);
          checked++;
          confirmed += above.equals("proved") && below.equals("open") ? 1 : 0;
        }
        table.add(SAMPLES[i], seed, radius, needed, above, below);
      }
      mean[i] = Math.exp(logs);
    }
    double exponent = slope(n, mean);
    Table means = Table.of("n", "geometric_mean_of_needed_width");
    for (int i = 0; i < n.length; i++) {
      means.add(SAMPLES[i], mean[i]);
    }
    Experiment.named("certified-width", "Width needed for a certificate")
        .text(
            "Two-layer tanh network, d = "
                + DIMENSION
                + ", inner layer trained, f = 0 at the start, ||y|| = sqrt(n), step"
                + " 1/(beta^2 + Lam R0). The needed width is extrapolated from m = "
                + WIDTH
                + "; for the first seed a certificate was asked for at "
                + MARGIN
                + " times and at 1/"
                + MARGIN
                + " of it.")
        .table(means)
        .plot(
            LinePlot.titled(
                    "Width from which a two-layer tanh network on n points of a sphere is"
                        + " certified",
                    Axis.log10("samples n"),
                    Axis.log10("width m"))
                .withSeries("geometric mean of " + SEEDS + " seeds", n, mean)
                .withSpread(least, greatest)
                .withCaption(
                    String.format(
                        Locale.ROOT,
                        "Inner layer trained, f = 0 at the start, targets of norm sqrt(n),"
                            + " dimension %d, step 1/(beta^2 + Lam R0). The width from which"
                            + " gradient descent should be proved to reach zero loss, extrapolated"
                            + " from width %d; for the first seed it was proved at %s times this"
                            + " width, and not at 1/%s of it. Shaded: from the least to the"
                            + " greatest seed. Fitted: m ~ n^%.2f.",
                        DIMENSION,
                        WIDTH,
                        MARGIN,
                        MARGIN,
                        exponent)),
            "Width needed for a certificate, by number of samples")
        .text(
            String.format(
                Locale.ROOT,
                "Fitted over this range: m ~ n^%.2f. The condition is Lam R0 < s0^2/4 with R0 ="
                    + " sqrt(n), Lam = const ||X||/sqrt(m): m ~ n ||X||^2/s0^4, and both ||X|| and"
                    + " 1/s0 grow with n. Published widths such as n, n^(3/2) or n^2 are orders of"
                    + " growth with unspecified constants; this is one sequence of data sets.",
                exponent))
        .check(
            confirmed
                + " of "
                + checked
                + " extrapolations: proved at the wider, open at the narrower network",
            confirmed == checked)
        .table(table)
        .finish(args);
  }

  private static String verdict(int n, double width, int seed) {
    int even = 2 * (int) Math.round(width / 2);
    return JacobianDescent.withDefaults().check(problem(n, even, seed)).isProof()
        ? "proved"
        : "open";
  }

  private static TrainingProblem problem(int n, int m, int seed) {
    return TwoLayerProblems.of(n, DIMENSION, m, Math.sqrt(n), Seed.of(seed)).withFrozen("v.W");
  }

  /** Slope of the logarithms by least squares. */
  private static double slope(double[] x, double[] y) {
    double sx = 0;
    double sy = 0;
    double sxx = 0;
    double sxy = 0;
    for (int i = 0; i < x.length; i++) {
      double u = Math.log(x[i]);
      double v = Math.log(y[i]);
      sx += u;
      sy += v;
      sxx += u * u;
      sxy += u * v;
    }
    return (x.length * sxy - sx * sy) / (x.length * sxx - sx * sx);
  }
}
