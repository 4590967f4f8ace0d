package org.fullrank.convergence;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.StructuralFact;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;

/**
 * One hypothesis of a theorem, held against measured numbers: an inequality between two enclosed
 * quantities, or a structural condition.
 *
 * <p>A check can also carry the numbers that its sides were computed from, so that somebody else
 * can compute them again: {@link #from} takes those that the theorem starts from, {@link #through}
 * those in between. They decide nothing: verdict, rigor and subject are those of the two sides. A
 * certificate shows them in its file ({@link Certificate#measured}, {@link Certificate#derived}),
 * and each number is needed only once, as a rule at the first hypothesis that uses it. For {@code
 * eta < 1/beta} with {@code beta = b0^2 + Lam R0}:
 *
 * <pre>{@code
 * HypothesisCheck.less("the step is short: eta < 1/beta", eta, reciprocal)
 *     .from(eta, b0, lam, r0)
 *     .through(beta); // Quantity.derived("beta", "b0^2 + Lam R0", ..., b0, lam, r0)
 * }</pre>
 */
public final class HypothesisCheck {
  private final String statement;
  private final Verdict verdict;
  private final Rigor rigor;
  private final Subject subject;
  private final Optional<Quantity> lhs;
  private final Optional<Quantity> rhs;
  private final String reason;
  private final List<Quantity> measured;
  private final List<Quantity> derived;

  private HypothesisCheck(
      String statement,
      Verdict verdict,
      Rigor rigor,
      Subject subject,
      Optional<Quantity> lhs,
      Optional<Quantity> rhs,
      String reason,
      List<Quantity> measured,
      List<Quantity> derived) {
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
    this.measured = List.copyOf(measured);
    this.derived = List.copyOf(derived);
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
        "",
        List.of(),
        List.of());
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
        statement,
        verdict,
        rigor,
        subject,
        Optional.empty(),
        Optional.empty(),
        reason,
        List.of(),
        List.of());
  }

  /**
   * With the numbers that the theorem starts from: measured ones and settings, by the symbols of
   * its statement. Whoever checks the certificate again computes everything else from them.
   *
   * @param numbers more of them
   * @return the check with these numbers beside those it had
   */
  public HypothesisCheck from(Quantity... numbers) {
    return with(joined(measured, numbers), derived);
  }

  /**
   * With numbers between the measured ones and the sides of the inequality.
   *
   * @param numbers more of them; the method of each is its formula
   * @return the check with these numbers beside those it had
   */
  public HypothesisCheck through(Quantity... numbers) {
    return with(measured, joined(derived, numbers));
  }

  private HypothesisCheck with(List<Quantity> newMeasured, List<Quantity> newDerived) {
    return new HypothesisCheck(
        statement, verdict, rigor, subject, lhs, rhs, reason, newMeasured, newDerived);
  }

  private static List<Quantity> joined(List<Quantity> first, Quantity... more) {
    return Stream.concat(first.stream(), Stream.of(more)).toList();
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
    return premise(statement, given, StructuralFact.rigor(), reason);
  }

  /**
   * Something that is not known: the theorem decides nothing, and that is certain.
   *
   * @param statement the hypothesis
   * @param subject what would have to be known of
   * @param reason one sentence, naming what would help
   * @return the check, {@code UNDECIDED}
   */
  public static HypothesisCheck undecided(String statement, Subject subject, String reason) {
    return structural(statement, Verdict.UNDECIDED, StructuralFact.rigor(), subject, reason);
  }

  /**
   * A premise that is visible in a description that somebody may have made.
   *
   * @param statement the premise
   * @param given whether it is given; otherwise the theorem is {@code INAPPLICABLE}
   * @param rigor how the description is known
   * @param reason one sentence, naming what is missing
   * @return the check
   */
  public static HypothesisCheck premise(
      String statement, boolean given, Rigor rigor, String reason) {
    return structural(
        statement,
        given ? Verdict.HOLDS : Verdict.INAPPLICABLE,
        rigor,
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

  /**
   * The measured numbers and settings that the theorem starts from.
   *
   * @return those that {@link #from} was told
   */
  public List<Quantity> measured() {
    return measured;
  }

  /**
   * The numbers between the measured ones and the sides.
   *
   * @return those that {@link #through} was told; the method of each is its formula
   */
  public List<Quantity> derived() {
    return derived;
  }

  /** The numbers of an inequality, shortened outward, or the reason. */
  String numbers() {
    return lhs.flatMap(l -> rhs.map(r -> numbers(l, r))).orElse(reason);
  }

  private String numbers(Quantity l, Quantity r) {
    if (l.symbol().equals("0") && l.interval().equals(Interval.ZERO)) {
      // The margin would be the right-hand side once more.
      return ProofText.named(r) + (verdict == Verdict.HOLDS ? " > 0" : ", to be more than 0");
    }
    return ProofText.named(l)
        + ", to be less than "
        + ProofText.named(r)
        + "; margin "
        + ProofText.number(r.interval().subtract(l.interval()));
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
