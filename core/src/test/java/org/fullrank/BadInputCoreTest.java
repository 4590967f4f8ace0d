package org.fullrank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fullrank.Misuse.argument;
import static org.fullrank.Misuse.state;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.fullrank.diff.ExplicitBlock;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.KroneckerBlock;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.DenseOperator;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.Lapack;
import org.fullrank.linalg.Products;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Initializer;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Regularity;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Flatten;
import org.fullrank.nn.layer.Residual;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Every misuse of arrays, operators and networks gets an exception that explains it. */
class BadInputCoreTest {
  private static final double NAN = Double.NaN;
  private static final double INF = Double.POSITIVE_INFINITY;
  private static final Dense FIRST = Dense.of("a", 3, 4).withBias(0.1);
  private static final Network NET =
      Network.of(
          Shape.of(3), FIRST, Elementwise.of(Activations.TANH), Dense.of("b", 4, 2).withBias(0));
  private static final INDArray THETA = NET.initialize(Seed.of(1));
  private static final INDArray X = filled(5, 3);
  private static final INDArray INTS = Nd4j.zeros(DataType.INT32, 5, 3);
  private static final INDArray HALF = Nd4j.zeros(DataType.BFLOAT16, 5, 3);
  private static final INDArray EMPTY = Nd4j.empty(DataType.DOUBLE);
  private static final INDArray NO_ROWS = Nd4j.create(DataType.DOUBLE, 0, 3);
  private static final INDArray SCALAR = Nd4j.scalar(1.0);

  private static INDArray filled(long... shape) {
    double[] v = new double[Tensors.length(shape)];
    for (int i = 0; i < v.length; i++) {
      v[i] = Math.sin(1.0 + 3 * i);
    }
    return Tensors.of(v, shape);
  }

  private static INDArray with(double bad, long... shape) {
    INDArray a = filled(shape);
    double[] v = Tensors.toDoubles(a);
    v[v.length / 2] = bad;
    return Tensors.of(v, shape);
  }

  private static INDArray singles(long... shape) {
    return Tensors.convert(filled(shape), DataType.FLOAT);
  }

  private static INDArray closed(long... shape) {
    INDArray a = filled(shape);
    a.close();
    return a;
  }

  /** A view of an array that was closed afterwards. */
  private static INDArray closedView(long n, long m) {
    INDArray a = filled(n + 1, m);
    INDArray view = Tensors.leading(a, 1, n + 1);
    a.close();
    return view;
  }

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
        argument("slice beyond", () -> Tensors.slice(filled(5), 3, 3), "slice", "<= 5", "to 6"),
        argument("slice before", () -> Tensors.slice(filled(5), -1, 3), "slice", "from -1"),
        argument("leading beyond", () -> Tensors.leading(X, 4, 6), "leading", "<= 5", "to 6"),
        argument("read closed", () -> Tensors.toDoubles(closed(2, 3)), "open", "closed", "[2, 3]"),
        argument("read closed view", () -> Tensors.toDoubles(closedView(2, 3)), "open", "closed"),
        argument("factor sizes", () -> Products.multiply(X, false, X, false), "[n, k]", "[5, 3]"),
        argument("factor ranks", () -> Products.multiply(X, false, filled(3), false), "right"),
        argument(
            "mixed product", () -> Products.multiply(X, false, singles(3, 2), false), "right",
            "DOUBLE", "FLOAT"),
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
        argument("syev of NaN", () -> Lapack.symmetricEigen(with(NAN, 3, 3), true), "finite", "NaN"),
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

  static Stream<Misuse> descriptions() {
    Initializer nan = (values, shape, stream) -> values[0] = NAN;
    return Stream.of(
        argument("zero width", () -> Dense.of("d", 3, 0), "'d'", "positive widths", "3 -> 0"),
        argument("negative width", () -> Dense.of("d", -3, 2), "positive widths", "-3 -> 2"),
        argument("blank name", () -> Dense.of(" ", 3, 2), "Dense", "a name", "' '"),
        argument("too many weights", () -> Dense.of("d", 1 << 16, 1 << 16), "'d'", "2^31", "65536"),
        argument("sigma_w 0", () -> FIRST.withSigmaW(0), "'a'", "sigma_w", "0.0"),
        argument("sigma_w NaN", () -> FIRST.withSigmaW(NAN), "'a'", "positive finite", "NaN"),
        argument("sigma_w -1", () -> FIRST.withSigmaW(-1), "'a'", "positive finite", "-1.0"),
        argument("sigma_b -1", () -> FIRST.withBias(-1), "'a'", "sigma_b", "-1.0"),
        argument("sigma_b infinite", () -> FIRST.withBias(INF), "'a'", "sigma_b", "Infinity"),
        argument("weight scale", () -> FIRST.withScales(0, 1), "'a'", "weight scale", "0.0"),
        argument("bias scale", () -> FIRST.withScales(1, NAN), "'a'", "bias scale", "NaN"),
        argument("blank slot", () -> FIRST.withSlotNames(" ", "b"), "slot", "name", "' '"),
        argument(
            "negative offset",
            () -> new Slot("w", Shape.of(2), -1, Initializer.zeros()),
            "offset >= 0",
            "-1"),
        argument("negative deviation", () -> Initializer.gaussian(-1), ">= 0", "-1.0"),
        argument("no layers", () -> Sequential.of(List.of()), "Sequential", "one layer", "none"),
        argument("first width", () -> Network.of(Shape.of(2), FIRST), "'a'", "[n, 3]", "[2]"),
        argument(
            "inner width",
            () -> Network.of(Shape.of(3), FIRST, Dense.of("b", 5, 1)),
            "'b'",
            "[n, 5]",
            "[4]"),
        argument("input rank", () -> Network.of(Shape.of(3, 1), FIRST), "'a'", "[n, 3]", "[3, 1]"),
        argument(
            "equal slots",
            () -> Network.of(Shape.of(3), Dense.of("s", 3, 3), Dense.of("s", 3, 1)),
            "unique slot names",
            "'s.W' appears twice"),
        argument(
            "too many parameters",
            () -> Network.of(Shape.of(40_000), wide("a"), wide("b")),
            "2^31 parameters",
            "3200000000"),
        argument("empty branch", () -> Residual.of(1), "at least one layer", "none"),
        argument("infinite scale", () -> Residual.of(INF, FIRST), "finite scale", "Infinity"),
        argument(
            "branch width",
            () -> Network.of(Shape.of(3), Residual.of(1, FIRST)),
            "Residual 'residual'",
            "equal output shape",
            "[4] and [3]"),
        argument(
            "shortcut width",
            () -> Network.of(Shape.of(3), Residual.of(1, FIRST).withShortcut(Dense.of("s", 3, 5))),
            "equal output shape",
            "[4] and [5]"),
        argument("fixed NaN", () -> FixedLinear.of("f", with(NAN, 2, 2)), "'f'", "finite", "NaN"),
        argument("fixed ints", () -> FixedLinear.of("f", INTS), "'f'", "DOUBLE or FLOAT", "INT"),
        argument("fixed blank", () -> FixedLinear.of("", X), "FixedLinear", "name", "''"),
        argument("unknown activation", () -> Activations.named("Tanhh"), "relu", "\"Tanhh\""),
        argument("activation of nothing", () -> Activations.named(""), "name", "\"\""),
        argument("no slope", () -> Activations.named("leaky_relu()"), "leaky_relu(SLOPE)", "got"),
        argument("slope NaN", () -> Activations.leakyRelu(NAN), "slope", "NaN"),
        argument("sharpness 0", () -> Activations.softplus(0), "sharpness", "0.0"),
        argument(
            "negative constants",
            () -> new Regularity(-1, 0, true, true, true, java.util.OptionalInt.empty()),
            "constants >= 0",
            "-1.0"),
        argument("bound 0", () -> Seed.of(1).stream("s").nextInt(0), "positive bound", "0"),
        argument("prefix 0", () -> NET.prefix(0), "1 to 3 layers", "got 0"),
        argument("prefix 4", () -> NET.prefix(4), "1 to 3 layers", "got 4"),
        argument("initialise ints", () -> NET.initialize(Seed.of(1), DataType.INT32), "got INT"),
        argument(
            "initialise NaN",
            () -> Network.of(Shape.of(3), FIRST.withWeights(nan)).initialize(Seed.of(1)),
            "initial parameters",
            "finite",
            "NaN"),
        argument(
            "initialise nothing",
            () -> Network.of(Shape.of(3), Flatten.of()).initialize(Seed.of(1)),
            "network with parameters",
            "all layers are fixed"),
        argument(
            "outputs of images",
            () -> Network.of(Shape.of(2, 2), Elementwise.of(Activations.RELU)).outputs(),
            "shape [k]",
            "[2, 2]",
            "Flatten"));
  }

  private static Dense wide(String name) {
    return Dense.of(name, 40_000, 40_000);
  }

  private static Misuse input(String name, INDArray x, String... words) {
    return argument(name, () -> NET.forward(THETA, x), words);
  }

  private static Misuse theta(String name, INDArray theta, String... words) {
    return argument(name, () -> NET.forward(theta, X), words);
  }

  static Stream<Misuse> evaluations() {
    return Stream.of(
        input("input vector", filled(3), "input", "[any, 3]", "DOUBLE [3]"),
        input("input scalar", SCALAR, "input", "[any, 3]", "DOUBLE []"),
        input("input width", filled(5, 4), "input", "[any, 3]", "[5, 4]"),
        input("input rank 3", filled(5, 3, 1), "input", "[any, 3]", "[5, 3, 1]"),
        input("input transposed", filled(3, 5), "input", "[any, 3]", "[3, 5]"),
        input("input NaN", with(NAN, 5, 3), "input", "finite", "NaN at row-major index 7"),
        input("input infinity", with(INF, 5, 3), "input", "finite", "Infinity"),
        input("input ints", INTS, "input", "DOUBLE or FLOAT", "INT"),
        input("input bfloat16", HALF, "input", "DOUBLE or FLOAT", "BFLOAT16"),
        input("input float", singles(5, 3), "theta", "FLOAT", "got DOUBLE", "convert"),
        input("input empty", EMPTY, "input", "[any, 3]", "empty"),
        input("zero samples", NO_ROWS, "input", "[any, 3]", "empty"),
        input("input closed", closed(5, 3), "input", "open", "closed"),
        input("input closed view", closedView(5, 3), "input", "open", "closed"),
        theta("theta short", filled(25), "theta", "[26]", "[25]"),
        theta("theta long", filled(27), "theta", "[26]", "[27]"),
        theta("theta matrix", filled(1, 26), "theta", "[26]", "[1, 26]"),
        theta("theta NaN", with(NAN, 26), "theta", "finite", "NaN", "13"),
        theta("theta empty", EMPTY, "theta", "[26]", "empty"),
        theta("theta closed", closed(26), "theta", "open", "closed"),
        argument("features of ints", () -> NET.features(THETA, INTS), "input", "got INT"),
        argument("Jacobian at NaN", () -> NET.jacobian(THETA, with(NAN, 5, 3)), "input", "NaN"),
        argument(
            "Jacobian of no parameters",
            () -> Network.of(Shape.of(3), Flatten.of()).jacobian(EMPTY, X),
            "network with parameters",
            "fixed"),
        jacobian("tangent size", j -> j.apply(filled(25, 1)), "apply", "[26, any]", "[25, 1]"),
        jacobian("tangent vector", j -> j.apply(filled(26)), "apply", "[26, any]", "[26]"),
        jacobian("tangent NaN", j -> j.apply(with(NAN, 26, 1)), "apply", "finite", "NaN"),
        jacobian("tangent floats", j -> j.apply(singles(26, 1)), "apply", "DOUBLE", "FLOAT"),
        jacobian("cotangent size", j -> j.applyTranspose(filled(5, 2)), "[10, any]", "[5, 2]"),
        jacobian("vjp shape", j -> j.vjp(filled(5, 2)), "cotangents", "[any, 5, 2]", "[5, 2]"),
        jacobian("vjp infinity", j -> j.vjp(with(INF, 1, 5, 2)), "cotangents", "Infinity"),
        jacobian("rows backwards", j -> j.rows(3, 2), "0 <= from < to <= 5", "from 3 to 2"),
        jacobian("rows beyond", j -> j.rows(0, 6), "<= 5", "to 6"),
        linearization("jvp size", l -> l.jvp(filled(2, 25), null), "tangents", "[any, 26]"),
        linearization("jvp counts", l -> l.jvp(filled(2, 26), filled(3, 5, 3)), "[2, 5, 3]"),
        linearization("jvp input", l -> l.jvp(null, filled(5, 3)), "input tangents", "[5, 3]"),
        linearization("pullback", l -> l.pullback(filled(1, 5, 3)), "cotangents", "[any, 5, 2]"),
        linearization("pullback floats", l -> l.pullback(singles(1, 5, 2)), "DOUBLE", "FLOAT"),
        linearization("pullback closed", l -> l.pullback(closed(1, 5, 2)), "open", "closed"),
        layer("layer input", FIRST, filled(16), filled(5, 2), "'a'", "[any, 3]", "[5, 2]"),
        layer("layer theta", FIRST, filled(15), X, "'a' theta", "[16]", "[15]"),
        layer("layer mixed", FIRST, singles(16), X, "'a' theta", "DOUBLE", "FLOAT"),
        layer("chain theta", Sequential.of(FIRST), filled(3), X, "theta", "[16]", "[3]"),
        layer("branch input", Residual.of(1, FIRST), filled(16), X, "branch", "[4] and [3]"),
        layer("kink of ints", Elementwise.of(Activations.RELU), EMPTY, INTS, "relu", "INT"));
  }

  /** A use of a Jacobian of shape [10, 26]. */
  private static Misuse jacobian(String name, Use<Jacobian> use, String... words) {
    return argument(
        name,
        () -> {
          try (Jacobian j = NET.jacobian(THETA, X)) {
            use.apply(j);
          }
        },
        words);
  }

  private static Misuse linearization(String name, Use<Linearization> use, String... words) {
    return argument(
        name,
        () -> {
          try (Linearization l = NET.linearize(THETA, X)) {
            use.apply(l);
          }
        },
        words);
  }

  private static Misuse layer(String name, Layer l, INDArray theta, INDArray x, String... words) {
    return argument(name, () -> l.linearize(theta, x).close(), words);
  }

  /** A call whose result does not matter. */
  private interface Use<T> {
    Object apply(T target);
  }

  private static Misuse afterClose(String name, Use<Jacobian> use) {
    return state(
        name,
        () -> {
          Jacobian j = NET.jacobian(THETA, X);
          j.close();
          use.apply(j);
        },
        "linearization",
        "before close()");
  }

  static Stream<Misuse> blocksAndClosing() {
    KroneckerBlock a =
        KroneckerBlock.of(filled(5, 1, 3), filled(2, 5, 1, 4), 1, KroneckerBlock.Layout.IN_OUT);
    ExplicitBlock b = ExplicitBlock.of(filled(2, 5, 7));
    return Stream.of(
        afterClose("apply after close", j -> j.apply(filled(26, 1))),
        afterClose("applyTranspose after close", j -> j.applyTranspose(filled(10, 1))),
        afterClose("toMatrix after close", Jacobian::toMatrix),
        afterClose("inputJacobian after close", Jacobian::inputJacobian),
        afterClose("value after close", j -> j.linearization().value()),
        afterClose("rounding after close", j -> j.linearization().rounding()),
        argument(
            "block after close",
            () -> {
              try (Jacobian j = NET.jacobian(THETA, X)) {
                Pullback p = j.pullbackOutputs();
                p.close();
                p.blocks().get(0).rows();
              }
            },
            "open",
            "closed"),
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
  @MethodSource({"tensors", "descriptions", "evaluations", "blocksAndClosing"})
  void isExplained(Misuse misuse) {
    misuse.check();
  }

  /** What is refused leaves the objects usable. */
  @Test
  void nothingBrokeTheNetwork() {
    Optional<Misuse> one = evaluations().findFirst();
    one.ifPresent(Misuse::check);
    try (INDArray y = NET.forward(THETA, X)) {
      assertThat(y.shape()).containsExactly(5, 2);
    }
  }

  /** Closing twice is harmless. */
  @Test
  void closesTwice() {
    Jacobian j = NET.jacobian(THETA, X);
    j.close();
    j.close();
    assertThat(THETA.wasClosed()).isFalse();
    assertThat(X.wasClosed()).isFalse();
  }
}
