package org.fullrank.convergence;

import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;

/**
 * A convergence theorem with its settings, such as constants it leaves open. An extension point:
 * whoever implements it answers for the premises that it states, and for asking the evidence that
 * it is handed.
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
   * Holds all hypotheses against results of measurements and draws the conclusion: what a theorem
   * implements. It is arithmetic, and no proof before {@link #check(Evidence)} has seen what the
   * results are about.
   *
   * <p>Each hypothesis is a {@link HypothesisCheck}. The numbers that its sides are computed from
   * go with it ({@link HypothesisCheck#from}, {@link HypothesisCheck#through}) and from there into
   * the certificate's file. {@code docs/CheckCertificate.java} knows the theorems of the library
   * only, and refutes a certificate of another one.
   *
   * @param evidence asked for the results
   * @return a certificate that rests on no evidence yet
   */
  Certificate derive(Evidence evidence);

  /**
   * Checks all hypotheses.
   *
   * @param evidence measured or given
   * @return the certificate; a proof only if everything was measured on the evidence's problem
   * @throws IllegalStateException if the problem's numbers have changed since the first measurement
   */
  default Certificate check(Evidence evidence) {
    return derive(evidence).restingOn(evidence);
  }

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
