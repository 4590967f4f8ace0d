package org.fullrank.oracle;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Assumptions;

/**
 * A floating-point mode in which a thread is no longer that of the Java language. The mode is truly
 * switched, by {@code fesetenv} of the C library, where the layout of its argument is known: Linux
 * with glibc or musl on x86-64 and AArch64. Elsewhere tests are skipped.
 */
public enum FlushedMode {
  /** Subnormal results become 0. */
  RESULTS(0x8000),
  /** Subnormal operands count as 0. */
  OPERANDS(0x0040),
  /** Both; what {@code -ffast-math} sets. */
  BOTH(0x8040),
  /** Results are rounded up. */
  UPWARD(0x4000);

  private static final int X86_CONTROL = 28;
  private static final int ENVIRONMENT = 64;
  private static final double[] PROBES = {Double.MIN_NORMAL, 0.5, 1, 0x1p-53};

  private final int bits;

  FlushedMode(int bits) {
    this.bits = bits;
  }

  /** Whether subnormal numbers are lost. */
  public boolean flushes() {
    return this != UPWARD;
  }

  /** Runs something in this thread with the mode switched, which is restored in any case. */
  public <T> T call(Callable<T> job) throws Exception {
    try (Switched unused = on()) {
      return job.call();
    }
  }

  /** The way back to the mode before, in the same thread. */
  public interface Switched extends AutoCloseable {
    @Override
    void close();
  }

  /** Switches the mode of this thread until the result is closed. */
  public Switched on() {
    Function get = libm("fegetenv");
    Function set = libm("fesetenv");
    Memory old = new Memory(ENVIRONMENT);
    get.invokeInt(new Object[] {old});
    Memory changed = new Memory(ENVIRONMENT);
    changed.write(0, old.getByteArray(0, ENVIRONMENT), 0, ENVIRONMENT);
    if (isX86()) {
      changed.setInt(X86_CONTROL, old.getInt(X86_CONTROL) | bits);
    } else {
      changed.setInt(0, old.getInt(0) | (flushes() ? 1 << 24 : 1 << 22));
    }
    set.invokeInt(new Object[] {changed});
    if (!isOn()) {
      set.invokeInt(new Object[] {old});
      throw new IllegalStateException("fesetenv did not switch the mode to " + this);
    }
    return () -> set.invokeInt(new Object[] {old});
  }

  private boolean isOn() {
    boolean lost = !(PROBES[0] * PROBES[1] > 0);
    return flushes() ? lost : PROBES[2] + PROBES[3] > 1;
  }

  private static boolean isX86() {
    return System.getProperty("os.arch").equals("amd64");
  }

  private static Function libm(String name) {
    String arch = System.getProperty("os.arch");
    Assumptions.assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && Native.POINTER_SIZE == 8
            && (arch.equals("amd64") || arch.equals("aarch64")),
        "the layout of fenv_t is known on 64-bit Linux only");
    try {
      return Function.getFunction("m", name);
    } catch (UnsatisfiedLinkError e) {
      return Function.getFunction("c", name);
    }
  }
}
