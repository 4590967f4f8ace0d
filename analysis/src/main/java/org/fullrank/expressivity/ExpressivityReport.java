package org.fullrank.expressivity;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.spectrum.RankReport;

/** What the expressivity condition says about one network on one data set. */
public final class ExpressivityReport {
  private final int samples;
  private final int features;
  private final List<Cause> causes;
  private final List<Long> constantUnits;
  private final RankReport rank;

  ExpressivityReport(
      int samples, int features, List<Cause> causes, List<Long> constantUnits, RankReport rank) {
    this.samples = samples;
    this.features = features;
    this.causes = List.copyOf(causes);
    this.constantUnits = List.copyOf(constantUnits);
    this.rank = rank;
  }

  /**
   * The verdict, derived from the causes and the certificate.
   *
   * @return {@code FAILS} if a structural cause excludes full rank, {@code HOLDS} if full rank of
   *     the stored features is proved with a margin above their rounding, otherwise {@code
   *     UNDECIDED}
   */
  public Verdict verdict() {
    if (!causes.isEmpty()) {
      return Verdict.FAILS;
    }
    return rank.isAboveRounding() ? Verdict.HOLDS : Verdict.UNDECIDED;
  }

  /**
   * What the verdict is about.
   *
   * @return the stored features, unless a cause speaks about the network itself
   */
  public Subject subject() {
    return causes.stream().anyMatch(c -> c.subject() == Subject.EXACT_NETWORK)
        ? Subject.EXACT_NETWORK
        : Subject.STORED_MATRIX;
  }

  /**
   * The margin: {@code sigma_min([h(X), 1])}, with the square root of the smallest eigenvalue of
   * {@code M M^T} meant, so it is 0 where the rank is deficient.
   *
   * @return a verified enclosure about the stored features, or exactly 0 about the exact network
   *     where a cause of that kind was found
   */
  public Quantity margin() {
    String symbol = "sigma_min([h, 1])";
    if (causes.isEmpty()) {
      return rank.sigmaMin().withSymbol(symbol);
    }
    Subject subject = subject();
    Cause cause = causes.stream().filter(c -> c.subject() == subject).findFirst().orElseThrow();
    String kind = cause.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return Quantity.verified(symbol, Interval.ZERO, subject, "structure: " + kind);
  }

  /**
   * Structural causes of failure.
   *
   * @return empty unless the verdict is {@code FAILS}
   */
  public List<Cause> causes() {
    return causes;
  }

  /**
   * Why the verdict is what it is, in words.
   *
   * @return one or several sentences
   */
  public String reason() {
    if (!causes.isEmpty()) {
      return String.join("; ", causes.stream().map(Cause::text).toList()) + ".";
    }
    if (verdict() == Verdict.HOLDS) {
      return "The rows of the stored [h(X), 1] are proved independent, so an affine last layer with a bias"
          + " can reach every target on these features.";
    }
    String known =
        rank.fullRowRank() == Verdict.HOLDS
            ? "The stored [h(X), 1] has full rank, but with a smallest singular value below the"
                + " rounding of its entries, which may have made it"
            : "Full rank of the stored [h(X), 1] is not proved";
    return known
        + "; the numerical rank is "
        + rank.numericalRank()
        + " of "
        + samples
        + ". A wider last hidden layer, larger weights or less correlated inputs help.";
  }

  /**
   * The number of samples.
   *
   * @return n
   */
  public int samples() {
    return samples;
  }

  /**
   * The number of features of a sample, the column of ones not counted.
   *
   * @return w
   */
  public int features() {
    return features;
  }

  /**
   * The proved rank of the stored {@code [h(X), 1]}.
   *
   * @return n, or empty
   */
  public OptionalInt certifiedRank() {
    return verdict() == Verdict.HOLDS ? OptionalInt.of(samples) : OptionalInt.empty();
  }

  /**
   * The rank that NumPy's {@code matrix_rank} reports for {@code [h(X), 1]}: singular values above
   * {@code sigma_max * max(n, w + 1) * 2^-52}. A heuristic in both directions.
   *
   * @return a count
   */
  public int numericalRank() {
    return rank.numericalRank();
  }

  /**
   * The singular values of {@code [h(X), 1]}, computed.
   *
   * @return descending
   */
  public double[] singularValues() {
    return rank.singularValues();
  }

  /**
   * Units with one value on every sample: dead or saturated on these data.
   *
   * @return unit numbers from 0
   */
  public List<Long> constantUnits() {
    return constantUnits;
  }

  /**
   * The numbers for a report.
   *
   * @return margin, computed singular values at both ends, ranks
   */
  public List<Quantity> quantities() {
    List<Quantity> out = new ArrayList<>();
    out.add(margin());
    double[] s = singularValues();
    String method = "singular value decomposition";
    if (s.length > 0 && Double.isFinite(s[0]) && Double.isFinite(s[s.length - 1])) {
      out.add(Quantity.computed("sigma_1([h, 1])", s[0], Subject.STORED_MATRIX, method));
      out.add(
          Quantity.computed(
              "sigma_" + s.length + "([h, 1])", s[s.length - 1], Subject.STORED_MATRIX, method));
    }
    out.add(
        Quantity.computed(
            "numerical rank", numericalRank(), Subject.STORED_MATRIX, "NumPy's default tolerance"));
    if (certifiedRank().isPresent()) {
      out.add(
          new Quantity(
              "certified rank",
              Interval.of(samples),
              Rigor.VERIFIED,
              Subject.STORED_MATRIX,
              "checked right inverse"));
    }
    return out;
  }

  @Override
  public String toString() {
    return "rank [h, 1] = n: " + verdict() + " (" + subject().text() + "). " + reason();
  }
}
