package org.fullrank.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;
import org.fullrank.nn.Accuracy;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Jet;
import org.fullrank.nn.Parity;
import org.fullrank.nn.Regularity;
import org.fullrank.oracle.ActivationReference;
import org.fullrank.oracle.FixedPoint;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Kinks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Enclosures that follow from statements alone, against 540-place arithmetic. */
final class StatedJetTest {
  private static final double INFINITY = Double.POSITIVE_INFINITY;
  private static final BigInteger SLACK = BigInteger.ONE.shiftLeft(FixedPoint.BITS - 400);

  static Stream<Activation> smooth() {
    return ActivationContractTest.library().filter(a -> a.regularity().smooth());
  }

  @ParameterizedTest
  @MethodSource("smooth")
  void exactValuesAreInside(Activation activation) {
    Activation plain = StatedActivation.of(activation);
    ActivationReference reference = ActivationReference.of(activation.name());
    Random random = new Random(12);
    for (int i = 0; i < 10; i++) {
      double a = 2 * random.nextGaussian();
      double b = a + Math.scalb(random.nextDouble(), i % 2 == 0 ? -30 : 2);
      Interval x = i == 8 ? Interval.atLeast(a) : i == 9 ? Interval.ENTIRE : Interval.of(a, b);
      double t = Math.max(a, Math.min(b, a + random.nextDouble() * (b - a)));
      contains(activation + " over " + x, plain.enclose(x), reference.jet(FixedPoint.of(t)));
    }
  }

  private static void contains(String what, Jet jet, BigInteger[] exact) {
    Interval[] all = {jet.value(), jet.first(), jet.second(), jet.third()};
    for (int order = 0; order < 4; order++) {
      boolean above =
          all[order].lo() == -INFINITY
              || FixedPoint.of(all[order].lo()).subtract(exact[order]).compareTo(SLACK) <= 0;
      boolean below =
          all[order].hi() == INFINITY
              || exact[order].subtract(FixedPoint.of(all[order].hi())).compareTo(SLACK) <= 0;
      assertThat(above && below).as("order %s of %s in %s", order, what, all[order]).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("smooth")
  void thinIntervalsAreNarrow(Activation activation) {
    Jet thin = StatedActivation.of(activation).enclose(Interval.of(0.7, 0.7 + 1e-9));
    double smoothness = activation.regularity().smoothness();
    assertThat(thin.value().width()).isLessThan(3e-9);
    assertThat(thin.first().width()).isLessThan(1e-13 + 3e-9 * smoothness);
    assertThat(thin.second()).isEqualTo(Interval.of(-smoothness, smoothness));
    assertThat(thin.third())
        .isEqualTo(activation.name().equals("identity") ? Interval.ZERO : Interval.ENTIRE);
  }

  @Test
  void kinksSeparateThePieces() {
    Activation clamp = new TestActivations.Clamp(-1, 1);
    assertThat(clamp.enclose(Interval.of(1)).first()).isEqualTo(Interval.ONE);
    assertThat(clamp.enclose(Interval.of(-1)).first()).isEqualTo(Interval.ZERO);
    assertThat(clamp.enclose(Interval.of(-0.9, 0.9)))
        .isEqualTo(new Jet(Interval.of(-0.9, 0.9), Interval.ONE, Interval.ZERO, Interval.ZERO));
    assertThat(clamp.enclose(Interval.of(0.5, 3)).first()).isEqualTo(Interval.of(-1, 1));
    assertThat(clamp.enclose(Interval.of(2, 3)))
        .isEqualTo(new Jet(Interval.ONE, Interval.ZERO, Interval.ZERO, Interval.ZERO));
    assertThat(clamp.enclose(Interval.ENTIRE).value()).isEqualTo(Interval.of(-1, 1));
  }

  private static StatedActivation straight(double lipschitz, double smoothness) {
    return StatedActivation.of(
        "straight",
        x -> x,
        x -> 1,
        x -> 0,
        new Regularity(lipschitz, smoothness, false, false, false, OptionalInt.empty()));
  }

  @Test
  void nothingStatedMeansNothingKnown() {
    Activation silent = straight(5, INFINITY);
    Jet jet = silent.enclose(Interval.of(2));
    assertThat(jet.value()).isEqualTo(Interval.ENTIRE);
    assertThat(jet.first()).isEqualTo(Interval.of(-5, 5));
    assertThat(jet.second()).isEqualTo(Interval.ENTIRE);
    assertThat(jet.third()).isEqualTo(Interval.ENTIRE);
    assertThat(silent.accuracy()).isEmpty();
    assertThat(silent.parity()).isEqualTo(Parity.NONE);
    assertThat(silent.isPositivelyHomogeneous()).isFalse();
    assertThat(List.of(silent.lowerBound(), silent.upperBound()))
        .containsExactly(-INFINITY, INFINITY);
  }

  @Test
  void anActivationWithoutALipschitzDerivativeMustStateItsKinks() {
    assertThat(straight(1, INFINITY).kinks()).isEmpty();
    assertThat(straight(1, 3).kinks()).contains(Kinks.none(3));
  }

  /** A step has the derivative 0 wherever there is one. */
  @Test
  void aFunctionThatStatesNoKinksMayJump() {
    Activation step =
        StatedActivation.of(
                "step",
                x -> x > 0 ? 1 : 0,
                x -> 0,
                x -> 0,
                new Regularity(0, INFINITY, false, false, false, OptionalInt.empty()))
            .withAccuracy(Accuracy.EXACT);
    assertThat(step.enclose(Interval.of(-1, 2)).value()).isEqualTo(Interval.ENTIRE);
    assertThat(step.enclose(Interval.of(2)).value()).isEqualTo(Interval.ONE);
  }

  @Test
  void aStatedActivationStatesWhatItsModelDoes() {
    for (Activation a : List.of(Activations.TANH, Activations.RELU, Activations.ABS)) {
      StatedActivation stated = StatedActivation.of(a);
      assertThat(stated).hasToString(a.name()).isNotEqualTo(a);
      assertThat(stated.kinks()).isEqualTo(a.kinks());
      assertThat(stated.accuracy()).isEqualTo(a.accuracy());
      assertThat(stated.parity()).isEqualTo(a.parity());
      assertThat(stated.isPositivelyHomogeneous()).isEqualTo(a.isPositivelyHomogeneous());
      assertThat(stated.lowerBound()).isEqualTo(a.lowerBound());
      assertThat(stated.upperBound()).isEqualTo(a.upperBound());
      assertThat(stated.regularity()).isEqualTo(a.regularity());
    }
  }
}
