package org.fullrank.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Seed;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class DatasetTest {
  @TempDir Path folder;
  private Csv csv;

  /** 90 rows: u = i, v = 5 always, class 0, 1, 2 in the proportion 6 : 2 : 1. */
  @BeforeEach
  void table() throws IOException {
    StringBuilder s = new StringBuilder("u,class,v\n");
    for (int i = 0; i < 90; i++) {
      s.append(i).append(',').append(i % 9 < 6 ? 0 : i % 9 < 8 ? 1 : 2).append(",5\n");
    }
    csv = Csv.withHeader(Files.writeString(folder.resolve("t.csv"), s.toString()));
  }

  @Test
  void makesOneHotSignAndRegressionTargets() {
    Dataset hot = Dataset.classification(csv, "class", 3).take(9);
    assertThat(hot.x().shape()).containsExactly(9, 2);
    assertThat(Tensors.toRows(hot.x())[4]).containsExactly(4, 5);
    assertThat(Tensors.toRows(hot.y())[0]).containsExactly(1, 0, 0);
    assertThat(Tensors.toRows(hot.y())[6]).containsExactly(0, 1, 0);
    assertThat(Tensors.toRows(hot.y())[8]).containsExactly(0, 0, 1);
    assertThat(hot.provenance())
        .isEqualTo(csv.source() + ": 90 rows, 3 columns; 'class' one-hot in 3 classes; first 9");
    double[] signs = Tensors.toDoubles(Dataset.binary(csv, "class", 1).take(9).y());
    assertThat(signs).containsExactly(-1, -1, -1, -1, -1, -1, 1, 1, -1);
    Dataset both = Dataset.regression(csv, "v", "u");
    assertThat(Tensors.toRows(both.y())[7]).containsExactly(5, 7);
    assertThat(Tensors.toRows(both.x())[8]).containsExactly(2);
  }

  @Test
  void keepsPairsAndProportionsInSubsets() {
    Dataset all = Dataset.classification(csv, "class", 3);
    Dataset some = all.stratified(18, Seed.of(4));
    double[][] x = Tensors.toRows(some.x());
    double[][] y = Tensors.toRows(some.y());
    int[] counts = new int[3];
    for (int i = 0; i < 18; i++) {
      int row = (int) x[i][0];
      int label = row % 9 < 6 ? 0 : row % 9 < 8 ? 1 : 2;
      assertThat(y[i][label]).isEqualTo(1);
      counts[label]++;
    }
    assertThat(counts).containsExactly(12, 4, 2);
    assertThat(Arrays.stream(x).mapToDouble(r -> r[0]).distinct().count()).isEqualTo(18);
    assertThat(Tensors.toDoubles(all.stratified(18, Seed.of(4)).x()))
        .containsExactly(Tensors.toDoubles(some.x()));
    assertThat(Tensors.toDoubles(all.stratified(18, Seed.of(5)).x()))
        .isNotEqualTo(Tensors.toDoubles(some.x()));
    Dataset mixed = all.shuffled(Seed.of(4));
    assertThat(Tensors.toDoubles(mixed.x())).isNotEqualTo(Tensors.toDoubles(all.x()));
    assertThat(Arrays.stream(Tensors.toRows(mixed.x())).mapToDouble(r -> r[0]).sorted().toArray())
        .containsExactly(csv.column("u"));
    assertThat(all.stratified(90, Seed.of(1)).size()).isEqualTo(90);
  }

  @Test
  void standardizesColumns() {
    double[][] x = new double[50][3];
    for (int i = 0; i < 50; i++) {
      x[i] = new double[] {1e9 + i * 1e-3, -7, Math.sin(i) * 1e-200};
    }
    INDArray y = Tensors.zeros(DataType.DOUBLE, 50, 1);
    double[][] z = Tensors.toRows(Dataset.of(Tensors.ofRows(x), y, "p").standardized().x());
    for (int c = 0; c < 3; c++) {
      BigDecimal sum = BigDecimal.ZERO;
      BigDecimal squares = BigDecimal.ZERO;
      for (double[] row : z) {
        sum = sum.add(new BigDecimal(row[c]));
        squares = squares.add(new BigDecimal(row[c]).pow(2));
      }
      // Rounding of the mean: a few units in the last place of the spread, times n.
      assertThat(Math.abs(sum.doubleValue())).isLessThan(50 * 50 * 0x1p-52);
      assertThat(Math.abs(squares.doubleValue() / 50 - (c == 1 ? 0 : 1)))
          .isLessThan(50 * 4 * 0x1p-52);
    }
  }

  @Test
  void refusesToStandardizeWhatOverflows() {
    INDArray x = Tensors.ofRows(new double[][] {{1.5e308}, {-1.5e308}});
    assertThatThrownBy(() -> Dataset.of(x, x, "p").standardized())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("moderate size", "overflow");
  }

  @Test
  void normalizesRowsWithinTheStatedError() {
    double[][] x = {{3, 4}, {1e-310, 2e-310}, {1e300, -1e300}, {0, -7}, {0.1, 0.7}};
    INDArray y = Tensors.zeros(DataType.DOUBLE, 5, 1);
    double[][] z = Tensors.toRows(Dataset.of(Tensors.ofRows(x), y, "p").unitNormRows().x());
    for (int i = 0; i < 5; i++) {
      BigDecimal squares = new BigDecimal(z[i][0]).pow(2).add(new BigDecimal(z[i][1]).pow(2));
      double norm = 1 + squares.subtract(BigDecimal.ONE).doubleValue() / 2;
      assertThat(Math.abs(norm - 1)).isLessThan((2 + 4) * 0x1p-53);
      assertThat(Math.signum(z[i][1])).isEqualTo(Math.signum(x[i][1]));
    }
    assertThat(z[0]).containsExactly(0.6, 0.8);
  }

  @Test
  void refusesBadArguments() {
    Dataset all = Dataset.classification(csv, "class", 3);
    String[][] messages = {
      {"0 to 1", "2.0", "row 9"},
      {"at least 2", "1"},
      {"a column of", "'w'"},
      {"some rows, not all", "7.0", "0 of 90"},
      {"some rows, not all", "90 of 90"},
      {"different target", "[u, u]"},
      {"input columns", "none"},
      {"1 to 90", "0"},
      {"1 to 90", "91"},
      {"non-zero", "index 0"},
      {"[9, any]", "[90, 3]"},
      {"finite", "NaN"},
    };
    INDArray x = all.x();
    INDArray nan = Tensors.of(new double[] {1, Double.NaN}, 1, 2);
    ThrowingCallable[] calls = {
      () -> Dataset.classification(csv, "class", 2),
      () -> Dataset.classification(csv, "class", 1),
      () -> Dataset.classification(csv, "w", 3),
      () -> Dataset.binary(csv, "class", 7),
      () -> Dataset.binary(csv, "v", 5),
      () -> Dataset.regression(csv, "u", "u"),
      () -> Dataset.regression(csv, "u", "v", "class"),
      () -> all.take(0),
      () -> all.stratified(91, Seed.of(1)),
      () ->
          Dataset.of(Tensors.zeros(x.dataType(), 1, 2), x.getRow(0).reshape(1, 2), "p")
              .unitNormRows(),
      () -> Dataset.of(all.take(9).x(), all.y(), "p"),
      () -> Dataset.of(nan, nan, "p"),
    };
    for (int i = 0; i < calls.length; i++) {
      assertThatThrownBy(calls[i])
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll(messages[i]);
    }
  }
}
