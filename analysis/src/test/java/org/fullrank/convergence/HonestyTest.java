package org.fullrank.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fullrank.convergence.theorem.JacobianDescent;
import org.fullrank.convergence.theorem.Theorems;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.Measurement;
import org.fullrank.evidence.Measurements;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.training.Comparison;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.Recording;
import org.fullrank.training.RunStatus;
import org.fullrank.training.TrainingRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** No theorem throws, computes NaN or claims more than its evidence on random problems. */
final class HonestyTest {
  private static final int SAMPLE = 300;
  private static final int ALL = 10_000;

  /** Steps of a run that is held against a prediction. */
  private static final int STEPS = 16;

  /** Rounding of a forward pass in double precision at magnitudes of about one. */
  private static final double ROUNDING = 1e-9;

  private final Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
  private int proofs;
  private int runs;

  @Test
  void aSampleOfRandomProblems() {
    sweep(0, SAMPLE);
    assertThat(proofs).isGreaterThan(SAMPLE / 20);
    assertThat(runs).isGreaterThan(SAMPLE / 40);
    assertThat(verdicts).containsOnlyKeys(Verdict.values());
  }

  @Test
  @Tag("exhaustive")
  void allRandomProblems() {
    sweep(1_000_000, ALL);
    System.out.println(verdicts + ", proofs " + proofs + ", runs held against them " + runs);
  }

  /** Where the Gram matrix of the Jacobian overflows. */
  @ParameterizedTest
  @ValueSource(longs = {1_000_755, 2_001_336})
  void overflowsAreNoExceptions(long seed) {
    sweep(seed, 1);
    Certificate certificate = JacobianDescent.withDefaults().check(RandomProblems.problem(seed));
    assertThat(certificate.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(certificate.obstacle().orElseThrow().toString()).contains("overflow");
  }

  private void sweep(long first, int count) {
    for (long seed = first; seed < first + count; seed++) {
      TrainingProblem problem = RandomProblems.problem(seed);
      Evidence evidence = Evidence.of(problem);
      for (Theorem theorem : Theorems.all()) {
        String where = "seed " + seed + ", " + theorem.name() + ", " + problem;
        Certificate certificate;
        try {
          certificate = theorem.check(evidence);
        } catch (RuntimeException e) {
          throw new AssertionError("exception for " + where, e);
        }
        consistent(certificate, where);
        verdicts.merge(certificate.verdict(), 1, Integer::sum);
        if (certificate.isProof()) {
          proofs++;
          kept(problem, certificate, where);
        }
      }
      nothingVerifiedFromWeakEvidence(evidence, "seed " + seed);
    }
  }

  /** The verdict is that of the checks, and a proof has nothing weak in it. */
  private static void consistent(Certificate certificate, String where) {
    assertThat(certificate.checks()).as(where).isNotEmpty();
    for (HypothesisCheck check : certificate.checks()) {
      check
          .margin()
          .ifPresent(
              margin -> {
                assertThat(margin.lo()).as(where).isNotNaN();
                assertThat(margin.hi()).as(where).isNotNaN();
                if (check.verdict() == Verdict.HOLDS) {
                  assertThat(margin.hi()).as(where).isPositive();
                  assertThat(check.lhs().orElseThrow().interval().hi())
                      .as(where)
                      .isLessThan(check.rhs().orElseThrow().interval().lo());
                }
              });
      assertThat(check.toString()).as(where).doesNotContain("NaN");
    }
    boolean all = certificate.checks().stream().allMatch(c -> c.verdict() == Verdict.HOLDS);
    assertThat(certificate.verdict() == Verdict.HOLDS).as(where).isEqualTo(all);
    assertThat(certificate.conclusion().isPresent()).as(where).isEqualTo(all);
    assertThat(certificate.obstacle().isPresent()).as(where).isEqualTo(!all);
    if (certificate.isProof()) {
      assertThat(certificate.checks())
          .as(where)
          .allMatch(c -> c.rigor() == Rigor.VERIFIED && c.subject() == Subject.EXACT_NETWORK);
    }
    certificate
        .prediction()
        .ifPresent(
            p -> {
              assertThat(p.envelope(0)).as(where).isNotNaN().isNotNegative();
              assertThat(p.envelope(1000)).as(where).isBetween(0.0, p.envelope(0));
              assertThat(p.toString()).as(where).doesNotContain("NaN");
            });
  }

  /** A few steps in floating point stay within what was proved. */
  private void kept(TrainingProblem problem, Certificate certificate, String where) {
    if (certificate.prediction().isEmpty()) {
      return;
    }
    Prediction prediction = certificate.prediction().orElseThrow();
    if (prediction.isFlow()
        || prediction.monitored() == Prediction.Monitored.EXPECTED_EXCESS_LOSS
        || problem.theta().dataType() != DataType.DOUBLE) {
      return;
    }
    try (TrainingRun run =
        TrainingRun.start(
            problem, GradientDescent.withStepSize(prediction.stepSize()), Recording.every(1))) {
      double first = run.trajectory().first().residualNorm();
      double outputs = Math.sqrt(Tensors.toDoubles(problem.y()).length) + norm(problem);
      // Where rounding of the outputs is as large as the residual, a run shows nothing.
      if (!(ROUNDING * outputs < 1e-3 * first) || first == 0) {
        return;
      }
      if (run.advance(STEPS) != RunStatus.READY) {
        throw new AssertionError("diverged: " + where);
      }
      // Any loss that was reached is an upper bound of the infimum, so the excess is a lower bound.
      double reached = run.trajectory().last().loss();
      Comparison comparison = Comparison.of(prediction, run.trajectory(), reached);
      if (!comparison.kept()) {
        // Rounding may stop the run above an envelope that has fallen to its level.
        boolean residual = prediction.monitored() == Prediction.Monitored.RESIDUAL_NORM;
        assertThat(residual ? run.trajectory().last().residualNorm() : 0)
            .as(where + "\n" + certificate + "\n" + comparison)
            .isLessThanOrEqualTo(prediction.envelope(STEPS) + ROUNDING * outputs);
      }
      runs++;
    }
  }

  private static double norm(TrainingProblem problem) {
    double sum = 0;
    for (double v : Tensors.toDoubles(problem.y())) {
      sum = Math.hypot(sum, v);
    }
    return sum;
  }

  /** With every measured number only computed, nothing measured is proved any more. */
  private static void nothingVerifiedFromWeakEvidence(Evidence evidence, String where) {
    Evidence weak = evidence;
    for (Measurement<?> measurement : measurements()) {
      weak = weakened(weak, measurement);
    }
    for (Theorem theorem : Theorems.all()) {
      Certificate certificate = theorem.check(weak);
      assertThat(Standing.isProofOfGiven(certificate)).as(where + ", " + theorem.name()).isFalse();
    }
  }

  private static <T> Evidence weakened(Evidence evidence, Measurement<T> measurement) {
    T result = evidence.get(measurement);
    return result instanceof Record record
        ? evidence.given(measurement, measurementType(result).cast(weakened(record)))
        : evidence;
  }

  @SuppressWarnings("unchecked") // the class of a T
  private static <T> Class<T> measurementType(T result) {
    return (Class<T>) result.getClass();
  }

  private static Record weakened(Record record) {
    try {
      RecordComponent[] components = record.getClass().getRecordComponents();
      Class<?>[] types = new Class<?>[components.length];
      Object[] values = new Object[components.length];
      for (int i = 0; i < components.length; i++) {
        types[i] = components[i].getType();
        components[i].getAccessor().setAccessible(true);
        values[i] = weaker(components[i].getAccessor().invoke(record));
      }
      return record.getClass().getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("cannot read a record", e);
    }
  }

  private static Object weaker(Object value) {
    if (value instanceof Quantity quantity) {
      return quantity.weakenedTo(Rigor.COMPUTED);
    }
    if (value instanceof Rigor rigor) {
      return Rigor.weakest(rigor, Rigor.COMPUTED);
    }
    if (value instanceof List<?> list) {
      return list.stream().map(HonestyTest::weaker).toList();
    }
    if (value instanceof Optional<?> optional) {
      return optional.map(HonestyTest::weaker);
    }
    return value instanceof Record record && !(value instanceof Quantity)
        ? weakened(record)
        : value;
  }

  private static List<Measurement<?>> measurements() {
    List<Measurement<?>> all = new ArrayList<>();
    for (Field field : Measurements.class.getFields()) {
      try {
        all.add((Measurement<?>) field.get(null));
      } catch (IllegalAccessException e) {
        throw new AssertionError(e);
      }
    }
    assertThat(all).isNotEmpty();
    return all;
  }
}
