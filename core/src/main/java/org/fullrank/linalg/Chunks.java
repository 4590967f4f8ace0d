package org.fullrank.linalg;

import java.util.function.ObjIntConsumer;
import org.bytedeco.javacpp.DoublePointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Reading tensors piece by piece, without a Java copy of the whole. */
final class Chunks {
  /** Elements of a buffer that stays in the cache. */
  private static final int CHUNK = 4096;

  private Chunks() {}

  /** Shows all values in row-major order, some thousands at a time, in a buffer that is reused. */
  static void forEach(INDArray a, ObjIntConsumer<double[]> visitor) {
    if (!Nd4j.getEnvironment().isCPU() || a.dataType() != DataType.DOUBLE) {
      double[] all = Tensors.toDoubles(a);
      visitor.accept(all, all.length);
      return;
    }
    INDArray c = TensorViews.contiguous(a);
    double[] buffer = new double[(int) Math.min(CHUNK, c.length())];
    DoublePointer from = new DoublePointer(c.data().addressPointer());
    for (long at = 0; at < c.length(); at += CHUNK) {
      int length = (int) Math.min(CHUNK, c.length() - at);
      from.position(at).get(buffer, 0, length);
      visitor.accept(buffer, length);
    }
    TensorViews.release(c, a);
  }
}
