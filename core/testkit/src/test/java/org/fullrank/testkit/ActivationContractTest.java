package org.fullrank.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.fullrank.nn.Accuracy;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Parity;
import org.fullrank.nn.Regularity;
import org.fullrank.rigor.Kinks;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every activation of the library, and others, through the contract. */
final class ActivationContractTest {
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  static Stream<Activation> library() {
    return Stream.of(
            "identity relu leaky_relu(0.1) leaky_relu(-3) abs tanh sigmoid softplus softplus(100)"
                + " softplus(0.3) softplus(1e6) softplus(1e-3) erf gelu_erf gelu_tanh silu sin cos"
                + " gaussian")
        .flatMap(s -> Stream.of(s.split(" ")))
        .map(Activations::named);
  }

  private static Stream<Activation> others() {
    return Stream.of(
        TestActivations.plainIdentity("plain"),
        TestActivations.square(),
        TestActivations.cubic(),
        TestActivations.odd(true),
        TestActivations.odd(false),
        TestActivations.ownTanh(),
        new TestActivations.Stretch(12),
        new TestActivations.Stretch(40),
        new TestActivations.Clamp(-1, 1),
        new TestActivations.Clamp(0, 6),
        new TestActivations.Clamp(-0.3, 0.2),
        new TestActivations.Hinge(0.25),
        new TestActivations.Hinge(-1.5),
        new TestActivations.Wave(0.3));
  }

  @TestFactory
  Stream<DynamicContainer> activationsOfTheLibrary() {
    return library().map(a -> container(a.name(), a));
  }

  /** Enclosed by what they state. */
  @TestFactory
  Stream<DynamicContainer> activationsOfTheLibraryByTheirStatements() {
    return library().map(a -> container("stated " + a.name(), StatedActivation.of(a)));
  }

  @TestFactory
  Stream<DynamicContainer> activationsFromOutside() {
    return others().map(a -> container(a.name(), a));
  }

  private static DynamicContainer container(String name, Activation activation) {
    return DynamicContainer.dynamicContainer(name, ActivationContract.of(activation));
  }

  @Test
  void whatAnActivationStatesIsTested() {
    List<String> silent = names(TestActivations.plainIdentity("plain"));
    assertThat(names(Activations.IDENTITY))
        .containsAll(silent)
        .anyMatch(n -> n.contains("parity"))
        .anyMatch(n -> n.contains("homogeneity"))
        .anyMatch(n -> n.contains("degree"))
        .anyMatch(n -> n.contains("increasing"));
    assertThat(silent).noneMatch(n -> n.contains("parity") || n.contains("homogeneity"));
  }

  private static List<String> names(Activation activation) {
    return ActivationContract.of(activation).map(DynamicTest::getDisplayName).toList();
  }

  /** A hinge at 1 with slopes 0 and 1, as the truth is. */
  private static StatedActivation hinge() {
    Regularity regularity = new Regularity(1, INFINITY, false, false, false, OptionalInt.empty());
    return StatedActivation.of(
            "hinge", x -> Math.max(x - 1, 0), x -> x > 1 ? 1 : 0, x -> 0, regularity)
        .withKinks(Kinks.at(1, 1))
        .withAccuracy(new Accuracy(0x1p-53, 0, 0, 0));
  }

  private static StatedActivation sine(Regularity regularity) {
    return StatedActivation.of("sine", Math::sin, Math::cos, x -> -Math.sin(x), regularity);
  }

  private static Regularity regularity(
      double lipschitz, double smoothness, boolean monotone, OptionalInt degree) {
    return new Regularity(lipschitz, smoothness, true, true, monotone, degree);
  }

  private static void refused(Activation activation, String test) {
    assertThat(Refusals.of(ActivationContract.of(activation)))
        .as(activation.name())
        .anySatisfy(name -> assertThat(name).contains(test));
  }

  @Test
  void whatIsWrongIsRefused() {
    OptionalInt none = OptionalInt.empty();
    Regularity one = regularity(1, 1, false, none);
    assertThat(Refusals.of(ActivationContract.of(hinge()))).isEmpty();
    assertThat(Refusals.of(ActivationContract.of(sine(one)))).isEmpty();
    refused(
        StatedActivation.of("slope", Math::sin, x -> 1.001 * Math.cos(x), x -> 0, one),
        "the derivative agrees");
    refused(
        StatedActivation.of("second", Math::sin, Math::cos, Math::sin, one),
        "the second derivative agrees");
    refused(
        StatedActivation.of("pole", x -> 1 / (x - 1), x -> 0, x -> 0, one)
            .withKinks(Kinks.at(1, 1)),
        "finite");
    refused(
        StatedActivation.of("zero for NaN", x -> x > 0 ? x : 0, x -> x > 0 ? 1 : 0, x -> 0, one),
        "NaN");
    refused(sine(regularity(0.99, 1, false, none)), "constants");
    refused(sine(regularity(1, 0.99, false, none)), "constants");
    refused(sine(regularity(1, 1, true, none)), "never falls");
    refused(sine(regularity(1, 1, false, OptionalInt.of(3))), "degree");
    refused(sine(one).withRange(-1, 0.99), "range");
    refused(sine(one).withRange(Double.NaN, 1), "range");
    refused(sine(one).withSymmetry(Parity.EVEN, false), "parity");
    refused(sine(one).withSymmetry(Parity.ODD, true), "homogeneity");
    refused(sine(one).withKinks(Kinks.none(0.9)), "stated kinks only");
    refused(sine(one).withKinks(Kinks.at(1, 1)), "contradict each other");
  }

  @Test
  void wrongKinksAreRefused() {
    refused(hinge().withKinks(Kinks.at(1.001, 1)), "stated kinks only");
    refused(hinge().withKinks(Kinks.at(1, 0.9)), "stated kinks only");
    refused(hinge().withKinks(Kinks.none(5)), "stated kinks only");
    refused(hinge().withKinks(Kinks.none(5)), "enclosures");
    StatedActivation smooth =
        StatedActivation.of(
            "smooth",
            x -> Math.max(x - 1, 0),
            x -> x > 1 ? 1 : 0,
            x -> 0,
            regularity(1, INFINITY, false, OptionalInt.empty()));
    refused(smooth, "smooth function does not jump");
  }

  @Test
  void enclosuresAndArraysThatAreWrongAreRefused() {
    Regularity one = regularity(1, 1, false, OptionalInt.empty());
    StatedActivation wrong =
        StatedActivation.of("rounded", x -> (float) Math.sin(x), Math::cos, x -> -Math.sin(x), one)
            .withAccuracy(new Accuracy(0x1p-50, 0, 0, 0x1p-50));
    refused(wrong, "enclosures");
    refused(new WrongArrays(Activations.SIN), "arrays give the same");
    refused(new WrongArrays(Activations.SIN), "single precision");
  }

  /** Evaluates arrays otherwise than single numbers. */
  private record WrongArrays(Activation base) implements Activation {
    @Override
    public String name() {
      return "wrong arrays";
    }

    @Override
    public double value(double x) {
      return base.value(x);
    }

    @Override
    public double derivative(double x) {
      return base.derivative(x);
    }

    @Override
    public double secondDerivative(double x) {
      return base.secondDerivative(x);
    }

    @Override
    public Regularity regularity() {
      return base.regularity();
    }

    @Override
    public void evaluate(double[] x, double[] value, double[] derivative) {
      base.evaluate(x, value, derivative);
      value[x.length - 1] += 1e-6;
      derivative[0] -= 1e-6;
    }
  }
}
