package org.fullrank.evidence;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What has been measured on a problem: each measurement is made at most once and then remembered,
 * so that all theorems share an expensive spectrum. Or fixed results, for which no problem is
 * needed. Not for several threads.
 */
public final class Evidence {
  private final @Nullable TrainingProblem problem;
  private final Map<Measurement<?>, Object> known;

  private Evidence(@Nullable TrainingProblem problem, Map<Measurement<?>, Object> known) {
    this.problem = problem;
    this.known = known;
  }

  /**
   * Nothing measured yet.
   *
   * @param problem what will be measured on
   * @return empty evidence
   */
  public static Evidence of(TrainingProblem problem) {
    return new Evidence(problem, new HashMap<>());
  }

  /**
   * Results from elsewhere: a theorem then is pure arithmetic. Whoever states them answers for
   * their rigor.
   *
   * @return empty evidence without a problem
   */
  public static Evidence fixed() {
    return new Evidence(null, new LinkedHashMap<>());
  }

  /**
   * With one result given.
   *
   * @param measurement what it is the result of
   * @param result the result
   * @param <T> its type
   * @return new evidence
   */
  public <T> Evidence with(Measurement<T> measurement, T result) {
    Map<Measurement<?>, Object> more = new HashMap<>(known);
    more.put(measurement, result);
    return new Evidence(problem, more);
  }

  /**
   * A result, measured now if it is not known yet.
   *
   * @param measurement what is asked for
   * @param <T> its type
   * @return the result
   * @throws IllegalStateException if the evidence is fixed and does not contain it
   */
  @SuppressWarnings(
      "unchecked") // with() and this method put results of the measurement's type only
  public <T> T get(Measurement<T> measurement) {
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
}
