package org.fullrank.ntk;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.MatrixSink;
import org.fullrank.linalg.Products;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.fullrank.linalg.TileSink;
import org.fullrank.nn.Network;
import org.fullrank.nn.Slot;
import org.fullrank.rigor.Quantity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The empirical neural tangent kernel {@code K_((i,c),(j,d)) = <grad f_c(x_i), grad f_d(x_j)>} of a
 * network at fixed parameters (Jacot, Gabriel, Hongler 2018).
 *
 * <p>Rows are ordered {@code i * k + c}. No factor {@code 1/n} or {@code 1/k} is applied; the
 * parametrisation is that of the layers. Results are new arrays that the caller closes.
 */
public final class EmpiricalNtk {
  /** How the kernel is computed; all give the same matrix up to rounding. */
  public enum Method {
    /**
     * From the Kronecker factors of each layer's gradients, never forming the Jacobian: {@code k}
     * cotangents pulled back once and, per dense layer, {@code O(n^2 d_in + k^2 n^2 d_out)}
     * operations. Networks that couple samples are computed as {@link #JACOBIAN}.
     */
    LAYERWISE,
    /**
     * The stored Jacobian times its transpose: {@code n k p} elements, {@code O((n k)^2 p)}
     * operations.
     */
    JACOBIAN,
    /**
     * {@code J (J^T e)} for each unit vector: {@code n k} backward and forward passes, least code.
     */
    OPERATOR
  }

  /** Tangents are applied in chunks of at most this many parameter entries. */
  private static final long CHUNK_ELEMENTS = 1L << 24;

  private final Network network;
  private final INDArray theta;
  private final Method method;
  private final boolean errorBound;

  private EmpiricalNtk(Network network, INDArray theta, Method method, boolean errorBound) {
    this.network = network;
    this.theta = theta;
    this.method = method;
    this.errorBound = errorBound;
  }

  /**
   * The kernel of a network, computed layer by layer.
   *
   * @param network with vector outputs {@code [k]} and at least one trained tensor
   * @param theta parameters {@code [p]}; not copied, must stay open and unchanged
   * @return the kernel
   */
  public static EmpiricalNtk of(Network network, INDArray theta) {
    network.outputs();
    if (network.parameterCount() == 0) {
      throw new IllegalArgumentException(
          "EmpiricalNtk expects a network with trained parameters but got only fixed layers");
    }
    TensorChecks.requireShape("theta", theta, network.parameterCount());
    TensorChecks.requireReal("theta", theta.dataType());
    TensorChecks.requireFinite("theta", theta);
    return new EmpiricalNtk(network, theta, Method.LAYERWISE, false);
  }

  /**
   * The same kernel computed another way.
   *
   * @param newMethod the way
   * @return the changed kernel
   */
  public EmpiricalNtk withMethod(Method newMethod) {
    return new EmpiricalNtk(network, theta, newMethod, errorBound);
  }

  /**
   * The same kernel, whose Grams carry {@link GramMatrix#errorBound()}. Costs a second backward
   * pass and two products per weight matrix.
   *
   * @return the changed kernel
   */
  public EmpiricalNtk withErrorBound() {
    return new EmpiricalNtk(network, theta, method, true);
  }

  /**
   * The full Gram matrix.
   *
   * @param x inputs {@code [n, ...input]}
   * @return {@code [n k, n k]}; one triangle is computed and mirrored
   * @throws IllegalArgumentException if {@code n k} rows squared are 2^31 elements or more, or as
   *     in {@link Network#linearize}
   */
  public GramMatrix gram(INDArray x) {
    requireStorable(x, x);
    if (effective() == Method.LAYERWISE) {
      INDArray matrix = layerwise(x, (gram, inputs, sink) -> gram.gram(inputs, sink), outputs());
      return GramMatrix.ofSymmetric(matrix, x.size(0), outputs(), error(x, matrix));
    }
    try (Jacobian jacobian = network.jacobian(theta, x)) {
      INDArray matrix = gram(jacobian);
      Quantity error =
          errorBound ? GramError.bound(jacobian, matrix, effective()) : GramMatrix.unknownError();
      return GramMatrix.fromUpper(matrix, jacobian.samples(), jacobian.outputs(), error);
    }
  }

  private Quantity error(INDArray x, INDArray matrix) {
    if (!errorBound) {
      return GramMatrix.unknownError();
    }
    try (Jacobian jacobian = network.jacobian(theta, x)) {
      return GramError.bound(jacobian, matrix, Method.LAYERWISE);
    }
  }

  private long outputs() {
    return network.outputs();
  }

  /** A kernel of the layerwise route. */
  private interface Kernel {
    void compute(LayerwiseGram gram, INDArray x, TileSink sink);
  }

  /** A symmetric kernel with some rows for each sample. */
  private INDArray layerwise(INDArray x, Kernel kernel, long rowsPerSample) {
    requireInputs(x);
    try (Arena arena = new Arena()) {
      LayerwiseGram gram = new LayerwiseGram(network, arena.contiguous(theta));
      long rows = x.size(0) * rowsPerSample;
      MatrixSink sink = MatrixSink.create(x.dataType(), rows, rows);
      arena.own(sink.matrix());
      kernel.compute(gram, arena.contiguous(x), sink);
      return arena.release(sink.matrix());
    }
  }

  private void requireInputs(INDArray x) {
    TensorChecks.requireShape("input", x, network.inputShape().after(-1));
    TensorChecks.requireType("theta", x.dataType(), theta);
    TensorChecks.requireFinite("input", x);
  }

  private INDArray gram(Jacobian jacobian) {
    if (effective() == Method.JACOBIAN) {
      try (INDArray j = jacobian.toMatrix()) {
        return Products.multiply(j, false, j, true);
      }
    }
    return operatorCross(jacobian, jacobian);
  }

  private Method effective() {
    return method == Method.LAYERWISE && network.couplesSamples() ? Method.JACOBIAN : method;
  }

  /**
   * The Gram between two sets of inputs.
   *
   * @param x2 inputs of the rows {@code [n2, ...input]}
   * @param x inputs of the columns {@code [n, ...input]}
   * @return {@code J(x2) J(x)^T} of shape {@code [n2 k, n k]}
   */
  public INDArray cross(INDArray x2, INDArray x) {
    requireStorable(x2, x);
    if (effective() == Method.LAYERWISE) {
      return layerwiseCross(x2, x);
    }
    try (Jacobian left = network.jacobian(theta, x2);
        Jacobian right = network.jacobian(theta, x)) {
      if (effective() == Method.JACOBIAN) {
        try (INDArray a = left.toMatrix();
            INDArray b = right.toMatrix()) {
          return finite("cross Gram", Products.multiply(a, false, b, true));
        }
      }
      return finite("cross Gram", operatorCross(left, right));
    }
  }

  private INDArray layerwiseCross(INDArray x2, INDArray x) {
    requireInputs(x2);
    requireInputs(x);
    try (Arena arena = new Arena()) {
      MatrixSink sink =
          MatrixSink.create(x.dataType(), x2.size(0) * outputs(), x.size(0) * outputs());
      arena.own(sink.matrix());
      new LayerwiseGram(network, arena.contiguous(theta))
          .cross(arena.contiguous(x2), arena.contiguous(x), sink);
      return arena.release(sink.matrix());
    }
  }

  /** {@code J_left (J_right^T E)} for the columns of the identity, in chunks. */
  private static INDArray operatorCross(Jacobian left, Jacobian right) {
    long columns = right.rows();
    INDArray out = Tensors.zeros(left.dataType(), left.rows(), columns);
    long chunk = Math.max(1, Math.min(columns, CHUNK_ELEMENTS / left.columns()));
    for (long from = 0; from < columns; from += chunk) {
      long m = Math.min(chunk, columns - from);
      try (INDArray unit = Tensors.zeros(left.dataType(), columns, m)) {
        for (long t = 0; t < m; t++) {
          unit.putScalar(from + t, t, 1);
        }
        try (INDArray gradient = right.applyTranspose(unit);
            INDArray product = left.apply(gradient)) {
          out.get(NDArrayIndex.all(), NDArrayIndex.interval(from, from + m)).assign(product);
        }
      }
    }
    return out;
  }

  /**
   * The diagonal of the Gram, without the Gram: squared gradient norms.
   *
   * @param x inputs {@code [n, ...input]}
   * @return {@code [n k]}
   */
  public INDArray diagonal(INDArray x) {
    try (Jacobian jacobian = network.jacobian(theta, x)) {
      if (network.couplesSamples()) {
        try (INDArray j = jacobian.toMatrix()) {
          return finite("diagonal", squaredNorms(Tensors.toRows(j), j.dataType()));
        }
      }
      try (Pullback pullback = jacobian.pullbackOutputs()) {
        return finite("diagonal", GramParts.diagonal(pullback.blocks()));
      }
    }
  }

  /** Finite parameters can overflow, most easily in single precision. */
  private static INDArray finite(String what, INDArray computed) {
    TensorChecks.requireFinite("computed " + what, computed);
    return computed;
  }

  private static INDArray squaredNorms(double[][] rows, DataType type) {
    double[] norms = new double[rows.length];
    for (int r = 0; r < rows.length; r++) {
      for (double v : rows[r]) {
        norms[r] = Math.fma(v, v, norms[r]);
      }
    }
    return Tensors.of(type, norms, norms.length);
  }

  /**
   * The trace kernel {@code sum_c K_((i,c),(j,c))}, without the full Gram, at about {@code 1/k} of
   * its cost.
   *
   * @param x inputs {@code [n, ...input]}
   * @return {@code [n, n]}, typed as one output per sample
   */
  public GramMatrix traceKernel(INDArray x) {
    TensorChecks.requireShape("input", x, network.inputShape().after(-1));
    requireStorable(x.size(0), x.size(0));
    if (network.couplesSamples()) {
      throw new IllegalStateException(
          "trace kernel expects independent samples but a layer couples them; use gram");
    }
    INDArray matrix = layerwise(x, (gram, inputs, sink) -> gram.trace(inputs, sink), 1);
    return GramMatrix.ofSymmetric(matrix, x.size(0), 1, GramMatrix.unknownError());
  }

  /**
   * The part of each parameter tensor; the parts sum to the Gram.
   *
   * @param x inputs {@code [n, ...input]}
   * @return slot name to part, in slot order; each is {@code [n k, n k]}
   */
  public Map<String, GramMatrix> perSlot(INDArray x) {
    return parts(x, Slot::name);
  }

  /**
   * The part of each layer: the sum over slots that share the name before the last dot.
   *
   * @param x inputs {@code [n, ...input]}
   * @return layer name to part, in slot order; each is {@code [n k, n k]}
   */
  public Map<String, GramMatrix> perLayer(INDArray x) {
    return parts(x, GramParts::layerName);
  }

  private Map<String, GramMatrix> parts(INDArray x, Function<Slot, String> keyOf) {
    requireStorable(x, x);
    requireInputs(x);
    Map<String, GramMatrix> out = new LinkedHashMap<>();
    long n = x.size(0);
    if (effective() == Method.LAYERWISE) {
      try (Arena arena = new Arena()) {
        LayerwiseGram gram = new LayerwiseGram(network, arena.contiguous(theta));
        gram.parts(arena.contiguous(x), keyOf)
            .forEach(
                (name, part) ->
                    out.put(
                        name,
                        GramMatrix.ofSymmetric(part, n, outputs(), GramMatrix.unknownError())));
      }
      return out;
    }
    try (Jacobian jacobian = network.jacobian(theta, x)) {
      GramParts.of(jacobian, network.slots(), keyOf)
          .forEach(
              (name, part) ->
                  out.put(
                      name, GramMatrix.fromUpper(part, n, outputs(), GramMatrix.unknownError())));
    }
    return out;
  }

  /**
   * The kernel without storage.
   *
   * @param x inputs {@code [n, ...input]}
   * @return the operator of size {@code n k}, which the caller closes
   */
  public NtkOperator operator(INDArray x) {
    return new NtkOperator(network.jacobian(theta, x));
  }

  private void requireStorable(INDArray rows, INDArray columns) {
    TensorChecks.requireShape("input", rows, network.inputShape().after(-1));
    TensorChecks.requireShape("input", columns, network.inputShape().after(-1));
    requireStorable(rows.size(0) * network.outputs(), columns.size(0) * network.outputs());
  }

  /** Sizes of arrays that exist, so the products of the callers are far from overflow. */
  private static void requireStorable(long rows, long columns) {
    if (rows > Integer.MAX_VALUE / columns) {
      throw new IllegalArgumentException(
          "NTK Gram matrix expects fewer than 2^31 entries but got ["
              + rows
              + ", "
              + columns
              + "]; use operator, diagonal or fewer samples");
    }
  }
}
