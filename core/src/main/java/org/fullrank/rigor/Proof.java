package org.fullrank.rigor;

import java.util.Objects;
import org.fullrank.rigor.rounding.FloatingPoint;

/**
 * The one place where a statement becomes {@link Rigor#VERIFIED}.
 *
 * <p>A proof in floating point presumes the arithmetic of the Java language, and native code can
 * switch a thread to another one. Everything that is stamped as verified therefore passes here, in
 * the thread that states it: a value is refused rather than stamped in a thread that flushes
 * subnormal numbers or rounds in another direction. Comparisons of stored numbers are part of a
 * proof too: with flushing, two different subnormal numbers compare as equal. Code that compares
 * first and stamps later asks before ({@link #requireIeee}) and is asked again by the stamp. Cost:
 * a few operations.
 *
 * <p>That something was proved is the word of the caller. Architecture tests list the classes
 * outside the trusted base that give it, by whatever public method.
 */
public final class Proof {
  private Proof() {}

  /**
   * The rigor of a statement that this thread has just proved.
   *
   * @return {@link Rigor#VERIFIED}
   * @throws IllegalStateException if the floating-point mode of this thread is not that of Java
   */
  public static Rigor verified() {
    FloatingPoint.requireIeee();
    return Rigor.VERIFIED;
  }

  /**
   * Checks that this thread may make a value of that rigor; constructors of values that carry a
   * rigor call it.
   *
   * @param rigor what the value claims
   * @return the same
   * @throws IllegalStateException if it claims to be verified and the floating-point mode of this
   *     thread is not that of Java
   */
  public static Rigor require(Rigor rigor) {
    if (rigor == Rigor.VERIFIED) {
      FloatingPoint.requireIeee();
    }
    return rigor;
  }

  /**
   * Checks that this thread computes as proofs assume: before comparisons that a proof rests on.
   *
   * @throws IllegalStateException if the floating-point mode of this thread is not that of Java
   */
  public static void requireIeee() {
    FloatingPoint.requireIeee();
  }

  /**
   * A listener for the middle of a proof. It is code from outside: one that leaves the thread in
   * another mode ends the proof there, also if it would switch back in time for the stamp.
   *
   * @param listener told as before
   * @return the same with {@link #requireIeee} after every call
   */
  public static ProgressListener guarding(ProgressListener listener) {
    Objects.requireNonNull(listener, "listener");
    return (task, done, total) -> {
      listener.show(task, done, total);
      requireIeee();
    };
  }
}
