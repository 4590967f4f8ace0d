package org.fullrank.report.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PlotTest {
  private static final int BLUE = Palette.series(0);
  private static final int VERMILION = Palette.series(1);

  /** Fewest fully covered pixels of a drawn series, on top of its line in the legend. */
  private static final int FEWEST_PIXELS = 20;

  @Test
  void pngHasTheRequestedSizeAndTheColoursOfAllSeries() throws IOException {
    double[] few = IntStream.range(0, 50).mapToDouble(i -> Math.exp(-i / 5.0)).toArray();
    double[] many = IntStream.range(0, 2000).mapToDouble(i -> 1e3 / (1 + i)).toArray();
    SpectrumPlot plot =
        SpectrumPlot.titled("Two spectra")
            .withSpectrum("k = 1", few, enclosure("lambda_min(K)", 5e-5, 6e-5))
            .withSpectrum("k = 10", many)
            .withCaption("A caption.");
    BufferedImage image = decode(plot.toPng());
    assertThat(image.getWidth()).isEqualTo(1200);
    assertThat(image.getHeight()).isEqualTo(800);
    assertThat(count(image, BLUE)).isGreaterThan(500);
    assertThat(count(image, VERMILION)).isGreaterThan(500);
    assertThat(count(image, Palette.series(2))).isZero();
    assertThat(plot.toPng()).isEqualTo(plot.toPng());
    BufferedImage small = decode(plot.withSize(640, 480).toPng());
    assertThat(small.getWidth()).isEqualTo(640);
    assertThat(small.getHeight()).isEqualTo(480);
  }

  @Test
  void encoderKeepsEveryPixel() throws IOException {
    int[] pixels = IntStream.range(0, 37 * 23).map(i -> (i * 7_919_317) & 0xffffff).toArray();
    BufferedImage image = decode(Png.encode(37, 23, pixels));
    assertThat(image.getRGB(0, 0, 37, 23, null, 0, 37))
        .isEqualTo(Arrays.stream(pixels).map(p -> p | 0xff000000).toArray());
  }

  static Stream<Arguments> extremeSpectra() {
    return Stream.of(
        Arguments.of("one", new double[] {3}),
        Arguments.of("one power of ten", new double[] {1e-5}),
        Arguments.of("all equal", new double[] {2, 2, 2, 2}),
        Arguments.of("all zero", new double[100]),
        Arguments.of("all negative", new double[] {-1, -2}),
        Arguments.of("600 decades", new double[] {1e-300, 1, 1e300}),
        Arguments.of("ends of the doubles", new double[] {Double.MIN_VALUE, Double.MAX_VALUE}),
        Arguments.of("mixed signs", new double[] {-1e-12, 0, 1e-3, 7}),
        Arguments.of("neighbours", new double[] {1, Math.nextUp(1.0)}));
  }

  @ParameterizedTest
  @MethodSource("extremeSpectra")
  void extremeSpectraAreDrawn(String name, double[] eigenvalues) throws IOException {
    double least = Arrays.stream(eigenvalues).min().orElseThrow();
    Quantity minimum = enclosure("lambda_min", least, Math.nextUp(least));
    Quantity unknown = Quantity.verified("x", Interval.ENTIRE, Subject.STORED_MATRIX, "test");
    SpectrumPlot[] plots = {
      SpectrumPlot.titled(name).withSpectrum(name, eigenvalues),
      SpectrumPlot.titledWithLogIndex(name).withSpectrum(name, eigenvalues, minimum, unknown)
    };
    double[] index = IntStream.range(0, eigenvalues.length).asDoubleStream().toArray();
    LinePlot linear =
        LinePlot.titled(name, Axis.linear("index"), Axis.linear("value"))
            .withSeries(name, index, eigenvalues);
    int legend = count(decode(legendOnly()), BLUE);
    for (SpectrumPlot plot : plots) {
      assertThat(count(decode(plot.toPng()), BLUE)).isGreaterThan(legend + FEWEST_PIXELS);
    }
    assertThat(count(decode(linear.toPng()), BLUE)).isGreaterThan(legend + FEWEST_PIXELS);
  }

  /** A line in the legend is 30 x 3 pixels, of which at most three rows are fully covered. */
  private static byte[] legendOnly() {
    Canvas canvas = new Canvas(100, 100, 0xffffff);
    canvas.polyline(new double[] {10, 50, 40, 50}, 3.2, BLUE, 1);
    return canvas.toPng();
  }

  @Test
  void valuesThatAreNotPositiveAreMarkedAtTheLowerEdge() throws IOException {
    double[] positive = {15, 100};
    double[] mixed = {-1, 15, 100};
    BufferedImage without = decode(SpectrumPlot.titled("t").withSpectrum("s", positive).toPng());
    BufferedImage with =
        decode(SpectrumPlot.titled("t").withSpectrum("s", mixed).withSize(1200, 824).toPng());
    // The caption that counts them takes one line, 24 pixels; the plot area is the same.
    assertThat(countRows(with, BLUE, 700, 720)).isGreaterThan(FEWEST_PIXELS);
    assertThat(countRows(without, BLUE, 700, 720)).isZero();
    assertThat(count(with, 0x5f5f5f)).as("caption").isGreaterThan(count(without, 0x5f5f5f));
  }

  @Test
  void triangleAndRectangleCoverTheirArea() throws IOException {
    Canvas canvas = new Canvas(60, 60, 0xffffff);
    canvas.rectangle(10, 10, 20, 15, 0, 1);
    assertThat(count(decode(canvas.toPng()), 0)).isEqualTo(50);
    Canvas other = new Canvas(60, 60, 0xffffff);
    other.triangle(30, 50, 10, 0);
    // Area 200; pixels on the rim are partly covered.
    assertThat(count(decode(other.toPng()), 0)).isBetween(150, 200);
  }

  @Test
  void everyPrintableCharacterHasItsOwnGlyph() {
    double box = StrokeFont.width("\u00e9", 28);
    assertThat(box).isEqualTo(12);
    for (char c = '!'; c <= '~'; c++) {
      byte[] glyph = drawn(String.valueOf(c));
      assertThat(glyph).as("glyph %s", c).isNotEqualTo(drawn("\u00e9")).isNotEqualTo(drawn(" "));
    }
    assertThat(StrokeFont.width("", 28)).isZero();
  }

  private static byte[] drawn(String text) {
    Canvas canvas = new Canvas(60, 60, 0xffffff);
    canvas.text(text, 20, 40, new StrokeFont.Style(28, 2, 0));
    return canvas.toPng();
  }

  @Test
  void badInputIsRefused() {
    LinePlot plot = LinePlot.titled("t", Axis.log10("x"), Axis.linear("y"));
    SpectrumPlot spectrum = SpectrumPlot.titled("t");
    double[] one = {1};
    assertThatThrownBy(() -> plot.withSeries("s", one, new double[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 1 and 2");
    assertThatThrownBy(() -> plot.withSeries("s", new double[1], one))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("index 0");
    assertThatThrownBy(() -> plot.withEnclosure(enclosure("e", 1, 2)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> plot.withSize(10, 10)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> spectrum.withSpectrum("s", new double[] {Double.NaN}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> spectrum.withSpectrum("s", new double[0]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> spectrum.withSpectrum(" ", one))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Quantity enclosure(String symbol, double lo, double hi) {
    return Quantity.verified(symbol, Interval.of(lo, hi), Subject.STORED_MATRIX, "test");
  }

  private static BufferedImage decode(byte[] png) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(png));
  }

  private static int count(BufferedImage image, int colour) {
    return countRows(image, colour, 0, image.getHeight());
  }

  private static int countRows(BufferedImage image, int colour, int from, int to) {
    int count = 0;
    for (int y = from; y < to; y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        count += (image.getRGB(x, y) & 0xffffff) == colour ? 1 : 0;
      }
    }
    return count;
  }
}
