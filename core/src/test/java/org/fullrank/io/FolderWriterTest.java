package org.fullrank.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.fullrank.linalg.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class FolderWriterTest {
  private static final String INDEX = "index.json";

  @TempDir Path temp;

  private static INDArray tensor(double value) {
    return Tensors.of(new double[] {value, 1}, 2);
  }

  private static void save(Path folder, double a, double b) throws IOException {
    try (FolderWriter out = FolderWriter.open(folder, INDEX)) {
      out.commit("[\"" + out.put("a", tensor(a)) + "\", \"" + out.put("b", tensor(b)) + "\"]");
    }
  }

  /** The values of the state that the index names. */
  private static List<Double> load(Path folder) throws IOException {
    List<Double> values = new ArrayList<>();
    for (Json name : ((Json.Arr) Json.read(folder.resolve(INDEX))).items()) {
      values.add(Npy.read(folder.resolve(((Json.Text) name).value())).getDouble(0));
    }
    return values;
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  /** What a kill at this point would leave. */
  private void kill(Path folder, Map<String, Path> kills, String when) throws IOException {
    Path copy = Files.createDirectory(temp.resolve("kill " + when));
    for (String name : names(folder)) {
      Files.copy(folder.resolve(name), copy.resolve(name));
    }
    kills.put(when, copy);
  }

  @Test
  void aKillLeavesOneOfTheTwoStatesAndNothingAfterTheNextWrite() throws IOException {
    Path folder = temp.resolve("f");
    save(folder, 1, 2);
    Files.writeString(folder.resolve("note-0123456789abcdef.npy"), "of the user");
    Map<String, Path> kills = new TreeMap<>();
    try (FolderWriter out = FolderWriter.open(folder, INDEX)) {
      kill(folder, kills, "1 opened");
      String a = out.put("a", tensor(3));
      kill(folder, kills, "2 first tensor");
      String b = out.put("b", tensor(2)); // as before
      kill(folder, kills, "3 second tensor");
      AtomicFile.write(
          folder.resolve("other"),
          channel -> kill(folder, kills, "4 a part")); // as if it were the index
      Files.delete(folder.resolve("other"));
      out.commit("[\"" + a + "\", \"" + b + "\"]");
      kill(folder, kills, "5 committed");
    }
    kill(folder, kills, "6 closed");
    for (Map.Entry<String, Path> killed : kills.entrySet()) {
      String when = killed.getKey();
      Path copy = killed.getValue();
      assertThat(load(copy)).as(when).isEqualTo(when.compareTo("5") < 0 ? one() : three());
      save(copy, 5, 2);
      assertThat(load(copy)).as(when).containsExactly(5.0, 2.0);
      assertThat(names(copy)).as(when).hasSize(4).contains("note-0123456789abcdef.npy");
    }
  }

  private static List<Double> one() {
    return List.of(1.0, 2.0);
  }

  private static List<Double> three() {
    return List.of(3.0, 2.0);
  }

  @Test
  void withoutACommitNothingChanges() throws IOException {
    Path folder = temp.resolve("f");
    save(folder, 1, 2);
    List<String> before = names(folder);
    try (FolderWriter out = FolderWriter.open(folder, INDEX)) {
      out.put("a", tensor(1)); // the same content as in the former state
      out.put("a", tensor(7));
      assertThat(names(folder)).hasSizeGreaterThan(before.size());
    }
    assertThat(names(folder)).isEqualTo(before);
    assertThat(load(folder)).isEqualTo(one());
  }

  @Test
  void hasOneWriterAtATime() throws IOException {
    Path folder = temp.resolve("f");
    save(folder, 1, 2);
    try (FolderWriter out = FolderWriter.open(folder, INDEX)) {
      String a = out.put("a", tensor(4));
      assertThatThrownBy(() -> save(folder, 5, 6))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(folder.toString())
          .hasMessageContaining("the only one to write");
      out.commit("[\"" + a + "\"]");
      assertThat(load(folder)).containsExactly(4.0);
      assertThat(ExclusiveFileTest.other(folder.resolve(".fullrank.lock"))).isEqualTo("refused");
    }
    assertThat(load(folder)).containsExactly(4.0);
    save(folder, 5, 6);
    assertThat(load(folder)).containsExactly(5.0, 6.0);
  }

  /** The lock is gone then: what is in the folder may be what another program writes now. */
  @Test
  void anInterruptThatClosesTheListLeavesTheTidyingToTheNextWriter() throws IOException {
    Path lock = temp.resolve(".fullrank.lock");
    String written;
    try (FolderWriter out = FolderWriter.open(temp, INDEX)) {
      written = out.put("a", tensor(3));
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> out.channel().size()).isInstanceOf(ClosedByInterruptException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(ExclusiveFileTest.other(lock)).isEqualTo("locked");
    }
    assertThat(names(temp)).containsExactly(".fullrank.lock", written);
    save(temp, 5, 6);
    assertThat(names(temp)).hasSize(3).doesNotContain(".fullrank.lock", written);
  }

  @Test
  void namesTellTypesApartAndStayInTheFolder() throws IOException {
    try (FolderWriter out = FolderWriter.open(temp, INDEX)) {
      String f8 = out.put("a", tensor(1));
      String f4 = out.put("a", Tensors.of(DataType.FLOAT, new double[] {1, 1}, 2));
      assertThat(f8).isNotEqualTo(f4).startsWith("a-");
      assertThat(TensorFiles.sha256(temp.resolve(f8))).startsWith(f8.substring(2, 18));
      assertThatThrownBy(() -> out.put("../a", tensor(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'../a'");
    }
  }
}
