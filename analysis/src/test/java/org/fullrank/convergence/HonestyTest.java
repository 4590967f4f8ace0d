package org.fullrank.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.fullrank.convergence.theorem.DeepLinearDescent;
import org.fullrank.convergence.theorem.JacobianDescent;
import org.fullrank.convergence.theorem.LastLayerConvexDescent;
import org.fullrank.convergence.theorem.LastLayerDescent;
import org.fullrank.convergence.theorem.LinearChainDescent;
import org.fullrank.convergence.theorem.ReducedJacobianDescent;
import org.fullrank.convergence.theorem.Theorems;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.Measurement;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.evidence.measure.ReferenceWeights;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Slot;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No theorem throws, computes NaN or claims more than its evidence on random problems. */
final class HonestyTest {
  private static final int SAMPLE = 150;
  private static final int ALL = 10_000;

  /** Beside the settings of {@link Theorems#all}. */
  private static final List<Theorem> VARIANTS =
      List.of(
          ReducedJacobianDescent.forGradientFlow(),
          DeepLinearDescent.withDefaults().forGradientFlow(),
          LinearChainDescent.withDefaults().forGradientFlow(),
          LastLayerDescent.withDefaults().withGradientFlow());

  private final Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
  private final HeldRuns runs = new HeldRuns();
  private int proofs;

  @Test
  void aSampleOfRandomProblems() {
    sweep(0, SAMPLE);
    assertThat(proofs).isGreaterThan(2 * SAMPLE);
    assertThat(verdicts).containsOnlyKeys(Verdict.values());
    // Every kind but the rare expected values was held, and rounding left next to nothing open.
    assertThat(runs.tallies()).hasSizeGreaterThanOrEqualTo(5);
    for (HeldRuns.Tally tally : runs.tallies().values()) {
      assertThat(tally.floating + tally.decimal).isPositive();
      assertThat(tally.open + tally.rounded).isLessThanOrEqualTo(tally.predictions / 20);
    }
  }

  /**
   * All problems, or {@code honesty.count} of them from number {@code honesty.from} on; figures are
   * printed after every hundred, failures at once.
   */
  @Test
  @Tag("exhaustive")
  void allRandomProblems() {
    int from = Integer.getInteger("honesty.from", 0);
    int to = Math.min(ALL, from + Integer.getInteger("honesty.count", ALL));
    List<String> failures = new ArrayList<>();
    for (int problem = from; problem < to; problem++) {
      try {
        sweep(1_000_000 + problem, 1);
      } catch (AssertionError e) {
        failures.add("problem " + problem + ": " + e.getMessage());
        System.out.println(failures.get(failures.size() - 1));
      }
      if ((problem + 1) % 100 == 0) {
        System.out.println(
            (problem + 1)
                + " problems done, failures "
                + failures.size()
                + ", verdicts "
                + verdicts
                + ", proofs "
                + proofs
                + ", "
                + runs.tallies());
      }
    }
    assertThat(failures).isEmpty();
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

  /** An expected value over all choices of one batch, from weights of exact zeros. */
  @Test
  void anExpectedValueIsFollowedFromZeroWeights() {
    sweep(1_001_110, 1);
    HeldRuns.Tally expected =
        runs.tallies().get(Prediction.Monitored.EXPECTED_EXCESS_LOSS.toString());
    assertThat(Objects.requireNonNull(expected).decimal).isPositive();
  }

  private void sweep(long first, int count) {
    for (long seed = first; seed < first + count; seed++) {
      TrainingProblem problem = RandomProblems.problem(seed);
      Evidence evidence = Evidence.of(problem);
      double[] reference = reference(problem, seed);
      List<Theorem> theorems = new ArrayList<>(Theorems.all());
      theorems.addAll(VARIANTS);
      theorems.add(compared(problem, reference));
      for (Theorem theorem : theorems) {
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
          held(problem, certificate, reference, where);
        }
      }
      nothingVerifiedFromWeakEvidence(evidence, "seed " + seed);
    }
  }

  /** Parameters of which those of the last layer that are trained have moved. */
  private static double[] reference(TrainingProblem problem, long seed) {
    double[] theta = Tensors.toDoubles(problem.theta());
    Random random = new Random(seed);
    double size = Math.pow(10, random.nextInt(4) - 3);
    for (Slot slot : problem.trainedSlots()) {
      if (slot.offset() >= lastLayer(problem)) {
        for (int j = (int) slot.offset(); j < slot.offset() + slot.size(); j++) {
          theta[j] += size * random.nextGaussian();
        }
      }
    }
    return theta;
  }

  private static Theorem compared(TrainingProblem problem, double[] reference) {
    return LastLayerConvexDescent.withDefaults()
        .withReference(
            ReferenceWeights.of(
                Arrays.copyOfRange(reference, (int) lastLayer(problem), reference.length)));
  }

  private static long lastLayer(TrainingProblem problem) {
    List<Layer> layers = problem.network().layers();
    return problem.theta().length() - layers.get(layers.size() - 1).parameterCount();
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

  /** A run of what a certificate speaks about stays within what was proved. */
  private void held(
      TrainingProblem problem,
      Certificate certificate,
      double @Nullable [] reference,
      String where) {
    certificate
        .prediction()
        .ifPresent(p -> runs.hold(problem, p, reference, where + "\n" + certificate));
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
