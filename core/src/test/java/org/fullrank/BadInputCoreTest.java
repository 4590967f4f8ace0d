package org.fullrank;

import static org.assertj.core.api.Assertions.assertThat;
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

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
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
import org.fullrank.oracle.Misuse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Misuse of layers and networks gets an exception that explains it. */
class BadInputCoreTest {
  private static final Dense FIRST = Dense.of("a", 3, 4).withBias(0.1);
  private static final Network NET =
      Network.of(
          Shape.of(3), FIRST, Elementwise.of(Activations.TANH), Dense.of("b", 4, 2).withBias(0));
  private static final INDArray THETA = NET.initialize(Seed.of(1));
  private static final INDArray X = filled(5, 3);
  private static final INDArray HALF = Nd4j.zeros(DataType.BFLOAT16, 5, 3);
  private static final INDArray SCALAR = Nd4j.scalar(1.0);

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
        argument(
            "polynomial and not",
            () -> new Regularity(1, 0, true, true, true, java.util.OptionalInt.of(1), true),
            "no polynomial",
            "1"),
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

  static Stream<Misuse> afterClosing() {
    return Stream.of(
        afterClose("apply after close", j -> j.apply(filled(26, 1))),
        afterClose("applyTranspose after close", j -> j.applyTranspose(filled(10, 1))),
        afterClose("toMatrix after close", Jacobian::toMatrix),
        afterClose("inputJacobian after close", Jacobian::inputJacobian),
        afterClose("value after close", j -> j.linearization().value()),
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
            "closed"));
  }

  @ParameterizedTest
  @MethodSource({"descriptions", "evaluations", "afterClosing"})
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
