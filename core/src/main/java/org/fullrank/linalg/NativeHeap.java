package org.fullrank.linalg;

import java.util.Arrays;
import java.util.Locale;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.LoggerFactory;

/**
 * Where tensors are allocated: says what to do when there is no room, and keeps the C library from
 * handing memory of freed tensors back to the system.
 *
 * <p>Passes over blocks of samples allocate and free the same sizes again and again. The malloc of
 * glibc returns free memory beyond twice the largest block it has seen freed, 32 MB at most, and
 * every page of 4 KB that comes back faults: measured 2 microseconds each, up to ten times the work
 * of a layer. Freeing one block of nearly 32 MB raises that limit to 64 MB for the process. Where
 * malloc has other rules, nothing is lost but the call.
 */
final class NativeHeap {
  /** Smaller arrays stay below the initial limit of 128 KB. */
  private static final long LARGE = 1L << 17;

  /** Below the largest size that glibc learns from, with room for headers. */
  private static final long LEARNED = (1L << 25) - (1L << 16);

  private NativeHeap() {}

  /** A new row-major array, of zeros or of what was there. */
  static INDArray allocate(DataType type, boolean zeros, long... shape) {
    TensorChecks.requireReal("type", type);
    long bytes = (long) Tensors.length(shape) * type.width();
    BackendLoader.require();
    if (bytes >= LARGE) {
      Once.settle();
    }
    try {
      return zeros ? Nd4j.create(type, shape, 'c') : Nd4j.createUninitialized(type, shape, 'c');
    } catch (OutOfMemoryError e) {
      throw explained(e, type, shape, bytes);
    }
  }

  /** A copy in the given order, {@code 'c'} or {@code 'f'}. */
  static INDArray copy(INDArray a, char order) {
    try {
      return a.dup(order);
    } catch (OutOfMemoryError e) {
      throw explained(e, a.dataType(), a.shape(), a.length() * a.dataType().width());
    }
  }

  private static OutOfMemoryError explained(
      OutOfMemoryError e, DataType type, long[] shape, long bytes) {
    String cause = rootMessage(e);
    if (!cause.contains("Physical memory") && !cause.contains("annot allocate")) {
      return e; // the Java heap has a message of its own
    }
    OutOfMemoryError explained =
        new OutOfMemoryError(
            text(
                type + " " + Arrays.toString(shape),
                bytes,
                Pointer.physicalBytes(),
                Pointer.maxPhysicalBytes(),
                cause));
    explained.initCause(e);
    return explained;
  }

  /** In words: what did not fit, the limit, and what helps. */
  static String text(String array, long bytes, long used, long limit, String cause) {
    return "There is no room for a tensor "
        + array
        + " of "
        + mebibytes(bytes)
        + " outside the Java heap: "
        + (limit > 0
            ? "the process holds "
                + mebibytes(used)
                + ", and JavaCPP allows it "
                + mebibytes(limit)
                + ". Close tensors that are no longer needed, or start Java with a larger"
                + " -Dorg.bytedeco.javacpp.maxphysicalbytes (by default 4 times -Xmx)."
            : "the process holds "
                + mebibytes(used)
                + ". Close tensors that are no longer needed, or give the process more memory.")
        + " Cause: "
        + cause;
  }

  private static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%,d MiB", (bytes + (1L << 20) - 1) >> 20);
  }

  private static String rootMessage(Throwable e) {
    Throwable t = e;
    while (t.getCause() != null) {
      t = t.getCause();
    }
    return String.valueOf(t.getMessage());
  }

  /** Initialised at the first large array, by one thread. */
  private static final class Once {
    static {
      settleOrNot();
    }

    private Once() {}

    /** It is only a hint: where there is no room for the block, things stay as they are. */
    private static void settleOrNot() {
      try {
        if (Elements.direct() && (Pointer.maxBytes() <= 0 || Pointer.maxBytes() > 4 * LEARNED)) {
          long[] shape = {LEARNED / Double.BYTES};
          Nd4j.createUninitialized(DataType.DOUBLE, shape, 'c').close();
        }
      } catch (RuntimeException | OutOfMemoryError e) {
        LoggerFactory.getLogger(NativeHeap.class).debug("no room to settle the native heap", e);
      }
    }

    static void settle() {}
  }
}
