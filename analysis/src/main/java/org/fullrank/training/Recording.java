package org.fullrank.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * Which steps of a run are recorded, and what beside loss, residual norm and distance from the
 * start. The first and the last step are always recorded. Immutable.
 */
public final class Recording {
  private final LongPredicate when;
  private final List<Recorder> recorders;

  private Recording(LongPredicate when, List<Recorder> recorders) {
    this.when = when;
    this.recorders = recorders;
  }

  /**
   * Every so many steps.
   *
   * @param steps at least 1
   * @return the recording
   */
  public static Recording every(long steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("Recording.every expects at least 1 but got " + steps);
    }
    return new Recording(step -> step % steps == 0, List.of());
  }

  /**
   * At given steps.
   *
   * @param steps numbers of steps made
   * @return the recording
   */
  public static Recording atSteps(long... steps) {
    long[] sorted = steps.clone();
    Arrays.sort(sorted);
    return new Recording(step -> Arrays.binarySearch(sorted, step) >= 0, List.of());
  }

  /**
   * At 0, 1, 2, 4, 8 and so on: a long run in few records.
   *
   * @return the recording
   */
  public static Recording atPowersOfTwo() {
    return new Recording(step -> (step & (step - 1)) == 0, List.of());
  }

  /**
   * With one more series.
   *
   * @param recorder with a name not used yet
   * @return the changed recording
   */
  public Recording with(Recorder recorder) {
    List<Recorder> more = new ArrayList<>(recorders);
    for (Recorder other : recorders) {
      if (other.name().equals(recorder.name())) {
        throw new IllegalArgumentException(
            "Recording expects different names but got '" + recorder.name() + "' twice");
      }
    }
    more.add(recorder);
    return new Recording(when, List.copyOf(more));
  }

  boolean includes(long step) {
    return when.test(step);
  }

  List<Recorder> recorders() {
    return recorders;
  }
}
