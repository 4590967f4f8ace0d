package org.fullrank.ntk;

import org.fullrank.linalg.Parallel;
import org.fullrank.linalg.Products;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.eigen.SpectralDistance;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.matrix.EnclosedGram;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A stored kernel matrix of {@code n} samples and {@code k} outputs: symmetric to the bit, of size
 * {@code n k}, row {@code i * k + c} for sample {@code i} and output {@code c}.
 *
 * <p>Owns off-heap memory, freed by {@link #close()}.
 */
public final class GramMatrix implements SymmetricOperator, AutoCloseable {
  private final INDArray matrix;
  private final long samples;
  private final long outputs;

  private GramMatrix(INDArray matrix, long samples, long outputs) {
    this.matrix = matrix;
    this.samples = samples;
    this.outputs = outputs;
  }

  /**
   * A kernel matrix from elsewhere, nothing known about its error.
   *
   * @param matrix {@code [n k, n k]}, finite and symmetric to the bit; copied
   * @param samples n
   * @param outputs k
   * @return the typed matrix
   * @throws IllegalArgumentException if the size is not {@code n k}, an entry is not finite or the
   *     matrix is not symmetric to the bit (average the halves yourself, knowingly)
   */
  public static GramMatrix of(INDArray matrix, long samples, long outputs) {
    if (samples < 1 || outputs < 1) {
      throw new IllegalArgumentException(
          "Gram matrix expects n >= 1 and k >= 1 but got n = " + samples + ", k = " + outputs);
    }
    Tensors.length(samples, outputs);
    TensorChecks.requireShape("Gram matrix", matrix, samples * outputs, samples * outputs);
    TensorChecks.requireReal("Gram matrix", matrix.dataType());
    TensorChecks.requireFinite("Gram matrix", matrix);
    SymmetricMatrix.requireSymmetric("Gram matrix", Tensors.toRows(matrix));
    return new GramMatrix(matrix.dup('c'), samples, outputs);
  }

  /** Takes ownership of a computed matrix; its upper triangle is mirrored. */
  static GramMatrix fromUpper(INDArray matrix, long samples, long outputs) {
    int size = (int) matrix.size(0);
    double[] v = Tensors.toDoubles(matrix);
    for (int i = 1; i < size; i++) {
      for (int j = 0; j < i; j++) {
        v[i * size + j] = v[j * size + i];
      }
    }
    Tensors.write(v, matrix);
    TensorChecks.requireFinite("computed Gram matrix", matrix);
    return new GramMatrix(matrix, samples, outputs);
  }

  /** Takes ownership of a computed matrix, finite and symmetric to the bit. */
  static GramMatrix ofSymmetric(INDArray matrix, long samples, long outputs) {
    return new GramMatrix(matrix, samples, outputs);
  }

  @Override
  public long size() {
    return samples * outputs;
  }

  @Override
  public DataType dataType() {
    return matrix.dataType();
  }

  /**
   * The number of samples.
   *
   * @return n
   */
  public long samples() {
    return samples;
  }

  /**
   * The number of outputs of a sample.
   *
   * @return k
   */
  public long outputs() {
    return outputs;
  }

  /**
   * One entry.
   *
   * @param i first sample
   * @param c its output
   * @param j second sample
   * @param d its output
   * @return the inner product of the two gradients
   */
  public double entry(long i, long c, long j, long d) {
    if (i < 0
        || j < 0
        || c < 0
        || d < 0
        || i >= samples
        || j >= samples
        || c >= outputs
        || d >= outputs) {
      throw new IllegalArgumentException(
          "Gram entry expects samples below "
              + samples
              + " and outputs below "
              + outputs
              + " but got ("
              + i
              + ", "
              + c
              + ", "
              + j
              + ", "
              + d
              + ")");
    }
    return open().getDouble(i * outputs + c, j * outputs + d);
  }

  /**
   * The stored matrix itself.
   *
   * @return {@code [n k, n k]}, row-major; do not write or close it
   */
  public INDArray matrix() {
    return open();
  }

  /**
   * How far this stored matrix {@code K^} is from the Gram matrix {@code K} of the network in exact
   * arithmetic, with the same stored parameters and inputs: an enclosure of {@code ||K^ - K||_2}
   * whose upper end bounds what any eigenvalue has moved.
   *
   * <pre>{@code
   * EnclosedGram exact = NetworkEnclosure.of(network, theta).at(x).jacobian().gram();
   * Quantity distance = ntk.gram(x).distanceToExactNetwork(exact);
   * }</pre>
   *
   * <p>It is computed in plain Java from the numbers of both matrices, and nothing is believed of
   * the way in which this one was made; so it is a proof for single and double precision alike, and
   * stays true of a matrix that belongs to other parameters, inputs or parts of them: those cannot
   * be checked here, the distance is merely large then. {@code K} is what {@link
   * EnclosedGram#exactNetwork()} stands for; in single precision that is a network whose scales are
   * not rounded (see {@code org.fullrank.enclosure}). For a Gram in single precision enclose the
   * network at the single-precision {@code theta} and {@code x}: with the doubles that they were
   * rounded from, the distance includes that rounding and looks much alike. An enclosure with
   * weights of samples is one of another kernel.
   *
   * <p>Up to {@code n k = 4096} the difference is enclosed to a few per cent where it is larger
   * than the error bound of the enclosure, beyond that by norms that are larger by a factor of up
   * to {@code sqrt(n k)}; see {@link SpectralDistance}. Cost: mostly that of the enclosed Gram, 4
   * to 21 times that of a stored one.
   *
   * @param exact the Gram of the same samples and outputs, enclosed; of some parameter tensors only
   *     for a {@linkplain EmpiricalNtk#perSlot part} of the kernel
   * @return verified, about the exact network; {@code [0, infinity)} if the enclosure is unbounded
   * @throws IllegalArgumentException if it has other numbers of samples or outputs, as it has for
   *     {@link EmpiricalNtk#traceKernel}, which sums over outputs
   * @throws IllegalStateException if this thread does not compute by IEEE 754
   */
  public Quantity distanceToExactNetwork(EnclosedGram exact) {
    if (exact.outputs() != outputs || exact.order() != size()) {
      throw new IllegalArgumentException(
          "distanceToExactNetwork expects the enclosed Gram of n = "
              + samples
              + " samples and k = "
              + outputs
              + " outputs but got n = "
              + exact.order() / exact.outputs()
              + ", k = "
              + exact.outputs()
              + (outputs == 1 ? " (a trace kernel has no enclosure)" : ""));
    }
    INDArray stored = open();
    return SpectralDistance.enclose(
            row -> Tensors.toDoubles(TensorViews.leading(stored, row, row + 1L)),
            exact.exactNetwork(),
            Parallel.threads())
        .withSymbol("||K^ - K||_2");
  }

  @Override
  public INDArray apply(INDArray v) {
    TensorChecks.requireShape("Gram apply", v, size(), -1);
    TensorChecks.requireType("Gram apply", dataType(), v);
    TensorChecks.requireFinite("Gram apply", v);
    return Products.multiply(open(), false, v, false);
  }

  @Override
  public INDArray toMatrix() {
    return open().dup('c');
  }

  private INDArray open() {
    if (matrix.wasClosed()) {
      throw new IllegalStateException(
          this + " expects to be used before close() but got a call after it");
    }
    return matrix;
  }

  @Override
  public void close() {
    if (!matrix.wasClosed()) {
      matrix.close();
    }
  }

  @Override
  public String toString() {
    return "GramMatrix(n = " + samples + ", k = " + outputs + ", " + dataType() + ")";
  }
}
