package org.fullrank.report.plot;

import java.util.Arrays;
import java.util.List;
import org.fullrank.report.plot.StrokeFont.Style;

/**
 * A small antialiased rasteriser. Shapes may extend beyond the edges.
 *
 * <p>The coverage of a pixel is approximated by its distance from the shape, clamped to one pixel.
 * A stroke collects the coverage of all its segments before it is blended once, so joints and
 * crossings of one stroke do not darken.
 */
final class Canvas implements Surface {
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

  /** Pixels know no groups. */
  @Override
  public void group(String role, String label) {}

  @Override
  public void endGroup() {}

  @Override
  public void strokes(List<double[]> lines, double lineWidth, int colour, double opacity) {
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

  @Override
  public void disc(double x, double y, double radius, int colour) {
    cover(x, y, x, y, radius);
    blend(colour, 1);
  }

  @Override
  public void rectangle(double x0, double y0, double x1, double y1, int colour, double opacity) {
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

  @Override
  public void triangle(double x, double y, double size, int colour) {
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

  @Override
  public void area(double[] x, double[] upper, double[] lower, int colour, double opacity) {
    for (int i = 0; i + 1 < x.length; i++) {
      for (int column = clamp(Math.floor(x[i]), width); column < x[i + 1]; column++) {
        double at = Math.max(x[i], Math.min(column + 0.5, x[i + 1]));
        double share = x[i + 1] > x[i] ? (at - x[i]) / (x[i + 1] - x[i]) : 0;
        double above = upper[i] + share * (upper[i + 1] - upper[i]);
        double below = lower[i] + share * (lower[i + 1] - lower[i]);
        Box box = box(column, above, column + 0.5, below, 0);
        for (int row = box.top(); row < box.bottom(); row++) {
          raise(column, row, Math.min(row + 1, below) - Math.max(row, above));
        }
      }
    }
    blend(colour, opacity);
  }

  @Override
  public void text(String text, double x, double y, Style style, boolean upward) {
    strokes(StrokeFont.outline(text, x, y, style.size(), upward), style.line(), style.colour(), 1);
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
