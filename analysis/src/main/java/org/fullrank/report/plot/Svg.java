package org.fullrank.report.plot;

import java.math.BigDecimal;
import java.util.List;
import org.fullrank.report.plot.StrokeFont.Style;

/** Writes a plot as SVG 1.1. Numbers never depend on the locale. */
final class Svg implements Surface {
  private static final double BOLD = 2;

  private final StringBuilder out = new StringBuilder();

  /** A picture with a white background; title and description are for those who cannot see it. */
  Svg(int width, int height, String title, String description) {
    out.append("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"").append(width);
    out.append("\" height=\"").append(height).append("\" viewBox=\"0 0 ").append(width);
    out.append(' ').append(height).append("\" font-family=\"Helvetica, Arial, sans-serif\">\n");
    out.append("<title>").append(escape(title)).append("</title>\n");
    if (!description.isEmpty()) {
      out.append("<desc>").append(escape(description)).append("</desc>\n");
    }
    rectangle(0, 0, width, height, Palette.WHITE, 1);
  }

  /** The whole file. */
  String finish() {
    return out + "</svg>\n";
  }

  @Override
  public void group(String role, String label) {
    out.append("<g class=\"").append(escape(role)).append("\" data-label=\"");
    out.append(escape(label)).append("\">\n");
  }

  @Override
  public void endGroup() {
    out.append("</g>\n");
  }

  @Override
  public void strokes(List<double[]> lines, double lineWidth, int colour, double opacity) {
    out.append("<path d=\"");
    for (double[] line : lines) {
      for (int i = 0; i < line.length; i += 2) {
        out.append(i == 0 ? 'M' : 'L');
        point(line[i], line[i + 1]);
      }
      if (line.length == 2) {
        out.append("h0"); // a dot, which the round ends make visible
      }
    }
    out.append("\" fill=\"none\" stroke-linecap=\"round\" stroke-linejoin=\"round\"");
    attribute("stroke-width", lineWidth);
    paint("stroke", colour, opacity);
  }

  @Override
  public void disc(double x, double y, double radius, int colour) {
    out.append("<circle");
    attribute("cx", x);
    attribute("cy", y);
    attribute("r", radius);
    paint("fill", colour, 1);
  }

  @Override
  public void rectangle(double x0, double y0, double x1, double y1, int colour, double opacity) {
    out.append("<rect");
    attribute("x", x0);
    attribute("y", y0);
    attribute("width", x1 - x0);
    attribute("height", y1 - y0);
    paint("fill", colour, opacity);
  }

  @Override
  public void triangle(double x, double y, double size, int colour) {
    polygon(new double[] {x, y, x - size, y - 2 * size, x + size, y - 2 * size}, colour, 1);
  }

  @Override
  public void area(double[] x, double[] upper, double[] lower, int colour, double opacity) {
    int n = x.length;
    double[] points = new double[4 * n];
    for (int i = 0; i < n; i++) {
      points[2 * i] = x[i];
      points[2 * i + 1] = upper[i];
      points[4 * n - 2 - 2 * i] = x[i];
      points[4 * n - 1 - 2 * i] = lower[i];
    }
    polygon(points, colour, opacity);
  }

  @Override
  public void text(String text, double x, double y, Style style, boolean upward) {
    if (text.isBlank()) {
      return;
    }
    out.append("<text xml:space=\"preserve\"");
    attribute("x", x);
    attribute("y", y);
    attribute("font-size", style.size());
    // Whatever font there is, the words need the room that was measured for them.
    attribute("textLength", StrokeFont.width(text, style.size()));
    out.append(" lengthAdjust=\"spacingAndGlyphs\"");
    if (style.line() > BOLD) {
      out.append(" font-weight=\"bold\"");
    }
    if (upward) {
      out.append(" transform=\"rotate(-90 ");
      point(x, y);
      out.append(")\"");
    }
    out.append(" fill=\"").append(hex(style.colour())).append("\">");
    out.append(escape(text)).append("</text>\n");
  }

  private void polygon(double[] points, int colour, double opacity) {
    out.append("<path d=\"");
    for (int i = 0; i < points.length; i += 2) {
      out.append(i == 0 ? 'M' : 'L');
      point(points[i], points[i + 1]);
    }
    out.append("Z\"");
    paint("fill", colour, opacity);
  }

  private void point(double x, double y) {
    out.append(number(x)).append(' ').append(number(y));
  }

  private void attribute(String name, double value) {
    out.append(' ').append(name).append("=\"").append(number(value)).append('"');
  }

  private void paint(String kind, int colour, double opacity) {
    out.append(' ').append(kind).append("=\"").append(hex(colour)).append('"');
    if (opacity < 1) {
      attribute(kind + "-opacity", opacity);
    }
    out.append("/>\n");
  }

  private static String hex(int colour) {
    return "#" + Integer.toHexString(colour | 0x1000000).substring(1);
  }

  /** At most two digits after the point, no exponent. */
  private static String number(double value) {
    return BigDecimal.valueOf(Math.round(value * 100), 2).stripTrailingZeros().toPlainString();
  }

  /** The text as XML, without the characters that XML cannot hold. */
  private static String escape(String text) {
    StringBuilder escaped = new StringBuilder();
    for (int code : text.codePoints().toArray()) {
      boolean held = code >= 0x20 && code != 0xfffe && code != 0xffff;
      boolean half = code >= 0xd800 && code <= 0xdfff;
      switch (held && !half ? code : code == '\n' || code == '\t' ? ' ' : 0xfffd) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case ' ' -> escaped.append(' ');
        case 0xfffd -> escaped.append('\ufffd');
        default -> escaped.appendCodePoint(code);
      }
    }
    return escaped.toString();
  }
}
