package org.fullrank.report.plot;

import java.util.List;
import org.fullrank.report.plot.StrokeFont.Style;

/**
 * What a plot is drawn on. Coordinates are pixels, x to the right and y down; the centre of the top
 * left pixel is (0.5, 0.5). Colours are {@code 0xRRGGBB}, opacities between 0 and 1.
 */
interface Surface {
  /** What is drawn until {@link #endGroup} belongs together; groups are not nested. */
  void group(String role, String label);

  /** Ends what {@link #group} began. */
  void endGroup();

  /** Lines through points {@code {x0, y0, x1, y1, ...}} with round ends, blended as one shape. */
  void strokes(List<double[]> lines, double lineWidth, int colour, double opacity);

  /** A disc. */
  void disc(double x, double y, double radius, int colour);

  /** A rectangle with edges parallel to the axes. */
  void rectangle(double x0, double y0, double x1, double y1, int colour, double opacity);

  /** A triangle pointing down with its tip at {@code (x, y)}. */
  void triangle(double x, double y, double size, int colour);

  /** What lies between two lines over the same increasing x. */
  void area(double[] x, double[] upper, double[] lower, int colour, double opacity);

  /** Text with its baseline starting at {@code (x, y)}, to the right or upwards. */
  void text(String text, double x, double y, Style style, boolean upward);

  /** One line. */
  default void polyline(double[] points, double lineWidth, int colour, double opacity) {
    strokes(List.of(points), lineWidth, colour, opacity);
  }

  /** Text from left to right. */
  default void text(String text, double x, double y, Style style) {
    text(text, x, y, style, false);
  }
}
