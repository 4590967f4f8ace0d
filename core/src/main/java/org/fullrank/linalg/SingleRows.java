package org.fullrank.linalg;

import java.util.List;
import org.fullrank.linalg.FactorRows.Scaled;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Scaled rows in single precision without a detour over double precision, whose conversions the
 * compiler does not turn into vector instructions.
 *
 * <p>A scale {@code s} is the sum of two floats, {@code hi + lo}, up to {@code 2^-48 s}; {@code
 * fma(x, hi, fl(x lo))} then rounds {@code s x} once, besides {@code 2^-24 |x lo| <= 2^-48 |s x|}.
 * Products below {@code 2^-100}, where {@code x lo} can be subnormal, err by {@code 2^-149}
 * besides. What is not finite stays so, though an infinity may become NaN.
 */
final class SingleRows {
  /** Numbers of a buffer that stays in the cache. */
  private static final int CHUNK = 8192;

  /** Scales for which neither part overflows or underflows. */
  private static final double LEAST = 0x1p-60;

  private static final double MOST = 0x1p60;

  private SingleRows() {}

  static boolean supports(Scaled part) {
    double scale = Math.abs(part.scale());
    return part.array().dataType() == DataType.FLOAT
        && (scale == 0 || (scale >= LEAST && scale <= MOST));
  }

  /** Arguments as those of {@link FactorRows#concatenate}, checked. */
  static void concatenate(List<Scaled> parts, int rows, INDArray target, long row) {
    int width = (int) target.size(1);
    int block = Math.max(1, Math.min(rows, CHUNK / width));
    float[] buffer = new float[block * width];
    float[] part = new float[block * width];
    Elements to = new Elements(target);
    List<Elements> sources = parts.stream().map(p -> new Elements(p.array())).toList();
    for (int i = 0; i < rows; i += block) {
      int count = Math.min(block, rows - i);
      int at = 0;
      for (int p = 0; p < parts.size(); p++) {
        int d = (int) (parts.get(p).array().length() / rows);
        sources.get(p).read((long) i * d, part, count * d);
        scale(part, count * d, parts.get(p).scale());
        for (int r = 0; r < count; r++) {
          System.arraycopy(part, r * d, buffer, r * width + at, d);
        }
        at += d;
      }
      to.write((row + i) * width, buffer, count * width);
    }
  }

  private static void scale(float[] x, int n, double scale) {
    float hi = (float) scale;
    float lo = (float) (scale - hi);
    for (int q = 0; q < n; q++) {
      float t = x[q];
      x[q] = Math.fma(t, hi, t * lo);
    }
  }
}
