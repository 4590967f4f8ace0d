package org.fullrank.diff;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.LinearOperator;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The Jacobian of {@code n} outputs in {@code R^k} with respect to {@code p} parameters, as an
 * operator {@code R^p -> R^(n k)}. Row {@code i * k + c} belongs to sample {@code i} and output
 * {@code c}; columns follow the parameter vector. No factor {@code 1/n} or {@code 1/k} is applied.
 *
 * <p>Cost: applying it to {@code m} vectors is one forward-mode pass with {@code m} tangents, its
 * transpose one reverse-mode pass. Only {@link #toMatrix} and {@link #rows} store entries.
 */
public final class Jacobian implements LinearOperator, AutoCloseable {
  private final Linearization linearization;
  private final long parameters;
  private final boolean couplesSamples;
  private final long n;
  private final long k;

  private Jacobian(Linearization linearization, long parameters, boolean couplesSamples) {
    this.linearization = linearization;
    this.parameters = parameters;
    this.couplesSamples = couplesSamples;
    this.n = linearization.value().size(0);
    this.k = linearization.value().size(1);
  }

  /**
   * The Jacobian of a linearization whose value is {@code [n, k]}; closing it closes the
   * linearization.
   *
   * @param linearization a map of parameters and inputs at a point
   * @param parameters the number of parameters, positive
   * @param couplesSamples whether the output of one sample depends on the others
   * @return the operator
   */
  public static Jacobian of(Linearization linearization, long parameters, boolean couplesSamples) {
    TensorChecks.requireRank("network output", linearization.value(), 2);
    Tensors.length(linearization.value().size(0), linearization.value().size(1), 1);
    Tensors.length(parameters);
    return new Jacobian(linearization, parameters, couplesSamples);
  }

  @Override
  public long rows() {
    return n * k;
  }

  @Override
  public long columns() {
    return parameters;
  }

  @Override
  public DataType dataType() {
    return linearization.value().dataType();
  }

  /**
   * The point at which it was taken.
   *
   * @return the linearization, owned by this object
   */
  public Linearization linearization() {
    return linearization;
  }

  /**
   * The number of samples.
   *
   * @return n
   */
  public long samples() {
    return n;
  }

  /**
   * The number of outputs of a sample.
   *
   * @return k
   */
  public long outputs() {
    return k;
  }

  @Override
  public INDArray apply(INDArray v) {
    check("Jacobian apply", v, parameters);
    try (INDArray tangents = Tensors.transpose(v);
        INDArray dy = Objects.requireNonNull(linearization.jvp(tangents, null))) {
      return Tensors.transpose(TensorViews.reshape(dy, v.size(1), n * k));
    }
  }

  @Override
  public INDArray applyTranspose(INDArray u) {
    check("Jacobian applyTranspose", u, n * k);
    try (INDArray cotangents = Tensors.transpose(u);
        INDArray gradients = vjp(TensorViews.reshape(cotangents, u.size(1), n, k))) {
      return Tensors.transpose(gradients);
    }
  }

  /**
   * Vector-Jacobian products of a block of output cotangents.
   *
   * @param dy {@code [m, n, k]}
   * @return {@code [m, p]}
   */
  public INDArray vjp(INDArray dy) {
    TensorChecks.requireShape("cotangents", dy, -1, n, k);
    TensorChecks.requireType("cotangents", dataType(), dy);
    TensorChecks.requireFinite("cotangents", dy);
    INDArray contiguous = TensorViews.contiguous(dy);
    try (Pullback pullback = linearization.pullback(contiguous);
        Arena arena = new Arena()) {
      List<INDArray> sums = new ArrayList<>();
      for (ParameterBlock block : pullback.blocks()) {
        sums.add(arena.own(block.sum()));
      }
      return concatenateColumns(sums, dy.size(0));
    } finally {
      TensorViews.release(contiguous, dy);
    }
  }

  private INDArray concatenateColumns(List<INDArray> parts, long rows) {
    INDArray out = Tensors.zeros(dataType(), rows, parameters);
    long offset = 0;
    for (INDArray part : parts) {
      out.get(NDArrayIndex.all(), NDArrayIndex.interval(offset, offset + part.size(1)))
          .assign(part);
      offset += part.size(1);
    }
    return out;
  }

  /**
   * One backward pass that pulls back every output of every sample: cotangent {@code c} is the unit
   * vector of output {@code c} for all samples at once. Not defined when samples are coupled.
   *
   * @return blocks whose row {@code (c, i)} is Jacobian row {@code i * k + c}; the caller closes it
   * @throws IllegalStateException if samples are coupled
   */
  public Pullback pullbackOutputs() {
    requireIndependentSamples();
    INDArray dy = outputBasis(dataType(), (int) n, (int) k);
    Pullback inner = linearization.pullback(dy);
    Arena arena = new Arena();
    arena.own(dy);
    return Pullback.lazy(inner::inputCotangent, inner.blocks(), arena.absorb(inner::close));
  }

  /** Cotangents {@code [k, n, k]}: block c is unit vector c for every sample. */
  static INDArray outputBasis(DataType type, int n, int k) {
    double[] v = new double[Tensors.length(k, n, k)];
    for (int c = 0; c < k; c++) {
      for (int i = 0; i < n; i++) {
        v[(c * n + i) * k + c] = 1;
      }
    }
    return Tensors.of(type, v, k, n, k);
  }

  @Override
  public INDArray toMatrix() {
    return rows(0, n);
  }

  /**
   * The stored rows of consecutive samples. Slot by slot the rows of all samples are formed and
   * then sliced, so peak memory is that of the largest slot's {@code n k size} entries, whatever
   * the range.
   *
   * @param from first sample
   * @param to one past the last sample
   * @return {@code [(to - from) k, p]}
   */
  public INDArray rows(long from, long to) {
    if (from < 0 || to > n || from >= to) {
      throw new IllegalArgumentException(
          "expected samples 0 <= from < to <= " + n + " but got from " + from + " to " + to);
    }
    Tensors.length((to - from) * k, parameters);
    if (couplesSamples) {
      return coupledRows(from, to);
    }
    INDArray out = Tensors.zeros(dataType(), (to - from) * k, parameters);
    INDArray bySample = TensorViews.reshape(out, to - from, k, parameters);
    try (Pullback pullback = pullbackOutputs()) {
      long offset = 0;
      for (ParameterBlock block : pullback.blocks()) {
        try (INDArray rows = block.rows()) {
          for (long c = 0; c < k; c++) {
            INDArray source =
                TensorViews.reshape(TensorViews.leading(rows, c, c + 1), n, block.size());
            bySample
                .get(
                    NDArrayIndex.all(),
                    NDArrayIndex.point(c),
                    NDArrayIndex.interval(offset, offset + block.size()))
                .assign(TensorViews.leading(source, from, to));
          }
        }
        offset += block.size();
      }
    }
    return out;
  }

  /** One cotangent per row: right whether or not samples are coupled. */
  private INDArray coupledRows(long from, long to) {
    long m = (to - from) * k;
    double[] v = new double[Tensors.length(m, n * k)];
    for (int r = 0; r < m; r++) {
      v[(int) (r * n * k + from * k + r)] = 1;
    }
    try (INDArray dy = Tensors.of(dataType(), v, m, n, k)) {
      return vjp(dy);
    }
  }

  /**
   * The Jacobian of each output with respect to its own sample's input.
   *
   * @return {@code [n, k, ...input]}
   * @throws IllegalStateException if samples are coupled
   */
  public INDArray inputJacobian() {
    try (Pullback pullback = pullbackOutputs()) {
      INDArray dx = pullback.inputCotangent();
      int[] order = new int[dx.rank()];
      for (int d = 0; d < order.length; d++) {
        order[d] = d == 0 ? 1 : d == 1 ? 0 : d;
      }
      return dx.permute(order).dup('c');
    }
  }

  private void requireIndependentSamples() {
    if (couplesSamples) {
      throw new IllegalStateException(
          "expected a network whose samples are independent but a layer couples them;"
              + " use apply and applyTranspose");
    }
  }

  private void check(String where, INDArray v, long rows) {
    TensorChecks.requireShape(where, v, rows, -1);
    TensorChecks.requireType(where, dataType(), v);
    TensorChecks.requireFinite(where, v);
  }

  @Override
  public void close() {
    linearization.close();
  }
}
