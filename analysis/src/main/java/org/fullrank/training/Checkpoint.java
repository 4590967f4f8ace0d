package org.fullrank.training;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.io.Json;
import org.fullrank.io.Npy;
import org.fullrank.linalg.Tensors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The state of a run on disk: {@code theta-STEP.npy}, {@code memory-STEP.npy} if the method has a
 * memory, and {@code run.json}, which names them. The JSON file is moved into place last, so a kill
 * while saving leaves the former state.
 */
final class Checkpoint {
  private static final String STATE = "run.json";

  final long step;
  final double time;
  final INDArray theta;
  final double[] memory;
  final List<Snapshot> snapshots;

  Checkpoint(long step, double time, INDArray theta, double[] memory, List<Snapshot> snapshots) {
    this.step = step;
    this.time = time;
    this.theta = theta;
    this.memory = memory;
    this.snapshots = snapshots;
  }

  void write(Path folder, TrainingProblem problem, TrainingMethod method, Recording recording)
      throws IOException {
    Files.createDirectories(folder);
    List<String> names = new ArrayList<>();
    names.add(put(folder, "theta-" + step + ".npy", theta));
    Json.Obj state =
        Json.object()
            .with("identity", identity(problem, method, recording))
            .with("step", step)
            .with("time", Double.toString(time))
            .with("theta", names.get(0));
    if (memory.length > 0) {
      try (INDArray numbers = Tensors.of(memory, memory.length)) {
        names.add(put(folder, "memory-" + step + ".npy", numbers));
      }
      state = state.with("memory", names.get(1));
    }
    state =
        state
            .with("sha256", digest(Tensors.toDoubles(theta), memory))
            .with("snapshots", Json.array(snapshots.stream().map(Checkpoint::row).toList()));
    Path part = folder.resolve(STATE + ".part");
    Files.writeString(part, state.toPrettyText());
    Files.move(part, folder.resolve(STATE), StandardCopyOption.REPLACE_EXISTING);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path old : files.toList()) {
        String file = old.getFileName().toString();
        if (file.matches("(theta|memory)-\\d+\\.npy") && !names.contains(file)) {
          Files.delete(old);
        }
      }
    }
  }

  private static String put(Path folder, String name, INDArray numbers) throws IOException {
    Path incoming = folder.resolve(name + ".part");
    Npy.write(incoming, numbers);
    Files.move(incoming, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    return name;
  }

  /**
   * Reads what was saved.
   *
   * @throws IOException if a file is missing or damaged
   * @throws IllegalArgumentException if it is a run of something else
   */
  static Checkpoint read(
      Path folder, TrainingProblem problem, TrainingMethod method, Recording recording)
      throws IOException {
    Path file = folder.resolve(STATE);
    Json json;
    try {
      json = Json.read(file);
    } catch (IllegalArgumentException e) {
      throw new IOException("expected a saved run but got no JSON in " + file, e);
    }
    if (!(json instanceof Json.Obj state)) {
      throw new IOException("expected a saved run but got another JSON value in " + file);
    }
    String expected = identity(problem, method, recording);
    String got = text(state, "identity", file);
    if (!got.equals(expected)) {
      throw new IllegalArgumentException(
          "resume expects the problem, method and recorders of the saved run, "
              + got
              + ", but got "
              + expected);
    }
    List<String> series = recording.recorders().stream().map(Recorder::name).toList();
    List<Snapshot> snapshots = new ArrayList<>();
    if (state.get("snapshots") instanceof Json.Arr rows) {
      for (Json row : rows.items()) {
        snapshots.add(snapshot(doubles(row, file), series, file));
      }
    }
    if (!(state.get("step") instanceof Json.Num step) || snapshots.isEmpty()) {
      throw new IOException("expected step and snapshots of a saved run in " + file);
    }
    double time = parsed(text(state, "time", file), file);
    double[] memory = new double[0];
    if (state.get("memory") != null) {
      try (INDArray numbers = array(folder.resolve(text(state, "memory", file)))) {
        memory = Tensors.toDoubles(numbers);
      }
    }
    INDArray theta = array(folder.resolve(text(state, "theta", file)));
    if (theta.dataType() != problem.theta().dataType()
        || !digest(Tensors.toDoubles(theta), memory).equals(text(state, "sha256", file))) {
      theta.close();
      throw new IOException("expected the parameters of " + file + " but their SHA-256 differs");
    }
    return new Checkpoint((long) step.value(), time, theta, memory, snapshots);
  }

  private static INDArray array(Path file) throws IOException {
    try {
      return Npy.read(file);
    } catch (IllegalArgumentException e) {
      throw new IOException("expected the numbers of a saved run in " + file, e);
    }
  }

  /** What must be equal for a resumed run to make sense, data included. */
  private static String identity(
      TrainingProblem problem, TrainingMethod method, Recording recording) {
    List<String> names = recording.recorders().stream().map(Recorder::name).toList();
    return problem
        + " by "
        + method.name()
        + ", recording "
        + names
        + ", theta, inputs and targets with SHA-256 "
        + digest(
            Tensors.toDoubles(problem.theta()),
            Tensors.toDoubles(problem.x()),
            Tensors.toDoubles(problem.y()));
  }

  /** SHA-256 of the bits of some doubles. */
  private static String digest(double[]... arrays) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    ByteBuffer bytes = ByteBuffer.allocate(8 * 1024);
    for (double[] values : arrays) {
      for (double v : values) {
        bytes.putDouble(v);
        if (!bytes.hasRemaining()) {
          digest.update(bytes.flip());
          bytes.clear();
        }
      }
    }
    digest.update(bytes.flip());
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Doubles as texts, because NaN and infinities are no JSON numbers. */
  private static Json row(Snapshot s) {
    List<Double> values =
        new ArrayList<>(List.of((double) s.step(), s.time(), s.loss(), s.residualNorm()));
    values.add(s.distance());
    values.addAll(s.more().values());
    return Json.array(values.stream().map(v -> new Json.Text(Double.toString(v))).toList());
  }

  private static Snapshot snapshot(double[] row, List<String> series, Path file)
      throws IOException {
    if (row.length != 5 + series.size()) {
      throw new IOException(
          "expected snapshots of "
              + (5 + series.size())
              + " numbers but got "
              + row.length
              + " in "
              + file);
    }
    Map<String, Double> more = new LinkedHashMap<>();
    for (int i = 0; i < series.size(); i++) {
      more.put(series.get(i), row[5 + i]);
    }
    return new Snapshot((long) row[0], row[1], row[2], row[3], row[4], more);
  }

  private static double[] doubles(@Nullable Json json, Path file) throws IOException {
    if (!(json instanceof Json.Arr array)) {
      throw new IOException("expected an array of numbers in " + file);
    }
    double[] out = new double[array.items().size()];
    for (int i = 0; i < out.length; i++) {
      if (!(array.items().get(i) instanceof Json.Text text)) {
        throw new IOException("expected numbers as texts in " + file);
      }
      out[i] = parsed(text.value(), file);
    }
    return out;
  }

  private static double parsed(String number, Path file) throws IOException {
    try {
      return Double.parseDouble(number);
    } catch (NumberFormatException e) {
      throw new IOException("expected a number but got '" + number + "' in " + file, e);
    }
  }

  private static String text(Json.Obj state, String name, Path file) throws IOException {
    if (state.get(name) instanceof Json.Text text) {
      return text.value();
    }
    throw new IOException("expected a text '" + name + "' in " + file);
  }
}
