package org.fullrank.ntk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.fullrank.diff.Jacobian;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.nn.Network;
import org.fullrank.nn.Slot;
import org.fullrank.ntk.GramPlan.Kernel;
import org.fullrank.rigor.ProgressListener;
import org.nd4j.linalg.api.ndarray.INDArray;

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
     * operations. One product of the native BLAS, whose last bits depend on its number of threads:
     * they are others when another thread of this process runs tasks of {@link
     * org.fullrank.linalg.Parallel} meanwhile, which sets the BLAS to one thread. The layerwise way
     * gives the same bits always.
     */
    JACOBIAN,
    /**
     * {@code J (J^T e)} for each unit vector: {@code n k} backward and forward passes, least code.
     */
    OPERATOR
  }

  private final Network network;
  private final INDArray theta;
  private final Options options;

  /** What can be changed about a kernel. */
  private record Options(Method method, long budget, ProgressListener progress) {}

  private EmpiricalNtk(Network network, INDArray theta, Options options) {
    this.network = network;
    this.theta = theta;
    this.options = options;
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
    return new EmpiricalNtk(
        network, theta, new Options(Method.LAYERWISE, Long.MAX_VALUE, ProgressListener.none()));
  }

  /**
   * The same kernel computed another way.
   *
   * @param method the way
   * @return the changed kernel
   */
  public EmpiricalNtk withMethod(Method method) {
    return new EmpiricalNtk(network, theta, new Options(method, options.budget, options.progress));
  }

  /**
   * The same kernel, which keeps as many factors as a memory budget allows and refuses what does
   * not fit; see {@link #plan}. The bits of the results stay the same. It holds for {@link #gram},
   * {@link #traceKernel} and {@link #gramToFile} by the layerwise way; the other methods keep all
   * factors. Without a budget, and beyond one, the limit is what JavaCPP still lets the process
   * take ({@link org.fullrank.linalg.Backend#availableBytes}).
   *
   * @param bytes limit of {@link GramPlan#peakBytes}, the result included, positive
   * @return the changed kernel
   */
  public EmpiricalNtk withMemoryBudget(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("expected a budget of bytes > 0 but got " + bytes);
    }
    return new EmpiricalNtk(network, theta, new Options(options.method, bytes, options.progress));
  }

  /**
   * The same kernel, which says how far {@link #gram}, {@link #traceKernel} and {@link #gramToFile}
   * are by the layerwise way, in millions of counted operations.
   *
   * @param listener called by the computing threads, one at a time
   * @return the changed kernel
   */
  public EmpiricalNtk withProgress(ProgressListener listener) {
    return new EmpiricalNtk(network, theta, new Options(options.method, options.budget, listener));
  }

  /**
   * What {@link #gram} would take, from a calibration of about half a second.
   *
   * @param x inputs {@code [n, ...input]}
   * @return bytes, operations and seconds of the layerwise way
   * @throws IllegalStateException if another way is chosen, or samples are coupled
   */
  public GramPlan plan(INDArray x) {
    return route("plan").plan(checked(x), Kernel.GRAM, GramDisk.NONE);
  }

  /**
   * What {@link #traceKernel} would take.
   *
   * @param x inputs {@code [n, ...input]}
   * @return as for {@link #plan}
   * @throws IllegalStateException as in {@link #plan}
   */
  public GramPlan planTrace(INDArray x) {
    return route("planTrace").plan(checked(x), Kernel.TRACE, GramDisk.NONE);
  }

  /**
   * What {@link #gramToFile} would take; writes and reads some megabytes in the folder to see how
   * fast it is, an eighth of the free room at most, and without room none: the time is then that of
   * the computation alone. What the system keeps in memory goes faster than its disk: a file larger
   * than memory can take longer.
   *
   * @param x inputs {@code [n, ...input]}
   * @param file where the Gram is to go
   * @return as for {@link #plan}
   * @throws IOException if the folder cannot be written
   * @throws IllegalStateException as in {@link #plan}
   */
  public GramPlan planFile(INDArray x, Path file) throws IOException {
    return route("planFile").plan(checked(x), Kernel.FILE, GramDisk.of(file));
  }

  /**
   * The full Gram matrix.
   *
   * @param x inputs {@code [n, ...input]}
   * @return {@code [n k, n k]}, symmetric to the bit
   * @throws IllegalArgumentException if {@code n k} rows squared are 2^31 elements or more, if the
   *     memory budget or the process's limit does not suffice, if the result is not finite, or as
   *     in {@link Network#linearize}
   */
  public GramMatrix gram(INDArray x) {
    requireStorable(x, x);
    if (effective() == Method.LAYERWISE) {
      INDArray matrix = route("gram").gram(checked(x));
      try {
        return GramMatrix.ofSymmetric(matrix, x.size(0), network.outputs());
      } catch (RuntimeException | Error e) {
        matrix.close();
        throw e;
      }
    }
    try (Jacobian jacobian = network.jacobian(theta, x)) {
      INDArray matrix = JacobianGram.symmetric(jacobian, effective());
      return GramMatrix.fromUpper(matrix, jacobian.samples(), jacobian.outputs());
    }
  }

  private Method effective() {
    return options.method == Method.LAYERWISE && network.traits().couplesSamples()
        ? Method.JACOBIAN
        : options.method;
  }

  private LayerwiseRoute route(String where) {
    if (effective() != Method.LAYERWISE) {
      throw new IllegalStateException(
          where
              + (network.traits().couplesSamples()
                  ? " expects independent samples but a layer couples them; use gram"
                  : " expects the layerwise way but got " + options.method));
    }
    return new LayerwiseRoute(network, theta, options.budget, options.progress);
  }

  private INDArray checked(INDArray x) {
    TensorChecks.requireShape("input", x, network.inputShape().after(-1));
    TensorChecks.requireFinite("input", x);
    TensorChecks.requireType("theta", x.dataType(), theta);
    return x;
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
      return route("cross").cross(checked(x2), checked(x));
    }
    try (Jacobian left = network.jacobian(theta, x2);
        Jacobian right = network.jacobian(theta, x)) {
      return finite("cross Gram", JacobianGram.cross(left, right, effective()));
    }
  }

  /**
   * The diagonal of the Gram, without the Gram: squared gradient norms.
   *
   * @param x inputs {@code [n, ...input]}
   * @return {@code [n k]}
   */
  public INDArray diagonal(INDArray x) {
    try (Jacobian jacobian = network.jacobian(theta, x)) {
      return finite("diagonal", JacobianGram.diagonal(jacobian, network.traits().couplesSamples()));
    }
  }

  /** Finite parameters can overflow, most easily in single precision. */
  private static INDArray finite(String what, INDArray computed) {
    TensorChecks.requireFinite("computed " + what, computed);
    return computed;
  }

  /**
   * The trace kernel {@code sum_c K_((i,c),(j,c))}, without the full Gram, at about {@code 1/k} of
   * its cost.
   *
   * @param x inputs {@code [n, ...input]}
   * @return {@code [n, n]}, typed as one output per sample
   * @throws IllegalStateException if samples are coupled
   */
  public GramMatrix traceKernel(INDArray x) {
    TensorChecks.requireShape("input", x, network.inputShape().after(-1));
    requireStorable(x.size(0), x.size(0));
    LayerwiseRoute route =
        (network.traits().couplesSamples() ? this : withMethod(Method.LAYERWISE))
            .route("trace kernel");
    return GramMatrix.ofSymmetric(route.trace(checked(x)), x.size(0), 1);
  }

  /**
   * The Gram matrix in an {@code .npy} file, for matrices that do not fit into memory: computed
   * tile by tile within the memory budget, both halves written. If the computation is ended before
   * its time, the same call goes on where it was: finished tiles are listed with checksums in a
   * second file. The values are those of {@link #gram}, to the bit.
   *
   * @param x inputs {@code [n, ...input]}
   * @param file is created, or completed if the same computation began it
   * @throws IOException if a file cannot be read or written, or the disk has too little room
   * @throws IllegalArgumentException if the file belongs to something else, or as in {@link #gram};
   *     there is no limit of 2^31 elements, but of 2^31 rows
   * @throws IllegalStateException as in {@link #plan}
   */
  public void gramToFile(INDArray x, Path file) throws IOException {
    route("gramToFile").gramToFile(checked(x), file);
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
    Map<String, GramMatrix> out = new LinkedHashMap<>();
    long n = x.size(0);
    long k = network.outputs();
    if (effective() == Method.LAYERWISE) {
      route("parts")
          .parts(checked(x), keyOf)
          .forEach((name, part) -> out.put(name, GramMatrix.ofSymmetric(part, n, k)));
      return out;
    }
    try (Jacobian jacobian = network.jacobian(theta, x)) {
      GramParts.of(jacobian, network.slots(), keyOf)
          .forEach((name, part) -> out.put(name, GramMatrix.fromUpper(part, n, k)));
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
              + "] in memory; use gramToFile, operator, diagonal or fewer samples");
    }
  }
}
