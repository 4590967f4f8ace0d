package org.fullrank.spectrum.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.fullrank.cancel.CancelledException;
import org.fullrank.io.Npy;
import org.fullrank.io.NpyMatrix;
import org.fullrank.io.SymmetricNpyFile;
import org.fullrank.linalg.Parallel;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.ProgressListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

class FileOperatorTest {
  @TempDir Path folder;

  private Path file() {
    return folder.resolve("gram.npy");
  }

  private FileOperator write(DataType type, double[][] a) throws IOException {
    try (INDArray t = Tensors.ofRows(type, a)) {
      Npy.write(file(), t);
    }
    return FileOperator.open(file(), ProgressListener.none());
  }

  private static double[][] symmetric(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] a = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        a[i][j] = (float) random.nextDouble(-1, 1);
        a[j][i] = a[i][j];
      }
    }
    return a;
  }

  private static double[] random(int length, long seed) {
    return new SplittableRandom(seed).doubles(length, -1, 1).toArray();
  }

  /** Orders around the rows of a block, columns around the pairs. */
  @ParameterizedTest
  @CsvSource({
    "DOUBLE, 1, 1",
    "DOUBLE, 2, 3",
    "FLOAT, 15, 4",
    "DOUBLE, 16, 2",
    "FLOAT, 17, 5",
    "DOUBLE, 65, 7",
    "DOUBLE, 700, 3"
  })
  void appliesTheStoredMatrix(DataType type, int n, int m) throws IOException {
    double[][] a = symmetric(n, n);
    double[] v = random(n * m, 7);
    try (FileOperator operator = write(type, a);
        INDArray x = Tensors.of(v, n, m);
        INDArray y = operator.apply(x)) {
      assertThat(operator.size()).isEqualTo(n);
      assertThat(operator.dataType()).isEqualTo(DataType.DOUBLE);
      assertThat(y.shape()).containsExactly(n, m);
      double[] image = Tensors.toDoubles(y);
      for (int i = 0; i < n; i++) {
        for (int c = 0; c < m; c++) {
          BigDecimal exact = BigDecimal.ZERO;
          for (int j = 0; j < n; j++) {
            exact = exact.add(new BigDecimal(a[i][j]).multiply(new BigDecimal(v[j * m + c])));
          }
          // Entries are below 1: n products and n sums of at most n round.
          assertThat(Math.abs(image[i * m + c] - exact.doubleValue()))
              .as("(%d, %d)", i, c)
              .isLessThanOrEqualTo((double) n * n * 0x1p-52);
        }
      }
      int item = type == DataType.FLOAT ? 4 : 8;
      assertThat(operator.bytesRead()).isEqualTo(2L * n * n * item);
    }
  }

  /** Pieces of rows narrower and wider than what is multiplied at a time. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1024, 1500, 2100})
  void readsRowsInPieces(int width) throws IOException {
    int n = 2100;
    int m = 3;
    double[][] a = symmetric(n, 5);
    double[] v = random(n * m, 8);
    write(DataType.FLOAT, a).close();
    double[][] columns = new double[m][n];
    for (int k = 0; k < v.length; k++) {
      columns[k % m][k / m] = v[k];
    }
    double[] image = new double[n * m];
    try (NpyMatrix matrix = NpyMatrix.open(file())) {
      FileRows rows = new FileRows(matrix, columns, image, width);
      rows.run(FileRows.blocks(n) - 1);
      rows.run(0);
    }
    for (int i : new int[] {0, 5, 15, 16, 2095, 2096, 2099}) {
      for (int c = 0; c < m; c++) {
        BigDecimal exact = BigDecimal.ZERO;
        for (int j = 0; j < n; j++) {
          exact = exact.add(new BigDecimal(a[i][j]).multiply(new BigDecimal(columns[c][j])));
        }
        double expected = i == 16 || i == 2095 ? 0 : exact.doubleValue();
        assertThat(Math.abs(image[i * m + c] - expected))
            .as("(%d, %d)", i, c)
            .isLessThanOrEqualTo((double) n * n * 0x1p-52);
      }
    }
  }

  @Test
  void isAnOperator() throws IOException {
    int n = 40;
    double[][] a = symmetric(n, 2);
    try (FileOperator operator = write(DataType.DOUBLE, a);
        INDArray x = Tensors.of(random(n * 4, 3), n, 4);
        INDArray y = operator.apply(x)) {
      double[] expected = Tensors.toDoubles(y);
      assertThat(TensorViews.isContiguous(y)).isTrue();
      assertThat(Tensors.toDoubles(operator.apply(x.dup('f')))).containsExactly(expected);
      assertThat(Tensors.toDoubles(operator.applyTranspose(x))).containsExactly(expected);
      INDArray wide = Tensors.zeros(DataType.DOUBLE, n, 8);
      INDArray view = wide.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 2, 8));
      view.assign(x);
      assertThat(Tensors.toDoubles(operator.apply(view))).containsExactly(expected);
      // Column by column, and on the thread of a task: the same bits.
      for (int c = 0; c < 4; c++) {
        INDArray column = x.get(NDArrayIndex.all(), NDArrayIndex.interval(c, c + 1));
        double[] one = Tensors.toDoubles(operator.apply(column));
        for (int i = 0; i < n; i++) {
          assertThat(one[i]).isEqualTo(expected[4 * i + c]);
        }
      }
      Parallel.forEach(
          1, t -> assertThat(Tensors.toDoubles(operator.apply(x))).containsExactly(expected));
      try (INDArray matrix = operator.toMatrix()) {
        assertThat(Tensors.toRows(matrix)).isDeepEqualTo(a);
      }
      assertThat(operator.toString()).contains("gram.npy");
    }
  }

  @Test
  void refusesBadArguments() throws IOException {
    try (FileOperator operator = write(DataType.FLOAT, symmetric(6, 2))) {
      INDArray tall = Tensors.zeros(DataType.DOUBLE, 7, 1);
      assertThatThrownBy(() -> operator.apply(tall))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("6")
          .hasMessageContaining("7");
      INDArray single = Tensors.zeros(DataType.FLOAT, 6, 1);
      assertThatThrownBy(() -> operator.apply(single))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("FLOAT");
      for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
        INDArray v = Tensors.filled(DataType.DOUBLE, bad, 6, 1);
        assertThatThrownBy(() -> operator.apply(v))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("finite");
      }
    }
  }

  private void refused(double[][] a, String... parts) {
    assertThatThrownBy(() -> write(DataType.DOUBLE, a).close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gram.npy")
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }

  /** One bad entry in each part of the blocks of the check. */
  @ParameterizedTest
  @CsvSource({"0, 0", "1, 0", "0, 1", "511, 512", "512, 511", "530, 3", "3, 530", "599, 599"})
  void refusesWhatIsNoFiniteSymmetricMatrix(int i, int j) {
    for (double bad :
        new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      double[][] a = symmetric(600, 3);
      a[i][j] = bad;
      refused(a, String.valueOf(bad));
      a[j][i] = bad;
      refused(a, "finite", String.valueOf(bad));
    }
    if (i != j) {
      double[][] a = symmetric(600, 3);
      double before = a[i][j];
      a[i][j] = Math.nextUp(before);
      refused(
          a,
          "symmetric",
          "(" + i + ", " + j + ")",
          "(" + j + ", " + i + ")",
          "" + a[i][j],
          "" + before);
    }
  }

  @Test
  void refusesOtherFiles() throws IOException {
    refused(new double[][] {{1, 2, 3}, {2, 4, 5}}, "square", "[2, 3]");
    assertThatThrownBy(
            () -> FileOperator.open(folder.resolve("none.npy"), ProgressListener.none()).close())
        .isInstanceOf(NoSuchFileException.class);
    Path unfinished = folder.resolve("unfinished.npy");
    SymmetricNpyFile.open(unfinished, DataType.DOUBLE, 5, 2, "", (done, total) -> {}).close();
    assertThatThrownBy(() -> FileOperator.open(unfinished, ProgressListener.none()).close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected an .npy file");
  }

  @Test
  void refusesAMatrixThatIsTooLarge() throws IOException {
    int n = 46_341;
    byte[] header = new byte[128];
    Arrays.fill(header, (byte) ' ');
    byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0};
    System.arraycopy(magic, 0, header, 0, 10);
    byte[] text =
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (" + n + ", " + n + ")}")
            .getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(text, 0, header, 10, text.length);
    // A hole of 8 GB, which the check would read.
    try (FileChannel out =
        FileChannel.open(file(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      out.write(ByteBuffer.wrap(header), 0);
      out.write(ByteBuffer.allocate(1), 128 + 4L * n * n - 1);
    }
    try (FileOperator operator = new FileOperator(file(), NpyMatrix.open(file()))) {
      assertThatThrownBy(operator::toMatrix)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("2^31")
          .hasMessageContaining("46341");
    }
  }

  @Test
  void noticesAChange() throws IOException {
    try (FileOperator operator = write(DataType.DOUBLE, symmetric(6, 2));
        INDArray x = Tensors.of(random(6, 3), 6, 1)) {
      operator.apply(x).close();
      Files.setLastModifiedTime(file(), FileTime.fromMillis(12_000));
      assertThatThrownBy(() -> operator.apply(x))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("changed");
      assertThatThrownBy(operator::toMatrix).hasMessageContaining("changed");
      Files.write(file(), new byte[200]);
      assertThatThrownBy(() -> operator.apply(x))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("shorter");
    }
    Path file = file();
    assertThatThrownBy(
            () -> {
              try (INDArray t = Tensors.ofRows(symmetric(6, 2))) {
                Npy.write(file, t);
              }
              FileOperator.open(
                  file,
                  (task, done, total) -> {
                    try {
                      Files.setLastModifiedTime(file, FileTime.fromMillis(12_000));
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  });
            })
        .isInstanceOf(IOException.class)
        .hasMessageContaining("changed");
  }

  @Test
  void anInterruptEndsIt() throws IOException {
    try (FileOperator operator = write(DataType.DOUBLE, symmetric(6, 2));
        INDArray x = Tensors.of(random(6, 3), 6, 1)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> operator.apply(x))
          .isInstanceOf(CancelledException.class)
          .hasMessageContaining("cancelled");
      assertThat(Thread.interrupted()).isTrue();
      // Noticed between two pieces of work, so that the file is still open.
      operator.apply(x).close();
    }
  }

  /** In the middle of a read, or at the last look at the file: the file is closed then. */
  @Test
  void anInterruptOfAReadIsACancellation() throws IOException {
    try (FileOperator operator = write(DataType.DOUBLE, symmetric(6, 2))) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(operator::toMatrix)
          .isInstanceOf(CancelledException.class)
          .hasMessageContaining("open the file again");
      assertThat(Thread.interrupted()).isTrue();
      assertThatThrownBy(operator::toMatrix).isInstanceOf(UncheckedIOException.class);
    }
    assertThatThrownBy(
            () ->
                FileOperator.open(
                    file(),
                    (task, done, total) -> {
                      if (done == total) {
                        Thread.currentThread().interrupt();
                      }
                    }))
        .isInstanceOf(CancelledException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void tellsHowFarTheCheckIs() throws IOException {
    write(DataType.DOUBLE, symmetric(1100, 2)).close();
    List<String> seen = new ArrayList<>();
    FileOperator.open(file(), (task, done, total) -> seen.add(task + " " + done + "/" + total))
        .close();
    String task = "checking the entries ";
    assertThat(seen).containsExactly(task + "0/3", task + "1/3", task + "2/3", task + "3/3");
  }

  @Test
  void readsBothByteOrders() throws IOException {
    write(DataType.DOUBLE, new double[][] {{2, -1}, {-1, 3}}).close();
    byte[] little = Files.readAllBytes(file());
    int start = little.length - 32;
    ByteBuffer from = ByteBuffer.wrap(little).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer to = ByteBuffer.wrap(little.clone());
    for (int k = start; k < little.length; k += 8) {
      to.putDouble(k, from.getDouble(k));
    }
    byte[] big = to.array();
    for (int k = 0; k < start; k++) {
      big[k] = big[k] == '<' ? (byte) '>' : big[k];
    }
    Files.write(file(), big);
    try (FileOperator operator = FileOperator.open(file(), ProgressListener.none());
        INDArray x = Tensors.of(new double[] {1, 10}, 2, 1);
        INDArray y = operator.apply(x)) {
      assertThat(Tensors.toDoubles(y)).containsExactly(-8, 29);
    }
  }
}
