package org.fullrank.io;

import java.nio.ByteBuffer;

/** Decodes the values of an {@code .npy} file. */
final class NpyValues {
  private static final long MAX_EXACT = 1L << 53;

  private NpyValues() {}

  /** The next value of any type as a double, exactly. */
  static double next(ByteBuffer b, NpyHeader header, int index, String where) {
    boolean signed = header.kind() == 'i';
    boolean floating = header.kind() == 'f';
    return switch (header.itemSize()) {
      case 1 -> {
        byte v = b.get();
        if (header.kind() == 'b' && v != 0 && v != 1) {
          throw new IllegalArgumentException(
              where + ": expected 0 or 1 in a bool array but got " + v + " at value " + index);
        }
        yield signed ? v : v & 0xff;
      }
      case 2 -> {
        short v = b.getShort();
        yield floating ? half(v) : signed ? v : v & 0xffff;
      }
      case 4 -> floating ? b.getFloat() : signed ? b.getInt() : (double) (b.getInt() & 0xffffffffL);
      default -> floating ? b.getDouble() : exact(b.getLong(), signed, index, where);
    };
  }

  private static double exact(long v, boolean signed, int index, String where) {
    if (v > MAX_EXACT || v < (signed ? -MAX_EXACT : 0)) {
      throw new IllegalArgumentException(
          where
              + ": expected integers of at most 2^53 in size, which doubles hold exactly, but got "
              + (signed ? Long.toString(v) : Long.toUnsignedString(v))
              + " at value "
              + index);
    }
    return v;
  }

  /** IEEE 754 binary16 to double, exactly. */
  private static double half(short bits) {
    int exponent = (bits >> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    double magnitude;
    if (exponent == 0x1f) {
      magnitude = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
    } else if (exponent == 0) {
      magnitude = fraction * 0x1p-24;
    } else {
      magnitude = Math.scalb(1024.0 + fraction, exponent - 25);
    }
    return bits < 0 ? -magnitude : magnitude;
  }

  /** Values stored with the first index fastest, moved to row-major order. */
  static double[] rowMajor(double[] fortran, long[] shape) {
    double[] out = new double[fortran.length];
    int rank = shape.length;
    int[] stride = new int[rank];
    for (int d = rank - 1, s = 1; d >= 0; d--) {
      stride[d] = s;
      s *= (int) shape[d];
    }
    int[] index = new int[rank];
    int target = 0;
    for (double v : fortran) {
      out[target] = v;
      for (int d = 0; d < rank; d++) {
        target += stride[d];
        if (++index[d] < shape[d]) {
          break;
        }
        target -= index[d] * stride[d];
        index[d] = 0;
      }
    }
    return out;
  }
}
