package org.fullrank.report.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import javax.imageio.ImageIO;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Prediction.Monitored;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.training.Dynamics;
import org.fullrank.training.Snapshot;
import org.fullrank.training.Trajectory;
import org.junit.jupiter.api.Test;

final class ConvergencePlotTest {
  private static final Quantity TWO = quantity("F(0)", 2);
  private static final Quantity RATE = quantity("rate", 0.5);
  private static final Quantity UNKNOWN =
      Quantity.verified(
          "radius", Interval.of(0, Double.POSITIVE_INFINITY), Subject.EXACT_NETWORK, "test");
  private static final Prediction STEPS =
      Prediction.of(Monitored.EXCESS_LOSS, TWO, 0.1, RATE, UNKNOWN);

  @Test
  void drawsRunAndEnvelopeInTheirOwnUnits() {
    Content steps = ConvergencePlot.of(run(t -> 1.5 * Math.pow(0.4, t)), STEPS).plot().content();
    assertThat(steps.xAxis().title()).isEqualTo("step");
    assertThat(steps.yAxis()).isEqualTo(Axis.log10("F - F*"));
    assertThat(steps.series().get(0).x()).containsExactly(0, 1, 2, 3, 4);
    assertThat(steps.series().get(0).y())
        .containsExactly(run(t -> 1.5 * Math.pow(0.4, t)).series(Snapshot::loss));
    assertThat(steps.series().get(1).y()).containsExactly(2, 1, 0.5, 0.25, 0.125);
    assertThat(steps.caption().orElseThrow())
        .isEqualTo(
            "The run stays within the guarantee at all 5 recorded steps; the envelope is at least"
                + " 1.33 times what was observed. Proved for t steps of the certified size 0.100:"
                + " F - F* <= 2 (1 - 0.5)^t, half of its start after step 1.");

    Prediction flow = Prediction.flow(Monitored.RESIDUAL_NORM, TWO, RATE, UNKNOWN);
    Trajectory smooth =
        new Trajectory(
            "flow", Dynamics.GRADIENT_FLOW, "a loss", run(t -> Math.exp(-t)).snapshots());
    Content time = ConvergencePlot.of(smooth, flow).plot().content();
    assertThat(time.xAxis().title()).isEqualTo("time");
    assertThat(time.series().get(0).x()).containsExactly(0, 0.1, 0.2, 0.3, 0.4);
    double[] at = time.series().get(1).x();
    assertThat(at).hasSizeGreaterThan(100).isSorted();
    for (int i = 0; i < at.length; i++) {
      assertThat(time.series().get(1).y()[i]).isEqualTo(flow.envelopeAt(at[i]));
    }
  }

  @Test
  void violationsAndExpectationsAreNamed() {
    assertThat(caption(run(t -> t == 3 ? 1.9 : 0.1), STEPS))
        .startsWith("The guarantee is VIOLATED, first at step 3. ");
    Prediction expected = Prediction.of(Monitored.EXPECTED_EXCESS_LOSS, TWO, 0.1, RATE, UNKNOWN);
    assertThat(caption(run(t -> 1.9), expected)).contains("expected value");
  }

  @Test
  void subtractsTheInfimum() {
    Content content = ConvergencePlot.of(run(t -> 1 + Math.pow(0.5, t)), STEPS, 1).plot().content();
    assertThat(content.series().get(0).y()).containsExactly(1, 0.5, 0.25, 0.125, 0.0625);
  }

  @Test
  void subtractsTheReferenceLoss() {
    Prediction above =
        Prediction.reciprocal(Monitored.LOSS_ABOVE_REFERENCE, TWO, 0.1, TWO, UNKNOWN)
            .withReferenceLoss(
                Quantity.verified("L(wbar)", Interval.of(0.5, 1), Subject.EXACT_NETWORK, "test"));
    Content content = ConvergencePlot.of(run(t -> 1 + Math.pow(0.5, t)), above).plot().content();
    assertThat(content.yAxis()).isEqualTo(Axis.log10("L(w_t) - L(wbar)"));
    assertThat(content.series().get(0).y()).containsExactly(1, 0.5, 0.25, 0.125, 0.0625);
    assertThat(content.caption().orElseThrow())
        .contains("at all 5 recorded steps", "L(w_t) - L(wbar) <= ");
  }

  @Test
  void envelopeEndsBelowTheRunAndRecordsWithoutNumbersAreCounted() throws IOException {
    Prediction fast =
        Prediction.of(Monitored.EXCESS_LOSS, TWO, 0.1, quantity("rate", 0.99), UNKNOWN);
    Trajectory stuck = run(t -> t < 4 ? 1e-3 : Double.NaN);
    ConvergencePlot plot = ConvergencePlot.of(stuck, fast);
    Content content = plot.plot().content();
    assertThat(content.series().get(0).y()).containsExactly(1e-3, 1e-3, 1e-3, 1e-3);
    // 2, 2e-2 and 2e-4 are drawn; 2e-6 is less than a tenth of the run.
    assertThat(content.series().get(1).x()).containsExactly(0, 1, 2);
    assertThat(content.caption().orElseThrow())
        .startsWith("The guarantee is VIOLATED, first at step 2. ")
        .endsWith(" 1 of 5 records are not finite.");
    byte[] png = plot.withTitle("Another title").withSize(640, 480).toPng();
    assertThat(ImageIO.read(new ByteArrayInputStream(png)).getWidth()).isEqualTo(640);
    assertThat(png).isNotEqualTo(plot.withSize(640, 480).toPng());
    assertThatThrownBy(() -> plot.withTitle(" ")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aRunWithoutAnyNumberIsStillDrawn() {
    Content content = ConvergencePlot.of(run(t -> Double.NaN), STEPS).plot().content();
    assertThat(content.series()).hasSize(1);
    assertThat(content.caption().orElseThrow()).contains("VIOLATED", "5 of 5 records");
  }

  @Test
  void recordsAtPowersOfTwoHaveALogarithmicAxisAndTheStartInWords() {
    List<Snapshot> all = new ArrayList<>();
    for (long t : new long[] {0, 1, 2, 4, 8, 16, 32, 64}) {
      double value = 1.25 * Math.pow(0.4, (double) t);
      all.add(new Snapshot(t, t / 10.0, value, value, 0, Map.of()));
    }
    Trajectory doubling = new Trajectory("m", Dynamics.GRADIENT_DESCENT, "a loss", all);
    ConvergencePlot plot = ConvergencePlot.of(doubling, STEPS).withIntroduction("Trained: all.");
    Content content = plot.plot().content();
    assertThat(content.xAxis()).isEqualTo(Axis.log10("step"));
    assertThat(content.series().get(0).x()).containsExactly(1, 2, 4, 8, 16, 32, 64);
    double[] envelope = content.series().get(1).x();
    assertThat(envelope[0]).isEqualTo(1);
    assertThat(envelope[envelope.length - 1]).isEqualTo(64);
    assertThat(content.caption().orElseThrow())
        .startsWith("Trained: all. The run stays within the guarantee at all 8 recorded steps")
        .endsWith(" At the start: 1.25, not on the logarithmic axis.");
    assertThat(ConvergencePlot.of(run(t -> 0.1), STEPS).plot().content().xAxis())
        .isEqualTo(Axis.linear("step"));
  }

  private static String caption(Trajectory trajectory, Prediction prediction) {
    return ConvergencePlot.of(trajectory, prediction).plot().content().caption().orElseThrow();
  }

  /** Five records, with equal loss and residual. */
  private static Trajectory run(DoubleUnaryOperator loss) {
    List<Snapshot> all = new ArrayList<>();
    for (int t = 0; t < 5; t++) {
      double value = loss.applyAsDouble(t);
      all.add(new Snapshot(t, t / 10.0, value, value, 0, Map.of()));
    }
    return new Trajectory("method", Dynamics.GRADIENT_DESCENT, "a loss", all);
  }

  private static Quantity quantity(String symbol, double value) {
    return Quantity.verified(symbol, Interval.of(value), Subject.EXACT_NETWORK, "test");
  }
}
