package org.fullrank.nn.enclosed;

import java.util.Arrays;
import java.util.Objects;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * What a layer is enclosed at: its own parameters, taken as exact, and enclosed inputs. Offsets of
 * parameters count from the layer's first one, as in its slots; {@link #slotOffset} says where a
 * tensor lies in the parameter vector of the whole network, which is one place for all uses of a
 * shared layer.
 */
public final class EnclosedInput {
  private final double[] theta;
  private final long[] origin;
  private final int start;
  private final IntervalMatrix x;
  private final DataType type;
  private final int threads;

  private EnclosedInput(
      double[] theta, long[] origin, int start, IntervalMatrix x, DataType type, int threads) {
    this.theta = theta;
    this.origin = origin;
    this.start = start;
    this.x = x;
    this.type = type;
    this.threads = threads;
  }

  /**
   * The input of a chain of layers.
   *
   * @param theta parameters of all layers one after the other, finite; not copied
   * @param origin for every parameter its place in the parameter vector of the network; not copied
   * @param x inputs {@code [n][d]}
   * @param type of the numbers of a forward pass, in which layers round what they store
   * @param threads to use, at least 1; no bit of a result depends on it
   * @return the input
   */
  public static EnclosedInput of(
      double[] theta, long[] origin, IntervalMatrix x, DataType type, int threads) {
    if (origin.length != theta.length) {
      throw new IllegalArgumentException(
          "EnclosedInput expects a place for each of "
              + theta.length
              + " parameters but got "
              + origin.length);
    }
    return new EnclosedInput(theta, origin, 0, x, type, threads);
  }

  /**
   * The same with other inputs, for a layer further on.
   *
   * @param newX inputs {@code [n][d]}
   * @param skipped number of parameters before those of that layer
   * @return the input of that layer
   */
  public EnclosedInput next(IntervalMatrix newX, long skipped) {
    return new EnclosedInput(theta, origin, Math.toIntExact(start + skipped), newX, type, threads);
  }

  /**
   * The same with numbers that nobody trains in place of the parameters.
   *
   * @param fixed finite or infinite numbers, not copied
   * @return an input whose tensors are nobody's slot
   */
  public EnclosedInput frozen(double[] fixed) {
    long[] nowhere = new long[fixed.length];
    Arrays.fill(nowhere, AffineStep.FIXED);
    return new EnclosedInput(fixed, nowhere, 0, x, type, threads);
  }

  /**
   * The inputs.
   *
   * @return {@code [n][d]}
   */
  public IntervalMatrix x() {
    return x;
  }

  /**
   * The type of the numbers in a forward pass.
   *
   * @return single or double precision
   */
  public DataType type() {
    return type;
  }

  /**
   * How many threads may be used.
   *
   * @return at least 1
   */
  public int threads() {
    return threads;
  }

  /**
   * A tensor of the layer.
   *
   * @param offset of its first element, counted from the layer's first parameter
   * @param size number of elements
   * @return a copy in row-major order
   */
  public double[] tensor(long offset, long size) {
    int from = Math.toIntExact(start + offset);
    int to = Math.toIntExact(from + size);
    Objects.checkFromToIndex(from, to, theta.length);
    return Arrays.copyOfRange(theta, from, to);
  }

  /**
   * Where a tensor of the layer lies in the parameter vector of the network.
   *
   * @param offset of its first element, counted from the layer's first parameter
   * @return its offset there, or {@link AffineStep#FIXED} if it is not trained
   */
  public long slotOffset(long offset) {
    return origin[Math.toIntExact(start + offset)];
  }
}
