package org.fullrank.training;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.io.FolderWriter;
import org.fullrank.io.Json;
import org.fullrank.io.Npy;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Slot;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The state of a run on disk: {@code theta-SUM.npy}, {@code memory-SUM.npy} if the method has a
 * memory, and {@code run.json}, which names them and is moved into place last. The last member of
 * {@code run.json} is the SHA-256 of all others, so that a change of any of them is noticed.
 */
final class Checkpoint {
  private static final String STATE = "run.json";
  private static final String DIGEST = "digest";
  private static final Pattern NAME = Pattern.compile("(theta|memory)-[0-9a-f]{16}\\.npy");

  /** Characters of a long text in a message. */
  private static final int SHOWN = 60;

  /** Doubles hold all integers up to here. */
  private static final double MAX_STEP = 0x1p53;

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
    try (FolderWriter out = FolderWriter.open(folder, STATE)) {
      Json.Obj state =
          Json.object()
              .with("identity", identity(problem, method, recording))
              .with("step", step)
              .with("time", Double.toString(time))
              .with("theta", out.put("theta", theta));
      if (memory.length > 0) {
        try (INDArray numbers = Tensors.of(memory, memory.length)) {
          state = state.with("memory", out.put("memory", numbers));
        }
      }
      state =
          state
              .with("sha256", digest(Tensors.toDoubles(theta), memory))
              .with("snapshots", Json.array(snapshots.stream().map(Checkpoint::row).toList()));
      out.commit(state.with(DIGEST, digest(state)).toPrettyText());
    }
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
    Json.Obj state = state(file);
    requireIdentity(state, identity(problem, method, recording), file);
    List<String> series = recording.recorders().stream().map(Recorder::name).toList();
    List<Snapshot> snapshots = new ArrayList<>();
    if (state.get("snapshots") instanceof Json.Arr rows) {
      for (Json row : rows.items()) {
        snapshots.add(snapshot(doubles(row, file), series, file));
      }
    }
    if (!(state.get("step") instanceof Json.Num number) || snapshots.isEmpty()) {
      throw new IOException("expected step and snapshots of a saved run in " + file);
    }
    long step = step(number.value(), snapshots.get(snapshots.size() - 1).step(), file);
    double time = parsed(text(state, "time", file), file);
    double[] memory = method.initialMemory(problem);
    if ((memory.length > 0) != (state.get("memory") != null) || !Double.isFinite(time)) {
      throw new IOException("expected time and memory of a saved run in " + file);
    }
    if (memory.length > 0) {
      try (INDArray numbers = array(folder, text(state, "memory", file), memory.length)) {
        memory = Tensors.toDoubles(numbers);
      }
    }
    INDArray theta = array(folder, text(state, "theta", file), problem.network().parameterCount());
    if (theta.dataType() != problem.theta().dataType()
        || !digest(Tensors.toDoubles(theta), memory).equals(text(state, "sha256", file))) {
      theta.close();
      throw new IOException("expected the parameters of " + file + " but their SHA-256 differs");
    }
    return new Checkpoint(step, time, theta, memory, snapshots);
  }

  /** The members of the file, as they were written. */
  private static Json.Obj state(Path file) throws IOException {
    Json json;
    try {
      json = Json.read(file);
    } catch (IllegalArgumentException e) {
      throw new IOException("expected a saved run but got no JSON in " + file, e);
    }
    if (!(json instanceof Json.Obj all)) {
      throw new IOException("expected a saved run but got another JSON value in " + file);
    }
    Json.Obj state = Json.object();
    for (Map.Entry<String, Json> member : all.members().entrySet()) {
      if (!member.getKey().equals(DIGEST)) {
        state = state.with(member.getKey(), member.getValue());
      }
    }
    if (!(all.get(DIGEST) instanceof Json.Text sum) || !sum.value().equals(digest(state))) {
      throw new IOException(
          file
              + ": expected what save wrote but the SHA-256 of its members is another one: the file"
              + " was changed, or written by an earlier version, which stored none; resume it with"
              + " that version, or start the run anew");
    }
    return state;
  }

  private static void requireIdentity(Json.Obj state, Json.Obj expected, Path file)
      throws IOException {
    if (!(state.get("identity") instanceof Json.Obj saved)) {
      throw new IOException("expected the identity of a saved run in " + file);
    }
    List<String> differences = new ArrayList<>();
    for (String part : expected.members().keySet()) {
      String was = text(saved, part, file);
      String is = text(expected, part, file);
      if (!was.equals(is)) {
        differences.add(part + " " + difference(was, is));
      }
    }
    if (!differences.isEmpty()) {
      throw new IllegalArgumentException(
          "resume expects the problem, method and recorders of the saved run in "
              + file
              + " but they differ: "
              + String.join("; ", differences));
    }
  }

  /** Both texts, or of long ones the part where they begin to differ. */
  private static String difference(String was, String is) {
    int same = 0;
    while (same < Math.min(was.length(), is.length()) && was.charAt(same) == is.charAt(same)) {
      same++;
    }
    boolean whole = Math.max(was.length(), is.length()) <= 2 * SHOWN;
    int from = whole ? 0 : Math.max(0, same - SHOWN / 2);
    return "was saved as "
        + shown(was, from, whole)
        + " but is "
        + shown(is, from, whole)
        + (whole ? "" : ", different from character " + (same + 1) + " on");
  }

  private static String shown(String text, int from, boolean whole) {
    int end = whole ? text.length() : Math.min(text.length(), from + SHOWN);
    return (from > 0 ? "'..." : "'")
        + text.substring(Math.min(from, end), end)
        + (end < text.length() ? "...'" : "'");
  }

  private static INDArray array(Path folder, String name, long length) throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw new IOException(
          "expected the names of the files of a saved run in " + folder.resolve(STATE));
    }
    Path file = folder.resolve(name);
    try {
      if (Files.isSymbolicLink(file) || !Arrays.equals(Npy.shape(file), new long[] {length})) {
        throw new IOException("expected " + length + " numbers of a saved run in " + file);
      }
      return Npy.read(file);
    } catch (IllegalArgumentException e) {
      throw new IOException("expected the numbers of a saved run in " + file, e);
    }
  }

  /** An integer from the step of the last snapshot on. */
  private static long step(double value, long least, Path file) throws IOException {
    if (!(value >= least && value <= MAX_STEP && value == Math.rint(value))) {
      throw new IOException(
          "expected a step from " + least + " on, an integer, but got " + value + " in " + file);
    }
    return (long) value;
  }

  /** What must be equal for a resumed run to make sense, data included. */
  private static Json.Obj identity(
      TrainingProblem problem, TrainingMethod method, Recording recording) {
    Set<String> frozen = new TreeSet<>();
    for (Slot slot : problem.network().slots()) {
      if (!problem.isTrained(slot)) {
        frozen.add(slot.name());
      }
    }
    return Json.object()
        .with("network", problem.network().toString())
        .with("loss", problem.loss().text())
        .with("frozen slots", frozen.toString())
        .with("method", method.name())
        .with("recorders", recording.recorders().stream().map(Recorder::name).toList().toString())
        .with("initial parameters", sum(problem.theta()))
        .with("inputs", sum(problem.x()))
        .with("targets", sum(problem.y()));
  }

  private static String sum(INDArray a) {
    return a.dataType()
        + " "
        + Arrays.toString(a.shape())
        + " with SHA-256 "
        + digest(Tensors.toDoubles(a));
  }

  private static String digest(Json.Obj state) {
    byte[] text = state.toText().getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(sha256().digest(text));
  }

  /** SHA-256 of the bits of some doubles. */
  private static String digest(double[]... arrays) {
    MessageDigest digest = sha256();
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

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
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
    return new Snapshot(step(row[0], 0, file), row[1], row[2], row[3], row[4], more);
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
