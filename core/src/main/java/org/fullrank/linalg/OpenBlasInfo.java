package org.fullrank.linalg;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the loaded OpenBLAS says about itself. Its Java bindings do not export the two functions, so
 * they are called by reflection through JNA, which ND4J brings along; every failure gives {@code
 * unknown}.
 */
final class OpenBlasInfo {
  static final String UNKNOWN = "unknown";
  private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+\\.\\d+");
  private static final int RTLD_LAZY_LOCAL = 1;
  private static final Path MAPS = Path.of("/proc/self/maps");

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
    Optional<String> library = loadedLibrary();
    if (library.isEmpty()) {
      return UNKNOWN;
    }
    try {
      // The default would make the symbols global, and then a second copy of OpenBLAS in the
      // process
      // calls into this one: "Bad memory unallocation".
      Object opened =
          Class.forName("com.sun.jna.NativeLibrary")
              .getMethod("getInstance", String.class, Map.class)
              .invoke(null, library.get(), Map.of("open-flags", RTLD_LAZY_LOCAL));
      Object f = opened.getClass().getMethod("getFunction", String.class).invoke(opened, function);
      Class<?> type = f.getClass();
      Object text =
          type.getMethod("invoke", Class.class, Object[].class)
              .invoke(f, String.class, new Object[0]);
      return text == null ? UNKNOWN : text.toString().trim();
    } catch (ReflectiveOperationException | LinkageError e) {
      return UNKNOWN;
    }
  }

  /** The file that is mapped into this process, so that opening it finds the copy in use. */
  private static Optional<String> loadedLibrary() {
    if (!Files.isReadable(MAPS)) {
      return Optional.empty();
    }
    try (Stream<String> lines = Files.lines(MAPS)) {
      return lines
          .filter(line -> line.contains("libopenblas") && line.contains("/"))
          .map(line -> line.substring(line.indexOf('/')))
          .findFirst();
    } catch (IOException | java.io.UncheckedIOException e) {
      return Optional.empty();
    }
  }
}
