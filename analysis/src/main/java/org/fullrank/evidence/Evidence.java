package org.fullrank.evidence;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What has been measured on a problem: each measurement is made at most once and then remembered,
 * so that all theorems share an expensive spectrum. Or results that a caller states, for which no
 * problem is needed; a certificate that rests on these says so and is no proof. Not for several
 * threads.
 *
 * <p>What is remembered is about the problem as it was. A SHA-256 sum of network, parameters, data
 * and their types is taken at the first measurement and again whenever a result is asked for or a
 * certificate is made, so that tensors that were written in between are noticed.
 */
public final class Evidence {
  private final @Nullable TrainingProblem problem;
  private final Map<Measurement<?>, Object> known;
  private final List<String> given;
  private @Nullable ProblemDigest digest;

  private Evidence(
      @Nullable TrainingProblem problem,
      Map<Measurement<?>, Object> known,
      List<String> given,
      @Nullable ProblemDigest digest) {
    this.problem = problem;
    this.known = known;
    this.given = given;
    this.digest = digest;
  }

  /**
   * Nothing measured yet.
   *
   * @param problem what will be measured on
   * @return empty evidence
   */
  public static Evidence of(TrainingProblem problem) {
    return new Evidence(problem, new HashMap<>(), List.of(), null);
  }

  /**
   * No problem, only results that are {@link #given}: a theorem then is pure arithmetic, and its
   * certificate no proof.
   *
   * @return empty evidence without a problem
   */
  public static Evidence fixed() {
    return new Evidence(null, new HashMap<>(), List.of(), null);
  }

  /**
   * With one result that the caller states, wherever it is from. It takes the place of a measured
   * one, and no certificate that rests on the evidence is a proof any more.
   *
   * @param measurement what it is the result of
   * @param result the result
   * @param <T> its type
   * @return new evidence
   */
  public <T> Evidence given(Measurement<T> measurement, T result) {
    Map<Measurement<?>, Object> more = new HashMap<>(known);
    more.put(measurement, result);
    List<String> names = new ArrayList<>(given);
    names.add(measurement.symbol());
    return new Evidence(problem, more, List.copyOf(names), digest);
  }

  /**
   * With one result that other evidence has measured on the same problem, or measures now.
   *
   * @param measurement what is taken over
   * @param other evidence of the same network object, loss and numbers
   * @param <T> type of the result
   * @return new evidence
   * @throws IllegalArgumentException if the other evidence is about another problem or about none
   * @throws IllegalStateException as for {@link #get}
   */
  public <T> Evidence with(Measurement<T> measurement, Evidence other) {
    T result = other.get(measurement);
    if (problem == null || other.problem == null) {
      throw new IllegalArgumentException(
          "with expects evidence of one problem on both sides but got some without; what a caller"
              + " states enters by given(..) and is no proof");
    }
    ProblemDigest mine = unchanged(problem);
    List<String> differences = new ArrayList<>(mine.differences(other.unchanged(other.problem)));
    if (problem.network() != other.problem.network() && !differences.contains("network")) {
      differences.add("network, another object");
    }
    if (problem.loss() != other.problem.loss() && !differences.contains("loss")) {
      differences.add("loss, another object");
    }
    if (!differences.isEmpty()) {
      throw new IllegalArgumentException(
          "with expects evidence of the same problem but got "
              + measurement.symbol()
              + " of a problem that differs in "
              + String.join(", ", differences));
    }
    Map<Measurement<?>, Object> more = new HashMap<>(known);
    more.put(measurement, result);
    List<String> names = new ArrayList<>(given);
    names.addAll(other.given);
    return new Evidence(problem, more, List.copyOf(names), mine);
  }

  /**
   * A result, measured now if it is not known yet.
   *
   * @param measurement what is asked for
   * @param <T> its type
   * @return the result
   * @throws IllegalStateException if there is no problem and the result was not given, or if the
   *     problem's numbers have changed since the first measurement
   */
  @SuppressWarnings(
      "unchecked") // given(), with() and this method put results of the measurement's type only
  public <T> T get(Measurement<T> measurement) {
    if (problem != null) {
      unchanged(problem);
    }
    Object result = known.get(measurement);
    if (result == null) {
      if (problem == null) {
        throw new IllegalStateException(
            "fixed evidence expects a result for " + measurement.symbol() + " but has none");
      }
      result = measurement.measure(problem, this);
      known.put(measurement, result);
    }
    return (T) result;
  }

  /**
   * The problem.
   *
   * @return empty for fixed evidence
   */
  public Optional<TrainingProblem> problem() {
    return Optional.ofNullable(problem);
  }

  /**
   * A SHA-256 sum of the problem that the results are about: network, parameters, inputs, targets,
   * their types, loss and frozen tensors. A layer, activation or loss of the caller's own enters by
   * its class and text.
   *
   * @return 64 hexadecimal digits; empty for fixed evidence
   * @throws IllegalStateException if the problem's numbers have changed since the first measurement
   */
  public Optional<String> digest() {
    return problem().map(p -> unchanged(p).hex());
  }

  /**
   * What keeps a certificate that rests on this evidence from being a proof.
   *
   * @return one sentence; empty if every result was measured on the problem
   */
  public Optional<String> assumption() {
    if (!given.isEmpty()) {
      return Optional.of(
          "given by the caller and not measured: "
              + String.join(", ", given.stream().distinct().toList()));
    }
    return problem == null ? Optional.of("there is no problem to measure on") : Optional.empty();
  }

  private ProblemDigest unchanged(TrainingProblem present) {
    ProblemDigest now = ProblemDigest.of(present);
    if (digest == null) {
      digest = now;
    }
    List<String> differences = digest.differences(now);
    if (!differences.isEmpty()) {
      throw new IllegalStateException(
          "the results of this evidence are about a problem whose "
              + String.join(", ", differences)
              + " changed in place since the first measurement; make a new problem and new"
              + " evidence");
    }
    return now;
  }
}
