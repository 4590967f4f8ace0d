package org.fullrank.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.fullrank.io.Csv;
import org.fullrank.nn.Seed;
import org.fullrank.report.plot.Axis;
import org.fullrank.report.plot.LinePlot;
import org.fullrank.report.plot.Plot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExperimentTest {
  private static final double UNIT_NORM = 1e-15;

  @Test
  void writesTablesThatReadBackExactlyAndFailsAfterwards(@TempDir Path folder) throws IOException {
    Table table = Table.of("width", "loss");
    table.add(512, Math.PI / 1e7);
    table.add(1024, -0.1);
    Plot picture =
        LinePlot.titled("t", Axis.linear("x"), Axis.linear("y"))
            .withSeries("s", new double[] {1, 2}, new double[] {3, 4});
    Experiment experiment =
        Experiment.named("study", "Title")
            .text("Setting.")
            .table(table)
            .table(table)
            .plot(picture, "A picture")
            .check("one is less than two", true)
            .check("two is less than one", false);
    String[] args = {folder.resolve("new").toString()};
    assertThatThrownBy(() -> experiment.finish(args))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("checks that did not hold: two is less than one");
    Path out = folder.resolve("new");
    Csv read = Csv.withHeader(out.resolve("study.csv"));
    assertThat(read.column("width")).containsExactly(512, 1024);
    assertThat(read.column("loss")).containsExactly(table.column("loss"));
    assertThat(out.resolve("study-2.csv")).hasSameTextualContentAs(out.resolve("study.csv"));
    assertThat(Files.readAllBytes(out.resolve("study.png"))).isEqualTo(picture.toPng());
    assertThat(Files.readString(out.resolve("study.svg"))).isEqualTo(picture.toSvg());
    assertThat(Files.readString(out.resolve("study.md")))
        .isEqualTo(
            """
            # Title

            Setting.

            | width | loss |
            |---|---|
            | 512 | 3.142e-07 |
            | 1024 | -0.1000 |

            | width | loss |
            |---|---|
            | 512 | 3.142e-07 |
            | 1024 | -0.1000 |

            ![A picture](study.png)

            *A picture*

            **Holds**: one is less than two

            **VIOLATED**: two is less than one
            """);
  }

  @Test
  void tablesQuoteTextsAndRefuseRaggedRows() {
    Table table = Table.of("name", "value");
    table.add("a, \"b\"", Double.NaN);
    assertThat(table.toCsv()).isEqualTo("name,value\n\"a, \"\"b\"\"\",NaN\n");
    assertThatThrownBy(() -> table.add(1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> table.column("x")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void dataAreWhatTheySay() throws IOException {
    double[][] points = Data.sphere(40, 5, Seed.of(1));
    for (double[] row : points) {
      assertThat(Math.sqrt(Arrays.stream(row).map(v -> v * v).sum()))
          .isCloseTo(1, within(UNIT_NORM));
    }
    assertThat(Data.sphere(3, 5, Seed.of(1))).isDeepEqualTo(Arrays.copyOf(points, 3));
    double[] signs =
        Arrays.stream(Data.signs(40, 2, Seed.of(1))).flatMapToDouble(Arrays::stream).toArray();
    assertThat(signs).hasSize(80).containsOnly(-1, 1).contains(-1).contains(1);
    assertThat(Data.digits().size()).isEqualTo(1797);
    assertThat(Data.digits(200, Seed.of(2)).size()).isEqualTo(200);
  }
}
