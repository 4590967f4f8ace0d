package org.fullrank.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.fullrank.io.AtomicFile;

/**
 * What was recorded along a run, in order of steps. Immutable.
 *
 * @param method name of the method
 * @param dynamics what the method follows
 * @param loss text of the loss
 * @param snapshots at least one
 */
public record Trajectory(String method, Dynamics dynamics, String loss, List<Snapshot> snapshots) {
  /** Copies the list. */
  public Trajectory {
    snapshots = List.copyOf(snapshots);
    if (snapshots.isEmpty()) {
      throw new IllegalArgumentException("Trajectory expects at least one snapshot but got none");
    }
  }

  /**
   * The first record.
   *
   * @return that of step 0
   */
  public Snapshot first() {
    return snapshots.get(0);
  }

  /**
   * The latest record.
   *
   * @return the last one
   */
  public Snapshot last() {
    return snapshots.get(snapshots.size() - 1);
  }

  /**
   * One number of every record.
   *
   * @param number such as {@code Snapshot::loss}
   * @return in order of steps
   */
  public double[] series(ToDoubleFunction<Snapshot> number) {
    return snapshots.stream().mapToDouble(number).toArray();
  }

  /**
   * One recorder's series.
   *
   * @param name of the recorder
   * @return in order of steps
   * @throws IllegalArgumentException if there is none of this name
   */
  public double[] series(String name) {
    if (!first().more().containsKey(name)) {
      throw new IllegalArgumentException(
          "Trajectory expects one of the series "
              + first().more().keySet()
              + " but got '"
              + name
              + "'");
    }
    return series((Snapshot s) -> s.more().get(name));
  }

  /**
   * Writes all records as comma-separated values with a header; every number reads back exactly.
   *
   * @param file to be written or replaced as a whole
   * @throws IOException if it cannot be written; it is as it was before then
   */
  public void writeCsv(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    List<String> header =
        new ArrayList<>(List.of("step", "time", "loss", "residual_norm", "distance"));
    header.addAll(first().more().keySet());
    lines.add(String.join(",", header));
    for (Snapshot s : snapshots) {
      List<String> cells = new ArrayList<>();
      cells.add(Long.toString(s.step()));
      for (double x : new double[] {s.time(), s.loss(), s.residualNorm(), s.distance()}) {
        cells.add(Double.toString(x));
      }
      s.more().values().forEach(x -> cells.add(Double.toString(x)));
      lines.add(String.join(",", cells));
    }
    AtomicFile.write(file, String.join("\n", lines) + "\n");
  }
}
