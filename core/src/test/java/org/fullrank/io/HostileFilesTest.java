package org.fullrank.io;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.fullrank.linalg.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Files that claim to be large, that are none, or that are damaged: no memory, no waiting. */
@Timeout(60)
class HostileFilesTest {
  @TempDir Path folder;

  private static byte[] preamble(String type, String shape) {
    String dictionary =
        "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }\n";
    byte[] bytes = new byte[10 + dictionary.length()];
    byte[] start = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) dictionary.length(), 0};
    System.arraycopy(start, 0, bytes, 0, 10);
    System.arraycopy(dictionary.getBytes(US_ASCII), 0, bytes, 10, dictionary.length());
    return bytes;
  }

  private Path network(String manifest) throws IOException {
    Files.writeString(folder.resolve("manifest.json"), manifest);
    return folder;
  }

  private static String dense(String shape, String file) {
    return "{\"input_shape\": [2], \"network\": [{\"op\": \"dense\", \"W\": \"w\"}],"
        + " \"parameters\": [{\"name\": \"w\", \"file\": \""
        + file
        + "\", \"shape\": "
        + shape
        + "}], \"files\": {\"zero.npy\": {\"sha256\": \"00\"}}}";
  }

  /** 150 bytes that claim 3 and 17 GB: the missing file is what counts. */
  @ParameterizedTest
  @ValueSource(ints = {20_000, 46_340})
  void shapesOfAManifestTakeNoMemory(int width) throws IOException {
    String manifest =
        dense("[" + width + "," + width + "]", "w.npy").replace("[2]", "[" + width + "]");
    network(manifest);
    assertThatThrownBy(() -> NetworkFile.read(folder))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("w.npy");
    Npy.write(folder.resolve("w.npy"), Tensors.of(new double[] {1, 2}, 2, 1));
    assertThatThrownBy(() -> NetworkFile.read(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("shape [" + width + ", " + width + "] in w.npy")
        .hasMessageContaining("[2, 1]");
  }

  @Test
  void onlyRegularFilesOfTheFolderAreRead() throws Exception {
    Path secret = Files.createDirectory(folder.resolve("elsewhere")).resolve("secret.npy");
    Npy.write(secret, Tensors.of(new double[] {1, 2}, 2, 1));
    Files.createSymbolicLink(folder.resolve("link.npy"), secret);
    Files.createDirectory(folder.resolve("folder.npy"));
    AtomicFileTest.pipe(folder.resolve("pipe.npy"));
    Path zero = Path.of("/dev/zero");
    assumeTrue(Files.exists(zero));
    Files.createSymbolicLink(folder.resolve("zero.npy"), zero);
    for (String[] row :
        new String[][] {
          {"link.npy", "a symbolic link"},
          {"folder.npy", "a folder"},
          {"pipe.npy", "something else, such as a pipe"},
          {"zero.npy", "a symbolic link"}
        }) {
      network(dense("[2, 1]", row[0]));
      assertThatThrownBy(() -> NetworkFile.read(folder))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(row[0])
          .hasMessageContaining("expected a regular file but got " + row[1]);
    }
    Files.delete(folder.resolve("manifest.json"));
    Files.createSymbolicLink(folder.resolve("manifest.json"), zero);
    assertThatThrownBy(() -> NetworkFile.read(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("manifest.json");
    Path pipe = folder.resolve("pipe.npy");
    for (Path path : new Path[] {zero, pipe, folder}) {
      for (ThrowingCallable call :
          new ThrowingCallable[] {
            () -> Npy.read(path),
            () -> Npy.shape(path),
            () -> NpyMatrix.open(path),
            () -> Json.read(path),
            () -> Csv.withHeader(path),
            () -> Csv.withoutHeader(path)
          }) {
        assertThatThrownBy(call)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("expected a regular file");
      }
    }
    // A path that the caller chose may be a link.
    assertThat(Npy.shape(folder.resolve("link.npy"))).containsExactly(2, 1);
  }

  /** Of the right length, with a hole: bytes on the disk are no measure of the values. */
  @ParameterizedTest
  @ValueSource(strings = {"2147483647", "2147483640", "2147483639"})
  void moreValuesThanAnArrayHoldsAreRefused(String count) throws IOException {
    Path file = folder.resolve("hole.npy");
    byte[] preamble = preamble("|u1", count + ",");
    try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
      f.write(preamble);
      f.setLength(preamble.length + Long.parseLong(count));
    }
    assumeTrue(Runtime.getRuntime().maxMemory() < 8L << 30, "this heap might hold them");
    assertThatThrownBy(() -> Npy.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("hole.npy")
        .hasMessageContaining("-Xmx");
  }

  /** A stream has no length: what its header claims must come before memory is taken for it. */
  @Test
  void streamsAreReadUpToWhatTheyPromise() throws IOException {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 0;
          }
        };
    byte[] preamble = preamble("<f8", "300000,");
    assertThatThrownBy(
            () ->
                Npy.read(
                    new SequenceInputStream(new ByteArrayInputStream(preamble), endless), "in"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("trailing bytes");
    byte[] all = Arrays.copyOf(preamble, preamble.length + 8 * 300000);
    try (INDArray a = Npy.read(new ByteArrayInputStream(all), "in")) {
      assertThat(a.length()).isEqualTo(300000);
    }
    byte[] cut = Arrays.copyOf(all, all.length - 1);
    assertThatThrownBy(() -> Npy.read(new ByteArrayInputStream(cut), "in"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("truncated");
    byte[] huge = Arrays.copyOf(preamble("<f8", "2147483647,"), 2 << 20);
    assertThatThrownBy(() -> Npy.read(new ByteArrayInputStream(huge), "in"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("in");
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MAX_VALUE - 8, Integer.MAX_VALUE})
  void classesAreCountedBeforeMemoryIsTaken(int classes) throws IOException {
    Path file = Files.writeString(folder.resolve("t.csv"), "a,t\n1,0\n2,1\n");
    Csv csv = Csv.withHeader(file);
    assertThatThrownBy(() -> Dataset.classification(csv, "t", classes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(classes + " classes")
        .hasMessageContaining("-Xmx");
    assertThatThrownBy(() -> Dataset.classification(csv, "a", classes - 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Damage gives one of the two documented exceptions, or a value, in each reader. */
  @Test
  void damageIsRefusedOrRead() throws IOException {
    Random random = new Random(20);
    byte[] array = Arrays.copyOf(preamble("<f8", "2, 3"), preamble("<f8", "2, 3").length + 48);
    byte[] json =
        "{\"a\": [1, -2.5e3, null, true], \"b\": {\"c\": \"\\u00e9 \\\\\"}}".getBytes(US_ASCII);
    byte[] table =
        "\ufeffa,\"b\"\n1,2\n-3e4,.5\n".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    int refused = 0;
    int cases = 3000;
    for (int i = 0; i < cases; i++) {
      byte[] bytes = damaged((new byte[][] {array, json, table})[i % 3], random);
      Path file = Files.write(folder.resolve("f" + i % 3), bytes);
      Throwable thrown =
          catchThrowable(
              switch (i % 3) {
                case 0 ->
                    () -> {
                      Npy.read(file).close();
                      NpyMatrix.open(file).close();
                      Npy.read(new ByteArrayInputStream(bytes), "in").close();
                    };
                case 1 -> () -> Json.parse(Json.read(file).toText());
                default -> () -> Dataset.regression(Csv.withHeader(file), "a");
              });
      if (thrown != null) {
        assertThat(thrown)
            .as(() -> new String(bytes, ISO_8859_1))
            .isInstanceOfAny(IllegalArgumentException.class, IOException.class);
        refused++;
      }
    }
    assertThat(refused).isBetween(cases / 3, cases - 200);
  }

  private static byte[] damaged(byte[] sound, Random random) {
    byte[] bytes = sound.clone();
    switch (random.nextInt(4)) {
      case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 1 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      case 2 -> bytes[random.nextInt(bytes.length)] = sound[random.nextInt(sound.length)];
      default -> {
        int at = random.nextInt(bytes.length);
        for (int i = at; i < bytes.length; i++) {
          if (bytes[i] >= '0' && bytes[i] <= '9') {
            bytes[i] = (byte) ('0' + random.nextInt(10));
            break;
          }
        }
      }
    }
    return bytes;
  }
}
