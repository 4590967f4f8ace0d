package org.fullrank.ntk.layerwise;

import org.fullrank.linalg.Tensors;
import org.fullrank.ntk.layerwise.GradientFactors.Term;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A term whose arrays are made by the first thread that fills them. */
final class TermSlot implements AutoCloseable {
  private final DataType type;
  private final String key;
  private final long samples;
  private final long rows;
  private final GramShape.Width width;
  private @Nullable Term term;

  TermSlot(DataType type, String key, long samples, long rows, GramShape.Width width) {
    this.type = type;
    this.key = key;
    this.samples = samples;
    this.rows = rows;
    this.width = width;
  }

  synchronized Term term() {
    Term made = term;
    if (made == null) {
      INDArray a =
          width.inputs() == 0 ? null : Tensors.uninitialized(type, samples, width.inputs());
      made = new Term(key, a, cotangents(a));
      term = made;
    }
    return made;
  }

  private INDArray cotangents(@Nullable INDArray a) {
    try {
      return Tensors.uninitialized(type, rows, width.cotangents());
    } catch (RuntimeException | Error e) {
      if (a != null) {
        a.close();
      }
      throw e;
    }
  }

  @Override
  public synchronized void close() {
    if (term != null) {
      INDArray a = term.a();
      if (a != null) {
        a.close();
      }
      term.g().close();
    }
  }
}
