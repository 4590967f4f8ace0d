package org.fullrank.convergence;

import java.util.Optional;

/**
 * What a theorem says once all its hypotheses hold: a sentence, and numbers to hold a run against
 * where it gives any.
 *
 * @param statement one sentence, without the numbers of the prediction
 * @param prediction step size, envelope and radius; empty if the theorem speaks of something else,
 *     such as a rank
 */
public record Conclusion(String statement, Optional<Prediction> prediction) {
  /** Checks the text. */
  public Conclusion {
    if (statement.isBlank()) {
      throw new IllegalArgumentException("Conclusion expects a statement but got a blank text");
    }
  }

  /**
   * A sentence with numbers.
   *
   * @param statement one sentence
   * @param prediction what a run must keep
   * @return the conclusion
   */
  public static Conclusion of(String statement, Prediction prediction) {
    return new Conclusion(statement, Optional.of(prediction));
  }

  /**
   * A sentence only.
   *
   * @param statement one sentence
   * @return the conclusion
   */
  public static Conclusion of(String statement) {
    return new Conclusion(statement, Optional.empty());
  }

  @Override
  public String toString() {
    return statement + prediction.map(p -> ": " + p).orElse("");
  }
}
