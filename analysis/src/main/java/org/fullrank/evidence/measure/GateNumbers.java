package org.fullrank.evidence.measure;

import java.util.Optional;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;

/**
 * What is known about the gates of a surrogate network on the data. They depend on the inputs and
 * the frozen parameters only, so that they are the same for all trained parameters.
 *
 * @param obstacle why the network is not a surrogate network; the numbers then mean nothing
 * @param gates how many there are: units times samples, over all hidden layers
 * @param undecided for how many the sign of the frozen signal {@code t} is not certain
 * @param firstUndecided where and what, for the first of them
 * @param firstZero where {@code t} is zero or may be; empty if no signal can be
 * @param clearance {@code min |t|}
 */
public record GateNumbers(
    Optional<String> obstacle,
    long gates,
    long undecided,
    Optional<String> firstUndecided,
    Optional<String> firstZero,
    Quantity clearance) {
  /** Checks the counts. */
  public GateNumbers {
    if (!(0 <= undecided && undecided <= gates) || undecided > 0 != firstUndecided.isPresent()) {
      throw new IllegalArgumentException(
          "GateNumbers expects 0 <= undecided <= gates and a place for the first one but got "
              + undecided
              + " of "
              + gates
              + ", "
              + firstUndecided);
    }
  }

  /**
   * A network of another form.
   *
   * @param obstacle why
   * @return numbers of which nothing is known
   */
  public static GateNumbers not(String obstacle) {
    return new GateNumbers(
        Optional.of(obstacle),
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        Facts.unknown("min |t|", Interval.atLeast(0)));
  }
}
