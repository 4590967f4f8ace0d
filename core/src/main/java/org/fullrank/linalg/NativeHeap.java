package org.fullrank.linalg;

import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.LoggerFactory;

/**
 * Keeps the C library from handing memory of freed tensors back to the system.
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

  /** To be called before an allocation of that many elements. */
  static void expect(DataType type, long length) {
    if (length * type.width() >= LARGE) {
      Once.settle();
    }
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
