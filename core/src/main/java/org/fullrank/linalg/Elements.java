package org.fullrank.linalg;

import java.lang.ref.Reference;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The memory of a row-major tensor without gaps on a CPU, copied in pieces to and from Java arrays.
 * An object is for one thread.
 */
final class Elements {
  /** Numbers converted at once. */
  private static final int PIECE = 1024;

  private final INDArray owner;
  private final boolean single;
  private final DoublePointer doubles;
  private final FloatPointer floats;
  private float[] buffer = {};

  /** Of an array that {@link #direct()} and {@code TensorViews.isContiguous} hold for. */
  Elements(INDArray a) {
    owner = a;
    single = a.dataType() == DataType.FLOAT;
    doubles = new DoublePointer(a.data().addressPointer());
    floats = new FloatPointer(a.data().addressPointer());
  }

  /** Whether this process can read the memory of tensors. */
  static boolean direct() {
    BackendLoader.require();
    return Nd4j.getEnvironment().isCPU();
  }

  /** Copies all elements into another array of the same type, from an element on. */
  static void copy(INDArray from, INDArray to, long at) {
    long item = from.dataType().width();
    Pointer source = new BytePointer(from.data().addressPointer());
    Pointer target = new BytePointer(to.data().addressPointer()).position(at * item);
    try {
      Pointer.memcpy(target, source, from.length() * item);
    } finally {
      Reference.reachabilityFence(from);
      Reference.reachabilityFence(to);
    }
  }

  /** Copies elements, of either type. */
  void read(long at, double[] to, int offset, int length) {
    try {
      if (!single) {
        doubles.position(at).get(to, offset, length);
      } else {
        for (int done = 0; done < length; done += PIECE) {
          int n = Math.min(PIECE, length - done);
          read(at + done, piece(), n);
          widen(buffer, to, offset + done, n);
        }
      }
    } finally {
      Reference.reachabilityFence(owner);
    }
  }

  /** Overwrites elements, of either type; single precision rounds to nearest. */
  void write(long at, double[] from, int offset, int length) {
    try {
      if (!single) {
        doubles.position(at).put(from, offset, length);
      } else {
        for (int done = 0; done < length; done += PIECE) {
          int n = Math.min(PIECE, length - done);
          narrow(from, offset + done, piece(), n);
          write(at + done, buffer, n);
        }
      }
    } finally {
      Reference.reachabilityFence(owner);
    }
  }

  /** Copies elements of single precision. */
  void read(long at, float[] to, int length) {
    try {
      floats.position(at).get(to, 0, length);
    } finally {
      Reference.reachabilityFence(owner);
    }
  }

  /** Overwrites elements of single precision. */
  void write(long at, float[] from, int length) {
    try {
      floats.position(at).put(from, 0, length);
    } finally {
      Reference.reachabilityFence(owner);
    }
  }

  private float[] piece() {
    if (buffer.length == 0) {
      buffer = new float[PIECE];
    }
    return buffer;
  }

  private static void widen(float[] from, double[] to, int offset, int n) {
    for (int i = 0; i < n; i++) {
      to[offset + i] = from[i];
    }
  }

  private static void narrow(double[] from, int offset, float[] to, int n) {
    for (int i = 0; i < n; i++) {
      to[i] = (float) from[offset + i];
    }
  }
}
