package org.fullrank.convergence;

import java.util.Optional;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;

/**
 * One hypothesis of a theorem, held against measured numbers: an inequality between two enclosed
 * quantities, or a structural condition.
 */
public final class HypothesisCheck {
  private final String statement;
  private final Verdict verdict;
  private final Rigor rigor;
  private final Subject subject;
  private final Optional<Quantity> lhs;
  private final Optional<Quantity> rhs;
  private final String reason;

  private HypothesisCheck(
      String statement,
      Verdict verdict,
      Rigor rigor,
      Subject subject,
      Optional<Quantity> lhs,
      Optional<Quantity> rhs,
      String reason) {
    if (statement.isBlank()) {
      throw new IllegalArgumentException("hypothesis expects a statement but got a blank text");
    }
    this.statement = statement;
    this.verdict = verdict;
    this.rigor = Proof.require(rigor);
    this.subject = subject;
    this.lhs = lhs;
    this.rhs = rhs;
    this.reason = reason;
  }

  /**
   * The strict inequality {@code lhs < rhs}: {@code UNDECIDED} where the enclosures overlap.
   *
   * @param statement the hypothesis in words and symbols
   * @param lhs left-hand side
   * @param rhs right-hand side
   * @return the check
   */
  public static HypothesisCheck less(String statement, Quantity lhs, Quantity rhs) {
    return new HypothesisCheck(
        statement,
        Verdict.ofLess(lhs.interval(), rhs.interval()),
        Rigor.weakest(lhs.rigor(), rhs.rigor()),
        Subject.narrowest(lhs.subject(), rhs.subject()),
        Optional.of(lhs),
        Optional.of(rhs),
        "");
  }

  /**
   * A condition that was decided by other means.
   *
   * @param statement the hypothesis
   * @param verdict what was found
   * @param rigor how it is known
   * @param subject what it is about
   * @param reason one sentence
   * @return the check
   */
  public static HypothesisCheck structural(
      String statement, Verdict verdict, Rigor rigor, Subject subject, String reason) {
    return new HypothesisCheck(
        statement, verdict, rigor, subject, Optional.empty(), Optional.empty(), reason);
  }

  /**
   * A premise that is visible in the description of the network, such as a kind of layer.
   *
   * @param statement the premise
   * @param given whether it is given; otherwise the theorem is {@code INAPPLICABLE}
   * @param reason one sentence, naming what is missing
   * @return the check, exact
   */
  public static HypothesisCheck premise(String statement, boolean given, String reason) {
    return structural(
        statement,
        given ? Verdict.HOLDS : Verdict.INAPPLICABLE,
        Proof.verified(),
        Subject.EXACT_NETWORK,
        reason);
  }

  /**
   * The hypothesis.
   *
   * @return in words and symbols
   */
  public String statement() {
    return statement;
  }

  /**
   * What was found.
   *
   * @return the verdict
   */
  public Verdict verdict() {
    return verdict;
  }

  /**
   * How it is known.
   *
   * @return the weaker of both sides
   */
  public Rigor rigor() {
    return rigor;
  }

  /**
   * What it is about.
   *
   * @return the narrower of both sides
   */
  public Subject subject() {
    return subject;
  }

  /**
   * The left-hand side.
   *
   * @return empty for a structural condition
   */
  public Optional<Quantity> lhs() {
    return lhs;
  }

  /**
   * The right-hand side.
   *
   * @return empty for a structural condition
   */
  public Optional<Quantity> rhs() {
    return rhs;
  }

  /**
   * By how much the inequality holds.
   *
   * @return an enclosure of {@code rhs - lhs}; empty for a structural condition
   */
  public Optional<Interval> margin() {
    return lhs.flatMap(l -> rhs.map(r -> r.interval().subtract(l.interval())));
  }

  /**
   * How a structural condition was decided.
   *
   * @return one sentence; empty for an inequality, whose numbers are the reason
   */
  public String reason() {
    return reason;
  }

  /** The numbers of an inequality, shortened outward, or the reason. */
  String numbers() {
    return lhs.flatMap(
            l ->
                rhs.map(
                    r ->
                        ProofText.named(l)
                            + ", to be less than "
                            + ProofText.named(r)
                            + "; margin "
                            + ProofText.number(r.interval().subtract(l.interval()))))
        .orElse(reason);
  }

  /** How it is known and about what. */
  String standing() {
    return rigor + ", about " + subject.text();
  }

  /** One line; numbers have at most six digits, rounded outward. */
  @Override
  public String toString() {
    return verdict + ": " + statement + " (" + numbers() + "; " + standing() + ")";
  }
}
