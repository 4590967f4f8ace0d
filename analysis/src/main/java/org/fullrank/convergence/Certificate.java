package org.fullrank.convergence;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.fullrank.evidence.Evidence;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;

/**
 * A theorem, its hypotheses with measured numbers, and what follows. Verdict, rigor and subject are
 * computed from the checks; a conclusion exists exactly when all of them hold.
 */
public final class Certificate {
  private final String id;
  private final String theorem;
  private final Citation source;
  private final List<HypothesisCheck> checks;
  private final Verdict verdict;
  private final Optional<Conclusion> conclusion;
  private final List<String> limits;
  private final Optional<String> problem;

  private Certificate(
      String id,
      String theorem,
      Citation source,
      List<HypothesisCheck> checks,
      Verdict verdict,
      Optional<Conclusion> conclusion,
      List<String> limits,
      Optional<String> problem) {
    this.id = id;
    this.theorem = theorem;
    this.source = source;
    this.checks = checks;
    this.verdict = verdict;
    this.conclusion = conclusion;
    this.limits = limits;
    this.problem = problem;
  }

  /**
   * Draws the conclusion. A prediction whose numbers say nothing, such as a linear rate that
   * underflowed to 0 or an initial value that overflowed, is not drawn: the certificate gets one
   * more check, {@code UNDECIDED}, that names the number.
   *
   * @param theorem name of the theorem
   * @param source where it comes from
   * @param checks all hypotheses, at least one
   * @param conclusion asked for only if all of them hold
   * @param limits what the theorem does not say, one sentence each
   * @return the certificate; no proof unless {@link Theorem#check(Evidence)} returns it
   */
  public static Certificate of(
      String theorem,
      Citation source,
      List<HypothesisCheck> checks,
      Supplier<Conclusion> conclusion,
      List<String> limits) {
    return create(theorem, theorem, source, checks, conclusion, limits);
  }

  /**
   * As {@link #of(String, Citation, List, Supplier, List)}, with name, source and {@link #id} of a
   * theorem.
   *
   * @param theorem whose hypotheses these are
   * @param checks all hypotheses, at least one
   * @param conclusion asked for only if all of them hold
   * @param limits what the theorem does not say, one sentence each
   * @return the certificate, as above
   */
  public static Certificate of(
      Theorem theorem,
      List<HypothesisCheck> checks,
      Supplier<Conclusion> conclusion,
      List<String> limits) {
    return create(theorem.id(), theorem.name(), theorem.source(), checks, conclusion, limits);
  }

  private static Certificate create(
      String id,
      String theorem,
      Citation source,
      List<HypothesisCheck> checks,
      Supplier<Conclusion> conclusion,
      List<String> limits) {
    if (checks.isEmpty()) {
      throw new IllegalArgumentException("Certificate expects at least one hypothesis, got none");
    }
    List<HypothesisCheck> all = new ArrayList<>(checks);
    Optional<Conclusion> drawn = Optional.empty();
    if (worst(all) == Verdict.HOLDS) {
      Conclusion candidate = conclusion.get();
      Optional<HypothesisCheck> vacuous = candidate.prediction().flatMap(Prediction::vacuous);
      vacuous.ifPresent(all::add);
      drawn = vacuous.isEmpty() ? Optional.of(candidate) : Optional.empty();
    }
    return new Certificate(
        id,
        theorem,
        source,
        List.copyOf(all),
        worst(all),
        drawn,
        List.copyOf(limits),
        Optional.empty());
  }

  /**
   * The certificate with what its numbers are about. If some of them were given by the caller, it
   * gets one more check that says so, {@code ASSUMED}. Not public, so that the numbers of one
   * problem cannot be said to be those of another.
   *
   * @param evidence that all measured numbers are from
   * @throws IllegalStateException if the problem's numbers have changed since they were measured,
   *     or the certificate rests on another problem already
   */
  Certificate restingOn(Evidence evidence) {
    Optional<String> digest = evidence.digest();
    if (problem.isPresent() && !problem.equals(digest)) {
      throw new IllegalStateException(
          theorem + " expects evidence of one problem but its certificate rests on another one");
    }
    List<HypothesisCheck> all = new ArrayList<>(checks);
    evidence
        .assumption()
        .ifPresent(
            reason ->
                all.add(
                    HypothesisCheck.structural(
                        "the numbers are those of the problem",
                        Verdict.HOLDS,
                        Rigor.ASSUMED,
                        subject(),
                        reason)));
    return new Certificate(
        id, theorem, source, List.copyOf(all), verdict, conclusion, limits, digest);
  }

  /**
   * Which problem it is about: the {@linkplain Evidence#digest SHA-256 sum} of its network,
   * parameters and data.
   *
   * @return empty if the certificate rests on no problem
   */
  public Optional<String> problem() {
    return problem;
  }

  private static Verdict worst(List<HypothesisCheck> checks) {
    Verdict verdict = Verdict.HOLDS;
    for (Verdict worse : List.of(Verdict.UNDECIDED, Verdict.FAILS, Verdict.INAPPLICABLE)) {
      if (checks.stream().anyMatch(c -> c.verdict() == worse)) {
        verdict = worse;
      }
    }
    return verdict;
  }

  /**
   * Which theorem it is, whatever its settings.
   *
   * @return {@link Theorem#id}; the name if the certificate was not made from a theorem
   */
  public String id() {
    return id;
  }

  /**
   * The name of the theorem.
   *
   * @return one line
   */
  public String theorem() {
    return theorem;
  }

  /**
   * Where it comes from.
   *
   * @return the citation
   */
  public Citation source() {
    return source;
  }

  /**
   * The hypotheses.
   *
   * @return in the order of the theorem
   */
  public List<HypothesisCheck> checks() {
    return checks;
  }

  /**
   * The verdict: {@code INAPPLICABLE} if a premise is missing, else {@code FAILS} if a hypothesis
   * is certainly violated, else {@code UNDECIDED} if one is open, else {@code HOLDS}.
   *
   * @return computed from the checks
   */
  public Verdict verdict() {
    return verdict;
  }

  /**
   * How the verdict is known.
   *
   * @return the weakest of all checks and of the prediction's numbers; {@code ASSUMED} if it rests
   *     on no problem
   */
  public Rigor rigor() {
    if (problem.isEmpty()) {
      return Rigor.ASSUMED;
    }
    return Stream.concat(
            checks.stream().map(HypothesisCheck::rigor),
            prediction().stream().map(Prediction::rigor))
        .min(Comparator.naturalOrder())
        .orElseThrow();
  }

  /**
   * What the verdict is about.
   *
   * @return the narrowest of all checks and of the prediction's numbers
   */
  public Subject subject() {
    return Stream.concat(
            checks.stream().map(HypothesisCheck::subject),
            prediction().stream().map(Prediction::subject))
        .reduce(Subject.EXACT_NETWORK, Subject::narrowest);
  }

  /**
   * Whether the conclusion is proved for this network and these data in exact arithmetic: all
   * hypotheses hold, verified, about the exact network, with numbers that were measured on a
   * problem.
   *
   * @return true only for a proof
   */
  public boolean isProof() {
    return verdict == Verdict.HOLDS && rigor().isVerified() && subject() == Subject.EXACT_NETWORK;
  }

  /**
   * What follows.
   *
   * @return present exactly if the verdict is {@code HOLDS}
   */
  public Optional<Conclusion> conclusion() {
    return conclusion;
  }

  /**
   * The numbers a run must keep.
   *
   * @return those of the conclusion, if there is one and it has any
   */
  public Optional<Prediction> prediction() {
    return conclusion.flatMap(Conclusion::prediction);
  }

  /**
   * The first hypothesis that is not satisfied, in the order of the verdict's severity.
   *
   * @return empty if all hold
   */
  public Optional<HypothesisCheck> obstacle() {
    return checks.stream()
        .filter(c -> c.verdict() == verdict && verdict != Verdict.HOLDS)
        .findFirst();
  }

  /**
   * The measured numbers and settings that everything else is computed from.
   *
   * @return what {@link HypothesisCheck#from} was told by all checks; of several numbers with the
   *     same symbol the last
   */
  public List<Quantity> measured() {
    return distinct(HypothesisCheck::measured);
  }

  /**
   * The numbers between the measured ones and the hypotheses.
   *
   * @return what {@link HypothesisCheck#through} was told by all checks, the method of each being
   *     its formula; of several numbers with the same symbol the last
   */
  public List<Quantity> derived() {
    return distinct(HypothesisCheck::derived);
  }

  private List<Quantity> distinct(Function<HypothesisCheck, List<Quantity>> numbers) {
    Map<String, Quantity> bySymbol = new LinkedHashMap<>();
    checks.stream()
        .flatMap(c -> numbers.apply(c).stream())
        .forEach(q -> bySymbol.put(q.symbol(), q));
    return List.copyOf(bySymbol.values());
  }

  /**
   * What the theorem does not say.
   *
   * @return sentences
   */
  public List<String> limits() {
    return limits;
  }

  /**
   * The certificate in one line: what is guaranteed, or that nothing is and which hypothesis is in
   * the way. {@code FAILS} means that the hypothesis is certainly violated, not that descent is.
   *
   * @return such as {@code "no guarantee: Theorem (FAILS: h < 1: h in [3.1, 3.2], to be less than
   *     1)"}
   */
  public String summary() {
    return switch (verdict) {
      case HOLDS ->
          (isProof() ? "proved: " : "holds, not a proof (" + rigor() + "): ")
              + theorem
              + conclusion.map(c -> ": " + c).orElse("");
      case INAPPLICABLE ->
          "not applicable: " + theorem + obstacle().map(Certificate::because).orElse("");
      case FAILS, UNDECIDED ->
          "no guarantee: "
              + theorem
              + " ("
              + verdict
              + obstacle().map(Certificate::because).orElse("")
              + ")";
    };
  }

  private static String because(HypothesisCheck check) {
    return ": "
        + check.statement()
        + (check.numbers().isBlank() ? "" : ": " + check.numbers().strip());
  }

  /**
   * The certificate as a proof is written, in lines of about 100 columns: source, hypotheses with
   * their numbers, verdict, conclusion, and what does not follow. Numbers have at most six digits
   * and are rounded outward, so that printed enclosures hold.
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(ProofText.hang("Theorem: ", theorem));
    text.append(ProofText.hang("Source: ", source.toString())).append("Hypotheses:\n");
    int number = 1;
    for (HypothesisCheck check : checks) {
      String label = "  " + number++ + ". ";
      String indent = " ".repeat(label.length());
      text.append(ProofText.hang(label, check.verdict() + ": " + check.statement()));
      if (!check.numbers().isBlank()) {
        text.append(ProofText.hang(indent, check.numbers()));
      }
      text.append(ProofText.hang(indent, "[" + check.standing() + "]"));
    }
    text.append(ProofText.hang("Verdict: ", verdict + standing()));
    conclusion.ifPresent(c -> text.append(ProofText.hang("Conclusion: ", c.toString())));
    if (!limits.isEmpty()) {
      text.append("It does not say:\n");
      limits.forEach(limit -> text.append(ProofText.hang("  - ", limit)));
    }
    return text.toString().stripTrailing();
  }

  private String standing() {
    if (isProof()) {
      return ", proved for the network in exact arithmetic";
    }
    return (verdict == Verdict.HOLDS ? ", but not a proof about the exact network" : "")
        + " ("
        + rigor()
        + ", about "
        + subject().text()
        + ")"
        + (problem.isEmpty()
            ? "; ASSUMED because it is tied to no problem, unlike one from Theorem.check(problem)"
            : "")
        + obstacle().map(c -> "; obstacle: " + c.statement()).orElse("");
  }
}
