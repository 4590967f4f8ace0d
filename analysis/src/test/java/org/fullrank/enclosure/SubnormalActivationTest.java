package org.fullrank.enclosure;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Theorem;
import org.fullrank.convergence.theorem.JacobianDescent;
import org.fullrank.convergence.theorem.LastLayerDescent;
import org.fullrank.convergence.theorem.OymakSoltanolkotabi;
import org.fullrank.convergence.theorem.PolyakLojasiewicz;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.expressivity.ExpressivityCondition;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.fullrank.testkit.TestActivations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Relative errors of subnormal values: their bounds underflow, the errors do not. */
class SubnormalActivationTest {
  private static final TestActivations.Stretch STRETCH = new TestActivations.Stretch(12);
  private static final double X = 0x1p-1070;
  private static final double W = 0x1p1000;
  private static final double Y = 0x1p-70;

  private static Network readout(Activation phi) {
    return Network.of(
        Shape.of(1), Elementwise.of(phi), Dense.of("o", 1, 1).withBias(1).withScales(1, 1));
  }

  /** {@code f - y} of {@link #problem}, {@code 2^-82}. */
  private static BigDecimal residual() {
    return DecimalFunctions.value(STRETCH, new BigDecimal(X))
        .multiply(new BigDecimal(W))
        .subtract(new BigDecimal(Y))
        .abs();
  }

  private static TrainingProblem problem() {
    return TrainingProblem.of(
        readout(STRETCH),
        Tensors.of(new double[] {W, 0}, 2),
        Tensors.of(new double[] {X}, 1, 1),
        Tensors.of(new double[] {Y}, 1, 1));
  }

  @Test
  void theStatedAccuracyIsTrue() {
    Random random = new Random(1);
    double relative = 0x1p-11;
    BigDecimal stated = new BigDecimal(relative);
    for (int i = 0; i < 20_000; i++) {
      double x =
          i < 5000
              ? i * Double.MIN_VALUE
              : Math.scalb(random.nextDouble(), random.nextInt(2000) - 1074);
      BigDecimal computed = new BigDecimal(STRETCH.value(x));
      assertThat(computed.subtract(DecimalFunctions.value(STRETCH, new BigDecimal(x))).abs())
          .isLessThanOrEqualTo(computed.abs().multiply(stated));
    }
  }

  @Test
  void outputAndResidualContainTheExactOnes() {
    TrainingProblem p = problem();
    EnclosedNetwork values = NetworkEnclosure.of(p.network(), p.theta()).at(p.x());
    BigDecimal hidden = DecimalFunctions.value(STRETCH, new BigDecimal(X));
    assertThat(values.valueAfter(1).get(0, 0).contains(hidden)).isTrue();
    assertThat(values.output().get(0, 0).contains(hidden.multiply(new BigDecimal(W)))).isTrue();
    assertThat(values.residualNorm(p.y()).interval().contains(residual())).isTrue();
  }

  /** At step 0 the guaranteed bound is one of the residual at the start. */
  @Test
  void noCertificatePromisesLessThanTheStart() {
    Theorem[] theorems = {
      JacobianDescent.withDefaults(),
      OymakSoltanolkotabi.withDefaults(),
      LastLayerDescent.withDefaults(),
      PolyakLojasiewicz.withDefaults()
    };
    int proofs = 0;
    for (Theorem theorem : theorems) {
      Certificate certificate = theorem.check(Evidence.of(problem()));
      if (certificate.isProof()) {
        proofs++;
        double start = certificate.prediction().orElseThrow().envelope(0);
        // Polyak-Lojasiewicz bounds the loss, half the square.
        double least = theorem instanceof PolyakLojasiewicz ? 0x1p-165 : 0x1p-82;
        assertThat(start).as(certificate.toString()).isGreaterThanOrEqualTo(least);
      }
    }
    assertThat(proofs).isPositive();
  }

  /** {@code tanh x = x - x^3 / 3 + ...} is less than {@code x}, which is the computed value. */
  @Test
  void tanhOfASubnormalIsNotExact() {
    Network network = readout(Activations.TANH);
    INDArray theta = Tensors.of(new double[] {1, 0}, 2);
    INDArray x = Tensors.of(new double[] {0x1p-1030}, 1, 1);
    IntervalMatrix hidden = NetworkEnclosure.of(network, theta).at(x).valueAfter(1);
    assertThat(hidden.get(0, 0).lo()).isLessThan(0x1p-1030);
    assertThat(hidden.rowError(0)).isPositive();
    Quantity error = ExpressivityCondition.of(network, theta).check(x).featureError().orElseThrow();
    assertThat(error.interval().hi()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tanh", "relu", "abs", "leaky_relu(0.3)", "identity"})
  void zeroStaysExact(String name) {
    Network network = readout(Activations.named(name));
    EnclosedNetwork values =
        NetworkEnclosure.of(network, Tensors.of(new double[] {W, 0}, 2))
            .at(Tensors.of(new double[] {0, X, -X}, 3, 1));
    assertThat(values.valueAfter(1).get(0, 0)).isEqualTo(Interval.ZERO);
    assertThat(values.valueAfter(1).rowError(0)).isZero();
    if (name.equals("relu")) {
      assertThat(values.valueAfter(1).get(1, 0)).isEqualTo(Interval.of(X));
      assertThat(values.valueAfter(1).get(2, 0)).isEqualTo(Interval.ZERO);
    }
  }
}
