package org.fullrank.linalg;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Known slow or wrong configurations. A function of the components of a {@link Backend} only. Every
 * sentence says what was found, what it costs and what to do; {@code docs/tuning.md} has the
 * measurements behind the numbers.
 */
final class BackendAdvice {
  private static final Set<String> WITHOUT_AVX =
      Set.of(
          "prescott",
          "core2",
          "generic",
          "nehalem",
          "penryn",
          "dunnington",
          "barcelona",
          "opteron",
          "opteron_sse3",
          "atom",
          "bobcat",
          "nano");
  private static final Set<String> WRONG_IN_SHIPPED = Set.of("skylakex", "cooperlake");

  /** The version that ND4J 1.0.0-M2.1 brings along. */
  private static final String SHIPPED = "0.3.19";

  private static final String PIN = "Import org.fullrank:fullrank-bom, which pins OpenBLAS 0.3.30.";

  /** JavaCPP's limit of the process where none is given: this many times that of the heap. */
  private static final int DEFAULT_HEAPS = 4;

  /** A limit may be above the memory by this factor: the default of a default heap nearly is. */
  private static final double SLACK = 1.05;

  private BackendAdvice() {}

  static List<String> of(Backend b) {
    List<String> found = new ArrayList<>();
    if (cuda(b)) {
      found.add(
          "The backend "
              + b.name()
              + " computes on a GPU, on which FullRank has not been tested; ND4J 1.0.0-M2.1 has no"
              + " machine code for GPUs newer than compute capability 8.6. Use nd4j-native.");
    } else {
      if (b.vendor().equalsIgnoreCase("OPENBLAS")) {
        kernels(b).ifPresent(found::add);
      }
      threads(b).ifPresent(found::add);
      waitPolicy(b).ifPresent(found::add);
    }
    found.addAll(JvmAdvice.of(b.jvm()));
    memory(b).ifPresent(found::add);
    heap(b).ifPresent(found::add);
    b.conflicts().forEach(conflict -> found.add(conflict(conflict)));
    return List.copyOf(found);
  }

  /**
   * Several versions on the class path.
   *
   * @param libraries such as {@code javacpp 1.5.12 and 1.5.7}
   */
  static String conflict(String libraries) {
    return "The class path holds "
        + libraries
        + ": the order decides which is used, and in some orders ND4J does not start. Import"
        + " org.fullrank:fullrank-bom; mvn dependency:tree shows what brings the other version.";
  }

  /** Kernels of a processor without AVX; what to do about it depends on the version. */
  static Optional<String> slow(String core, String blasVersion) {
    if (!WITHOUT_AVX.contains(core.toLowerCase(Locale.ROOT))) {
      return Optional.empty();
    }
    return Optional.of(
        "OpenBLAS "
            + blasVersion
            + " runs its '"
            + core
            + "' kernels, which use no AVX: products take 4 to 6 times as long on a recent Intel"
            + " Xeon, 2.7 times on an AMD EPYC. "
            + (blasVersion.equals(SHIPPED)
                ? PIN
                : "If the processor has AVX, start the JVM without OPENBLAS_CORETYPE in its"
                    + " environment, and let a virtual machine show the processor of its host."));
  }

  private static Optional<String> kernels(Backend b) {
    boolean shipped = b.blasVersion().equals(SHIPPED);
    String core = b.core().toLowerCase(Locale.ROOT);
    Optional<String> slow = slow(b.core(), b.blasVersion());
    if (slow.isPresent()) {
      return slow;
    }
    if (shipped && WRONG_IN_SHIPPED.contains(core)) {
      return Optional.of(
          "OpenBLAS 0.3.19 runs its '"
              + b.core()
              + "' kernels, which return wrong triangular solves and Cholesky factors (error 1e-2)"
              + " with status 0. "
              + PIN);
    }
    if (shipped && core.equals(OpenBlasInfo.UNKNOWN)) {
      return Optional.of(
          "OpenBLAS 0.3.19 does not say here which kernels it runs; some of them take 4 to 6 times"
              + " as long, and some return wrong Cholesky factors with status 0. "
              + PIN);
    }
    // A name that OpenBLAS does not know has no effect.
    boolean effective = core.equalsIgnoreCase(b.coreType()) || core.equals(OpenBlasInfo.UNKNOWN);
    if (!shipped && !b.coreType().equals(Backend.UNSET) && effective) {
      return Optional.of(
          "OPENBLAS_CORETYPE="
              + b.coreType()
              + " overrides what OpenBLAS "
              + b.blasVersion()
              + " finds out by itself; kernels of an older processor take up to 2.7 times as long."
              + " Remove it from the environment of the JVM.");
    }
    return Optional.empty();
  }

  private static Optional<String> threads(Backend b) {
    if (b.threads() == 1 && b.processors() > 1) {
      return Optional.of(
          "Native products and FullRank's own tasks use 1 of "
              + b.processors()
              + " processors (2 are 1.8 times as fast as 1). Set OMP_NUM_THREADS="
              + b.processors()
              + " in the environment of the JVM.");
    }
    if (b.threads() > b.processors()) {
      return Optional.of(
          "The BLAS uses "
              + b.threads()
              + " threads on "
              + Backend.processors(b.processors())
              + ", as in a container with a limit, where they wait for each other: with 2 on 1 a"
              + " product of 256 by 256 takes 4 to 32 ms instead of 0.9. Set OMP_NUM_THREADS="
              + b.processors()
              + " in the environment of the JVM.");
    }
    return Optional.empty();
  }

  private static Optional<String> waitPolicy(Backend b) {
    // A single thread waits for no other.
    if (b.threads() == 1
        || b.processors() == 1
        || b.ompWaitPolicy().toLowerCase(Locale.ROOT).equals("passive")) {
      return Optional.empty();
    }
    return Optional.of(
        "OMP_WAIT_POLICY is "
            + b.ompWaitPolicy()
            + ": beside one other busy process an elementwise operation on 64 by 64 numbers takes"
            + " 8 ms instead of 0.1. Set OMP_WAIT_POLICY=passive in the environment of the JVM.");
  }

  private static Optional<String> memory(Backend b) {
    long limit = b.maxPhysicalBytes();
    long memory = b.memoryBytes();
    if (memory <= 0) {
      return Optional.empty();
    }
    if (limit <= 0 || limit > SLACK * memory) {
      return Optional.of(
          "JavaCPP lets the process grow to "
              + Backend.bytes(limit)
              + origin(b)
              + " on "
              + Backend.bytes(memory)
              + " of memory: a run that needs too much is killed by the system instead of getting"
              + " an OutOfMemoryError. "
              + remedy(memory));
    }
    // A small limit that somebody chose is left alone; one that follows from -Xmx is an accident.
    if (limit < memory / 2 && isDefault(b)) {
      return Optional.of(
          "JavaCPP lets the process grow to "
              + Backend.bytes(limit)
              + origin(b)
              + ", of "
              + Backend.bytes(memory)
              + " of memory: larger runs end with OutOfMemoryError 'Physical memory usage is too"
              + " high' while memory is free. "
              + remedy(memory));
    }
    return Optional.empty();
  }

  private static Optional<String> heap(Backend b) {
    long limit = b.maxPhysicalBytes();
    if (limit <= 0 || b.maxHeapBytes() <= limit / 2) {
      return Optional.empty();
    }
    return Optional.of(
        "The Java heap may take "
            + Backend.bytes(b.maxHeapBytes())
            + " of the "
            + Backend.bytes(limit)
            + " that JavaCPP allows the process; tensors share the rest and can fail with"
            + " OutOfMemoryError 'Physical memory usage is too high'. Lower -Xmx, or raise"
            + " -Dorg.bytedeco.javacpp.maxphysicalbytes.");
  }

  private static boolean isDefault(Backend b) {
    return b.maxPhysicalBytes() == DEFAULT_HEAPS * b.maxHeapBytes();
  }

  private static String origin(Backend b) {
    return isDefault(b) ? ", 4 times the heap limit" : "";
  }

  /** Four fifths of the memory, the choice of {@code docs/launch.sh}. */
  private static String remedy(long memory) {
    return "Start Java with -Dorg.bytedeco.javacpp.maxphysicalbytes="
        + ((memory / 5 * 4) >> 20)
        + "m.";
  }

  private static boolean cuda(Backend b) {
    String text = (b.name() + " " + b.vendor()).toLowerCase(Locale.ROOT);
    return text.contains("cuda") || text.contains("cublas");
  }
}
