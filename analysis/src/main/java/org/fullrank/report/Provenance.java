package org.fullrank.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/**
 * Where numbers come from: everything needed to obtain them again.
 *
 * @param version version of FullRank, or {@code "development"} outside a jar
 * @param java version and vendor of the virtual machine
 * @param platform operating system and architecture
 * @param processors processors available to the virtual machine
 * @param backend lines that describe the linear algebra backend, in order
 * @param seed seed of all randomness, as text; empty if none was stated
 * @param data source of the data; empty if none was stated
 * @param time when the numbers were computed, as stated by the caller
 */
public record Provenance(
    String version,
    String java,
    String platform,
    int processors,
    Map<String, String> backend,
    String seed,
    String data,
    Instant time) {
  private static final String POM = "/META-INF/maven/org.fullrank/fullrank-analysis/pom.properties";

  /** Copies the map. */
  public Provenance {
    if (!(processors > 0)) {
      throw new IllegalArgumentException("Provenance expects processors > 0 but got " + processors);
    }
    backend = Collections.unmodifiableMap(new LinkedHashMap<>(backend));
  }

  /** The library and virtual machine that are running, at the given time. */
  public static Provenance at(Instant time) {
    return new Provenance(
        libraryVersion(),
        System.getProperty("java.version") + " (" + System.getProperty("java.vm.vendor") + ")",
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        Map.of(),
        "",
        "",
        time);
  }

  /** The same with a description of the backend. */
  public Provenance withBackend(Map<String, String> newBackend) {
    return new Provenance(version, java, platform, processors, newBackend, seed, data, time);
  }

  /** The same with the seed as text. */
  public Provenance withSeed(String newSeed) {
    return new Provenance(version, java, platform, processors, backend, newSeed, data, time);
  }

  /** The same with the seed. */
  public Provenance withSeed(long newSeed) {
    return withSeed(Long.toString(newSeed));
  }

  /** The same with the source of the data. */
  public Provenance withData(String newData) {
    return new Provenance(version, java, platform, processors, backend, seed, newData, time);
  }

  /** Names and values for a table; what was not stated is left out. */
  public Map<String, String> rows() {
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("FullRank", version);
    rows.put("Java", java);
    rows.put("Platform", platform);
    rows.put("Processors", Integer.toString(processors));
    backend.forEach((name, value) -> rows.put("Backend: " + name, value));
    if (!seed.isEmpty()) {
      rows.put("Seed", seed);
    }
    if (!data.isEmpty()) {
      rows.put("Data", data);
    }
    rows.put("Time", time.toString());
    return rows;
  }

  private static String libraryVersion() {
    try (InputStream in = Provenance.class.getResourceAsStream(POM)) {
      if (in == null) {
        return "development";
      }
      Properties pom = new Properties();
      pom.load(in);
      return pom.getProperty("version", "development");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + POM, e);
    }
  }
}
