package org.fullrank.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.fullrank.convergence.Prediction;
import org.fullrank.rigor.DecimalInterval;
import org.fullrank.training.Comparison;
import org.fullrank.training.Trajectory;

/**
 * A PNG picture of a run and the envelope that a theorem guarantees for it: the monitored number on
 * a logarithmic scale against the number of steps, or against time for gradient flow. The caption
 * says whether the run stayed below.
 *
 * <p>The envelope is drawn down to a tenth of the least positive number that was recorded, so that
 * it does not flatten the run. Records that are not finite have no place and are counted in the
 * caption. See {@link LinePlot} for numbers that are not positive.
 */
public final class ConvergencePlot {
  /** Enough for a curve to look smooth at the default size. */
  private static final int ENVELOPE_POINTS = 200;

  private static final double BELOW_THE_RUN = 0.1;

  private final LinePlot plot;

  private ConvergencePlot(LinePlot plot) {
    this.plot = plot;
  }

  /**
   * A run and its envelope where the least loss is 0, or the residual or the loss above a reference
   * is monitored. No loss is negative, so that 0 is a lower bound of any; the run is then drawn too
   * high.
   *
   * @param trajectory of the method and step size that the prediction is for
   * @param prediction of a certificate
   * @return the plot, 1200 x 800 pixels
   */
  public static ConvergencePlot of(Trajectory trajectory, Prediction prediction) {
    return of(trajectory, prediction, 0);
  }

  /**
   * A run and its envelope.
   *
   * @param trajectory of the method and step size that the prediction is for
   * @param prediction of a certificate
   * @param infimum the least loss {@code F*}, or a lower bound of it; used only where the excess
   *     loss is monitored
   * @return the plot, 1200 x 800 pixels
   */
  public static ConvergencePlot of(Trajectory trajectory, Prediction prediction, double infimum) {
    double[] at = trajectory.series(s -> prediction.isFlow() ? s.time() : s.step());
    double[] observed = trajectory.series(s -> Comparison.observed(prediction, s, infimum));
    boolean[] drawn = new boolean[at.length];
    double least = prediction.envelope(0);
    int count = 0;
    for (int i = 0; i < at.length; i++) {
      drawn[i] = Double.isFinite(at[i]) && Double.isFinite(observed[i]);
      count += drawn[i] ? 1 : 0;
      if (drawn[i] && observed[i] > 0) {
        least = Math.min(least, observed[i]);
      }
    }
    LinePlot plot =
        LinePlot.titled(
            trajectory.method(),
            Axis.linear(prediction.isFlow() ? "time" : "step"),
            Axis.log10(prediction.monitored().text()));
    if (count > 0) {
      plot = plot.withSeries("run", kept(at, drawn), kept(observed, drawn));
    }
    double[] grid = grid(at, prediction.isFlow());
    double floor = BELOW_THE_RUN * least;
    double[] envelope = DoubleStream.of(grid).map(envelopeOf(prediction)).toArray();
    boolean[] visible = new boolean[grid.length];
    for (int i = 0; i < grid.length; i++) {
      visible[i] = i == 0 || envelope[i] >= floor;
    }
    plot = plot.withSeries("certified envelope", kept(grid, visible), kept(envelope, visible));
    String caption = caption(trajectory, prediction, infimum);
    if (count < at.length) {
      caption +=
          String.format(
              Locale.ROOT, " %d of %d records are not finite.", at.length - count, at.length);
    }
    return new ConvergencePlot(plot.withCaption(caption));
  }

  private static DoubleUnaryOperator envelopeOf(Prediction prediction) {
    return prediction.isFlow() ? prediction::envelopeAt : t -> prediction.envelope((long) t);
  }

  /** The recorded places, and others between them; whole numbers for steps. */
  private static double[] grid(double[] at, boolean flow) {
    TreeSet<Double> places = new TreeSet<>();
    DoubleStream.of(at).filter(Double::isFinite).forEach(places::add);
    double first = places.first();
    double last = places.last();
    for (int i = 1; i < ENVELOPE_POINTS; i++) {
      double between = first + (last - first) * i / ENVELOPE_POINTS;
      places.add(flow ? between : Math.rint(between));
    }
    return places.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double[] kept(double[] all, boolean[] which) {
    return IntStream.range(0, all.length).filter(i -> which[i]).mapToDouble(i -> all[i]).toArray();
  }

  private static String caption(Trajectory trajectory, Prediction prediction, double infimum) {
    if (prediction.monitored() == Prediction.Monitored.EXPECTED_EXCESS_LOSS) {
      return "The envelope bounds an expected value; a single run may be above it.";
    }
    Comparison comparison = Comparison.of(prediction, trajectory, infimum);
    if (comparison.firstViolation().isPresent()) {
      return "The guarantee is VIOLATED, first at step "
          + comparison.firstViolation().getAsLong()
          + ".";
    }
    return String.format(
        Locale.ROOT,
        "The guarantee is kept at all %d recorded steps; envelope over run: at least %s.",
        comparison.compared(),
        DecimalInterval.lower(comparison.slack(), 3));
  }

  LinePlot plot() {
    return plot;
  }

  /**
   * With another title; without, it is the name of the method.
   *
   * @param title one line
   * @return the changed plot
   */
  public ConvergencePlot withTitle(String title) {
    return new ConvergencePlot(plot.withTitle(title));
  }

  /** Replaces the line of text under the plot. */
  public ConvergencePlot withCaption(String caption) {
    return new ConvergencePlot(plot.withCaption(caption));
  }

  /** Sets the size in pixels: 480 to 8192 wide and 320 to 8192 high. */
  public ConvergencePlot withSize(int width, int height) {
    return new ConvergencePlot(plot.withSize(width, height));
  }

  /** The bytes of a PNG file. */
  public byte[] toPng() {
    return plot.toPng();
  }

  /** Writes the PNG to {@code file}, replacing it as a whole. */
  public void writeTo(Path file) throws IOException {
    plot.writeTo(file);
  }
}
