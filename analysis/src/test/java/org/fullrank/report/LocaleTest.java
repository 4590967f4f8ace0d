package org.fullrank.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.fullrank.convergence.Prediction;
import org.fullrank.report.plot.Axis;
import org.fullrank.report.plot.ConvergencePlot;
import org.fullrank.report.plot.LinePlot;
import org.fullrank.report.plot.Plot;
import org.fullrank.report.plot.SpectrumPlot;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.training.Dynamics;
import org.fullrank.training.Snapshot;
import org.fullrank.training.Trajectory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures and texts have the same bytes wherever they are made. */
final class LocaleTest {
  @ParameterizedTest
  @ValueSource(strings = {"hi-IN-u-nu-deva", "ar-EG-u-nu-arab", "tr-TR", "de-DE", "fa-IR"})
  void nothingDependsOnTheLocale(String tag) {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.ROOT);
      List<byte[]> expected = everything();
      Locale.setDefault(Locale.forLanguageTag(tag));
      boolean latin = tag.startsWith("tr") || tag.startsWith("de");
      assertThat(String.format("%d", 1).equals("1")).isEqualTo(latin);
      List<byte[]> got = everything();
      for (int i = 0; i < expected.size(); i++) {
        assertThat(got.get(i)).as("output " + i).isEqualTo(expected.get(i));
      }
    } finally {
      Locale.setDefault(before);
    }
  }

  private static List<byte[]> everything() {
    List<byte[]> all = new ArrayList<>();
    for (Plot plot :
        List.of(
            SpectrumPlot.titled("t").withSpectrum("s", new double[] {-1, 15, 100}),
            ConvergencePlot.of(diverged(), prediction()),
            LinePlot.titled("t", Axis.log10("x"), Axis.linear("y"))
                .withSeries("s", new double[] {1, 2, 2000}, new double[] {0.1, 0.2, 1234.5})
                .withSpread(new double[3], new double[] {1, 1, 2000}))) {
      all.add(plot.toPng());
      all.add(plot.toSvg().getBytes(StandardCharsets.UTF_8));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TerminalProgress progress =
        TerminalProgress.of(new PrintStream(bytes, true, StandardCharsets.UTF_8), true)) {
      progress.show("Gram", 1, 2);
    }
    all.add(bytes.toByteArray());
    Axis axis = Axis.linear("x");
    for (Runnable wrong :
        List.<Runnable>of(
            () -> LinePlot.titled("t", axis, axis).withSize(1, 2),
            () -> LinePlot.titled("t", axis, axis).withMark(Double.NaN, "m"),
            () -> LinePlot.titled("t", axis, axis).withSeries("s", new double[1], new double[2]),
            () ->
                LinePlot.titled("t", axis, axis)
                    .withSeries("s", new double[] {Double.NaN}, new double[1]))) {
      all.add(
          String.valueOf(catchThrowable(wrong::run).getMessage()).getBytes(StandardCharsets.UTF_8));
    }
    return all;
  }

  private static Trajectory diverged() {
    List<Snapshot> all = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      all.add(new Snapshot(t, t, t == 2 ? Double.NaN : 1, t == 2 ? Double.NaN : 1, 0, Map.of()));
    }
    return new Trajectory("m", Dynamics.GRADIENT_DESCENT, "l", all);
  }

  private static Prediction prediction() {
    Quantity half = Quantity.verified("q", Interval.of(0.5), Subject.EXACT_NETWORK, "test");
    return Prediction.of(Prediction.Monitored.RESIDUAL_NORM, half, 1, half, half);
  }
}
