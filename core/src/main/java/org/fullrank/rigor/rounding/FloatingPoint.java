package org.fullrank.rigor.rounding;

/**
 * Whether this thread computes as the error bounds assume: rounding to nearest and gradual
 * underflow.
 *
 * <p>The Java language promises both, but the processor's mode is a register of the thread, and
 * native code may change it behind the virtual machine's back: loading a library that was linked
 * with {@code -ffast-math} switches the loading thread, and all threads it starts later, to
 * flushing subnormal numbers to zero (JDK-8295159). Then {@code 2^-1000 * 2^-40} is 0 without an
 * error that anybody sees. So every proof asks first. Cost: a few operations.
 */
public final class FloatingPoint {
  /** In an array, so that no compiler evaluates the probes in a thread of its own. */
  private static final double[] PROBES = {0x1p-53, 0x1.8p-53, Double.MIN_NORMAL};

  private FloatingPoint() {}

  /**
   * Checks the mode of the current thread.
   *
   * @throws IllegalStateException if it is not the one of the Java language
   */
  public static void requireIeee() {
    if (!isIeee(1 + PROBES[0], 1 + PROBES[1], PROBES[2] * 0.5)) {
      throw new IllegalStateException(
          "the floating-point mode of thread "
              + Thread.currentThread().getName()
              + " is not that of Java (round to nearest, gradual underflow), so no bound would be"
              + " a proof; some native library has changed it, for instance one linked with"
              + " -ffast-math: load that library in a thread of its own");
    }
  }

  /**
   * Judges the results of the three probes.
   *
   * @param tie {@code 1 + 2^-53}, which is 1 unless rounded up
   * @param aboveTie {@code 1 + 1.5 * 2^-53}, which is {@code 1 + 2^-52} unless rounded down
   * @param subnormal half the smallest normal number, which is 0 or looks like 0 if flushed
   */
  static boolean isIeee(double tie, double aboveTie, double subnormal) {
    return tie == 1 && aboveTie == 1 + 0x1p-52 && subnormal > 0;
  }
}
