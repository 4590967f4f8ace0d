package org.fullrank.linalg;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;

/**
 * What the loaded OpenBLAS says about itself. Its Java bindings do not export the two functions, so
 * they are called by reflection through JNA, which ND4J brings along; every failure gives {@code
 * unknown}.
 */
final class OpenBlasInfo {
  static final String UNKNOWN = "unknown";
  private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+\\.\\d+");
  private static final Pattern MKL = Pattern.compile("/mkl-(\\d+\\.\\d+)-");
  private static final Path MAPS = Path.of("/proc/self/maps");

  /**
   * {@code RTLD_LAZY | RTLD_NOLOAD} of Linux, without {@code RTLD_GLOBAL}. JNA's default makes the
   * library's symbols global; ND4J maps two copies of OpenBLAS, and one would then free the other's
   * buffers ("Bad memory unallocation").
   */
  private static final int LAZY_LOCAL_LOADED_ONLY = 1 | 4;

  private OpenBlasInfo() {}

  /** Such as {@code OpenBLAS 0.3.30 DYNAMIC_ARCH USE_OPENMP Haswell}. */
  static String config() {
    String fromLibrary = call("openblas_get_config");
    return fromLibrary.equals(UNKNOWN) ? compiledVersion() : fromLibrary;
  }

  static String core() {
    return call("openblas_get_corename");
  }

  static String version(String config) {
    Matcher m = VERSION.matcher(config);
    return m.find() ? m.group() : UNKNOWN;
  }

  /** The version in the manifest or in the Maven properties of the jar of a class. */
  static String artifactVersion(Class<?> type, String artifact) {
    String version = type.getPackage().getImplementationVersion();
    if (version != null) {
      return version;
    }
    for (String group : new String[] {"org.nd4j", "org.bytedeco"}) {
      String path = "/META-INF/maven/" + group + "/" + artifact + "/pom.properties";
      try (InputStream in = type.getResourceAsStream(path)) {
        if (in != null) {
          Properties p = new Properties();
          p.load(in);
          return p.getProperty("version", UNKNOWN);
        }
      } catch (IOException e) {
        return UNKNOWN;
      }
    }
    return UNKNOWN;
  }

  /** The version of the MKL that was unpacked from a JavaCPP jar, from the name of that jar. */
  static String mklVersion() {
    Matcher m = MKL.matcher(loaded("libmkl_rt").orElse(""));
    return m.find() ? m.group(1) : UNKNOWN;
  }

  /** Libraries of which the class path holds several versions. */
  static List<String> conflicts() {
    List<String> found = new ArrayList<>();
    for (String artifact : List.of("javacpp", "openblas")) {
      conflict(artifact, versions(artifact)).ifPresent(found::add);
    }
    return found;
  }

  static Optional<String> conflict(String artifact, Set<String> versions) {
    return versions.size() < 2
        ? Optional.empty()
        : Optional.of(artifact + " " + String.join(" and ", versions));
  }

  /** The bindings and the native code are different jars, each with its Maven properties. */
  private static Set<String> versions(String artifact) {
    Set<String> versions = new TreeSet<>();
    String path = "META-INF/maven/org.bytedeco/" + artifact + "/pom.properties";
    try {
      for (URL url : Collections.list(Pointer.class.getClassLoader().getResources(path))) {
        try (InputStream in = url.openStream()) {
          Properties p = new Properties();
          p.load(in);
          versions.add(p.getProperty("version", UNKNOWN));
        }
      }
    } catch (IOException | LinkageError e) {
      return Set.of();
    }
    return versions;
  }

  private static String compiledVersion() {
    try {
      Object value =
          Class.forName("org.bytedeco.openblas.global.openblas_nolapack")
              .getField("OPENBLAS_VERSION")
              .get(null);
      return String.valueOf(value).trim();
    } catch (ReflectiveOperationException | LinkageError e) {
      return UNKNOWN;
    }
  }

  private static String call(String function) {
    Optional<String> library = loaded("libopenblas");
    if (library.isEmpty()) {
      return UNKNOWN;
    }
    try {
      Object handle =
          Class.forName("com.sun.jna.NativeLibrary")
              .getMethod("getInstance", String.class, Map.class)
              .invoke(null, library.get(), Map.of("open-flags", LAZY_LOCAL_LOADED_ONLY));
      Object f = handle.getClass().getMethod("getFunction", String.class).invoke(handle, function);
      Object text =
          f.getClass()
              .getMethod("invoke", Class.class, Object[].class)
              .invoke(f, String.class, new Object[0]);
      return text == null ? UNKNOWN : text.toString().trim();
    } catch (ReflectiveOperationException | LinkageError e) {
      return UNKNOWN;
    }
  }

  /** The file that is mapped into this process, so that opening it finds the copy in use. */
  private static Optional<String> loaded(String name) {
    if (!Files.isReadable(MAPS)) {
      return Optional.empty();
    }
    try (Stream<String> lines = Files.lines(MAPS)) {
      return lines
          .filter(line -> line.contains(name) && line.contains("/"))
          .map(line -> line.substring(line.indexOf('/')))
          .findFirst();
    } catch (IOException | java.io.UncheckedIOException e) {
      return Optional.empty();
    }
  }
}
