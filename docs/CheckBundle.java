import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/**
 * Checks what a release publishes, offline: {@code java docs/CheckBundle.java [--release] PATH},
 * where PATH is a staged {@code file://} repository or a bundle in a zip file. With {@code
 * --release} the version must not be a snapshot and every file must be signed. Prints one line per
 * problem; the exit status is 1 when there are any, 2 on misuse.
 */
final class CheckBundle {
  private static final String GROUP = "org/fullrank/";

  /**
   * Exactly these artifacts, with their packaging: neither the parent nor benchmarks nor examples.
   */
  private static final Map<String, String> PUBLISHED =
      Map.of(
          "fullrank-bom", "pom",
          "fullrank-core", "jar",
          "fullrank-testkit", "jar",
          "fullrank-analysis", "jar");

  private static final List<String> JAR_FILES =
      List.of(".jar", "-sources.jar", "-javadoc.jar", "-cyclonedx.json");

  private static final List<String> POM_FIELDS =
      List.of(
          "groupId",
          "artifactId",
          "version",
          "name",
          "description",
          "url",
          "licenses/license/name",
          "licenses/license/url",
          "developers/developer/name",
          "scm/connection",
          "scm/developerConnection",
          "scm/url");

  private final Map<String, byte[]> files;
  private final boolean release;
  private final List<String> problems = new ArrayList<>();

  private CheckBundle(Map<String, byte[]> files, boolean release) {
    this.files = files;
    this.release = release;
  }

  public static void main(String[] args) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(args));
    boolean release = arguments.remove("--release");
    if (arguments.size() != 1 || !Files.exists(Path.of(arguments.get(0)))) {
      System.err.println("usage: java CheckBundle.java [--release] DIRECTORY_OR_ZIP");
      System.exit(2);
    }
    CheckBundle check = new CheckBundle(read(Path.of(arguments.get(0))), release);
    check.run();
    check.problems.forEach(System.out::println);
    System.out.printf("%d files checked, %d problems%n", check.files.size(), check.problems.size());
    System.exit(check.problems.isEmpty() ? 0 : 1);
  }

  private static Map<String, byte[]> read(Path path) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    if (Files.isDirectory(path)) {
      try (Stream<Path> walk = Files.walk(path)) {
        for (Path file : walk.filter(Files::isRegularFile).toList()) {
          files.put(path.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
        }
      }
    } else {
      files.putAll(unzip(Files.readAllBytes(path)));
    }
    return files;
  }

  private static Map<String, byte[]> unzip(byte[] zip) {
    Map<String, byte[]> entries = new TreeMap<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (!entry.isDirectory()) {
          entries.put(entry.getName(), in.readAllBytes());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return entries;
  }

  private void run() {
    Set<String> found = new TreeSet<>();
    for (String name : files.keySet()) {
      if (!name.startsWith(GROUP)) {
        problem(name, "outside " + GROUP);
      }
      if (isChecksum(name) || name.endsWith(".asc") || name.contains("maven-metadata")) {
        continue;
      }
      checksums(name);
      if (release && !files.containsKey(name + ".asc")) {
        problem(name, "not signed");
      }
      if (name.endsWith(".pom")) {
        found.add(name.replaceFirst("^" + GROUP, "").replaceFirst("/.*", ""));
        pom(name);
      }
    }
    if (!found.equals(new TreeSet<>(PUBLISHED.keySet()))) {
      problem(GROUP, "expected POMs of " + new TreeSet<>(PUBLISHED.keySet()) + ", got " + found);
    }
  }

  private static boolean isChecksum(String name) {
    return name.matches(".*\\.(md5|sha1|sha256|sha512)");
  }

  private void checksums(String name) {
    Map<String, String> algorithms =
        Map.of("md5", "MD5", "sha1", "SHA-1", "sha256", "SHA-256", "sha512", "SHA-512");
    algorithms.forEach(
        (suffix, algorithm) -> {
          byte[] stored = files.get(name + "." + suffix);
          if (stored == null) {
            if (suffix.equals("md5") || suffix.equals("sha1")) {
              problem(name, "no ." + suffix);
            }
          } else if (!text(stored)
              .trim()
              .split("\\s")[0]
              .equals(digest(algorithm, files.get(name)))) {
            problem(name, "wrong ." + suffix);
          }
        });
  }

  private static String digest(String algorithm, byte[] data) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(data));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private void pom(String name) {
    Xml pom;
    try {
      pom = Xml.parse(files.get(name));
    } catch (IllegalArgumentException e) {
      problem(name, e.getMessage());
      return;
    }
    for (String field : POM_FIELDS) {
      if (pom.value("/project/" + field).isBlank()) {
        problem(name, "no <" + field + ">");
      }
    }
    String artifact = pom.value("/project/artifactId");
    String packaging =
        pom.value("/project/packaging").isEmpty() ? "jar" : pom.value("/project/packaging");
    if (!packaging.equals(PUBLISHED.getOrDefault(artifact, packaging))) {
      problem(name, "expected packaging " + PUBLISHED.get(artifact) + ", got " + packaging);
    }
    if (release && text(files.get(name)).contains("-SNAPSHOT")) {
      problem(name, "a snapshot version");
    }
    if (pom.count("/project/parent") > 0) {
      problem(name, "has a parent: not self-contained");
    }
    if (pom.count("/project/repositories|/project/build|/project/modules") > 0) {
      problem(name, "has a build section: not flattened");
    }
    if (pom.count("//dependency[scope='test']") > 0) {
      problem(name, "has test dependencies");
    }
    String ours = "//dependency[groupId='org.fullrank']";
    String known =
        PUBLISHED.keySet().stream()
            .map(a -> "artifactId='" + a + "'")
            .collect(Collectors.joining(" or "));
    if (pom.count(ours + "[not(" + known + ")]") > 0) {
      problem(name, "depends on a module that is not published");
    }
    if (pom.count("/project/dependencies/dependency[not(version)]") > 0) {
      problem(name, "has dependencies without a version");
    }
    Matcher property = Pattern.compile("\\$\\{([^}]+)}").matcher(text(files.get(name)));
    while (property.find()) {
      if (pom.count("/project/properties/" + property.group(1)) == 0) {
        problem(name, "undefined property " + property.group(1));
      }
    }
    if (packaging.equals("jar")) {
      jars(name.substring(0, name.length() - ".pom".length()));
    }
  }

  private void jars(String base) {
    List<String> missing =
        JAR_FILES.stream().filter(suffix -> !files.containsKey(base + suffix)).toList();
    missing.forEach(suffix -> problem(base, "no " + suffix));
    if (!missing.isEmpty()) {
      return;
    }
    Map<String, byte[]> main = unzip(files.get(base + ".jar"));
    Map<String, byte[]> sources = unzip(files.get(base + "-sources.jar"));
    Map<String, byte[]> javadoc = unzip(files.get(base + "-javadoc.jar"));
    if (!text(main.getOrDefault("META-INF/MANIFEST.MF", new byte[0]))
        .contains("Automatic-Module-Name: org.fullrank.")) {
      problem(base + ".jar", "no Automatic-Module-Name");
    }
    if (!main.containsKey("META-INF/LICENSE")) {
      problem(base + ".jar", "no META-INF/LICENSE");
    }
    if (!javadoc.containsKey("index.html")) {
      problem(base + "-javadoc.jar", "no index.html");
    }
    for (Map.Entry<String, byte[]> entry : main.entrySet()) {
      String name = entry.getKey();
      if (!name.endsWith(".class")) {
        continue;
      }
      int major = (entry.getValue()[6] & 0xff) << 8 | entry.getValue()[7] & 0xff;
      if (major != 61) {
        problem(base + ".jar", name + ": expected class file version 61 (Java 17), got " + major);
      }
      if (!name.startsWith(GROUP)) {
        problem(base + ".jar", name + " is outside " + GROUP);
      }
      String outer = name.replaceFirst("(\\$.*)?\\.class$", "");
      if (!sources.containsKey(outer + ".java")) {
        problem(base + "-sources.jar", "no " + outer + ".java");
      }
    }
  }

  private void problem(String name, String what) {
    problems.add(name + ": " + what);
  }

  private static String text(byte[] data) {
    return new String(data, StandardCharsets.UTF_8);
  }

  /** A POM without its namespace, so that XPath stays readable. */
  private record Xml(Document document) {
    static Xml parse(byte[] data) {
      try {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        DocumentBuilder builder = factory.newDocumentBuilder();
        builder.setErrorHandler(null); // the exception says it all
        return new Xml(builder.parse(new ByteArrayInputStream(data)));
      } catch (Exception e) {
        throw new IllegalArgumentException("malformed POM: " + e.getMessage(), e);
      }
    }

    String value(String path) {
      try {
        return xpath().evaluate(path, document);
      } catch (XPathExpressionException e) {
        throw new IllegalArgumentException(path, e);
      }
    }

    int count(String path) {
      try {
        return ((NodeList) xpath().evaluate(path, document, XPathConstants.NODESET)).getLength();
      } catch (XPathExpressionException e) {
        throw new IllegalArgumentException(path, e);
      }
    }

    private static XPath xpath() {
      return XPathFactory.newInstance().newXPath();
    }
  }
}
