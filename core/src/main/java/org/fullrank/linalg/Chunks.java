package org.fullrank.linalg;

import java.util.List;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;
import org.fullrank.cancel.Cancellation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Work on tensors piece by piece, without a Java copy of the whole. */
public final class Chunks {
  /** Elements of a buffer that stays in the cache. */
  static final int SIZE = 4096;

  /** Chunks of a function that make up for the start of a second thread. */
  private static final int LEAST_CHUNKS = 8;

  /** Work on the elements from {@code at} on; it owns buffers of {@link #SIZE} elements. */
  @FunctionalInterface
  interface Piece {
    void run(long at, int length);
  }

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

  /** The same in single precision. */
  @FunctionalInterface
  public interface PairOfSingleFunctions {
    /**
     * Evaluates both.
     *
     * @param x numbers
     * @param first receives the first function; may be {@code x} itself
     * @param second receives the second function; another array
     */
    void evaluate(float[] x, float[] first, float[] second);
  }

  private Chunks() {}

  /**
   * Two functions of every entry, evaluated in the precision of the array, by several threads where
   * there is enough to do. The values do not depend on the number of threads if those of an entry
   * do not depend on the other entries.
   *
   * @param a any array
   * @param functions pure; used for double precision
   * @param singleFunctions pure; used for single precision
   * @return two new row-major arrays of the shape and type of {@code a}
   */
  public static List<INDArray> map(
      INDArray a, PairOfFunctions functions, PairOfSingleFunctions singleFunctions) {
    TensorChecks.requireReal("array", a.dataType());
    INDArray c = TensorViews.contiguous(a);
    INDArray first = Tensors.uninitialized(a.dataType(), a.shape());
    INDArray second = Tensors.uninitialized(a.dataType(), a.shape());
    try {
      map(c, functions, singleFunctions, first, second);
    } catch (RuntimeException | Error e) {
      first.close();
      second.close();
      throw e;
    } finally {
      TensorViews.release(c, a);
    }
    return List.of(first, second);
  }

  /**
   * As above, into arrays.
   *
   * @param a row-major without gaps
   * @param functions pure; used for double precision
   * @param singleFunctions pure; used for single precision
   * @param first receives the first function; of the shape and type of {@code a}, row-major without
   *     gaps; may be {@code a} itself
   * @param second receives the second function, likewise; another array
   * @throws IllegalArgumentException if types, shapes or layouts do not fit
   */
  public static void map(
      INDArray a,
      PairOfFunctions functions,
      PairOfSingleFunctions singleFunctions,
      INDArray first,
      INDArray second) {
    TensorChecks.requireOpen("array", a);
    TensorChecks.requireReal("array", a.dataType());
    requireLike("first function", first, a);
    requireLike("second function", second, a);
    if (second == a || second == first) {
      throw new IllegalArgumentException("map expects different arrays for its two functions");
    }
    boolean single = a.dataType() == DataType.FLOAT;
    if (!Elements.direct()) {
      double[] one = Tensors.toDoubles(a);
      double[] two = new double[one.length];
      if (single) {
        evaluateFloats(singleFunctions, one, two);
      } else {
        functions.evaluate(one, one, two);
      }
      Tensors.write(one, first);
      Tensors.write(two, second);
      return;
    }
    pieces(
        a.length(),
        LEAST_CHUNKS,
        () ->
            single
                ? singleMapping(a, singleFunctions, first, second)
                : mapping(a, functions, first, second));
  }

  private static void requireLike(String name, INDArray target, INDArray a) {
    TensorChecks.requireType(name, a.dataType(), target);
    TensorChecks.requireShape(name, target, a.shape());
    if (!TensorViews.isContiguous(target) || !TensorViews.isContiguous(a)) {
      throw new IllegalArgumentException(
          name
              + " expects row-major arrays without gaps but got "
              + TensorChecks.describe(a)
              + " and "
              + TensorChecks.describe(target));
    }
  }

  /** Of numbers that are floats; the results are, too. */
  static void evaluateFloats(PairOfSingleFunctions functions, double[] x, double[] second) {
    float[] u = new float[x.length];
    float[] v = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      u[i] = (float) x[i];
    }
    functions.evaluate(u, u, v);
    for (int i = 0; i < x.length; i++) {
      x[i] = u[i];
      second[i] = v[i];
    }
  }

  private static Piece mapping(
      INDArray from, PairOfFunctions functions, INDArray first, INDArray second) {
    Elements source = new Elements(from);
    Elements firstTarget = new Elements(first);
    Elements secondTarget = new Elements(second);
    double[] x = new double[(int) Math.min(SIZE, from.length())];
    double[] y = new double[x.length];
    return (at, length) -> {
      double[] u = length == x.length ? x : new double[length];
      double[] v = length == x.length ? y : new double[length];
      source.read(at, u, 0, length);
      functions.evaluate(u, u, v);
      firstTarget.write(at, u, 0, length);
      secondTarget.write(at, v, 0, length);
    };
  }

  private static Piece singleMapping(
      INDArray from, PairOfSingleFunctions functions, INDArray first, INDArray second) {
    Elements source = new Elements(from);
    Elements firstTarget = new Elements(first);
    Elements secondTarget = new Elements(second);
    float[] x = new float[(int) Math.min(SIZE, from.length())];
    float[] y = new float[x.length];
    return (at, length) -> {
      float[] u = length == x.length ? x : new float[length];
      float[] v = length == x.length ? y : new float[length];
      source.read(at, u, length);
      functions.evaluate(u, u, v);
      firstTarget.write(at, u, length);
      secondTarget.write(at, v, length);
    };
  }

  /**
   * Covers {@code length} elements, chunk by chunk, on several threads if there are enough chunks
   * and this is not a task of {@link Parallel} already.
   *
   * @param least chunks that are worth a second thread
   * @param workers called once on each thread
   */
  static void pieces(long length, int least, Supplier<Piece> workers) {
    int chunks = (int) ((length + SIZE - 1) / SIZE);
    if (chunks < least || Parallel.threads() == 1) {
      Piece piece = workers.get();
      for (int c = 0; c < chunks; c++) {
        run(piece, c, length);
      }
    } else {
      // A pass over an array is short, and its caller holds arrays: an interrupt waits for its end.
      Cancellation.deferred(
          () -> {
            Parallel.run(
                chunks,
                () -> {
                  Piece piece = workers.get();
                  return c -> run(piece, c, length);
                });
            return chunks;
          });
    }
  }

  private static void run(Piece piece, int chunk, long length) {
    long at = (long) chunk * SIZE;
    piece.run(at, (int) Math.min(SIZE, length - at));
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

  /**
   * Shows all values in row-major order, some thousands at a time, in a buffer that is reused.
   *
   * @param a any array
   * @param visitor gets the buffer and how many of its first numbers count
   */
  public static void forEach(INDArray a, ObjIntConsumer<double[]> visitor) {
    TensorChecks.requireOpen("array", a);
    TensorChecks.requireReal("array", a.dataType());
    if (!Elements.direct()) {
      double[] all = Tensors.toDoubles(a);
      visitor.accept(all, all.length);
      return;
    }
    INDArray c = TensorViews.contiguous(a);
    double[] buffer = new double[(int) Math.min(SIZE, c.length())];
    Elements from = new Elements(c);
    for (long at = 0; at < c.length(); at += SIZE) {
      int length = (int) Math.min(SIZE, c.length() - at);
      from.read(at, buffer, 0, length);
      visitor.accept(buffer, length);
    }
    TensorViews.release(c, a);
  }
}
