package org.fullrank.report.plot;

import java.util.ArrayList;
import java.util.List;
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
 * A picture of a run and the envelope that a theorem guarantees for it: the monitored number on a
 * logarithmic scale against the number of steps, or against time for gradient flow. The caption
 * says whether the run stayed below, what the guarantee is as a formula, and when it halves. Give
 * it a title that names the network and the data, which neither run nor theorem know.
 *
 * <p>The envelope is drawn down to a tenth of the least positive number that was recorded, so that
 * it does not flatten the run. Where a third of the records or more lie in the first tenth of the
 * run, as at powers of two, the horizontal axis is logarithmic; the caption then gives the number
 * at the start, which has no place on it. Records that are not finite have no place and are counted
 * in the caption. See {@link LinePlot} for numbers that are not positive.
 */
public final class ConvergencePlot implements Plot {
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
    boolean logarithmic = isGeometric(at);
    boolean[] drawn = new boolean[at.length];
    double least = prediction.envelope(0);
    int count = 0;
    for (int i = 0; i < at.length; i++) {
      boolean finite = Double.isFinite(at[i]) && Double.isFinite(observed[i]);
      drawn[i] = finite && (at[i] > 0 || !logarithmic);
      count += finite ? 1 : 0;
      if (finite && observed[i] > 0) {
        least = Math.min(least, observed[i]);
      }
    }
    LinePlot plot =
        LinePlot.titled(
            "Run and guarantee: " + trajectory.method(),
            new Axis(prediction.isFlow() ? "time" : "step", logarithmic),
            Axis.log10(prediction.monitored().text()));
    double[] x = kept(at, drawn);
    if (x.length > 0) {
      plot = plot.withSeries("run", x, kept(observed, drawn));
    }
    double[] grid = grid(at, prediction.isFlow(), logarithmic);
    double floor = BELOW_THE_RUN * least;
    double[] envelope = DoubleStream.of(grid).map(envelopeOf(prediction)).toArray();
    boolean[] visible = new boolean[grid.length];
    for (int i = 0; i < grid.length; i++) {
      visible[i] = i == 0 || envelope[i] >= floor;
    }
    plot = plot.withSeries("certified envelope", kept(grid, visible), kept(envelope, visible));
    List<String> caption = caption(trajectory, prediction, infimum);
    if (logarithmic) {
      caption.add(
          String.format(
              Locale.ROOT, "At the start: %.3g, not on the logarithmic axis.", observed[0]));
    }
    if (count < at.length) {
      caption.add(
          String.format(
              Locale.ROOT, "%d of %d records are not finite.", at.length - count, at.length));
    }
    return new ConvergencePlot(plot.withCaption(String.join(" ", caption)));
  }

  /** Whether the records start at 0 and crowd at the beginning of the run. */
  private static boolean isGeometric(double[] at) {
    double last = at[at.length - 1];
    long positive = DoubleStream.of(at).filter(t -> t > 0).count();
    long early = DoubleStream.of(at).filter(t -> t > 0 && t <= last / 10).count();
    return at[0] == 0 && Double.isFinite(last) && early > 0 && 3 * early >= positive;
  }

  private static DoubleUnaryOperator envelopeOf(Prediction prediction) {
    return prediction.isFlow() ? prediction::envelopeAt : t -> prediction.envelope((long) t);
  }

  /** The recorded places, and others between them; whole numbers for steps. */
  private static double[] grid(double[] at, boolean flow, boolean logarithmic) {
    TreeSet<Double> places = new TreeSet<>();
    DoubleStream.of(at)
        .filter(t -> Double.isFinite(t) && (t > 0 || !logarithmic))
        .forEach(places::add);
    double first = places.first();
    double last = places.last();
    for (int i = 1; i < ENVELOPE_POINTS; i++) {
      double share = (double) i / ENVELOPE_POINTS;
      double between =
          logarithmic ? first * Math.pow(last / first, share) : first + (last - first) * share;
      places.add(flow ? between : Math.rint(between));
    }
    return places.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double[] kept(double[] all, boolean[] which) {
    return IntStream.range(0, all.length).filter(i -> which[i]).mapToDouble(i -> all[i]).toArray();
  }

  private static List<String> caption(
      Trajectory trajectory, Prediction prediction, double infimum) {
    List<String> sentences = new ArrayList<>();
    if (prediction.monitored() == Prediction.Monitored.EXPECTED_EXCESS_LOSS) {
      sentences.add("The envelope bounds an expected value; a single run may be above it.");
    } else {
      Comparison comparison = Comparison.of(prediction, trajectory, infimum);
      sentences.add(
          comparison.firstViolation().isPresent()
              ? "The guarantee is VIOLATED, first at step "
                  + comparison.firstViolation().getAsLong()
                  + "."
              : String.format(
                  Locale.ROOT,
                  "The run stays within the guarantee at all %d recorded steps; the envelope is at"
                      + " least %s times what was observed.",
                  comparison.compared(),
                  DecimalInterval.lower(comparison.slack(), 3)));
    }
    String method = prediction.isFlow() ? "gradient flow" : "t steps of the certified size";
    sentences.add(
        (prediction.rigor().isVerified() ? "Proved" : "Estimated, not proved,")
            + " for "
            + method
            + (prediction.isFlow()
                ? ""
                : String.format(Locale.ROOT, " %.3g", prediction.stepSize()))
            + ": "
            + prediction.monitored().text()
            + " <= "
            + prediction.envelopeFormula()
            + halving(prediction)
            + ".");
    return sentences;
  }

  /** When the envelope is half of its start, which a flat line does not show. */
  private static String halving(Prediction prediction) {
    double first = prediction.envelope(0);
    if (!(first > 0 && first <= Double.MAX_VALUE)) {
      return "";
    }
    long steps = prediction.stepsTo(first / 2);
    if (steps == Long.MAX_VALUE) {
      return "";
    }
    return String.format(
        Locale.ROOT,
        steps < 100_000 ? ", half of its start after %s %.0f" : ", half of its start after %s %.3g",
        prediction.isFlow() ? "time" : "step",
        (double) steps);
  }

  LinePlot plot() {
    return plot;
  }

  /**
   * With another title, which should name the network and the data; without, it is the method.
   *
   * @param title one line
   * @return the changed plot
   */
  public ConvergencePlot withTitle(String title) {
    return new ConvergencePlot(plot.withTitle(title));
  }

  /**
   * With a sentence before the text under the plot, such as which layers are trained.
   *
   * @param sentence not blank, with its full stop
   * @return the changed plot
   */
  public ConvergencePlot withIntroduction(String sentence) {
    String rest = plot.content().caption().map(c -> " " + c).orElse("");
    Words.require(sentence, "ConvergencePlot.withIntroduction", "sentence");
    return new ConvergencePlot(plot.withCaption(sentence + rest));
  }

  /** Replaces the text under the plot. */
  public ConvergencePlot withCaption(String caption) {
    return new ConvergencePlot(plot.withCaption(caption));
  }

  /** Sets the size in pixels: 480 to 8192 wide and 320 to 8192 high. */
  public ConvergencePlot withSize(int width, int height) {
    return new ConvergencePlot(plot.withSize(width, height));
  }

  @Override
  public byte[] toPng() {
    return plot.toPng();
  }

  @Override
  public String toSvg() {
    return plot.toSvg();
  }
}
