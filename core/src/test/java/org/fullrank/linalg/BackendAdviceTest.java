package org.fullrank.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BackendAdviceTest {
  private static final long GIB = 1L << 30;
  private static final String PIN = "fullrank-bom";

  /** A sound configuration, of which a row changes some components. */
  private static final class Setup {
    String name = "CpuBackend";
    String vendor = "OPENBLAS";
    String version = "0.3.30";
    String core = "Haswell";
    int threads = 4;
    long physical = 24 * GIB;
    long heap = 6 * GIB;
    String policy = "passive";
    String coreType = "unset";
    int processors = 4;
    long memory = 24 * GIB;
    List<String> conflicts = List.of();
    String java = "17.0.19+10";
    boolean g1 = true;
    boolean compact;
    boolean fma = true;

    Backend backend() {
      return new Backend(
          name,
          "1.0.0-M2.1",
          "1.5.12",
          vendor,
          version,
          core,
          "unknown",
          threads,
          heap,
          physical,
          heap,
          policy,
          coreType,
          processors,
          memory,
          conflicts,
          new Jvm(java, g1, compact, fma));
    }
  }

  private static Arguments row(String title, Consumer<Setup> change, String... parts) {
    return arguments(title, change, List.of(parts));
  }

  static Stream<Arguments> sound() {
    return Stream.of(
        row("the pinned OpenBLAS", s -> {}),
        row("kernels found out by OpenBLAS itself", s -> s.core = "Cooperlake"),
        row("SkylakeX in the pinned version", s -> s.core = "SkylakeX"),
        row("unknown kernels of the pinned version", s -> s.core = "unknown"),
        row("Zen in the shipped version", s -> kernels(s, "0.3.19", "Zen", "unset")),
        row("the safe kernels, chosen", s -> kernels(s, "0.3.19", "Haswell", "Haswell")),
        row("a choice without effect", s -> kernels(s, "0.3.30", "Cooperlake", "Bogus")),
        row(
            "MKL",
            s -> {
              s.vendor = "MKL";
              kernels(s, "unknown", "unknown", "Haswell");
            }),
        row("half of the processors", s -> s.threads = 2),
        row("one processor", s -> s.threads = s.processors = 1),
        row(
            "one processor does not wait for others",
            s -> {
              s.threads = s.processors = 1;
              s.policy = "active";
            }),
        row("policy in capitals", s -> s.policy = "PASSIVE"),
        row("a small limit that was chosen", s -> limits(s, 1, 5, 24)),
        row("default limit of exactly half of the memory", s -> limits(s, 3, 12, 24)),
        row("a heap of exactly half of the limit", s -> limits(s, 9, 18, 24)),
        row("default of a default heap, slightly above the memory", s -> s.memory = 23 * GIB),
        row("unknown memory, no limit", s -> limits(s, 6, 0, 0)),
        row("unknown memory, small limit", s -> limits(s, 1, 4, 0)),
        row("G1 of Java 21", s -> s.java = "21.0.11+10-LTS"),
        row("G1 of Java 25 once corrected", s -> s.java = "25.0.3+9-LTS"),
        row("G1 of a later Java 25", s -> s.java = "25.0.12"),
        row("G1 of Java 26", s -> s.java = "26+35"),
        row(
            "another collector of Java 25.0.1",
            s -> {
              s.java = "25.0.1+8-LTS";
              s.g1 = false;
            }),
        row(
            "compact headers of Java 27",
            s -> {
              s.java = "27+30";
              s.compact = true;
            }));
  }

  static Stream<Arguments> unsound() {
    return Stream.of(
        row(
            "shipped, old kernels",
            s -> kernels(s, "0.3.19", "Prescott", "unset"),
            "0.3.19",
            "'Prescott'",
            "4 to 6 times",
            PIN),
        row("shipped, Core2", s -> kernels(s, "0.3.19", "Core2", "unset"), "'Core2'", PIN),
        row("shipped, generic", s -> kernels(s, "0.3.19", "generic", "unset"), "'generic'", PIN),
        row(
            "pinned, old kernels by choice",
            s -> kernels(s, "0.3.30", "Prescott", "Prescott"),
            "'Prescott'",
            "without OPENBLAS_CORETYPE"),
        row(
            "shipped, wrong kernels",
            s -> kernels(s, "0.3.19", "SkylakeX", "unset"),
            "wrong",
            "Cholesky",
            "1e-2",
            PIN),
        row(
            "shipped, wrong kernels by choice",
            s -> kernels(s, "0.3.19", "Cooperlake", "Cooperlake"),
            "wrong",
            "'Cooperlake'",
            PIN),
        row(
            "shipped, unknown kernels",
            s -> kernels(s, "0.3.19", "unknown", "unset"),
            "does not say",
            PIN),
        row(
            "pinned, kernels chosen by hand",
            s -> kernels(s, "0.3.30", "Haswell", "Haswell"),
            "OPENBLAS_CORETYPE=Haswell",
            "2.7",
            "Remove it"),
        row(
            "chosen by hand, unknown kernels",
            s -> kernels(s, "0.3.30", "unknown", "zen"),
            "OPENBLAS_CORETYPE=zen"),
        row(
            "policy unset",
            s -> s.policy = "unset",
            "OMP_WAIT_POLICY is unset",
            "8 ms",
            "=passive"),
        row("policy active", s -> s.policy = "active", "OMP_WAIT_POLICY is active"),
        row("one thread", s -> s.threads = 1, "1 of 4", "1.8 times", "OMP_NUM_THREADS=4"),
        row("one thread waits for nobody", s -> oneThread(s), "1 of 4"),
        row("too many threads", s -> s.threads = 5, "5 threads on 4", "OMP_NUM_THREADS=4"),
        row(
            "a container of one processor",
            s -> {
              s.threads = 2;
              s.processors = 1;
              s.policy = "unset";
            },
            "2 threads on 1 processor,",
            "OMP_NUM_THREADS=1"),
        row(
            "default limit of a small heap",
            s -> limits(s, 1, 4, 24),
            "4.0 GiB, 4 times the heap limit",
            "24.0 GiB",
            "Physical memory usage is too high",
            "maxphysicalbytes=19660m"),
        row("no limit", s -> limits(s, 6, 0, 24), "unlimited", "killed", "maxphysicalbytes=19660m"),
        row(
            "default limit of a large heap",
            s -> limits(s, 12, 48, 24),
            "48.0 GiB, 4 times the heap limit",
            "killed"),
        row("a limit above the memory", s -> limits(s, 6, 26, 24), "26.0 GiB on", "killed"),
        row("more heap than is left", s -> limits(s, 10, 19, 24), "10.0 GiB of the 19.0", "-Xmx"),
        row(
            "two versions",
            s -> s.conflicts = List.of("javacpp 1.5.12 and 1.5.7"),
            "javacpp 1.5.12 and 1.5.7",
            PIN),
        row(
            "G1 of the first Java 25",
            s -> s.java = "25+36-LTS",
            "Java 25+36-LTS with the collector G1",
            "JDK-8377811",
            "corrupted silently",
            "25.0.3 or later",
            "-XX:+UseParallelGC"),
        row("G1 of Java 25.0.2", s -> s.java = "25.0.2+10", "JDK-8377811"),
        row("G1 of Java 22", s -> s.java = "22.0.2+9", "JDK-8377811"),
        row("G1 of Java 24", s -> s.java = "24", "JDK-8377811"),
        row(
            "compact headers of Java 25",
            s -> {
              s.java = "25.0.3+9-LTS";
              s.compact = true;
            },
            "JDK-8380060",
            "-XX:-UseCompactObjectHeaders"),
        row("no fused multiply-add", s -> s.fma = false, "15 to 190 times", "-XX:-UseFMA"),
        row("CUDA backend", s -> s.name = "JCublasBackend", "JCublasBackend", "not been tested"),
        row("CUDA BLAS", s -> s.vendor = "CUBLAS", "nd4j-native"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sound")
  void saysNothingOfASoundConfiguration(String title, Consumer<Setup> change, List<String> none) {
    Setup s = new Setup();
    change.accept(s);
    assertThat(s.backend().warnings()).as(title).isEqualTo(none).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unsound")
  void saysWhatIsWrongOnce(String title, Consumer<Setup> change, List<String> parts) {
    Setup s = new Setup();
    change.accept(s);
    assertThat(s.backend().warnings()).as(title).hasSize(1);
    assertThat(s.backend().warnings().get(0)).contains(parts).endsWith(".").doesNotContain("\n");
  }

  @Test
  void sumsUpWhatChangesBits() {
    Setup s = new Setup();
    kernels(s, "0.3.30", "Haswell", "Haswell");
    assertThat(s.backend().summary())
        .contains("kernels Haswell (OPENBLAS_CORETYPE Haswell), 4 threads", "Java 17.0.19+10");
  }

  @Test
  void namesEverythingThatIsWrong() {
    Setup s = new Setup();
    kernels(s, "0.3.19", "Prescott", "unset");
    s.threads = 8;
    s.policy = "unset";
    limits(s, 12, 10, 8);
    s.java = "25.0.1";
    s.compact = true;
    s.fma = false;
    s.conflicts = List.of("javacpp 1.5.12 and 1.5.7", "openblas 0.3.19-1.5.7 and 0.3.30-1.5.12");
    assertThat(s.backend().warnings()).hasSize(10).doesNotHaveDuplicates();
    assertThat(s.backend().summary()).doesNotContain("\n").contains("8 threads on 4 processors");
  }

  @Test
  void knowsTwoVersionsFromOne() {
    assertThat(OpenBlasInfo.conflict("javacpp", Set.of())).isEmpty();
    assertThat(OpenBlasInfo.conflict("javacpp", Set.of("1.5.12"))).isEmpty();
    assertThat(OpenBlasInfo.conflict("javacpp", new java.util.TreeSet<>(Set.of("1.5.7", "1.5.12"))))
        .contains("javacpp 1.5.12 and 1.5.7");
    assertThat(OpenBlasInfo.conflicts()).as("class path of this build").isEmpty();
  }

  private static void kernels(Setup s, String version, String core, String coreType) {
    s.version = version;
    s.core = core;
    s.coreType = coreType;
  }

  /** In GiB. */
  private static void limits(Setup s, long heap, long physical, long memory) {
    s.heap = heap * GIB;
    s.physical = physical * GIB;
    s.memory = memory * GIB;
  }

  private static void oneThread(Setup s) {
    s.threads = 1;
    s.policy = "unset";
  }
}
