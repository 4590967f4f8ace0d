package org.fullrank.convergence;

import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;

/**
 * A convergence theorem with its settings, such as constants it leaves open. An extension point.
 */
public interface Theorem {
  /**
   * Which theorem it is, whatever its settings.
   *
   * @return the simple name of its class
   */
  default String id() {
    return getClass().getSimpleName();
  }

  /**
   * The name.
   *
   * @return one line
   */
  String name();

  /**
   * Where it comes from.
   *
   * @return the citation
   */
  Citation source();

  /**
   * Checks all hypotheses.
   *
   * @param evidence measured or fixed
   * @return the certificate
   */
  Certificate check(Evidence evidence);

  /**
   * Measures what is needed and checks all hypotheses.
   *
   * @param problem network, parameters, data and loss
   * @return the certificate
   */
  default Certificate check(TrainingProblem problem) {
    return check(Evidence.of(problem));
  }
}
