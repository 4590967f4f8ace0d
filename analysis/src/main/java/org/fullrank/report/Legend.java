package org.fullrank.report;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.rigor.DecimalInterval;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;

/** Explains the words that a dossier uses, and only those. */
final class Legend {
  private static final int ESTIMATE_DIGITS = 10;

  private Legend() {}

  /** Words and explanations in a fixed order. */
  static Map<String, String> of(Dossier dossier) {
    List<Quantity> numbers = new ArrayList<>(dossier.quantities());
    Set<Rigor> rigors = EnumSet.noneOf(Rigor.class);
    Set<Subject> subjects = EnumSet.noneOf(Subject.class);
    Set<Verdict> verdicts = EnumSet.noneOf(Verdict.class);
    for (Finding finding : dossier.findings()) {
      verdicts.add(finding.verdict());
      rigors.add(finding.rigor());
      finding.margin().ifPresent(numbers::add);
    }
    for (Certificate certificate : dossier.certificates()) {
      verdicts.add(certificate.verdict());
      rigors.add(certificate.rigor());
      subjects.add(certificate.subject());
      for (HypothesisCheck check : certificate.checks()) {
        verdicts.add(check.verdict());
        rigors.add(check.rigor());
        subjects.add(check.subject());
        check.lhs().ifPresent(numbers::add);
        check.rhs().ifPresent(numbers::add);
      }
    }
    boolean enclosures = false;
    boolean estimates = false;
    for (Quantity number : numbers) {
      rigors.add(number.rigor());
      subjects.add(number.subject());
      estimates |= isEstimate(number);
      enclosures |= !isEstimate(number);
    }
    Map<String, String> legend = new LinkedHashMap<>();
    if (enclosures) {
      legend.put(
          "[a, b]",
          "The value lies between a and b. Printed decimals are rounded outward, so the printed"
              + " interval contains the computed one. The relative width is (b - a) / max(|a|,"
              + " |b|).");
    }
    if (estimates) {
      legend.put("~ x", "A floating-point value, rounded for print; no error bound is known.");
    }
    Rigor[] strongestFirst = {Rigor.VERIFIED, Rigor.COMPUTED, Rigor.SAMPLED, Rigor.ASSUMED};
    for (Rigor rigor : strongestFirst) {
      if (rigors.contains(rigor)) {
        legend.put(rigor.name(), explain(rigor));
      }
    }
    subjects.forEach(subject -> legend.put("about: " + name(subject), explain(subject)));
    verdicts.forEach(verdict -> legend.put(verdict.name(), explain(verdict)));
    return legend;
  }

  /** A short name for a table column. */
  static String name(Subject subject) {
    return switch (subject) {
      case STORED_MATRIX -> "stored matrix";
      case EXACT_PRODUCT -> "exact product";
      case EXACT_NETWORK -> "exact network";
    };
  }

  /** The enclosure as printed; a lone number without proof is marked as approximate. */
  static String value(Quantity quantity) {
    Interval interval = quantity.interval();
    return isEstimate(quantity)
        ? "~ " + DecimalInterval.nearest(interval.lo(), ESTIMATE_DIGITS)
        : DecimalInterval.from(interval).toString();
  }

  /** The relative width as printed, rounded up. */
  static String relativeWidth(Quantity quantity) {
    double width = quantity.interval().relativeWidth();
    if (isEstimate(quantity)) {
      return "-";
    }
    return Double.isInfinite(width) ? "unbounded" : DecimalInterval.upper(width, 2);
  }

  /** One line for the list at the top. */
  static String headline(Finding finding) {
    String about = finding.margin().map(m -> " about the " + name(m.subject())).orElse("");
    if (finding.rigor().isVerified()) {
      boolean decided = finding.verdict() == Verdict.HOLDS || finding.verdict() == Verdict.FAILS;
      return decided ? "proved" + about : "verified enclosure" + about;
    }
    return finding.rigor().text() + "; not a proof";
  }

  /** One line for the list at the top. */
  static String headline(Certificate certificate) {
    String about = " about the " + name(certificate.subject());
    if (!certificate.rigor().isVerified()) {
      return certificate.rigor().text() + "; not a proof";
    }
    boolean decided =
        certificate.verdict() == Verdict.HOLDS || certificate.verdict() == Verdict.FAILS;
    return decided ? "proved" + about : "verified enclosures" + about;
  }

  /** Whether the number is a single floating-point value without any error bound. */
  static boolean isEstimate(Quantity quantity) {
    return !quantity.isProof() && quantity.interval().lo() == quantity.interval().hi();
  }

  private static String explain(Rigor rigor) {
    return switch (rigor) {
      case VERIFIED ->
          "A proof. The true value lies in the interval; every rounding error is accounted for."
              + " What the proof is about stands beside it.";
      case COMPUTED ->
          "An ordinary floating-point result. Usually accurate, but without a proved error bound.";
      case SAMPLED -> "Estimated from random samples. It holds with some probability only.";
      case ASSUMED -> "Stated by a user or a source and not checked here.";
    };
  }

  private static String explain(Subject subject) {
    return switch (subject) {
      case STORED_MATRIX ->
          "The statement is about the matrix of doubles in memory, taken as exact. Rounding errors"
              + " made while its entries were computed are not covered.";
      case EXACT_PRODUCT ->
          "The statement is about the exact product of the stored factors, for instance J J^T of"
              + " a stored Jacobian J. Rounding errors in the factors are not covered.";
      case EXACT_NETWORK ->
          "The statement is about the mathematical network, evaluated in exact arithmetic.";
    };
  }

  private static String explain(Verdict verdict) {
    return switch (verdict) {
      case HOLDS -> "The condition is satisfied. It is a proof only if it is also VERIFIED.";
      case FAILS ->
          "The condition is not satisfied, so it gives no guarantee. It does not say that training"
              + " diverges or that the data cannot be fitted.";
      case UNDECIDED ->
          "The enclosures are too wide to decide. Sharper ones may give HOLDS or FAILS.";
      case INAPPLICABLE -> "An assumption of the condition is violated, so it says nothing here.";
    };
  }
}
