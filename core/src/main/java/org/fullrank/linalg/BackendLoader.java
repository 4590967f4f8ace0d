package org.fullrank.linalg;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Loads ND4J on the first use of this library, and says why it does not start. Everything in this
 * library that touches ND4J passes through here first, since the JVM gives the reason only once:
 * later uses of a class that failed to initialise say no more than its name.
 */
final class BackendLoader {
  private static final String SNIPPET =
      """
      No ND4J backend is on the class path. Add one, for instance the tested CPU backend:
        <dependencyManagement><dependencies><dependency>
          <groupId>org.fullrank</groupId><artifactId>fullrank-bom</artifactId>
          <version>VERSION</version><type>pom</type><scope>import</scope>
        </dependency></dependencies></dependencyManagement>
        <dependencies><dependency>
          <groupId>org.nd4j</groupId><artifactId>nd4j-native</artifactId>
        </dependency></dependencies>
      """;

  /** The name of ND4J's exception. */
  private static final String NOT_FOUND = "NoAvailableBackendException";

  private static volatile boolean loaded;
  private static @Nullable String failure;

  private BackendLoader() {}

  /**
   * Returns once ND4J is ready.
   *
   * @throws IllegalStateException with the cause and its remedy if ND4J does not start
   */
  static void require() {
    if (!loaded) {
      load();
    }
  }

  private static synchronized void load() {
    if (loaded) {
      return;
    }
    if (failure != null) {
      throw new IllegalStateException(failure);
    }
    try {
      if (Nd4j.getBackend() == null) {
        throw new IllegalStateException(NOT_FOUND);
      }
      // The first array needs classes that the backend alone does not.
      Nd4j.createUninitialized(DataType.DOUBLE, new long[] {1}, 'c').close();
      loaded = true;
    } catch (Exception | LinkageError | OutOfMemoryError e) {
      failure = diagnosis(OpenBlasInfo.conflicts(), e);
      throw new IllegalStateException(failure, e);
    }
  }

  /**
   * What is wrong and what to do about it.
   *
   * @param conflicts libraries of which the class path holds several versions
   * @param failure what ND4J threw
   */
  static String diagnosis(List<String> conflicts, Throwable failure) {
    List<Throwable> chain = chain(failure);
    String root = " Cause: " + chain.get(chain.size() - 1);
    if (!conflicts.isEmpty()) {
      return "ND4J does not start. " + BackendAdvice.conflict(String.join(", ", conflicts)) + root;
    }
    for (Throwable t : chain) {
      String text = String.valueOf(t.getMessage());
      // Only the text is left if somebody else met the failure first.
      if ((t.getClass().getName() + text).contains(NOT_FOUND)) {
        return SNIPPET + root.strip();
      }
      if (t instanceof IOException) {
        return cache("cannot be written") + root;
      }
      if (text.contains("failed to map segment")) {
        return cache("lies on a file system that forbids programs (noexec)") + root;
      }
      if (text.contains("cannot open shared object file") || text.contains("file too short")) {
        return cache("holds native libraries that are incomplete, as after a full disk")
            + " Remove what it holds."
            + root;
      }
      if (t instanceof OutOfMemoryError) {
        return "ND4J does not start: its limit of memory is too small. Raise"
            + " -Dorg.bytedeco.javacpp.maxphysicalbytes, or -Xmx, of which it is 4 times by"
            + " default."
            + root;
      }
      if (t instanceof IllegalCallerException) {
        return "ND4J does not start: the JVM forbids native access. Add"
            + " --enable-native-access=ALL-UNNAMED to its options."
            + root;
      }
      if (t instanceof UnsupportedOperationException) {
        return "ND4J does not start: the JVM forbids sun.misc.Unsafe, which JavaCPP needs. Add"
            + " --sun-misc-unsafe-memory-access=allow to its options."
            + root;
      }
    }
    if (chain.get(chain.size() - 1) instanceof UnsatisfiedLinkError) {
      return "ND4J's backend is on the class path, but not its native code for this platform ("
          + System.getProperty("os.name")
          + ", "
          + System.getProperty("os.arch")
          + "). Add the artifacts org.nd4j:nd4j-native, org.bytedeco:openblas and"
          + " org.bytedeco:javacpp once more with the classifier of the platform, such as"
          + " linux-x86_64, and do not leave out javacpp's native part."
          + root;
    }
    return "ND4J does not start; mvn dependency:tree shows whether one of its libraries is missing."
        + root;
  }

  private static String cache(String what) {
    return "ND4J does not start: the folder into which JavaCPP unpacks native libraries, some 400"
        + " MB (~/.javacpp/cache unless set), "
        + what
        + ". Name another folder with -Dorg.bytedeco.javacpp.cachedir=FOLDER.";
  }

  private static List<Throwable> chain(Throwable failure) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable t = failure; t != null && !chain.contains(t); t = t.getCause()) {
      chain.add(t);
    }
    return chain;
  }
}
