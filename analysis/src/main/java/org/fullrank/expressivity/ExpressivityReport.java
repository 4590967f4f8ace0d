package org.fullrank.expressivity;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.StructuralFact;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.spectrum.RankReport;

/** What the expressivity condition says about one network on one data set. */
public final class ExpressivityReport {
  private static final String SYMBOL = "sigma_min([h, 1])";

  private final int samples;
  private final int features;
  private final List<Cause> causes;
  private final List<Long> constantUnits;
  private final RankReport rank;
  private final Optional<Quantity> featureError;
  private final Optional<String> obstacle;

  ExpressivityReport(
      int samples,
      int features,
      List<Cause> causes,
      List<Long> constantUnits,
      RankReport rank,
      Optional<Quantity> featureError,
      Optional<String> obstacle) {
    this.featureError = featureError;
    this.obstacle = obstacle;
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
   *     UNDECIDED}; {@link #subject} says whether the network in exact arithmetic is meant
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
   * @return the stored features, unless a cause speaks about the network itself or the margin
   *     exceeds the error of the features
   */
  public Subject subject() {
    if (causes.isEmpty()) {
      return isAboutTheNetwork() ? Subject.EXACT_NETWORK : Subject.STORED_MATRIX;
    }
    return causes.stream().anyMatch(c -> c.subject() == Subject.EXACT_NETWORK)
        ? Subject.EXACT_NETWORK
        : Subject.STORED_MATRIX;
  }

  /**
   * The margin: {@code sigma_min([h(X), 1])}, with the square root of the smallest eigenvalue of
   * {@code M M^T} meant, so it is 0 where the rank is deficient.
   *
   * @return a verified enclosure: about the exact network where its lower end is positive even
   *     after the error of the features is subtracted, else about the stored features; exactly 0
   *     where a cause was found, about whatever that speaks about
   */
  public Quantity margin() {
    if (causes.isEmpty()) {
      return isAboutTheNetwork() ? exactMargin().orElseThrow() : storedMargin();
    }
    Subject subject = subject();
    Cause cause = causes.stream().filter(c -> c.subject() == subject).findFirst().orElseThrow();
    String kind = cause.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return StructuralFact.number(SYMBOL, Interval.ZERO, subject, "structure: " + kind);
  }

  /**
   * The margin of the stored features, whatever {@link #margin} is about.
   *
   * @return a verified enclosure
   */
  public Quantity storedMargin() {
    return rank.sigmaMin().withSymbol(SYMBOL);
  }

  /**
   * The margin of the network in exact arithmetic: that of the stored features, give or take {@link
   * #featureError} (Weyl's inequality for singular values).
   *
   * @return a verified enclosure, possibly from 0; empty if the features were not enclosed
   */
  public Optional<Quantity> exactMargin() {
    return featureError.map(
        e ->
            storedMargin()
                .perturbedBy(e, Subject.EXACT_NETWORK)
                .map(SYMBOL, interval -> interval.max(Interval.ZERO)));
  }

  /**
   * How far the stored features are from those of the network in exact arithmetic.
   *
   * @return a verified bound of {@code ||h^ - h(X)||_F}; empty if a layer below the last cannot be
   *     enclosed, or if a structural cause has settled the matter
   */
  public Optional<Quantity> featureError() {
    return featureError;
  }

  private boolean isAboutTheNetwork() {
    return verdict() == Verdict.HOLDS
        && exactMargin().filter(m -> m.interval().certainlyPositive()).isPresent();
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
      boolean network = isAboutTheNetwork();
      return "The rows of "
          + (network ? "[h(X), 1] of the network in exact arithmetic" : "the stored [h(X), 1]")
          + " are proved independent, so an affine last layer with a bias can reach every target on"
          + " these features."
          + (network ? "" : whyStored());
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

  private String whyStored() {
    return obstacle
        .map(o -> " It is not proved for the network in exact arithmetic: " + o + ".")
        .orElse(
            " It is not proved for the network in exact arithmetic, because the error of the stored"
                + " features exceeds their margin.");
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
   * The proved rank of {@code [h(X), 1]}, about {@link #subject}.
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
    featureError.ifPresent(out::add);
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
          Quantity.derived(
              "certified rank", "checked right inverse", Interval.of(samples), margin()));
    }
    return out;
  }

  @Override
  public String toString() {
    return "rank [h, 1] = n: " + verdict() + " (" + subject().text() + "). " + reason();
  }
}
