package org.fullrank.linalg;

import java.util.List;
import java.util.Objects;

/**
 * What a short test of the native routines found.
 *
 * @param status the outcome
 * @param wrong names of the routines with wrong results, empty unless {@code WRONG}
 * @param gigaflops rate of a 512 by 512 product, best of three; rough, and low on a busy machine
 * @param remedy what to do, empty if {@code PASSED}
 */
public record SelfTest(Status status, List<String> wrong, double gigaflops, String remedy) {
  /** Checks the parts. */
  public SelfTest {
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(remedy, "remedy");
    wrong = List.copyOf(wrong);
    if (wrong.isEmpty() == (status == Status.WRONG)) {
      throw new IllegalArgumentException(
          "SelfTest expects wrong routines exactly if WRONG but got " + status + " " + wrong);
    }
  }

  /** Outcome of the test. */
  public enum Status {
    /** All results were right to rounding. */
    PASSED,
    /** Results are right, but the library runs kernels of a much older processor. */
    SLOW,
    /** Some routine returned wrong numbers; nothing it computes can be trusted. */
    WRONG
  }

  /**
   * Whether the results were right.
   *
   * @return true unless {@code WRONG}
   */
  public boolean trustworthy() {
    return status != Status.WRONG;
  }
}
