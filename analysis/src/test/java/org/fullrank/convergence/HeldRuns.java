package org.fullrank.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.fullrank.convergence.Prediction.Monitored;
import org.fullrank.enclosure.DecimalFunctions;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Residual;
import org.fullrank.rigor.Interval;
import org.fullrank.training.Comparison;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.GradientFlow;
import org.fullrank.training.Recorders;
import org.fullrank.training.Recording;
import org.fullrank.training.Snapshot;
import org.fullrank.training.TrainingMethod;
import org.fullrank.training.TrainingRun;
import org.fullrank.training.Trajectory;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Holds predictions of every kind against runs: the monitored number, the distance of the
 * parameters and the distance of each matrix, at every step. A run in floating point raises an
 * alarm; whether a guarantee is broken is decided in decimal arithmetic, without a tolerance. Small
 * problems are run in decimal arithmetic always, expected values over all choices of the batches.
 */
final class HeldRuns {
  /** What was done about the predictions of one kind. */
  static final class Tally {
    int predictions;
    int floating;
    int decimal;
    int alarms;
    int rounded;
    int open;

    @Override
    public String toString() {
      return predictions
          + " predictions: "
          + floating
          + " kept by runs in doubles, "
          + decimal
          + " by runs in decimals, "
          + alarms
          + " alarms decided by decimals, "
          + rounded
          + " kept but for rounding, "
          + open
          + " not decided";
    }
  }

  private static final int STEPS = 16;
  private static final int FLOW_STEPS = 5;
  private static final int MOST_FLOW_STEPS = 200;
  private static final int DECIMAL_STEPS = 2;
  private static final int MOST_DECIMAL_STEPS = 40;

  /** Parameters times outputs of all samples up to which decimals are used in any case. */
  private static final long LIMIT = 60;

  /** The same for alarms. */
  private static final long ALARM_LIMIT = 1_000;

  /** The same for gradient flow. */
  private static final long FLOW_LIMIT = 60;

  /** Of outputs relative to their size, where no decimals decide. */
  private static final double ROUNDING = 1e-9;

  private static final int MOST_RUNS = 16;

  /** Of the parameters, or of the radius where it is smaller, in a step of gradient flow. */
  private static final double COARSE = 1e-10;

  /** The same where the coarse flow raises an alarm. */
  private static final double FINE = 1e-13;

  /** Of 70 digits: what decimal arithmetic itself may miss. */
  private static final BigDecimal EXACT = BigDecimal.ONE.add(new BigDecimal("1e-40"));

  /** The flow is followed to 1e-10 of each step. */
  private static final BigDecimal INTEGRATED = BigDecimal.ONE.add(new BigDecimal("1e-8"));

  /** Spectral norms of the test are computed in doubles. */
  private static final double SPECTRAL = 1 + 1e-12;

  private final Map<String, Tally> tallies = new TreeMap<>();

  /** By kind. */
  Map<String, Tally> tallies() {
    return tallies;
  }

  static String kind(Prediction prediction) {
    return prediction.monitored() + (prediction.isFlow() ? " of gradient flow" : "");
  }

  /**
   * Holds a prediction against runs.
   *
   * @param reference parameters whose loss is the reference; null unless that is monitored
   */
  void hold(
      TrainingProblem problem, Prediction prediction, double @Nullable [] reference, String where) {
    assertThat(problem.theta().dataType()).as(where).isEqualTo(DataType.DOUBLE);
    Tally tally = tallies.computeIfAbsent(kind(prediction), k -> new Tally());
    tally.predictions++;
    BigDecimal least;
    try {
      least = least(problem, prediction, reference);
    } catch (ArithmeticException e) {
      tally.open++;
      return;
    }
    prediction
        .referenceLoss()
        .ifPresent(given -> assertThat(contains(given.interval(), least)).as(where).isTrue());
    if (prediction.monitored() == Monitored.EXPECTED_EXCESS_LOSS) {
      expected(problem, prediction, where, tally);
    } else {
      alone(problem, prediction, least, where, tally);
    }
  }

  /** The loss that the monitored one is measured from; 0 where the residual is monitored. */
  private static BigDecimal least(
      TrainingProblem problem, Prediction prediction, double @Nullable [] reference) {
    return switch (prediction.monitored()) {
      case RESIDUAL_NORM -> BigDecimal.ZERO;
      case EXCESS_LOSS, EXPECTED_EXCESS_LOSS ->
          DecimalDescent.leastSquares(problem, isLinear(problem.network().layers()));
      case LOSS_ABOVE_REFERENCE -> {
        if (reference == null) {
          throw new IllegalArgumentException("no reference is given");
        }
        try (INDArray theta = Tensors.of(reference, reference.length)) {
          yield DecimalDescent.of(problem.at(theta)).loss();
        }
      }
    };
  }

  private static boolean contains(Interval interval, BigDecimal value) {
    // Decimal arithmetic has an error of its own, far below the width of any enclosure but a point.
    BigDecimal error = value.abs().multiply(new BigDecimal("1e-40"));
    return (interval.lo() == Double.NEGATIVE_INFINITY
            || new BigDecimal(interval.lo()).compareTo(value.add(error)) <= 0)
        && (interval.hi() == Double.POSITIVE_INFINITY
            || new BigDecimal(interval.hi()).compareTo(value.subtract(error)) >= 0);
  }

  private static boolean isLinear(List<? extends Layer> layers) {
    return layers.stream().allMatch(HeldRuns::isLinear);
  }

  private static boolean isLinear(Layer layer) {
    if (layer instanceof Dense dense) {
      return !dense.hasBias();
    }
    if (layer instanceof Residual residual) {
      return isLinear(residual.branch())
          && (residual.shortcut().isEmpty() || isLinear(residual.shortcut().get()));
    }
    if (layer instanceof Sequential chain) {
      return isLinear(chain.layers());
    }
    return layer instanceof FixedLinear
        || (layer instanceof Elementwise e && e.activation().equals(Activations.IDENTITY));
  }

  private static void alone(
      TrainingProblem problem, Prediction prediction, BigDecimal least, String where, Tally tally) {
    double tolerance = COARSE;
    Trajectory run = run(problem, prediction, COARSE, 0);
    Comparison comparison = Comparison.of(prediction, run, least.doubleValue());
    if (prediction.isFlow() && !comparison.kept()) {
      // Parameters that move little need a flow that is followed more closely, for as long.
      double until = timeOf(run, comparison.firstViolation().getAsLong());
      Trajectory fine = run(problem, prediction, FINE, until);
      if (fine.last().time() >= until) {
        run = fine;
        tolerance = FINE;
        comparison = Comparison.of(prediction, run, least.doubleValue());
      }
    }
    boolean alarm = !comparison.kept();
    tally.floating += alarm ? 0 : 1;
    long size = problem.theta().length() * problem.samples() * problem.outputs();
    if (size <= (prediction.isFlow() ? FLOW_LIMIT : alarm ? ALARM_LIMIT : LIMIT)) {
      try {
        boolean decided = true;
        if (prediction.isFlow()) {
          double until = alarm ? timeOf(run, comparison.firstViolation().getAsLong()) : 0;
          decided = flow(problem, prediction, least, until, where) >= until;
        } else {
          long steps = Math.max(comparison.firstViolation().orElse(0), DECIMAL_STEPS);
          decimals(problem, prediction, least, steps, where);
        }
        if (decided) {
          tally.decimal++;
          tally.alarms += alarm ? 1 : 0;
          return;
        }
      } catch (ArithmeticException e) {
        // Beyond what the functions of the test can do.
      }
    }
    if (alarm) {
      double followed =
          prediction.isFlow()
              ? run.last().step()
                  * atol(prediction, tolerance)
                  * Math.sqrt((double) problem.theta().length())
              : 0;
      rounded(problem, prediction, run, followed, least.doubleValue(), where + "\n" + comparison);
      tally.rounded++;
    }
  }

  /** Some steps; of gradient flow, more of them up to a given time. */
  private static Trajectory run(
      TrainingProblem problem, Prediction prediction, double tolerance, double until) {
    TrainingMethod method =
        prediction.isFlow()
            ? GradientFlow.withTolerance(0, atol(prediction, tolerance))
                .withFirstStep(Math.max(1e-3 / prediction.rate().interval().hi(), 1e-300))
            : GradientDescent.withStepSize(prediction.stepSize());
    try (TrainingRun run =
        TrainingRun.start(
            problem,
            method,
            prediction.layerRadius().isPresent()
                ? Recording.every(1).with(Recorders.layerDistance())
                : Recording.every(1))) {
      try {
        run.advance(prediction.isFlow() ? FLOW_STEPS : STEPS);
        while (run.trajectory().last().time() < until && run.step() < MOST_FLOW_STEPS) {
          run.advance(FLOW_STEPS);
        }
      } catch (ArithmeticException e) {
        // No step of the flow is short enough for the rounding of the outputs: what there is.
      }
      return run.trajectory();
    }
  }

  /** Of each parameter in each step of gradient flow. */
  private static double atol(Prediction prediction, double tolerance) {
    return Math.max(tolerance * Math.min(1, prediction.radius().interval().hi()), 1e-300);
  }

  /**
   * What rounding of outputs and parameters cannot explain, where decimals take too long.
   *
   * @param followed how far the parameters may be from the flow, to first order
   */
  private static void rounded(
      TrainingProblem problem,
      Prediction p,
      Trajectory run,
      double followed,
      double least,
      String where) {
    double[] y = Tensors.toDoubles(problem.y());
    // Where inputs are huge, a flow that is followed to 1e-90 may miss outputs by thousands.
    double missed = followed > 0 ? followed * Math.sqrt(DecimalDescent.of(problem).steepness()) : 0;
    double outputs = ROUNDING * (Math.sqrt(y.length) + norm(y)) + missed;
    double parameters = 1e-3 * ROUNDING * norm(Tensors.toDoubles(problem.theta())) + followed;
    double first = run.first().residualNorm();
    double radius = p.radius().interval().hi();
    for (Snapshot s : run.snapshots()) {
      double envelope = p.isFlow() ? p.envelopeAt(s.time()) : p.envelope(s.step());
      double loose =
          p.monitored() == Monitored.RESIDUAL_NORM
              ? outputs
              : outputs * (first + outputs) + ROUNDING * Math.abs(run.first().loss());
      assertThat(Comparison.observed(p, s, least))
          .as(where)
          .isLessThanOrEqualTo(envelope + loose + ROUNDING * p.envelope(0));
      assertThat(s.distance())
          .as(where)
          .isLessThanOrEqualTo(radius * (1 + ROUNDING + outputs / first) + parameters);
    }
  }

  private static double norm(double[] v) {
    double sum = 0;
    for (double x : v) {
      sum = Math.hypot(sum, x);
    }
    return sum;
  }

  private static void decimals(
      TrainingProblem problem, Prediction prediction, BigDecimal least, long steps, String where) {
    DecimalDescent at = DecimalDescent.of(problem);
    for (int t = 0; t <= steps; t++) {
      String what = where + ", step " + t + " in decimals: " + prediction;
      within(at, prediction, prediction.envelope(t), least, EXACT, what);
      if (t < steps) {
        at = at.step(prediction.stepSize());
      }
    }
  }

  private static double timeOf(Trajectory run, long step) {
    return run.snapshots().stream()
        .filter(s -> s.step() == step)
        .mapToDouble(Snapshot::time)
        .findFirst()
        .orElseThrow();
  }

  /** Some steps of gradient flow, more of them up to a given time; returns the time reached. */
  private static double flow(
      TrainingProblem problem,
      Prediction prediction,
      BigDecimal least,
      double until,
      String where) {
    DecimalDescent at = DecimalDescent.of(problem);
    double wanted = 0.5 / Math.max(at.steepness(), Double.MIN_NORMAL);
    double time = 0;
    for (int t = 0; ; t++) {
      String what = where + ", time " + time + " in decimals: " + prediction;
      within(at, prediction, prediction.envelopeAt(time), least, INTEGRATED, what);
      if (t >= (time < until ? MOST_DECIMAL_STEPS : DECIMAL_STEPS)) {
        return time;
      }
      DecimalDescent.Moved moved = at.flow(wanted);
      at = moved.state();
      wanted = moved.time();
      time += wanted;
    }
  }

  private static void within(
      DecimalDescent at,
      Prediction prediction,
      double envelope,
      BigDecimal least,
      BigDecimal tolerance,
      String what) {
    if (prediction.monitored() == Monitored.RESIDUAL_NORM) {
      atMost(at.residualSquare(), envelope, 2, tolerance, what);
    } else {
      atMost(at.loss().subtract(least), envelope, 1, tolerance, what);
    }
    double radius = prediction.radius().interval().hi();
    atMost(at.distanceSquare(), radius, 2, tolerance, what + ", distance");
    if (prediction.layerRadius().isPresent()) {
      assertThat(at.layerDistance())
          .as(what)
          .isLessThanOrEqualTo(prediction.layerRadius().get().interval().hi() * SPECTRAL);
    }
  }

  private static void atMost(
      BigDecimal value, double bound, int power, BigDecimal tolerance, String what) {
    if (bound < Double.POSITIVE_INFINITY) {
      assertThat(value)
          .as(what)
          .isLessThanOrEqualTo(new BigDecimal(bound).pow(power).multiply(tolerance));
    }
  }

  /** All choices of batches of one sample, and of two, for as many steps as are not too many. */
  private static void expected(
      TrainingProblem problem, Prediction prediction, String where, Tally tally) {
    int n = (int) problem.samples();
    for (List<int[]> batches : List.of(singles(n), pairs(n))) {
      List<DecimalDescent> kept = List.of(DecimalDescent.of(problem));
      double all = 1;
      double left = 0;
      for (int t = 0; t <= STEPS && kept.size() <= MOST_RUNS; t++) {
        List<DecimalDescent> next = new ArrayList<>();
        BigDecimal sum = BigDecimal.ZERO;
        for (DecimalDescent at : kept) {
          if (!(at.layerDistance() <= prediction.layerRadius().orElseThrow().interval().hi())) {
            left += 1 / all;
            continue;
          }
          sum = sum.add(at.loss());
          for (int[] batch : batches) {
            next.add(at.step(prediction.stepSize(), batch));
          }
        }
        String what = where + ", step " + t + ", expected value: " + prediction;
        // The infimum is 0 where this theorem speaks.
        atMost(
            sum.divide(new BigDecimal(all), DecimalFunctions.DIGITS),
            prediction.envelope(t),
            1,
            EXACT,
            what);
        assertThat(left)
            .as(what)
            .isLessThanOrEqualTo(
                prediction.failureProbability().orElseThrow().interval().hi() * SPECTRAL);
        all *= batches.size();
        kept = next;
      }
    }
    tally.decimal++;
  }

  private static List<int[]> singles(int n) {
    List<int[]> all = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      all.add(new int[] {i});
    }
    return all;
  }

  private static List<int[]> pairs(int n) {
    List<int[]> all = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        all.add(new int[] {i, j}); // drawn with replacement
      }
    }
    return all;
  }
}
