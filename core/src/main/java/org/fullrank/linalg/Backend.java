package org.fullrank.linalg;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.Pointer;
import org.fullrank.cancel.Cancellation;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLoggerFactory;

/**
 * Which native library does the arithmetic, with what settings. The bits of native products depend
 * on vendor, version, kernels ({@code core}, which {@code OPENBLAS_CORETYPE} can override) and
 * threads; proofs are computed in plain Java and depend on none of them.
 *
 * <p>A stock ND4J backend contains an OpenBLAS that is slow on some processors and returns wrong
 * Cholesky factors on others, with status 0. {@link #selfTest()} finds out; no proof of this
 * library depends on the answer, since proofs are recomputed in plain Java. {@link #warnings()}
 * names the settings that are known to be slow or wrong.
 *
 * @param name class of the ND4J backend, such as {@code CpuBackend}
 * @param nd4jVersion version of ND4J, or {@code unknown}
 * @param javacppVersion version of JavaCPP, or {@code unknown}
 * @param vendor vendor of the BLAS, such as {@code OPENBLAS}
 * @param blasVersion version of the BLAS, or {@code unknown}
 * @param core name of the kernels chosen at run time, such as {@code Haswell}, or {@code unknown}
 * @param config build options of OpenBLAS, or {@code unknown}
 * @param threads number of BLAS threads
 * @param maxBytes limit of what JavaCPP itself allocates, bytes; 0 for none. Tensors do not count
 * @param maxPhysicalBytes limit of the memory of the process with its heap and its tensors, bytes;
 *     0 for none
 * @param maxHeapBytes limit of the Java heap, bytes
 * @param ompWaitPolicy value of the environment variable {@code OMP_WAIT_POLICY}, or {@code unset}
 * @param coreType value of the environment variable {@code OPENBLAS_CORETYPE}, or {@code unset}
 * @param processors number of processors that the JVM may use
 * @param memoryBytes memory of the machine or of its container, bytes; 0 if unknown
 * @param conflicts libraries of which the class path holds several versions, such as {@code javacpp
 *     1.5.7 and 1.5.12}
 * @param jvm the Java virtual machine
 */
public record Backend(
    String name,
    String nd4jVersion,
    String javacppVersion,
    String vendor,
    String blasVersion,
    String core,
    String config,
    int threads,
    long maxBytes,
    long maxPhysicalBytes,
    long maxHeapBytes,
    String ompWaitPolicy,
    String coreType,
    int processors,
    long memoryBytes,
    List<String> conflicts,
    Jvm jvm) {

  static final String UNSET = "unset";

  /** What has been logged, since a warning is for the process and not for the call. */
  private static final Set<String> LOGGED = ConcurrentHashMap.newKeySet();

  /** Copies the list. */
  public Backend {
    conflicts = List.copyOf(conflicts);
  }

  /**
   * Loads the backend; every method of this library that makes or reads a tensor does so on its
   * first use.
   *
   * @throws IllegalStateException if it does not start, with the cause and its remedy: dependencies
   *     to add, a folder for native libraries that cannot be written, a limit of memory, an option
   *     of the JVM, or the libraries of which the class path holds several versions
   */
  public static void require() {
    BackendLoader.require();
  }

  /**
   * Describes the backend of this process. Each of its {@link #warnings()} is logged at level WARN,
   * once per process; on standard error if SLF4J has no binding or one that drops everything.
   *
   * @return its description
   * @throws IllegalStateException as in {@link #require}
   */
  public static Backend describe() {
    require();
    String vendor = Nd4j.factory().blas().getBlasVendor().toString();
    // The bindings of OpenBLAS are there even if another library does the work.
    boolean openBlas = vendor.equals("OPENBLAS");
    String config = openBlas ? OpenBlasInfo.config() : OpenBlasInfo.UNKNOWN;
    Backend backend =
        new Backend(
            Nd4j.getBackend().getClass().getSimpleName(),
            OpenBlasInfo.artifactVersion(Nd4j.class, "nd4j-api"),
            OpenBlasInfo.artifactVersion(Pointer.class, "javacpp"),
            vendor,
            openBlas ? OpenBlasInfo.version(config) : OpenBlasInfo.mklVersion(),
            openBlas ? OpenBlasInfo.core() : OpenBlasInfo.UNKNOWN,
            config,
            Parallel.configuredThreads(),
            Pointer.maxBytes(),
            Pointer.maxPhysicalBytes(),
            Runtime.getRuntime().maxMemory(),
            System.getenv().getOrDefault("OMP_WAIT_POLICY", UNSET),
            System.getenv().getOrDefault("OPENBLAS_CORETYPE", UNSET),
            Runtime.getRuntime().availableProcessors(),
            memory(),
            OpenBlasInfo.conflicts(),
            Jvm.current());
    backend.warnings().forEach(Backend::warnOnce);
    return backend;
  }

  /**
   * Settings that are known to be slow or wrong: one sentence each for what was found and what it
   * costs, and one for the line that changes it. Depends on the components only; {@code
   * docs/tuning.md} has the measurements.
   *
   * @return the warnings, empty for a sound configuration
   */
  public List<String> warnings() {
    return BackendAdvice.of(this);
  }

  /**
   * Compares gemm, potrf and syev with plain Java; run once per process, in well under a second. A
   * result other than {@code PASSED} is logged as a warning, once.
   *
   * @return the outcome, the same object every time
   * @throws IllegalStateException as in {@link #require}
   */
  public static SelfTest selfTest() {
    require();
    return Holder.RESULT;
  }

  /**
   * The off-heap memory of all tensors that are alive in this process, as the backend counts it. It
   * is the number to watch for leaks: closing a tensor lowers it at once.
   *
   * @return bytes
   */
  public static long tensorBytes() {
    require();
    return Nd4j.getEnvironment().getDeviceCouner(0);
  }

  /**
   * What tensors and the Java heap may still take before JavaCPP refuses allocations: its limit of
   * the process minus what the process holds. Garbage that has not been collected counts as held.
   *
   * @return bytes, at least 0; {@code Long.MAX_VALUE} if there is no limit
   * @throws IllegalStateException as in {@link #require}
   */
  public static long availableBytes() {
    require();
    long limit = Pointer.maxPhysicalBytes();
    return limit <= 0 ? Long.MAX_VALUE : Math.max(0, limit - Pointer.physicalBytes());
  }

  /**
   * One paragraph for logs and reports.
   *
   * @return all components in words
   */
  public String summary() {
    return String.format(
        Locale.ROOT,
        "ND4J %s (%s), %s %s, kernels %s (OPENBLAS_CORETYPE %s), %d threads on %s, JavaCPP %s,"
            + " off-heap %s, process %s, heap %s, memory %s, OMP_WAIT_POLICY %s, Java %s",
        nd4jVersion,
        name,
        vendor,
        blasVersion,
        core,
        coreType,
        threads,
        processors(processors),
        javacppVersion,
        bytes(maxBytes),
        bytes(maxPhysicalBytes),
        bytes(maxHeapBytes),
        memoryBytes <= 0 ? OpenBlasInfo.UNKNOWN : bytes(memoryBytes),
        ompWaitPolicy,
        jvm.version());
  }

  static String processors(int number) {
    return number + (number == 1 ? " processor" : " processors");
  }

  static String bytes(long b) {
    return b <= 0 ? "unlimited" : String.format(Locale.ROOT, "%.1f GiB", b / 0x1p30);
  }

  /** Of the container, where there is one. */
  private static long memory() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : 0;
  }

  private static void warnOnce(String warning) {
    if (LOGGED.add(warning)) {
      warn(LoggerFactory.getILoggerFactory(), warning);
    }
  }

  /** To the user's log, or to standard error where there is none that would show it. */
  static void warn(ILoggerFactory loggers, String warning) {
    if (loggers instanceof NOPLoggerFactory) {
      System.err.println("WARN " + Backend.class.getName() + ": " + warning);
    } else {
      loggers.getLogger(Backend.class.getName()).warn(warning);
    }
  }

  /** Initialised on first use, by one thread. */
  private static final class Holder {
    // An interrupt would spoil it for the process.
    static final SelfTest RESULT = Cancellation.deferred(Holder::run);

    private static SelfTest run() {
      Backend backend = describe();
      SelfTest result = BackendProbe.run(BackendProbe.NATIVE, backend.core, backend.blasVersion);
      if (result.status() != SelfTest.Status.PASSED) {
        warnOnce(result.remedy());
      }
      return result;
    }
  }
}
