package org.fullrank.training;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.io.Json;
import org.fullrank.io.Npy;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The state of a run on disk: {@code theta-STEP.npy} and {@code run.json}, which names it. The JSON
 * file is moved into place last, so a kill while saving leaves the former state.
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
    String name = "theta-" + step + ".npy";
    Path incoming = folder.resolve(name + ".part");
    Npy.write(incoming, theta);
    Files.move(incoming, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    Json.Obj state =
        Json.object()
            .with("identity", identity(problem, method, recording))
            .with("step", step)
            .with("theta", name)
            .with("numbers", numbers(time, memory))
            .with("snapshots", Json.array(snapshots.stream().map(Checkpoint::row).toList()));
    Path part = folder.resolve(STATE + ".part");
    Files.writeString(part, state.toPrettyText());
    Files.move(part, folder.resolve(STATE), StandardCopyOption.REPLACE_EXISTING);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path old : files.toList()) {
        String file = old.getFileName().toString();
        if (file.startsWith("theta-") && file.endsWith(".npy") && !file.equals(name)) {
          Files.delete(old);
        }
      }
    }
  }

  static Checkpoint read(
      Path folder, TrainingProblem problem, TrainingMethod method, Recording recording)
      throws IOException {
    Path file = folder.resolve(STATE);
    if (!(Json.read(file) instanceof Json.Obj state)) {
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
    double[] numbers = doubles(state.get("numbers"), file);
    List<String> series = recording.recorders().stream().map(Recorder::name).toList();
    List<Snapshot> snapshots = new ArrayList<>();
    if (state.get("snapshots") instanceof Json.Arr rows) {
      for (Json row : rows.items()) {
        snapshots.add(snapshot(doubles(row, file), series, file));
      }
    }
    if (!(state.get("step") instanceof Json.Num step)
        || numbers.length != 1 + method.initialMemory(problem).length
        || snapshots.isEmpty()) {
      throw new IOException("expected step, numbers and snapshots of a saved run in " + file);
    }
    INDArray theta = Npy.read(folder.resolve(text(state, "theta", file)));
    TensorChecks.requireShape("saved theta", theta, problem.network().parameterCount());
    TensorChecks.requireType("saved theta", problem.theta().dataType(), theta);
    return new Checkpoint(
        (long) step.value(),
        numbers[0],
        theta,
        Arrays.copyOfRange(numbers, 1, numbers.length),
        snapshots);
  }

  /** What must be equal for a resumed run to make sense, data included. */
  private static String identity(
      TrainingProblem problem, TrainingMethod method, Recording recording) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    for (INDArray a : List.of(problem.theta(), problem.x(), problem.y())) {
      double[] values = Tensors.toDoubles(a);
      ByteBuffer bytes = ByteBuffer.allocate(8 * 1024);
      for (double v : values) {
        bytes.putDouble(v);
        if (!bytes.hasRemaining()) {
          digest.update(bytes.flip());
          bytes.clear();
        }
      }
      digest.update(bytes.flip());
    }
    List<String> names = recording.recorders().stream().map(Recorder::name).toList();
    return problem
        + " by "
        + method.name()
        + ", recording "
        + names
        + ", theta, inputs and targets with SHA-256 "
        + HexFormat.of().formatHex(digest.digest());
  }

  /** Doubles as text, because NaN and infinities are no JSON numbers. */
  private static Json numbers(double first, double[] rest) {
    List<Json> out = new ArrayList<>();
    out.add(new Json.Text(Double.toString(first)));
    for (double x : rest) {
      out.add(new Json.Text(Double.toString(x)));
    }
    return Json.array(out);
  }

  private static Json row(Snapshot s) {
    List<Double> values =
        new ArrayList<>(List.of((double) s.step(), s.time(), s.loss(), s.residualNorm()));
    values.add(s.distance());
    values.addAll(s.more().values());
    return numbers(
        values.get(0), values.subList(1, values.size()).stream().mapToDouble(v -> v).toArray());
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
      try {
        out[i] = Double.parseDouble(text.value());
      } catch (NumberFormatException e) {
        throw new IOException("expected a number but got '" + text.value() + "' in " + file, e);
      }
    }
    return out;
  }

  private static String text(Json.Obj state, String name, Path file) throws IOException {
    if (state.get(name) instanceof Json.Text text) {
      return text.value();
    }
    throw new IOException("expected a text '" + name + "' in " + file);
  }
}
