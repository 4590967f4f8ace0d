package org.fullrank.nn.layer;

import java.util.List;
import java.util.Optional;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.Products;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.LayerContent;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.Traits;
import org.fullrank.nn.enclosed.AffineStep;
import org.fullrank.nn.enclosed.EnclosedInput;
import org.fullrank.rigor.matrix.LinearMap;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The untrained linear map {@code h <- M h} of each sample, {@code M} of shape {@code [out, in]}
 * (the column convention of the deep linear papers). It has no slots. In single precision {@code M}
 * is rounded to nearest.
 */
public final class FixedLinear implements Layer {
  private final String name;
  private final INDArray matrix;

  private FixedLinear(String name, INDArray matrix) {
    this.name = name;
    this.matrix = matrix;
  }

  /**
   * A fixed map.
   *
   * @param name for messages and files
   * @param matrix {@code [out, in]}, finite; copied
   * @return the layer
   */
  public static FixedLinear of(String name, INDArray matrix) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("FixedLinear expects a name but got '" + name + "'");
    }
    String where = "FixedLinear '" + name + "' matrix";
    TensorChecks.requireRank(where, matrix, 2);
    TensorChecks.requireReal(where, matrix.dataType());
    TensorChecks.requireFinite(where, matrix);
    return new FixedLinear(name, matrix.dup('c'));
  }

  /**
   * The name.
   *
   * @return as given
   */
  public String name() {
    return name;
  }

  /**
   * The map.
   *
   * @return a copy {@code [out, in]}
   */
  public INDArray matrix() {
    return matrix.dup('c');
  }

  /**
   * The map that takes part in a forward pass on inputs of a type. Every statement about such a
   * pass, and about the exact network on such inputs, has to start from it and not from {@link
   * #matrix()}: rounding changes ranks.
   *
   * @param type single or double precision
   * @return a copy {@code [out, in]} of that type, rounded to nearest; infinite where an entry
   *     overflows
   */
  public INDArray matrix(DataType type) {
    TensorChecks.requireReal("FixedLinear '" + name + "' type", type);
    return Tensors.convert(matrix, type);
  }

  @Override
  public Shape outputShape(Shape input) {
    if (!input.equals(Shape.of(matrix.size(1)))) {
      throw new IllegalArgumentException(
          "FixedLinear '"
              + name
              + "' expects input [n, "
              + matrix.size(1)
              + "] but got samples of shape "
              + input);
    }
    return Shape.of(matrix.size(0));
  }

  @Override
  public List<Slot> slots() {
    return List.of();
  }

  @Override
  public Linearization linearize(INDArray theta, INDArray x) {
    TensorChecks.requireShape("FixedLinear '" + name + "' input", x, -1, matrix.size(1));
    Arena arena = new Arena();
    INDArray m = x.dataType() == matrix.dataType() ? matrix : arena.own(matrix(x.dataType()));
    return new Fixed(m, arena.own(Products.multiply(x, false, m, true)), arena);
  }

  @Override
  public Traits traits() {
    return Traits.LINEAR;
  }

  @Override
  public void describe(LayerContent content) {
    content.array(matrix);
  }

  @Override
  public Optional<String> enclosureObstacle(DataType type) {
    try (INDArray rounded = matrix(type)) {
      return Stored.overflow(this, Tensors.toDoubles(rounded));
    }
  }

  @Override
  public AffineStep enclose(EnclosedInput in) {
    try (INDArray rounded = matrix(in.type())) {
      return AffineStep.fixed(
          in, LinearMap.of(Transposes.of(Tensors.toRows(rounded)), in.threads()));
    }
  }

  @Override
  public String toString() {
    return "FixedLinear(" + name + ", " + matrix.size(1) + " -> " + matrix.size(0) + ")";
  }

  private record Fixed(INDArray matrix, INDArray value, Arena arena) implements Linearization {
    @Override
    public @Nullable INDArray jvp(@Nullable INDArray dTheta, @Nullable INDArray dx) {
      return dx == null ? null : Products.multiplyRows(1, dx, matrix, true);
    }

    @Override
    public Pullback pullback(INDArray dy) {
      Arena own = new Arena();
      return Pullback.of(own.own(Products.multiplyRows(1, dy, matrix, false)), List.of(), own);
    }

    @Override
    public void close() {
      arena.close();
    }
  }
}
