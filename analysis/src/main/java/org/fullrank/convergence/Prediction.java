package org.fullrank.convergence;

import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.fullrank.rigor.DecimalInterval;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;

/**
 * What a theorem guarantees: an upper envelope of a monitored number, and a radius that the
 * parameters do not leave. The envelope is {@code initial (1 - rate)^t} after {@code t} steps of a
 * step size, {@code initial e^(-rate t)} at time {@code t} of gradient flow, or {@code constant/t}.
 *
 * <p>It speaks of exact-arithmetic descent. Floating-point descent follows it until the monitored
 * number is at the level of its rounding errors.
 */
public final class Prediction {
  /** Which number the envelope bounds. */
  public enum Monitored {
    /** {@code ||f - y||}, the Frobenius norm of outputs minus targets. */
    RESIDUAL_NORM("||f - y||"),
    /** {@code F - F*}, loss minus its infimum. */
    EXCESS_LOSS("F - F*"),
    /**
     * The loss minus that of given reference parameters, which need not be a minimum: the run may
     * fall below it, and the infimum may be far below. Comes with a {@link #referenceLoss}.
     */
    LOSS_ABOVE_REFERENCE("L(w_t) - L(wbar)"),
    /**
     * The expected value of {@code F - F*} over the draws of a stochastic method, runs that leave
     * the region of the theorem counted as 0. It says nothing certain about one run.
     */
    EXPECTED_EXCESS_LOSS("E[F - F*, region kept]");

    private final String text;

    Monitored(String text) {
      this.text = text;
    }

    /**
     * The formula.
     *
     * @return such as {@code "F - F*"}
     */
    public String text() {
      return text;
    }
  }

  private final Decay decay;
  private final Monitored monitored;
  private final Quantity initial;
  private final double stepSize;
  private final Quantity rate;
  private final Quantity radius;
  private final Optional<Quantity> layerRadius;
  private final Optional<Quantity> failure;
  private final Optional<Quantity> reference;

  private Prediction(
      Decay decay,
      Monitored monitored,
      Quantity initial,
      double stepSize,
      Quantity rate,
      Quantity radius,
      Optional<Quantity> layerRadius,
      Optional<Quantity> failure,
      Optional<Quantity> reference) {
    this.decay = decay;
    this.monitored = monitored;
    this.initial = initial;
    this.stepSize = stepSize;
    this.rate = rate;
    this.radius = radius;
    this.layerRadius = layerRadius;
    this.failure = failure;
    this.reference = reference;
  }

  /**
   * A linear rate for descent with a constant step size: {@code initial (1 - rate)^t}.
   *
   * @param monitored what is bounded
   * @param initial its value at the start; the upper end counts
   * @param stepSize the step size the rate is for, positive
   * @param rate decrease per step, at least 0; the lower end counts
   * @param radius of the ball around the initial parameters, infinite if nothing is known; the
   *     upper end counts
   * @return the prediction
   */
  public static Prediction of(
      Monitored monitored, Quantity initial, double stepSize, Quantity rate, Quantity radius) {
    return create(Decay.STEPS, monitored, initial, requireStep(stepSize), rate, radius);
  }

  /**
   * An exponential rate for gradient flow: {@code initial e^(-rate t)} at time {@code t}.
   *
   * @param monitored what is bounded
   * @param initial its value at time 0; the upper end counts
   * @param rate at least 0; the lower end counts
   * @param radius as for {@link #of}
   * @return the prediction
   */
  public static Prediction flow(
      Monitored monitored, Quantity initial, Quantity rate, Quantity radius) {
    return create(Decay.FLOW, monitored, initial, 0, rate, radius);
  }

  /**
   * A sublinear rate for descent with a constant step size: {@code min(initial, constant / t)}.
   *
   * @param monitored what is bounded
   * @param initial its value at the start, which it never exceeds; the upper end counts
   * @param stepSize the step size the bound is for, positive
   * @param constant at least 0; the upper end counts
   * @param radius as for {@link #of}
   * @return the prediction
   */
  public static Prediction reciprocal(
      Monitored monitored, Quantity initial, double stepSize, Quantity constant, Quantity radius) {
    return create(Decay.RECIPROCAL, monitored, initial, requireStep(stepSize), constant, radius);
  }

  private static Prediction create(
      Decay decay,
      Monitored monitored,
      Quantity initial,
      double stepSize,
      Quantity rate,
      Quantity radius) {
    if (!(rate.interval().lo() >= 0)) {
      throw new IllegalArgumentException("Prediction expects a rate >= 0 but got " + rate);
    }
    requireNonNegative("initial value", initial);
    requireNonNegative("radius", radius);
    return new Prediction(
        decay,
        monitored,
        initial,
        stepSize,
        rate,
        radius,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static void requireNonNegative(String what, Quantity quantity) {
    if (!(quantity.interval().hi() >= 0)) {
      throw new IllegalArgumentException(
          "Prediction expects a " + what + " whose upper end is >= 0 but got " + quantity);
    }
  }

  private static double requireStep(double stepSize) {
    if (!(stepSize > 0 && stepSize <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "Prediction expects a positive finite step size but got " + stepSize);
    }
    return stepSize;
  }

  /**
   * With a bound for each trained weight matrix by itself.
   *
   * @param bound of the spectral norm of its distance from its start; the upper end counts
   * @return the changed prediction
   */
  public Prediction withLayerRadius(Quantity bound) {
    requireNonNegative("layer radius", bound);
    return with(Optional.of(bound), failure, reference);
  }

  /**
   * Guaranteed only with some probability over the draws of a stochastic method.
   *
   * @param probability of failure; the upper end counts
   * @return the changed prediction
   */
  public Prediction withFailureProbability(Quantity probability) {
    requireNonNegative("failure probability", probability);
    return with(layerRadius, Optional.of(probability), reference);
  }

  /**
   * With the loss that the monitored one is measured from.
   *
   * @param loss {@code L(wbar)} for {@link Monitored#LOSS_ABOVE_REFERENCE}, {@code F*} for {@link
   *     Monitored#EXCESS_LOSS}
   * @return the changed prediction
   * @throws IllegalArgumentException if something else is monitored
   */
  public Prediction withReferenceLoss(Quantity loss) {
    if (monitored != Monitored.LOSS_ABOVE_REFERENCE && monitored != Monitored.EXCESS_LOSS) {
      throw new IllegalArgumentException(
          "withReferenceLoss expects a prediction about "
              + Monitored.LOSS_ABOVE_REFERENCE.text()
              + " or "
              + Monitored.EXCESS_LOSS.text()
              + " but this one is about "
              + monitored.text());
    }
    return with(layerRadius, failure, Optional.of(loss));
  }

  private Prediction with(
      Optional<Quantity> newLayerRadius,
      Optional<Quantity> newFailure,
      Optional<Quantity> newReference) {
    return new Prediction(
        decay,
        monitored,
        initial,
        stepSize,
        rate,
        radius,
        newLayerRadius,
        newFailure,
        newReference);
  }

  /**
   * What the envelope bounds.
   *
   * @return the monitored number
   */
  public Monitored monitored() {
    return monitored;
  }

  /**
   * The monitored number at the start.
   *
   * @return a quantity whose upper end counts
   */
  public Quantity initial() {
    return initial;
  }

  /**
   * Whether it speaks of gradient flow: the envelope is a function of time, and there is no step
   * size.
   *
   * @return false for descent in steps
   */
  public boolean isFlow() {
    return decay == Decay.FLOW;
  }

  /**
   * The envelope as a formula without numbers.
   *
   * @return {@code "initial (1 - rate)^t"}, {@code "initial e^(-rate t)"} or {@code "min(initial,
   *     constant/t)"}
   */
  public String envelopeShape() {
    return decay.shape();
  }

  /**
   * The step size, to be used as it is.
   *
   * @return positive
   * @throws IllegalStateException for gradient flow, which has none
   */
  public double stepSize() {
    if (isFlow()) {
      throw new IllegalStateException(
          "stepSize expects a prediction for descent in steps but this one is for gradient flow");
    }
    return stepSize;
  }

  /**
   * The decrease of the envelope per step or per unit of time; for {@code constant/t} the constant.
   *
   * @return a quantity whose lower end is guaranteed (upper end for a constant)
   */
  public Quantity rate() {
    return rate;
  }

  /**
   * The radius of the ball that contains all iterates.
   *
   * @return a quantity whose upper end is guaranteed; infinite if nothing is known
   */
  public Quantity radius() {
    return radius;
  }

  /**
   * How far each trained weight matrix can move, in the spectral norm.
   *
   * @return a quantity whose upper end is guaranteed; empty if the theorem does not say
   */
  public Optional<Quantity> layerRadius() {
    return layerRadius;
  }

  /**
   * The probability that the radii are not kept.
   *
   * @return empty if the guarantee is certain
   */
  public Optional<Quantity> failureProbability() {
    return failure;
  }

  /**
   * The loss that the monitored one is measured from.
   *
   * @return {@code L(wbar)} or {@code F*}, if it was given
   */
  public Optional<Quantity> referenceLoss() {
    return reference;
  }

  /**
   * What is missing for it to say anything: a guarantee whose numbers overflowed or whose rate
   * underflowed to 0 bounds no run, however true its hypotheses are.
   *
   * @return a condition on the numbers that they do not meet; empty if they meet all
   */
  Optional<HypothesisCheck> vacuous() {
    String wanted;
    Quantity number;
    if (!initial.interval().isBounded()) {
      wanted = "the monitored number is bounded at the start";
      number = initial;
    } else if (decay == Decay.RECIPROCAL && !rate.interval().isBounded()) {
      wanted = "the constant of the envelope is bounded";
      number = rate;
    } else if (decay != Decay.RECIPROCAL && !(rate.interval().lo() > 0)) {
      wanted = "the guaranteed rate is positive";
      number = rate;
    } else if (reference.filter(r -> !r.interval().isBounded()).isPresent()) {
      wanted = "the loss of the reference is bounded";
      number = reference.get();
    } else {
      return Optional.empty();
    }
    return Optional.of(
        HypothesisCheck.structural(
            wanted,
            Verdict.UNDECIDED,
            number.rigor(),
            number.subject(),
            number.symbol() + " in " + number.interval()));
  }

  /**
   * An upper bound of the monitored number after some steps.
   *
   * @param t number of steps (for gradient flow: units of time), at least 0
   * @return rounded up; it may be subnormal or 0 only if the exact envelope is below the smallest
   *     double
   */
  public double envelope(long t) {
    Proof.requireIeee();
    if (t < 0) {
      throw new IllegalArgumentException("envelope expects t >= 0 but got " + t);
    }
    double first = initial.interval().hi();
    return t == 0 || Double.isInfinite(first) ? first : decay.after(t, first, rate.interval());
  }

  /**
   * An upper bound of the monitored number at a time of gradient flow.
   *
   * @param time at least 0
   * @return rounded up, as for {@link #envelope}
   * @throws IllegalStateException if the prediction is for descent in steps
   */
  public double envelopeAt(double time) {
    Proof.requireIeee();
    if (!isFlow()) {
      throw new IllegalStateException(
          "envelopeAt expects a prediction for gradient flow but this one is for descent in steps");
    }
    if (!(time >= 0 && time <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException("envelopeAt expects a finite time >= 0 but got " + time);
    }
    double first = initial.interval().hi();
    return Double.isInfinite(first) ? first : Decay.at(time, first, rate.interval());
  }

  /**
   * The number of steps, or the time rounded up to an integer, after which the envelope is at most
   * {@code target}.
   *
   * @param target positive
   * @return the smallest such number of {@link #envelope}, which is rounded up, or {@link
   *     Long#MAX_VALUE} if it exceeds 2^62
   */
  public long stepsTo(double target) {
    Proof.requireIeee();
    if (!(target > 0)) {
      throw new IllegalArgumentException("stepsTo expects a positive target but got " + target);
    }
    if (envelope(0) <= target) {
      return 0;
    }
    long low = 0;
    long high = 1;
    while (envelope(high) > target) {
      if (high > Long.MAX_VALUE / 2) {
        return Long.MAX_VALUE;
      }
      low = high;
      high *= 2;
    }
    while (high - low > 1) {
      long middle = low + (high - low) / 2;
      if (envelope(middle) <= target) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  /**
   * How its numbers are known.
   *
   * @return the weakest rigor of its numbers
   */
  public Rigor rigor() {
    return numbers().map(Quantity::rigor).min(Comparator.naturalOrder()).orElseThrow();
  }

  /**
   * What the prediction is about.
   *
   * @return the narrowest subject of its numbers
   */
  public Subject subject() {
    return numbers().map(Quantity::subject).reduce(Subject.EXACT_NETWORK, Subject::narrowest);
  }

  private Stream<Quantity> numbers() {
    return Stream.of(
            Stream.of(initial, rate, radius),
            layerRadius.stream(),
            failure.stream(),
            reference.stream())
        .flatMap(s -> s);
  }

  /**
   * The envelope as a formula in t, with at most six digits, rounded so that it remains a bound.
   *
   * @return such as {@code "1.25 (1 - 0.01)^t"}; {@code "0"} if it is 0 at the start
   */
  public String envelopeFormula() {
    Proof.requireIeee();
    double first = initial.interval().hi();
    return first == 0 ? "0" : decay.formula(first, rate.interval());
  }

  @Override
  public String toString() {
    return (isFlow() ? "along gradient flow, " : "with step size " + stepSize + ", ")
        + monitored.text()
        + " <= "
        + envelopeFormula()
        + reference
            .map(
                r ->
                    (monitored == Monitored.LOSS_ABOVE_REFERENCE ? ", L(wbar) in " : ", F* in ")
                        + ProofText.number(r.interval()))
            .orElse("")
        + (radius.interval().isBounded()
            ? ", and theta stays within " + up(radius) + " of its start"
            : "")
        + layerRadius.map(l -> ", each weight matrix within " + up(l) + " of its start").orElse("")
        + failure.map(f -> ", the radii with probability at least 1 - " + up(f)).orElse("");
  }

  private static String up(Quantity quantity) {
    return DecimalInterval.upper(quantity.interval().hi(), 6);
  }
}
