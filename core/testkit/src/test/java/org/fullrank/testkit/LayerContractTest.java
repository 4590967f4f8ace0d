package org.fullrank.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Shared;
import org.fullrank.nn.Slot;
import org.fullrank.nn.Traits;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Flatten;
import org.fullrank.nn.layer.LayerNorm;
import org.fullrank.nn.layer.Residual;
import org.fullrank.nn.layer.SurrogateRelu;
import org.fullrank.testkit.Flawed.Flaw;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Every layer of the library through the contract. */
final class LayerContractTest {
  private static final Dense DENSE = Dense.of("d", 5, 3).withSigmaW(1.3);

  private record Case(Layer layer, Shape input) {}

  private static Case on(Layer layer, long... input) {
    return new Case(layer, Shape.of(input));
  }

  private static Map<String, Case> cases() {
    Map<String, Case> out = new LinkedHashMap<>();
    out.put("dense", on(DENSE, 5));
    out.put("dense with bias", on(DENSE.withBias(0.3), 5));
    out.put(
        "standard dense with bias",
        on(DENSE.withBias(0.3).withParameterization(Parameterization.STANDARD), 5));
    out.put("dense stored out, in", on(DENSE.withBias(0.3).withLayout(Layout.OUT_IN), 5));
    out.put("fixed", on(fixed("m", 2, 3, 1, -2, 0.5, 3, 4, 1), 3));
    out.put("tanh", on(Elementwise.of(Activations.TANH), 2, 3));
    out.put("relu", on(Elementwise.of(Activations.RELU), 6));
    out.put("abs", on(Elementwise.of(Activations.ABS), 6));
    out.put("identity", on(Elementwise.of(Activations.IDENTITY), 3));
    out.put("cosine", on(Elementwise.of(Activations.COS), 3));
    out.put("flat", on(Flatten.of(), 2, 3));
    out.put("normalised sample", on(LayerNorm.of("n", 5), 5));
    out.put("normalised last axis", on(LayerNorm.of("n", 4).withEpsilon(0.1), 3, 4));
    out.put("two normalised axes", on(LayerNorm.of("n", 2, 3), 2, 2, 3));
    out.put("fixed patterns", on(patterns(), 4));
    composites(out);
    return out;
  }

  private static FixedLinear fixed(String name, int rows, int columns, double... entries) {
    return FixedLinear.of(name, Tensors.of(entries, rows, columns));
  }

  private static Layer patterns() {
    return SurrogateRelu.of(
        "s",
        Seed.of(3),
        Dense.of("a", 4, 6).withSigmaW(1.4),
        Dense.of("b", 6, 5).withLayout(Layout.OUT_IN),
        Dense.of("c", 5, 3).withParameterization(Parameterization.STANDARD));
  }

  private static void composites(Map<String, Case> out) {
    out.put(
        "identity shortcut",
        on(
            Residual.of(
                0.5,
                Dense.of("a", 4, 6).withBias(0.1),
                Elementwise.of(Activations.TANH),
                Dense.of("b", 6, 4)),
            4));
    Residual denseShortcut =
        Residual.of(-2, Dense.of("a", 4, 3), Elementwise.of(Activations.SIGMOID))
            .withShortcut(Dense.of("s", 4, 3).withBias(1));
    out.put("dense shortcut", on(denseShortcut, 4));
    out.put(
        "fixed shortcut",
        on(
            Residual.of(1, Dense.of("a", 2, 3)).withShortcut(fixed("s", 3, 2, 1, 0, 0, 1, 2, 2)),
            2));
    out.put("activation branch", on(Residual.of(1, Elementwise.of(Activations.SIN)), 4));
    out.put(
        "chain",
        on(
            Sequential.of(
                Flatten.of(),
                Dense.of("a", 6, 5),
                Elementwise.of(Activations.GELU),
                Residual.of(1, Dense.of("b", 5, 5).withBias(0.2)),
                Dense.of("c", 5, 2)),
            2,
            3));
    out.put(
        "residual in residual",
        on(
            Residual.of(0.5, denseShortcut, Dense.of("b", 3, 2).withBias(0.2))
                .withShortcut(
                    Sequential.of(
                        Dense.of("t", 4, 2), Residual.of(1, Elementwise.of(Activations.TANH)))),
            4));
    out.put(
        "fixed patterns in a branch",
        on(
            Residual.of(
                0.5,
                SurrogateRelu.of("s", Seed.of(3), Dense.of("a", 4, 7)),
                Dense.of("b", 7, 4).withBias(0.1)),
            4));
    out.put(
        "width one",
        on(Residual.of(1, Dense.of("a", 1, 1).withBias(0.3).withLayout(Layout.OUT_IN)), 1));
    out.put(
        "shared",
        on(Shared.of(Residual.of(0.5, Dense.of("a", 3, 3), Elementwise.of(Activations.TANH))), 3));
    out.put(
        "kinks inside",
        on(
            Sequential.of(
                Dense.of("a", 3, 6).withBias(1),
                Elementwise.of(Activations.leakyRelu(0.2)),
                Dense.of("b", 6, 2)),
            3));
    out.put(
        "coupled samples",
        on(Residual.of(0.5, Dense.of("a", 3, 3).withBias(0.3), new Centering()), 3));
  }

  @TestFactory
  Stream<DynamicContainer> everyLayer() {
    return cases().entrySet().stream()
        .map(
            e ->
                DynamicContainer.dynamicContainer(
                    e.getKey(), LayerContract.of(e.getValue().layer(), e.getValue().input())));
  }

  /** Tests that do not apply are left out, and no others. */
  @Test
  void whatALayerDeclaresIsTested() {
    List<String> plain = names(on(new Centering(), 3));
    List<String> dense = names(on(DENSE, 5));
    assertThat(dense)
        .containsAll(plain.stream().filter(n -> !n.contains("obstacle")).toList())
        .anyMatch(n -> n.contains("parity"))
        .anyMatch(n -> n.contains("homogeneity"))
        .anyMatch(n -> n.contains("degree"))
        .anyMatch(n -> n.contains("analyticity"))
        .anyMatch(n -> n.contains("one by one"))
        .anyMatch(n -> n.contains("second-order"))
        .noneMatch(n -> n.contains("obstacle"));
    assertThat(plain)
        .anyMatch(n -> n.contains("obstacle"))
        .noneMatch(n -> n.contains("one by one") || n.contains("parity"));
  }

  private static List<String> names(Case c) {
    return LayerContract.of(c.layer(), c.input()).map(DynamicTest::getDisplayName).toList();
  }

  private static List<String> refusals(Flaw flaw) {
    Layer base =
        flaw == Flaw.ANALYTIC
            ? Residual.of(1, Dense.of("a", 3, 3).withBias(1), Elementwise.of(Activations.RELU))
            : Residual.of(1, Dense.of("a", 3, 3).withBias(1), Elementwise.of(Activations.TANH));
    return Refusals.of(
        LayerContract.of(new Flawed(base, flaw), Shape.of(3))
            .filter(test -> test.getDisplayName().contains(flaw.test)));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aFlawIsSeenByTheTestThatIsAboutIt(Flaw flaw) {
    assertThat(refusals(flaw)).isNotEmpty();
  }

  @Test
  void aLayerWithoutFlawIsNotRefused() {
    assertThat(refusals(Flaw.NONE)).isEmpty();
  }

  /** A layer from outside that couples samples: rows minus their mean. */
  private record Centering() implements Layer {
    @Override
    public Shape outputShape(Shape input) {
      return input;
    }

    @Override
    public List<Slot> slots() {
      return List.of();
    }

    @Override
    public Traits traits() {
      return Traits.coupled();
    }

    @Override
    public Linearization linearize(INDArray theta, INDArray x) {
      return new Centred((int) x.size(0), (int) x.size(1), applied(x, x.size(0), x.size(1)));
    }

    /** Linear and symmetric: value, tangents and cotangents are one map. */
    private static INDArray applied(INDArray blocks, long n, long d) {
      double[] v = Tensors.toDoubles(blocks);
      double[] out = v.clone();
      int size = (int) (n * d);
      for (int r = 0; r < v.length; r++) {
        for (int i = 0; i < n; i++) {
          out[r] -= v[r / size * size + i * (int) d + r % (int) d] / n;
        }
      }
      return Tensors.of(blocks.dataType(), out, blocks.shape());
    }
  }

  private record Centred(int n, int d, INDArray value) implements Linearization {
    @Override
    public @Nullable INDArray jvp(@Nullable INDArray dTheta, @Nullable INDArray dx) {
      return dx == null ? null : Centering.applied(dx, n, d);
    }

    @Override
    public Pullback pullback(INDArray dy) {
      Arena arena = new Arena();
      return Pullback.of(arena.own(Centering.applied(dy, n, d)), List.of(), arena);
    }

    @Override
    public void close() {
      value.close();
    }
  }
}
