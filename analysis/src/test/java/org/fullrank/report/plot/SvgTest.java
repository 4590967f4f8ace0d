package org.fullrank.report.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** Reads pictures back with the XML parser of the JDK and finds the data in them. */
final class SvgTest {
  /** Coordinates are rounded to a hundredth of a pixel. */
  private static final double ROUNDED = 0.011;

  /** Grid lines lie on centres of pixels. */
  private static final double CRISP = 0.51;

  private static final LinePlot PLOT =
      LinePlot.titled("A <title> & \"more\"", Axis.log10("width"), Axis.linear("count"))
          .withSeries("first", new double[] {10, 100, 1000}, new double[] {0, 50, 25})
          .withSpread(new double[] {0, 40, 20}, new double[] {10, 60, 25})
          .withSeries("second", new double[] {100, 1000}, new double[] {100, 50})
          .withMark(100, "a change");

  @Test
  void pointsAreWhereTheirValuesAre() throws Exception {
    Document svg = parse(PLOT.toSvg());
    double[] first = numbers(path(svg, "series", "first"));
    double[] second = numbers(path(svg, "series", "second"));
    assertThat(first).hasSize(6);
    // Equal factors of x and equal differences of y are equally long.
    assertThat(first[2] - first[0]).isCloseTo(first[4] - first[2], within(ROUNDED));
    assertThat(first[1] - first[3]).isCloseTo(2 * (first[5] - first[3]), within(2 * ROUNDED));
    assertThat(second[0]).isEqualTo(first[2]);
    assertThat(second[3]).isEqualTo(first[3]);
    assertThat(first[1] - second[1]).isCloseTo(2 * (first[1] - first[3]), within(2 * ROUNDED));
    // The horizontal axis ends at the data, the vertical one a little beyond.
    double[] frame = numbers(path(svg, "axes", ""));
    assertThat(frame[0]).isEqualTo(first[0]);
    assertThat(frame[4]).isEqualTo(first[4]);
    assertThat(frame[3] - first[1]).isBetween(5.0, 40.0);
    assertThat(second[1] - frame[1]).isBetween(5.0, 40.0);
  }

  @Test
  void ticksStandAtTheNumbersTheyName() throws Exception {
    Document svg = parse(PLOT.toSvg());
    double[] first = numbers(path(svg, "series", "first"));
    Element axes = group(svg, "axes", "");
    assertThat(middle(axes, "100")).isCloseTo(first[2], within(CRISP));
    assertThat(middle(axes, "1000")).isCloseTo(first[4], within(CRISP));
    double fifty = first[0] + (first[2] - first[0]) * Math.log10(5);
    assertThat(middle(axes, "50")).isCloseTo(fifty, within(CRISP));
  }

  @Test
  void marksSpreadsAndEnclosuresAreRead() throws Exception {
    Quantity proved = Quantity.verified("q", Interval.of(25, 75), Subject.STORED_MATRIX, "test");
    Document svg = parse(PLOT.withEnclosure(proved).toSvg());
    double[] first = numbers(path(svg, "series", "first"));
    assertThat(numbers(path(svg, "mark", "a change"))[0]).isCloseTo(first[2], within(CRISP));
    double perUnit = (first[1] - first[3]) / 50;
    // Upper ends from left to right, lower ends back.
    double[] area = numbers(path(svg, "range", "first"));
    double zero = first[1];
    double[] ends = {10, 60, 25, 20, 40, 0};
    for (int i = 0; i < ends.length; i++) {
      assertThat(area[2 * i + 1]).isCloseTo(zero - perUnit * ends[i], within(3 * ROUNDED));
      assertThat(area[2 * i]).isEqualTo(first[2 * (i < 3 ? i : 5 - i)]);
    }
    Element band = (Element) group(svg, "range", "second").getElementsByTagName("rect").item(0);
    assertThat(attribute(band, "height")).isCloseTo(50 * perUnit, within(3 * ROUNDED));
    assertThat(attribute(band, "y")).isCloseTo(zero - 75 * perUnit, within(3 * ROUNDED));
    assertThat(texts(svg)).contains("q, second", "[25, 75]");
  }

  @Test
  void wordsAreTextAndEscaped() throws Exception {
    Document svg = parse(PLOT.withCaption("one\u0001 two <b>").toSvg());
    assertThat(svg.getElementsByTagName("title").item(0).getTextContent())
        .isEqualTo("A <title> & \"more\"");
    assertThat(svg.getElementsByTagName("desc").item(0).getTextContent())
        .isEqualTo("one\ufffd two <b>");
    assertThat(texts(svg))
        .contains("A <title> & \"more\"", "first", "second", "width", "count", "a change")
        .contains("one\ufffd two <b>");
    Element text = (Element) svg.getElementsByTagName("text").item(1);
    double size = attribute(text, "font-size");
    assertThat(attribute(text, "textLength"))
        .isCloseTo(StrokeFont.width(text.getTextContent(), size), within(ROUNDED));
  }

  @Test
  void valuesWithoutAPlaceAreTrianglesOnTheEdge() throws Exception {
    Document svg =
        parse(SpectrumPlot.titled("t").withSpectrum("s", new double[] {-1, 15, 100}).toSvg());
    double bottom = numbers(path(svg, "axes", ""))[3];
    double[] triangle = numbers(path(svg, "series", "s"));
    assertThat(triangle).hasSize(6);
    assertThat(triangle[1]).isCloseTo(bottom - 1, within(ROUNDED));
  }

  @Test
  void filesAreSvgByTheirName(@TempDir Path folder) throws IOException {
    PLOT.writeTo(folder.resolve("a.SVG"));
    PLOT.writeTo(folder.resolve("svg"));
    assertThat(Files.readString(folder.resolve("a.SVG"))).isEqualTo(PLOT.toSvg());
    assertThat(Files.readAllBytes(folder.resolve("svg"))).isEqualTo(PLOT.toPng());
  }

  @Test
  void badSpreadsAndMarksAreRefused() {
    LinePlot none = LinePlot.titled("t", Axis.log10("x"), Axis.linear("y"));
    LinePlot one = none.withSeries("s", new double[] {2, 1}, new double[] {0, 0});
    double[] zeros = new double[2];
    assertRefused(() -> none.withSpread(zeros, zeros), "series before it");
    assertRefused(() -> one.withSpread(zeros, new double[1]), "expects 2 lower", "2 and 1");
    assertRefused(() -> one.withSpread(zeros, zeros), "index 1");
    assertRefused(() -> one.withSpread(new double[] {1, 0}, new double[] {2, 0}), "index 0");
    assertRefused(() -> one.withMark(0, "m"), "x > 0", "got 0.0");
    assertRefused(() -> one.withMark(1, " "), "label");
  }

  private static void assertRefused(Runnable call, String... words) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(words);
  }

  private static Document parse(String svg)
      throws IOException, ParserConfigurationException, SAXException {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }

  private static Element group(Document svg, String role, String label) {
    return elements(svg.getElementsByTagName("g"))
        .filter(g -> g.getAttribute("class").equals(role))
        .filter(g -> g.getAttribute("data-label").equals(label))
        .findFirst()
        .orElseThrow();
  }

  /** The first path of a group. */
  private static Element path(Document svg, String role, String label) {
    return (Element) group(svg, role, label).getElementsByTagName("path").item(0);
  }

  private static double[] numbers(Element path) {
    return Stream.of(path.getAttribute("d").split("[^-0-9.]+", -1))
        .filter(s -> !s.isEmpty())
        .mapToDouble(Double::parseDouble)
        .toArray();
  }

  private static double middle(Element axes, String label) {
    return elements(axes.getElementsByTagName("text"))
        .filter(t -> t.getTextContent().equals(label))
        .mapToDouble(t -> attribute(t, "x") + attribute(t, "textLength") / 2)
        .findFirst()
        .orElseThrow();
  }

  private static List<String> texts(Document svg) {
    return elements(svg.getElementsByTagName("text")).map(Element::getTextContent).toList();
  }

  private static double attribute(Element element, String name) {
    return Double.parseDouble(element.getAttribute(name));
  }

  private static Stream<Element> elements(NodeList list) {
    List<Element> all = new ArrayList<>();
    for (int i = 0; i < list.getLength(); i++) {
      all.add((Element) list.item(i));
    }
    return all.stream();
  }
}
