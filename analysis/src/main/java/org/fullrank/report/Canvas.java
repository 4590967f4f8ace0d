package org.fullrank.report;

import java.util.Arrays;
import java.util.List;

/**
 * A small antialiased rasteriser. Coordinates are pixels, x to the right and y down; the centre of
 * the top left pixel is (0.5, 0.5). Shapes may extend beyond the edges.
 *
 * <p>The coverage of a pixel is approximated by its distance from the shape, clamped to one pixel.
 * A stroke collects the coverage of all its segments before it is blended once, so joints and
 * crossings of one stroke do not darken.
 */
final class Canvas {
  private final int width;
  private final int height;
  private final int[] pixels;
  private final float[] coverage;
  private int left;
  private int right;
  private int top;
  private int bottom;

  /** A canvas filled with one colour {@code 0xRRGGBB}. */
  Canvas(int width, int height, int background) {
    this.width = width;
    this.height = height;
    this.pixels = new int[width * height];
    this.coverage = new float[width * height];
    Arrays.fill(pixels, background);
    clearBounds();
  }

  byte[] toPng() {
    return Png.encode(width, height, pixels);
  }

  /** A line through points {@code {x0, y0, x1, y1, ...}} with round joints and ends. */
  void polyline(double[] points, double lineWidth, int colour, double opacity) {
    strokes(List.of(points), lineWidth, colour, opacity);
  }

  /** Several lines blended as one shape. */
  void strokes(List<double[]> lines, double lineWidth, int colour, double opacity) {
    for (double[] line : lines) {
      if (line.length == 2) {
        cover(line[0], line[1], line[0], line[1], lineWidth / 2);
      }
      for (int i = 0; i + 3 < line.length; i += 2) {
        cover(line[i], line[i + 1], line[i + 2], line[i + 3], lineWidth / 2);
      }
    }
    blend(colour, opacity);
  }

  /** A disc. */
  void disc(double x, double y, double radius, int colour) {
    cover(x, y, x, y, radius);
    blend(colour, 1);
  }

  /** A rectangle with edges parallel to the axes. */
  void rectangle(double x0, double y0, double x1, double y1, int colour, double opacity) {
    Box box = box(x0, y0, x1, y1, 1);
    for (int y = box.top(); y < box.bottom(); y++) {
      double vertical = Math.min(y + 1, y1) - Math.max(y, y0);
      for (int x = box.left(); x < box.right(); x++) {
        double horizontal = Math.min(x + 1, x1) - Math.max(x, x0);
        raise(x, y, Math.max(0, vertical) * Math.max(0, horizontal));
      }
    }
    blend(colour, opacity);
  }

  /** A triangle pointing down with its tip at {@code (x, y)}. */
  void triangle(double x, double y, double size, int colour) {
    Box box = box(x - size, y - 2 * size, x + size, y, 1);
    double norm = Math.sqrt(5); // of (2, 1), the normal of both long sides
    for (int row = box.top(); row < box.bottom(); row++) {
      for (int column = box.left(); column < box.right(); column++) {
        double dx = Math.abs(column + 0.5 - x);
        double dy = y - (row + 0.5);
        double inside = Math.min((dy - 2 * dx) / norm, 2 * size - dy);
        raise(column, row, inside + 0.5);
      }
    }
    blend(colour, 1);
  }

  private record Box(int left, int top, int right, int bottom) {}

  private Box box(double x0, double y0, double x1, double y1, double margin) {
    return new Box(
        clamp(Math.floor(Math.min(x0, x1) - margin), width),
        clamp(Math.floor(Math.min(y0, y1) - margin), height),
        clamp(Math.ceil(Math.max(x0, x1) + margin), width),
        clamp(Math.ceil(Math.max(y0, y1) + margin), height));
  }

  private static int clamp(double value, int limit) {
    return (int) Math.max(0, Math.min(value, limit));
  }

  private void cover(double x0, double y0, double x1, double y1, double radius) {
    Box box = box(x0, y0, x1, y1, radius + 1);
    double dx = x1 - x0;
    double dy = y1 - y0;
    double squared = dx * dx + dy * dy;
    for (int y = box.top(); y < box.bottom(); y++) {
      for (int x = box.left(); x < box.right(); x++) {
        double px = x + 0.5 - x0;
        double py = y + 0.5 - y0;
        double along = squared == 0 ? 0 : Math.max(0, Math.min((px * dx + py * dy) / squared, 1));
        raise(x, y, radius + 0.5 - Math.hypot(px - along * dx, py - along * dy));
      }
    }
  }

  private void raise(int x, int y, double value) {
    int index = y * width + x;
    float clamped = (float) Math.max(0, Math.min(value, 1));
    if (clamped > coverage[index]) {
      coverage[index] = clamped;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
  }

  private void blend(int colour, double opacity) {
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        int index = y * width + x;
        double alpha = coverage[index] * opacity;
        if (alpha > 0) {
          pixels[index] = mix(pixels[index], colour, alpha);
          coverage[index] = 0;
        }
      }
    }
    clearBounds();
  }

  private void clearBounds() {
    left = width;
    right = 0;
    top = height;
    bottom = 0;
  }

  private static int mix(int under, int over, double alpha) {
    int mixed = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
      int a = (under >> shift) & 0xff;
      int b = (over >> shift) & 0xff;
      mixed |= (int) Math.round(a + alpha * (b - a)) << shift;
    }
    return mixed;
  }
}
