package org.fullrank.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.io.Json;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Saved runs that are altered, fail half-way, or share a folder. */
class CheckpointTest {
  private static final int N = 5;
  private static final TrainingMethod METHOD = GradientDescent.withStepSize(0.01).withMomentum(0.5);
  private static final TrainingMethod RANDOM = StochasticGradientDescent.of(0.01, 2, Seed.of(3));
  private static final Recording RECORDING = Recording.every(2);

  @TempDir Path folder;

  private static TrainingProblem problem() {
    Network network =
        Network.of(
            Shape.of(2),
            Dense.of("a", 2, 3),
            Elementwise.of(Activations.TANH),
            Dense.of("b", 3, 1));
    double[] x = new Random(1).doubles(2 * N, -1, 1).toArray();
    double[] y = new Random(2).doubles(N, -1, 1).toArray();
    return TrainingProblem.of(
        network, network.initialize(Seed.of(4)), Tensors.of(x, N, 2), Tensors.of(y, N, 1));
  }

  private static void save(Path folder, TrainingMethod method, int steps) throws IOException {
    try (TrainingRun run = TrainingRun.start(problem(), method, RECORDING)) {
      run.advance(steps);
      run.save(folder);
    }
  }

  /** Everything that a run of the method, resumed from the folder, is after three more steps. */
  private static String resumed(Path folder, TrainingMethod method) throws IOException {
    try (TrainingRun run = TrainingRun.resume(problem(), method, RECORDING, folder)) {
      run.advance(3);
      return state(run);
    }
  }

  private static String state(TrainingRun run) {
    try (INDArray theta = run.theta()) {
      return run.step()
          + " "
          + run.time()
          + " "
          + Arrays.toString(Tensors.toDoubles(theta))
          + run.trajectory();
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"20", "-5", "30.7", "1e300", "31", "\"30\"", "null"})
  void anotherStepIsRefused(String step) throws IOException {
    save(folder, RANDOM, 30);
    Path file = folder.resolve("run.json");
    String good = Files.readString(file);
    Files.writeString(file, good.replace("\"step\": 30", "\"step\": " + step));
    assertThatThrownBy(() -> resumed(folder, RANDOM))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("run.json")
        .hasMessageContaining("changed");
    // Also with a digest that fits, the step must be one that such a run has.
    sign(file);
    if (step.equals("31")) {
      assertThat(resumed(folder, RANDOM)).startsWith("34 ");
    } else {
      assertThatThrownBy(() -> resumed(folder, RANDOM))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("step")
          .hasMessageContaining("run.json");
    }
  }

  /** Makes the digest that of the members. */
  private static void sign(Path file) throws IOException {
    Json.Obj all = (Json.Obj) Json.read(file);
    Json.Obj state = Json.object();
    for (String name : all.members().keySet()) {
      if (!name.equals("digest")) {
        state = state.with(name, all.members().get(name));
      }
    }
    Files.writeString(file, state.with("digest", sha256(state.toText())).toPrettyText());
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../t.npy", "/t.npy", "x\\u0000.npy", "run.json", "theta-1.npy", "sub/t.npy", ""})
  void otherNamesAreRefused(String name) throws IOException {
    Path run = Files.createDirectories(folder.resolve("run"));
    save(run, METHOD, 4);
    Path theta;
    try (Stream<Path> files = Files.list(run)) {
      theta = files.filter(f -> f.getFileName().toString().startsWith("theta")).findFirst().get();
    }
    Files.createDirectory(run.resolve("sub"));
    Files.copy(theta, folder.resolve("t.npy"));
    Files.copy(theta, run.resolve("sub/t.npy"));
    Files.copy(theta, run.resolve("theta-1.npy"));
    Path file = run.resolve("run.json");
    String other = name.equals("/t.npy") ? folder.resolve("t.npy").toString() : name;
    Files.writeString(file, Files.readString(file).replace(theta.getFileName().toString(), other));
    sign(file);
    assertThatThrownBy(() -> resumed(run, METHOD))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("names of the files");
  }

  /** No change of the file is taken but one that means the same. */
  @Test
  void alteredStatesAreRefused() throws IOException {
    save(folder, METHOD, 6);
    final String expected = resumed(folder, METHOD);
    Path file = folder.resolve("run.json");
    byte[] good = Files.readAllBytes(file);
    Random random = new Random(12);
    int refused = 0;
    for (int i = 0; i < 150; i++) {
      Files.write(file, altered(good, random, i % 5));
      try {
        assertThat(resumed(folder, METHOD)).as("case %d", i).isEqualTo(expected);
      } catch (IOException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(100);
  }

  private static byte[] altered(byte[] good, Random random, int kind) {
    byte[] bytes = good.clone();
    int at = random.nextInt(good.length);
    switch (kind) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes = Arrays.copyOf(bytes, at);
      case 2 -> { // cuts a piece out
        int end = Math.min(good.length, at + 1 + random.nextInt(200));
        System.arraycopy(good, end, bytes, at, good.length - end);
        bytes = Arrays.copyOf(bytes, good.length - end + at);
      }
      case 3 -> { // swaps two bytes
        int other = random.nextInt(good.length);
        bytes[at] = good[other];
        bytes[other] = good[at];
      }
      default -> { // changes the next digit
        while (at < bytes.length && (bytes[at] < '0' || bytes[at] > '9')) {
          at++;
        }
        if (at < bytes.length) {
          bytes[at] = (byte) ('0' + (bytes[at] - '0' + 1 + random.nextInt(9)) % 10);
        }
      }
    }
    return bytes;
  }

  @Test
  void namesWhatDiffers() throws IOException {
    save(folder, METHOD, 4);
    assertThatThrownBy(() -> resumed(folder, GradientDescent.withStepSize(0.02).withMomentum(0.5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("differ: method was saved as")
        .hasMessageContaining("0.01")
        .hasMessageContaining("0.02")
        .message()
        .doesNotContain("network", "inputs");
    TrainingProblem p = problem();
    double[] x = Tensors.toDoubles(p.x());
    x[3] = Math.nextUp(x[3]);
    TrainingProblem other =
        TrainingProblem.of(p.network(), p.theta(), Tensors.of(x, N, 2), p.y())
            .withFrozen(p.network().slots().get(0).name());
    assertThatThrownBy(() -> TrainingRun.resume(other, METHOD, RECORDING, folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("frozen slots was saved as '[]' but is '[a.W]'")
        .hasMessageContaining("inputs was saved as")
        .message()
        .doesNotContain("network was", "targets was");
  }

  /** Two runs, the same step, other bits: the second one fails at each of its files. */
  @ParameterizedTest
  @ValueSource(strings = {"theta", "memory", "disk full at theta", "disk full at memory", "lock"})
  void aSaveThatFailsLeavesTheFormerState(String where) throws IOException {
    TrainingMethod other = GradientDescent.withStepSize(0.02).withMomentum(0.5);
    Path elsewhere = folder.resolve("elsewhere");
    save(elsewhere, other, 10);
    Path saved = folder.resolve("saved");
    save(saved, METHOD, 10);
    final String expected = resumed(saved, METHOD);
    String prefix = where.substring(where.lastIndexOf(' ') + 1);
    Path obstacle = saved.resolve(".fullrank.lock");
    if (!where.equals("lock")) {
      try (Stream<Path> files = Files.list(elsewhere)) {
        obstacle =
            saved.resolve(
                files
                    .map(f -> f.getFileName().toString())
                    .filter(n -> n.startsWith(prefix))
                    .findFirst()
                    .get());
      }
    }
    if (where.startsWith("disk")) {
      Path full = Path.of("/dev/full");
      assumeTrue(Files.isWritable(full));
      Files.createSymbolicLink(obstacle, full);
    } else {
      // Not empty, so that tidying up does not remove it.
      Files.createDirectories(obstacle.resolve("in the way"));
    }
    assertThatThrownBy(() -> save(saved, other, 10)).isInstanceOf(IOException.class);
    assertThat(resumed(saved, METHOD)).isEqualTo(expected);
    if (!where.equals("lock")) {
      Files.deleteIfExists(obstacle.resolve("in the way"));
      Files.deleteIfExists(obstacle);
      save(saved, other, 10);
      assertThat(resumed(saved, other)).isEqualTo(resumed(elsewhere, other));
      try (Stream<Path> files = Files.list(saved)) {
        assertThat(files).hasSize(3);
      }
    }
  }

  /** A save may be refused while the other one saves; what is there afterwards is one of both. */
  @Test
  void twoRunsInOneFolderExcludeEachOther() throws Exception {
    TrainingMethod other = GradientDescent.withStepSize(0.02).withMomentum(0.5);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (int round = 0; round < 4; round++) {
        List<Future<Integer>> saves = new ArrayList<>();
        for (TrainingMethod method : List.of(METHOD, other)) {
          saves.add(threads.submit(() -> savesTenTimes(method)));
        }
        for (Future<Integer> made : saves) {
          assertThat(made.get()).isPositive();
        }
        String found;
        try {
          found = resumed(folder, METHOD);
        } catch (IllegalArgumentException e) {
          assertThat(e).hasMessageContaining("method was saved as");
          found = resumed(folder, other);
        }
        assertThat(found).startsWith("13 ");
        assertThat(names()).hasSize(3);
      }
    } finally {
      threads.shutdown();
    }
  }

  private int savesTenTimes(TrainingMethod method) {
    int made = 0;
    try (TrainingRun run = TrainingRun.start(problem(), method, RECORDING)) {
      for (int i = 0; i < 10; i++) {
        run.advance(1);
        // The last one waits until the other run is not saving.
        for (boolean done = false; !done; ) {
          try {
            run.save(folder);
            done = true;
            made++;
          } catch (FileSystemException e) {
            throw new UncheckedIOException(e);
          } catch (IOException e) {
            assertThat(e).hasMessageContaining("somebody else writes into it");
            done = i < 9;
          }
        }
      }
    }
    return made;
  }
}
