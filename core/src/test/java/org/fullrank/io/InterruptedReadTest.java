package org.fullrank.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.fullrank.cancel.CancelledException;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

class InterruptedReadTest {
  @Test
  void anInterruptEndsAReaderWithAText(@TempDir Path folder) throws Exception {
    Path array = folder.resolve("a.npy");
    Path json = folder.resolve("a.json");
    Path csv = folder.resolve("a.csv");
    try (INDArray a = Tensors.of(new double[] {1, 2, 3, 4}, 2, 2)) {
      Npy.write(array, a);
    }
    Files.writeString(json, "[1]");
    Files.writeString(csv, "a,b\n1,2\n");
    long before = Backend.tensorBytes();
    List<ThrowingCallable> readers =
        List.of(
            () -> Npy.read(array),
            () -> Npy.shape(array),
            () -> NpyMatrix.open(array),
            () -> TensorFiles.sha256(array),
            () -> Json.read(json),
            () -> Csv.withHeader(csv));
    for (ThrowingCallable reader : readers) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(reader)
          .isInstanceOf(CancelledException.class)
          .hasMessageContaining(folder.resolve("a.").toString())
          .hasMessageContaining("cancelled");
      assertThat(Thread.interrupted()).as("the flag is kept").isTrue();
    }
    assertThat(Backend.tensorBytes()).isEqualTo(before);
    Npy.read(array).close();
  }

  @Test
  void anInterruptEndsASumWithAText() {
    try (INDArray a = Tensors.of(new double[] {1, 2, 3, 4}, 2, 2)) {
      String sum = Npy.sha256(a);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> Npy.sha256(a))
          .isInstanceOf(CancelledException.class)
          .hasMessageContaining("sum of an array was cancelled");
      assertThat(Thread.interrupted()).as("the flag is kept").isTrue();
      assertThat(Npy.sha256(a)).isEqualTo(sum);
    }
  }
}
