package org.fullrank.linalg;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import java.util.Optional;

/**
 * What matters of the Java virtual machine for right and fast arithmetic.
 *
 * @param version such as {@code 25.0.3+9-LTS}
 * @param g1 whether the garbage collector is G1
 * @param compactObjectHeaders whether {@code UseCompactObjectHeaders} is on; false if unknown
 * @param fusedMultiplyAdd whether {@code Math.fma} is an instruction of the processor; true if
 *     unknown
 */
public record Jvm(
    String version, boolean g1, boolean compactObjectHeaders, boolean fusedMultiplyAdd) {
  /** Checks the version. */
  public Jvm {
    Objects.requireNonNull(version, "version");
    Runtime.Version.parse(version);
  }

  /** The machine that runs this. */
  static Jvm current() {
    return new Jvm(
        Runtime.version().toString(),
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .map(GarbageCollectorMXBean::getName)
            .anyMatch(name -> name.startsWith("G1 ")),
        option("UseCompactObjectHeaders").map(Boolean::parseBoolean).orElse(false),
        option("UseFMA").map(Boolean::parseBoolean).orElse(true));
  }

  /** As the machine uses it, which may differ from what its command line asks for. */
  private static Optional<String> option(String name) {
    try {
      HotSpotDiagnosticMXBean options =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      return options == null ? Optional.empty() : Optional.of(options.getVMOption(name).getValue());
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // this machine has no such option
    }
  }
}
