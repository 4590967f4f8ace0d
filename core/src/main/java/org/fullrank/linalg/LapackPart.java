package org.fullrank.linalg;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An array of a native result that may be missing, because the call failed or it was not requested.
 */
record LapackPart(String what, int info, @Nullable INDArray array) {
  /** The array; throws instead of handing out one that is missing or freed. */
  INDArray read() {
    if (array != null && array.wasClosed()) {
      throw new IllegalStateException(
          what + " expects to be read before close() but got a call after it");
    }
    if (array == null) {
      throw new IllegalStateException(
          info == 0
              ? what + " was not requested"
              : what + " does not exist: LAPACK returned info = " + info);
    }
    return array;
  }

  /** Frees the array if there is one. */
  void close() {
    if (array != null && array.closeable() && !array.wasClosed()) {
      array.close();
    }
  }
}
