package org.fullrank.spectrum.disk;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.disk.TiledCholeskyBound;
import org.fullrank.rigor.eigen.EnclosureStatus;
import org.fullrank.rigor.eigen.Hint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileCholeskyBoundTest {
  @TempDir Path folder;
  @TempDir Path scratch;

  private final TiledCholeskyBound method =
      TiledCholeskyBound.withDefaults().withWorkingBytes(1 << 26);
  private final FileCholeskyBound bound = FileCholeskyBound.of(method);

  @AfterEach
  void nothingIsLeftBehind() throws IOException {
    try (Stream<Path> files = Files.list(scratch)) {
      assertThat(files).isEmpty();
    }
  }

  private Path write(String descr, String fortran, String shape, double[]... rows)
      throws IOException {
    String header =
        "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + "}";
    int item = descr.charAt(2) - '0';
    int count = Arrays.stream(rows).mapToInt(r -> r.length).sum();
    ByteBuffer out =
        ByteBuffer.allocate(10 + header.length() + item * count).order(ByteOrder.LITTLE_ENDIAN);
    out.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    out.putShort((short) header.length());
    out.put(header.getBytes(US_ASCII));
    out.order(descr.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    for (double[] row : rows) {
      for (double x : row) {
        if (item == 8) {
          out.putDouble(x);
        } else {
          out.putFloat((float) x);
        }
      }
    }
    return Files.write(folder.resolve("gram.npy"), out.array());
  }

  private Path write(double[][] a) throws IOException {
    return write("<f8", "False", "(" + a.length + ", " + a.length + ")", a);
  }

  private FileCholeskyBound.Result enclose(Path file) throws Exception {
    return bound.lambdaMin(file, Hint.none(), scratch);
  }

  @ParameterizedTest
  @ValueSource(strings = {"<f8", ">f8", "<f4", ">f4"})
  void enclosesTheStoredMatrix(String descr) throws Exception {
    for (int index = 0; index < 60; index++) {
      double[][] a = AdversarialMatrices.draw(index, 9);
      if (descr.endsWith("4")) {
        for (double[] row : a) {
          for (int j = 0; j < row.length; j++) {
            row[j] = (float) Math.max(-1e30, Math.min(row[j], 1e30));
          }
        }
      }
      Path file = write(descr, "False", "(" + a.length + ", " + a.length + ")", a);
      FileCholeskyBound.Result r = enclose(file);
      assertThat(
              ExactMatrix.of(a)
                  .lambdaMinIn(r.lambdaMin().interval().lo(), r.lambdaMin().interval().hi()))
          .isTrue();
      assertThat(r.lambdaMin().isProof()).isTrue();
      assertThat(r.lambdaMin().subject()).isEqualTo(Subject.STORED_MATRIX);
      assertThat(r.lambdaMin().interval()).isEqualTo(r.details().interval());
      assertThat(r.fileBytesRead())
          .isEqualTo(r.details().cost().entriesRead() * (descr.endsWith("4") ? 4 : 8));
    }
  }

  @Test
  void agreesWithTheBoundInMemory() throws Exception {
    int n = 300;
    double[][] a = AdversarialMatrices.similar(n, new Random(4), i -> 0.5 + i);
    FileCholeskyBound.Result r = enclose(write(a));
    Interval x = r.lambdaMin().interval();
    assertThat(x.contains(0.5)).isTrue();
    assertThat(x.relativeWidth()).isLessThan(1e-6);
    assertThat(r.details().enclosure().status()).isEqualTo(EnclosureStatus.CONVERGED);
    assertThat(bound.plan(folder.resolve("gram.npy"))).isEqualTo(r.details().cost().plan());
  }

  private void refused(Path file, String expected, String got) {
    assertThatThrownBy(() -> enclose(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gram.npy")
        .hasMessageContaining(expected)
        .hasMessageContaining(got);
  }

  @Test
  void refusesBadFiles() throws IOException {
    double[][] a = {{2, 1}, {1, 2}};
    refused(write("<f8", "True", "(2, 2)", a), "row-major", "Fortran");
    refused(write("<i8", "False", "(2, 2)", a), "f8 or f4", "i8");
    refused(write("<f8", "False", "(4,)", a), "two dimensions", "[4]");
    refused(write("<f8", "False", "(1, 4)", a), "square", "[1, 4]");
    refused(write("<f8", "False", "(3, 3)", a), "bytes", "truncated");
    refused(write("<f8", "False", "(1, 1)", a), "bytes", "trailing");
    refused(write(new double[][] {{2, 1}, {Math.nextUp(1.0), 2}}), "symmetric", "1.0000000000000");
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      refused(write(new double[][] {{2, bad}, {bad, 2}}), "finite", Double.toString(bad));
      refused(write(new double[][] {{2, 1}, {1, bad}}), "finite", "(1, 1)");
    }
    refused(Files.write(folder.resolve("gram.npy"), new byte[200]), "NUMPY", "[0, 0");
  }

  @Test
  void symmetrizesWhatIsAsymmetricByRounding() throws Exception {
    double[][] a = AdversarialMatrices.similar(40, new Random(4), i -> 0.5 + i);
    a[3][7] = Math.nextUp(a[7][3]);
    a[20][1] += 1e-13;
    Path file = write(a);
    refused(file, "symmetric", "symmetrized()");
    assertThatThrownBy(() -> FileOperator.open(file, ProgressListener.none()))
        .hasMessageContaining("FileCholeskyBound.symmetrized()");
    FileCholeskyBound.Result r = bound.symmetrized().lambdaMin(file, Hint.none(), scratch);
    assertThat(r.details().asymmetry()).isBetween(1e-13, 2e-13);
    assertThat(r.lambdaMin().isProof()).isTrue();
    assertThat(r.lambdaMin().method()).contains("every symmetric matrix between the triangles");
    for (boolean lower : new boolean[] {true, false}) {
      ExactMatrix triangle =
          ExactMatrix.of(AdversarialMatrices.fill(40, (i, j) -> lower ? a[i][j] : a[j][i]));
      assertThat(triangle.lambdaMinIn(r.lambdaMin().interval().lo(), r.lambdaMin().interval().hi()))
          .isTrue();
    }
    assertThat(r.lambdaMin().interval().relativeWidth()).isLessThan(1e-5);
  }

  @Test
  void refusesWhatDoesNotFit() throws IOException {
    Path file = write(AdversarialMatrices.similar(200, new Random(1), i -> 1));
    FileCholeskyBound small = FileCholeskyBound.of(method.withWorkingBytes(1000));
    assertThatThrownBy(() -> small.plan(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least");
    assertThatThrownBy(() -> small.lambdaMin(file, Hint.none(), scratch))
        .hasMessageContaining("at least");
    FileCholeskyBound large = FileCholeskyBound.of(method.withWorkingBytes(Long.MAX_VALUE / 4));
    assertThat(large.plan(file).columns()).isEqualTo(200);
  }

  @Test
  void noticesAChangeOfTheFile() throws Exception {
    Path file = write(AdversarialMatrices.similar(200, new Random(1), i -> 1 + i));
    FileCholeskyBound disturbed =
        FileCholeskyBound.of(
            method.withProgress(
                (task, done, total) -> {
                  try {
                    Files.setLastModifiedTime(file, FileTime.fromMillis(5000));
                  } catch (IOException e) {
                    throw new IllegalStateException(e);
                  }
                }));
    assertThatThrownBy(() -> disturbed.lambdaMin(file, Hint.none(), scratch))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("changed");
  }

  @Test
  void anInterruptIsReported() throws IOException {
    Path file = write(AdversarialMatrices.similar(200, new Random(1), i -> 1 + i));
    FileCholeskyBound interrupted =
        FileCholeskyBound.of(
            method.withProgress((task, done, total) -> Thread.currentThread().interrupt()));
    assertThatThrownBy(() -> interrupted.lambdaMin(file, Hint.none(), scratch))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }
}
