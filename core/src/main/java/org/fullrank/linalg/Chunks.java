package org.fullrank.linalg;

import java.util.List;
import java.util.function.ObjIntConsumer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.DoublePointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Work on tensors piece by piece, without a Java copy of the whole. */
public final class Chunks {
  /** Elements of a buffer that stays in the cache. */
  static final int SIZE = 4096;

  /** Fewer chunks are not worth a second thread. */
  private static final int LEAST_CHUNKS = 8;

  /** Two functions of a number, for many numbers at once. */
  @FunctionalInterface
  public interface PairOfFunctions {
    /**
     * Evaluates both.
     *
     * @param x numbers
     * @param first receives the first function; may be {@code x} itself
     * @param second receives the second function; another array
     */
    void evaluate(double[] x, double[] first, double[] second);
  }

  private Chunks() {}

  /**
   * Two functions of every entry, evaluated in double precision, by several threads where there is
   * enough to do. The values do not depend on the number of threads.
   *
   * @param a any array
   * @param functions pure
   * @return two new row-major arrays of the shape and type of {@code a}
   */
  public static List<INDArray> map(INDArray a, PairOfFunctions functions) {
    TensorChecks.requireReal("array", a.dataType());
    if (!Nd4j.getEnvironment().isCPU() || a.dataType() != DataType.DOUBLE) {
      double[] first = Tensors.toDoubles(a);
      double[] second = new double[first.length];
      functions.evaluate(first, first, second);
      return List.of(
          Tensors.of(a.dataType(), first, a.shape()), Tensors.of(a.dataType(), second, a.shape()));
    }
    INDArray c = TensorViews.contiguous(a);
    INDArray first = Tensors.uninitialized(a.dataType(), a.shape());
    INDArray second = Tensors.uninitialized(a.dataType(), a.shape());
    long chunks = (c.length() + SIZE - 1) / SIZE;
    int parts =
        chunks < LEAST_CHUNKS
            ? 1
            : (int) Math.min(chunks, Runtime.getRuntime().availableProcessors());
    try {
      IntStream.range(0, parts)
          .parallel()
          .forEach(
              p ->
                  map(
                      chunks * p / parts * SIZE,
                      Math.min(c.length(), chunks * (p + 1) / parts * SIZE),
                      c,
                      functions,
                      first,
                      second));
    } catch (RuntimeException e) {
      first.close();
      second.close();
      throw e;
    } finally {
      TensorViews.release(c, a);
    }
    return List.of(first, second);
  }

  private static void map(
      long begin,
      long end,
      INDArray from,
      PairOfFunctions functions,
      INDArray first,
      INDArray second) {
    DoublePointer source = new DoublePointer(from.data().addressPointer());
    DoublePointer firstTarget = new DoublePointer(first.data().addressPointer());
    DoublePointer secondTarget = new DoublePointer(second.data().addressPointer());
    double[] x = new double[0];
    double[] y = x;
    for (long at = begin; at < end; at += SIZE) {
      int length = (int) Math.min(SIZE, end - at);
      if (x.length != length) {
        x = new double[length];
        y = new double[length];
      }
      source.position(at).get(x, 0, length);
      functions.evaluate(x, x, y);
      firstTarget.position(at).put(x, 0, length);
      secondTarget.position(at).put(y, 0, length);
    }
  }

  /**
   * Adds weighted rows: {@code target_q += alpha sum_i weights_i a_iq}.
   *
   * @param alpha finite
   * @param weights as many as there are rows
   * @param a {@code [n, m]}
   * @param target {@code m} numbers
   */
  public static void addRows(double alpha, double[] weights, INDArray a, double[] target) {
    int m = target.length;
    TensorChecks.requireShape("rows to add", a, weights.length, m);
    int[] place = {0, 0};
    forEach(
        a,
        (chunk, length) -> {
          int at = 0;
          while (at < length) {
            int run = Math.min(m - place[1], length - at);
            addTo(target, place[1], alpha * weights[place[0]], chunk, at, run);
            at += run;
            place[1] += run;
            if (place[1] == m) {
              place[1] = 0;
              place[0]++;
            }
          }
        });
  }

  private static void addTo(
      double[] target, int to, double weight, double[] row, int from, int run) {
    for (int q = 0; q < run; q++) {
      target[to + q] = Math.fma(weight, row[from + q], target[to + q]);
    }
  }

  /** Shows all values in row-major order, some thousands at a time, in a buffer that is reused. */
  static void forEach(INDArray a, ObjIntConsumer<double[]> visitor) {
    if (!Nd4j.getEnvironment().isCPU() || a.dataType() != DataType.DOUBLE) {
      double[] all = Tensors.toDoubles(a);
      visitor.accept(all, all.length);
      return;
    }
    INDArray c = TensorViews.contiguous(a);
    double[] buffer = new double[(int) Math.min(SIZE, c.length())];
    DoublePointer from = new DoublePointer(c.data().addressPointer());
    for (long at = 0; at < c.length(); at += SIZE) {
      int length = (int) Math.min(SIZE, c.length() - at);
      from.position(at).get(buffer, 0, length);
      visitor.accept(buffer, length);
    }
    TensorViews.release(c, a);
  }
}
