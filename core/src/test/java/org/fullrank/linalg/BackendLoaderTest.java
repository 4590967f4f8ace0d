package org.fullrank.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.FileNotFoundException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The failures are those that ND4J 1.0.0-M2.1 with JavaCPP 1.5.12 threw in each situation. */
class BackendLoaderTest {
  private static final String CACHE = "-Dorg.bytedeco.javacpp.cachedir=";
  private static final String NONE = "No ND4J backend is on the class path";

  /** Its name is what ND4J's exception is known by. */
  private static final class NoAvailableBackendException extends Exception {}

  private static Throwable initialising(Throwable cause) {
    return new ExceptionInInitializerError(
        new RuntimeException("ND4J is probably missing dependencies.", cause));
  }

  private static Throwable because(Throwable e, Throwable cause) {
    e.initCause(cause);
    return e;
  }

  static Stream<Arguments> failures() {
    String library = "/c/libjniopenblas_nolapack.so: ";
    Throwable denied = new FileNotFoundException("/sys/kernel/.lock (Permission denied)");
    return Stream.of(
        arguments(
            "no backend", initialising(new NoAvailableBackendException()), List.of(NONE, "bom")),
        arguments(
            "no backend, met before by somebody else",
            because(
                new NoClassDefFoundError("Could not initialize class Nd4j"),
                new ExceptionInInitializerError(
                    "Exception java.lang.RuntimeException:"
                        + " org.nd4j.linalg.factory.Nd4jBackend$NoAvailableBackendException: …")),
            List.of(NONE, "nd4j-native")),
        arguments(
            "cache cannot be written",
            initialising(because(new UnsatisfiedLinkError(denied.toString()), denied)),
            List.of("cannot be written", CACHE, "/sys/kernel/.lock (Permission denied)")),
        arguments(
            "cache on a file system without programs",
            initialising(
                new UnsatisfiedLinkError(library + "failed to map segment from shared object")),
            List.of("noexec", CACHE)),
        arguments(
            "disk full while unpacking",
            initialising(
                new UnsatisfiedLinkError(
                    library + "libopenblas_nolapack.so.0: cannot open shared object file")),
            List.of("full disk", "Remove", CACHE)),
        arguments(
            "native code left out",
            initialising(
                new UnsatisfiedLinkError("Could not find jniopenblas_nolapack in class, …")),
            List.of("classifier of the platform", "javacpp's native part")),
        arguments(
            "limit of memory",
            new OutOfMemoryError("Physical memory usage is too high"),
            List.of("maxphysicalbytes", "-Xmx")),
        arguments(
            "native access denied",
            initialising(new ExceptionInInitializerError(new IllegalCallerException())),
            List.of("--enable-native-access=ALL-UNNAMED")),
        arguments(
            "unsafe denied",
            new ExceptionInInitializerError(new UnsupportedOperationException("arrayBaseOffset")),
            List.of("--sun-misc-unsafe-memory-access=allow")),
        arguments(
            "a library missing",
            because(
                new NoClassDefFoundError("org/slf4j/LoggerFactory"),
                new ClassNotFoundException("org.slf4j.LoggerFactory")),
            List.of("mvn dependency:tree", "org.slf4j.LoggerFactory")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("failures")
  void saysWhatIsWrong(String title, Throwable failure, List<String> parts) {
    String text = BackendLoader.diagnosis(List.of(), failure);
    assertThat(text).as(title).contains(parts).contains("Cause: ");
    assertThat(text.contains(NONE)).isEqualTo(parts.contains(NONE));
  }

  @Test
  void blamesTwoVersionsFirst() {
    Throwable e = initialising(new UnsatisfiedLinkError("totalCores"));
    assertThat(BackendLoader.diagnosis(List.of("javacpp 1.5.7 and 1.5.12"), e))
        .contains("holds javacpp 1.5.7 and 1.5.12:", "totalCores")
        .doesNotContain(NONE);
  }

  @Test
  void explainsALackOfRoom() {
    assertThat(
            NativeHeap.text("DOUBLE [12000, 12000]", 12000L * 12000 * 8, 97L << 20, 1L << 30, "x"))
        .contains("DOUBLE [12000, 12000] of 1,099 MiB", "holds 97 MiB", "allows it 1,024 MiB")
        .contains("maxphysicalbytes", "4 times -Xmx")
        .endsWith("Cause: x");
    assertThat(NativeHeap.text("FLOAT [2]", 8, 1, 0, "x")).doesNotContain("maxphysicalbytes");
  }
}
