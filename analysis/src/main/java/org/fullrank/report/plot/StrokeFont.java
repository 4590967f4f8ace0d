package org.fullrank.report.plot;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A line font for plots, drawn with round strokes, so that no font of the system is needed. It has
 * printable ASCII and the letter lambda; anything else is an empty box.
 *
 * <p>A glyph is a list of polylines on a grid with baseline 0, x-height 14, capital height 20 and
 * descenders to -6. A polyline marked {@code ~} is the control polygon of a quadratic B-spline that
 * starts and ends at its outer points; a point marked {@code !} is a corner on the curve.
 */
final class StrokeFont {
  private static final double UNITS_PER_SIZE = 28;
  private static final double GAP = 5;
  private static final int STEPS = 6; // chords per spline arc; at most 1/20 pixel off at size 30

  private record Glyph(double width, List<double[]> strokes) {}

  private static final Map<Integer, Glyph> GLYPHS = parse(StrokeGlyphs.TABLE);
  private static final Glyph MISSING = glyph("12 0,0 0,20 12,20 12,0 0,0");

  private StrokeFont() {}

  /** Width of {@code text} in pixels at a size, which is 1.4 times the height of a capital. */
  static double width(String text, double size) {
    double units = 0;
    for (int code : text.codePoints().toArray()) {
      units += glyphOf(code).width() + GAP;
    }
    return Math.max(0, units - GAP) * size / UNITS_PER_SIZE;
  }

  /** Size, line width in pixels and colour {@code 0xRRGGBB}. */
  record Style(double size, double line, int colour) {
    /** The same, smaller if needed to fit into {@code room} pixels. */
    Style fitting(String text, double room) {
      double width = width(text, size);
      return width <= room ? this : new Style(size * room / width, line, colour);
    }
  }

  /**
   * The strokes of a text with its baseline starting at {@code (x, y)}, to the right or upwards.
   */
  static List<double[]> outline(String text, double x, double y, double size, boolean upward) {
    double scale = size / UNITS_PER_SIZE;
    double pen = 0;
    List<double[]> lines = new ArrayList<>();
    for (int code : text.codePoints().toArray()) {
      Glyph glyph = glyphOf(code);
      for (double[] stroke : glyph.strokes()) {
        double[] line = new double[stroke.length];
        for (int i = 0; i < stroke.length; i += 2) {
          double along = (pen + stroke[i]) * scale;
          double up = stroke[i + 1] * scale;
          line[i] = upward ? x - up : x + along;
          line[i + 1] = upward ? y - along : y - up;
        }
        lines.add(line);
      }
      pen += glyph.width() + GAP;
    }
    return lines;
  }

  private static Glyph glyphOf(int code) {
    return GLYPHS.getOrDefault(code, MISSING);
  }

  private static Map<Integer, Glyph> parse(String table) {
    Map<Integer, Glyph> glyphs = new HashMap<>();
    for (String line : table.split("\n", -1)) {
      if (!line.isEmpty()) {
        glyphs.put(line.codePointAt(0), glyph(line.substring(2)));
      }
    }
    glyphs.put((int) ' ', new Glyph(4, List.of()));
    return glyphs;
  }

  private static Glyph glyph(String text) {
    int space = text.indexOf(' ');
    List<double[]> strokes = new ArrayList<>();
    for (String stroke : text.substring(space + 1).split("; ", -1)) {
      boolean curved = stroke.startsWith("~");
      List<double[]> points = new ArrayList<>();
      for (String point : stroke.substring(curved ? 1 : 0).split(" ", -1)) {
        boolean corner = point.endsWith("!");
        String[] xy = (corner ? point.substring(0, point.length() - 1) : point).split(",", -1);
        double[] p = {Double.parseDouble(xy[0]), Double.parseDouble(xy[1])};
        points.add(p);
        if (corner) {
          points.add(p); // a double control point pulls the curve onto itself
        }
      }
      strokes.add(flat(curved ? spline(points) : points));
    }
    return new Glyph(Double.parseDouble(text.substring(0, space)), strokes);
  }

  private static List<double[]> spline(List<double[]> control) {
    List<double[]> curve = new ArrayList<>();
    double[] start = control.get(0);
    curve.add(start);
    for (int i = 1; i < control.size() - 1; i++) {
      double[] middle = control.get(i);
      double[] next = control.get(i + 1);
      boolean last = i == control.size() - 2;
      double[] end =
          last ? next : new double[] {(middle[0] + next[0]) / 2, (middle[1] + next[1]) / 2};
      for (int step = 1; step <= STEPS; step++) {
        double t = (double) step / STEPS;
        double a = (1 - t) * (1 - t);
        double b = 2 * t * (1 - t);
        curve.add(
            new double[] {
              a * start[0] + b * middle[0] + t * t * end[0],
              a * start[1] + b * middle[1] + t * t * end[1]
            });
      }
      start = end;
    }
    return curve;
  }

  private static double[] flat(List<double[]> points) {
    double[] flat = new double[2 * points.size()];
    for (int i = 0; i < points.size(); i++) {
      flat[2 * i] = points.get(i)[0];
      flat[2 * i + 1] = points.get(i)[1];
    }
    return flat;
  }
}
