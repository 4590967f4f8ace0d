package org.fullrank;

import static org.fullrank.BadArrays.EMPTY;
import static org.fullrank.BadArrays.INF;
import static org.fullrank.BadArrays.INTS;
import static org.fullrank.BadArrays.NAN;
import static org.fullrank.BadArrays.NO_ROWS;
import static org.fullrank.BadArrays.closed;
import static org.fullrank.BadArrays.closedView;
import static org.fullrank.BadArrays.filled;
import static org.fullrank.BadArrays.singles;
import static org.fullrank.BadArrays.with;
import static org.fullrank.oracle.Misuse.argument;
import static org.fullrank.oracle.Misuse.state;

import java.util.stream.Stream;
import org.fullrank.diff.ExplicitBlock;
import org.fullrank.diff.KroneckerBlock;
import org.fullrank.linalg.DenseOperator;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.Lapack;
import org.fullrank.linalg.Products;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Shape;
import org.fullrank.oracle.Misuse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Misuse of arrays, products and operators gets an exception that explains it. */
class BadInputTensorsTest {
  private static final INDArray X = filled(5, 3);

  static Stream<Misuse> tensors() {
    return Stream.of(
        argument("no dims", () -> Shape.of(), "at least one dimension", "none"),
        argument("zero dim", () -> Shape.of(3, 0), "positive dimensions", "[3, 0]"),
        argument("negative dim", () -> Tensors.zeros(DataType.DOUBLE, -2), "positive", "[-2]"),
        argument("2^32 elements", () -> Tensors.length(1 << 16, 1 << 16), "2^31", "[65536, 65536]"),
        argument(
            "product overflow",
            () -> Tensors.length(Long.MAX_VALUE, Long.MAX_VALUE),
            "2^31",
            "[9223372036854775807"),
        argument("axis", () -> Shape.of(3).size(1), "Shape [3]", "0 to 0", "got 1"),
        argument("int zeros", () -> Tensors.zeros(DataType.INT32, 3), "DOUBLE or FLOAT", "got INT"),
        argument("too few values", () -> Tensors.of(new double[5], 2, 3), "[2, 3]", "6", "got 5"),
        argument("no rows", () -> Tensors.ofRows(new double[0][]), "at least one row", "empty"),
        argument(
            "ragged rows",
            () -> Tensors.ofRows(new double[][] {{1, 2}, {3}}),
            "length 2",
            "row 1",
            "length 1"),
        argument("int values", () -> Tensors.toDoubles(INTS), "DOUBLE or FLOAT", "got INT"),
        argument("rows of a vector", () -> Tensors.toRows(filled(3)), "2 dimensions", "[3]"),
        argument("write too long", () -> Tensors.write(new double[4], filled(3)), "4", "[3]"),
        argument(
            "write into a transpose",
            () -> Tensors.write(new double[6], filled(2, 3).transpose()),
            "row-major",
            "[3, 2]"),
        argument("write ints", () -> Tensors.write(new double[15], INTS), "target", "INT"),
        argument("write closed", () -> Tensors.write(new double[3], closed(3)), "target", "closed"),
        argument("slice beyond", () -> TensorViews.slice(filled(5), 3, 3), "slice", "<= 5", "to 6"),
        argument("slice before", () -> TensorViews.slice(filled(5), -1, 3), "slice", "from -1"),
        argument("leading beyond", () -> TensorViews.leading(X, 4, 6), "leading", "<= 5", "to 6"),
        argument("read closed", () -> Tensors.toDoubles(closed(2, 3)), "open", "closed", "[2, 3]"),
        argument("read closed view", () -> Tensors.toDoubles(closedView(2, 3)), "open", "closed"),
        argument("factor sizes", () -> Products.multiply(X, false, X, false), "[n, k]", "[5, 3]"),
        argument("factor ranks", () -> Products.multiply(X, false, filled(3), false), "right"),
        argument(
            "mixed product",
            () -> Products.multiply(X, false, singles(3, 2), false),
            "right",
            "DOUBLE",
            "FLOAT"),
        argument(
            "aliased product",
            () -> {
              INDArray a = filled(3, 3);
              Products.multiply(1, a, false, filled(3, 3), false, 0, a);
            },
            "result other than its factors",
            "same array"),
        argument("closed factor", () -> Products.multiply(closed(2, 2), false, X, true), "left"),
        argument("operator of NaN", () -> DenseOperator.of(with(NAN, 2, 3)), "finite", "NaN", "3"),
        argument("operator of ints", () -> DenseOperator.of(INTS), "matrix", "got INT"),
        argument("operator of a vector", () -> DenseOperator.of(filled(3)), "2 dimensions", "[3]"),
        argument("operator of nothing", () -> DenseOperator.of(EMPTY), "2 dimensions", "empty"),
        argument(
            "operator times wrong size",
            () -> DenseOperator.of(X).apply(filled(4, 1)),
            "apply argument",
            "[3, any]",
            "[4, 1]"),
        argument(
            "operator times vector",
            () -> DenseOperator.of(X).applyTranspose(filled(5)),
            "applyTranspose",
            "[5, any]",
            "DOUBLE [5]"),
        argument(
            "operator times floats",
            () -> DenseOperator.of(X).apply(singles(3, 1)),
            "apply argument",
            "DOUBLE",
            "FLOAT"),
        argument(
            "operator times infinity",
            () -> DenseOperator.of(X).apply(with(INF, 3, 1)),
            "finite",
            "Infinity",
            "index 1"),
        argument(
            "asymmetric",
            () -> DenseSymmetric.of(filled(3, 3)),
            "DenseSymmetric",
            "symmetric",
            "(1, 0)"),
        argument("not square", () -> DenseSymmetric.symmetrized(X), "square", "[5, 3]"),
        argument(
            "syev of NaN", () -> Lapack.symmetricEigen(with(NAN, 3, 3), true), "finite", "NaN"),
        argument("syev of a rectangle", () -> Lapack.symmetricEigen(X, false), "square", "[5, 3]"),
        argument("potrf of closed", () -> Lapack.cholesky(closed(3, 3)), "cholesky", "closed"),
        argument("svd of infinity", () -> Lapack.svd(with(-INF, 2, 3)), "svd", "-Infinity"),
        argument("svd of nothing", () -> Lapack.svd(NO_ROWS), "svd", "2 dimensions", "empty"),
        state(
            "vectors of a closed result",
            () -> {
              Lapack.SymmetricEigen e = Lapack.symmetricEigen(filled(1, 1), true);
              e.close();
              e.vectors();
            },
            "eigenvectors",
            "close()"));
  }

  static Stream<Misuse> blocks() {
    KroneckerBlock a =
        KroneckerBlock.of(filled(5, 1, 3), filled(2, 5, 1, 4), 1, KroneckerBlock.Layout.IN_OUT);
    ExplicitBlock b = ExplicitBlock.of(filled(2, 5, 7));
    return Stream.of(
        argument(
            "factor shapes",
            () ->
                KroneckerBlock.of(
                    filled(5, 1, 3), filled(2, 4, 1, 4), 1, KroneckerBlock.Layout.IN_OUT),
            "output cotangents",
            "[any, 5, 1, any]",
            "[2, 4, 1, 4]"),
        argument("rows rank", () -> ExplicitBlock.of(X), "gradient rows", "3 dimensions", "[5, 3]"),
        argument("rows floats", () -> a.gram(b), "equal sizes", "12", "7"),
        argument("Gram target", () -> a.addGram(a, filled(5, 5)), "[2, 2, 5, 5]", "[5, 5]"),
        argument("trace target", () -> b.addTrace(b, filled(5, 4)), "[5, 5]", "[5, 4]"),
        argument("swapped vector", () -> Tensors.swapLeading(filled(3)), "2 dimensions", "[3]"));
  }

  @ParameterizedTest
  @MethodSource({"tensors", "blocks"})
  void isExplained(Misuse misuse) {
    misuse.check();
  }
}
