package org.fullrank.linalg;

import java.util.ArrayList;
import java.util.List;

/** Known faults of Java virtual machines that concern this library. A function of a {@link Jvm}. */
final class JvmAdvice {
  /** The first version whose G1 pins regions, instead of waiting, while native code copies. */
  private static final int PINNING = 22;

  private static final int LONG_TERM = 25;

  /** The update of version 25 with the correction. */
  private static final int CORRECTED = 3;

  private JvmAdvice() {}

  static List<String> of(Jvm jvm) {
    List<String> found = new ArrayList<>();
    Runtime.Version version = Runtime.Version.parse(jvm.version());
    int feature = version.feature();
    boolean early =
        (feature >= PINNING && feature < LONG_TERM)
            || (feature == LONG_TERM && version.interim() == 0 && version.update() < CORRECTED);
    if (jvm.g1() && early) {
      found.add(
          "Java "
              + jvm.version()
              + " with the collector G1 can move an array while native code copies it"
              + " (JDK-8377811, corrected in 25.0.3): numbers that go to or come from a tensor can"
              + " be corrupted silently, and certificates are then about something else. Use Java"
              + " 25.0.3 or later, 21 or 17, or start this one with -XX:+UseParallelGC.");
    }
    if (jvm.compactObjectHeaders() && feature == LONG_TERM) {
      found.add(
          "Java "
              + jvm.version()
              + " runs with UseCompactObjectHeaders, under which compiled code of Java 25 can copy"
              + " bytes of a text wrongly (JDK-8380060): files and checksums can be corrupted"
              + " silently. Start it with -XX:-UseCompactObjectHeaders.");
    }
    if (!jvm.fusedMultiplyAdd()) {
      found.add(
          "Math.fma is no instruction here (the processor has none, a virtual machine hides it, or"
              + " -XX:-UseFMA or -XX:UseAVX is set too low): certificates and training take 15 to"
              + " 190 times as long, to the same bits. Remove such options, and let a virtual"
              + " machine show the processor of its host.");
    }
    return found;
  }
}
