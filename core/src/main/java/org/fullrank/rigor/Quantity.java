package org.fullrank.rigor;

import java.util.Locale;
import java.util.Objects;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/**
 * A named number with what is known about it: an enclosure, how rigorous it is, what it is about,
 * and how it was obtained.
 *
 * <p>Combining quantities can only weaken them: the result has the {@linkplain Rigor#weakest
 * weakest} rigor and the {@linkplain Subject#narrowest narrowest} subject of its operands. Operands
 * with different subjects make sense only where the wider one means the same number for both, such
 * as a step size; two eigenvalues must be of the same matrix, which nothing here can check. For a
 * rigor below {@link Rigor#VERIFIED} the interval is what the method delivered, not a proof; a
 * floating-point estimate is a point.
 *
 * @param symbol name in the formulas, for instance {@code "lambda_min(K_0)"}; not blank
 * @param interval enclosure of the value
 * @param rigor what kind of knowledge the interval is
 * @param subject what the number is about
 * @param method how it was obtained; not blank
 */
public record Quantity(
    String symbol, Interval interval, Rigor rigor, Subject subject, String method) {

  /**
   * Checks the texts.
   *
   * @throws IllegalStateException if it claims to be verified and the floating-point mode of this
   *     thread is not that of Java
   */
  public Quantity {
    requireText(symbol, "symbol");
    requireText(method, "method");
    Objects.requireNonNull(interval, "interval");
    Proof.require(Objects.requireNonNull(rigor, "rigor"));
    Objects.requireNonNull(subject, "subject");
  }

  /**
   * An enclosure in which all rounding errors are accounted for. This is the claim of a proof,
   * which whoever calls it has just made; what follows from such numbers is {@link #derived}.
   *
   * @throws IllegalStateException if the floating-point mode of this thread is not that of Java
   */
  public static Quantity verified(
      String symbol, Interval interval, Subject subject, String method) {
    return new Quantity(symbol, interval, Proof.verified(), subject, method);
  }

  /** A floating-point value without an error bound; must be finite. */
  public static Quantity computed(String symbol, double value, Subject subject, String method) {
    return computed(symbol, Interval.of(value), subject, method);
  }

  /** A floating-point enclosure whose error is estimated, not proved. */
  public static Quantity computed(String symbol, Interval value, Subject subject, String method) {
    return new Quantity(symbol, value, Rigor.COMPUTED, subject, method);
  }

  /** An interval that contains the number with some probability. */
  public static Quantity sampled(String symbol, Interval value, Subject subject, String method) {
    return new Quantity(symbol, value, Rigor.SAMPLED, subject, method);
  }

  /** A number that somebody states, also one of which nothing is known. */
  public static Quantity assumed(String symbol, Interval value, Subject subject, String method) {
    return new Quantity(symbol, value, Rigor.ASSUMED, subject, method);
  }

  /**
   * What a formula makes of other quantities: as rigorous as the weakest of them, about the
   * narrowest.
   *
   * @param symbol name of the result
   * @param method the formula, or how it was evaluated
   * @param value the result, rounded outward; it may also rest on exact numbers, such as data
   * @param operand what the formula starts from
   * @param others all else that it starts from
   * @throws IllegalStateException if all operands are verified and the floating-point mode of this
   *     thread is not that of Java
   */
  public static Quantity derived(
      String symbol, String method, Interval value, Quantity operand, Quantity... others) {
    Rigor rigor = operand.rigor;
    Subject subject = operand.subject;
    for (Quantity other : others) {
      rigor = Rigor.weakest(rigor, other.rigor);
      subject = Subject.narrowest(subject, other.subject);
    }
    return new Quantity(symbol, value, rigor, subject, method);
  }

  /** Whether the enclosure is proved for {@link #subject}. */
  public boolean isProof() {
    return rigor.isVerified();
  }

  /** The same number with another name. */
  public Quantity withSymbol(String newSymbol) {
    return new Quantity(newSymbol, interval, rigor, subject, method);
  }

  /** The same number with at most the given rigor; never stronger than before. */
  public Quantity weakenedTo(Rigor atMost) {
    return new Quantity(symbol, interval, Rigor.weakest(rigor, atMost), subject, method);
  }

  /** The same number with at most the given rigor, about at most the given subject. */
  public Quantity weakenedTo(Rigor atMost, Subject atMostAbout) {
    return new Quantity(
        symbol,
        interval,
        Rigor.weakest(rigor, atMost),
        Subject.narrowest(subject, atMostAbout),
        method);
  }

  /**
   * This number moved by an unknown amount of at most the magnitude of {@code error}, after which
   * it is about {@code newSubject}. This is Weyl's inequality for an eigenvalue, with {@code error}
   * a bound of the spectral norm of the perturbation. It is the one way to a wider subject.
   *
   * @param error a bound, whose upper end is used; its rigor limits that of the result
   * @throws IllegalArgumentException if {@code error} is about something narrower than {@code
   *     newSubject}: it then bounds the distance to another object
   */
  public Quantity perturbedBy(Quantity error, Subject newSubject) {
    error.requireAbout(newSubject);
    double radius = error.interval.magnitude();
    Interval wide =
        Double.isInfinite(radius) ? Interval.ENTIRE : interval.add(new Interval(-radius, radius));
    return new Quantity(
        symbol,
        wide,
        Rigor.weakest(rigor, error.rigor),
        newSubject,
        method + " +- " + error.symbol + " (" + error.method + ")");
  }

  /** Sum. */
  public Quantity add(Quantity other) {
    return combine("(" + symbol + " + " + other.symbol + ")", other, Interval::add);
  }

  /** Difference. */
  public Quantity subtract(Quantity other) {
    return combine("(" + symbol + " - " + other.symbol + ")", other, Interval::subtract);
  }

  /** Product. */
  public Quantity multiply(Quantity other) {
    return combine(symbol + " * " + other.symbol, other, Interval::multiply);
  }

  /** Quotient; unbounded if the divisor may be zero. */
  public Quantity divide(Quantity other) {
    return combine(symbol + " / " + other.symbol, other, Interval::divide);
  }

  /** Square root of the non-negative part of the interval. */
  public Quantity sqrt() {
    return map("sqrt(" + symbol + ")", Interval::sqrt);
  }

  /** Applies an outward-rounded function of one number. */
  public Quantity map(String newSymbol, UnaryOperator<Interval> function) {
    return new Quantity(newSymbol, function.apply(interval), rigor, subject, method);
  }

  /** Applies an outward-rounded function of two numbers. */
  public Quantity combine(String newSymbol, Quantity other, BinaryOperator<Interval> function) {
    return new Quantity(
        newSymbol,
        function.apply(interval, other.interval),
        Rigor.weakest(rigor, other.rigor),
        Subject.narrowest(subject, other.subject),
        method.equals(other.method) ? method : method + "; " + other.method);
  }

  @Override
  public String toString() {
    return symbol
        + " in "
        + interval
        + " ("
        + rigor.name().toLowerCase(Locale.ROOT)
        + ", "
        + subject.text()
        + "; "
        + method
        + ")";
  }

  /** Throws unless this, a bound of an error, reaches as far as the subject. */
  @Internal
  public void requireAbout(Subject reached) {
    if (subject.compareTo(reached) < 0) {
      throw new IllegalArgumentException(
          "perturbedBy expects an error bound about "
              + reached.text()
              + " but "
              + symbol
              + " is about "
              + subject.text());
    }
  }

  private static void requireText(String text, String name) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("Quantity expects a non-blank " + name + " but got none");
    }
  }
}
