package org.fullrank.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import org.fullrank.diagnosis.SingularityCause.Kind;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.rigor.eigen.Hint;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.eigen.TempleKatoBound;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** In single precision the network has the rounded fixed matrices, whose ranks may be others. */
class SinglePrecisionDiagnosisTest {
  /** Rows {@code (u, v)} and {@code (3 u, 3 v)}, exact multiples in double precision. */
  private static Network readout(double u, double v) {
    double[][] m = {{u, v}, {3 * u, 3 * v}};
    BigDecimal three = BigDecimal.valueOf(3);
    assertThat(new BigDecimal(3 * u)).isEqualByComparingTo(new BigDecimal(u).multiply(three));
    assertThat(new BigDecimal(3 * v)).isEqualByComparingTo(new BigDecimal(v).multiply(three));
    return Network.of(
        Shape.of(2), Dense.of("a", 2, 2).withScales(1, 0), FixedLinear.of("R", Tensors.ofRows(m)));
  }

  private static List<SingularityCause> dependentOutputs(Network network, DataType type) {
    return SingularityDiagnosis.of(network, theta(type))
        .withoutNullVector()
        .kernel(x(type))
        .causes()
        .stream()
        .filter(cause -> cause.kind() == Kind.DEPENDENT_OUTPUTS)
        .toList();
  }

  private static INDArray theta(DataType type) {
    return Tensors.of(type, new double[] {1, 0.5, -0.25, 1}, 4);
  }

  private static INDArray x(DataType type) {
    return Tensors.of(type, new double[] {1, 0.25}, 1, 2);
  }

  private static double lambdaMin(Network network, DataType type) {
    SymmetricMatrix k =
        NetworkEnclosure.of(network, theta(type)).at(x(type)).jacobian().gram().exactNetwork();
    return TempleKatoBound.withDefaults().encloseLambdaMin(k, Hint.none()).interval().lo();
  }

  @Test
  void multiplesThatRoundingMakesIndependent() {
    // Mantissas of 49 bits, so that 3 u and 3 v are exact.
    long third = (1L << 49) / 3;
    double u = 1 + Math.scalb((double) third, -50);
    double v = Math.scalb(Math.rint(Math.scalb(0.7, 49)), -49);
    Network network = readout(u, v);
    double determinant =
        (double) (float) u * (float) (3 * v) - (double) (float) (3 * u) * (float) v;
    assertThat(determinant).isNotZero();
    assertThat(dependentOutputs(network, DataType.FLOAT)).isEmpty();
    assertThat(dependentOutputs(network, DataType.DOUBLE).get(0).rankAtMost()).isEqualTo(1);
  }

  @Test
  void aDiagnosisDoesNotContradictTheEnclosure() {
    Network network = readout(1.5 * 0x1p-149, 0x1p-149);
    assertThat(lambdaMin(network, DataType.FLOAT)).isPositive();
    assertThat(dependentOutputs(network, DataType.FLOAT)).isEmpty();
    assertThat(dependentOutputs(network, DataType.DOUBLE)).hasSize(1);
  }

  /** The other way round: rows that only rounding makes multiples of each other. */
  @Test
  void independentRowsThatRoundingMakesMultiples() {
    double[][] m = {{1, 1 + 0x1p-40}, {2, 2}};
    Network network =
        Network.of(
            Shape.of(2),
            Dense.of("a", 2, 2).withScales(1, 0),
            FixedLinear.of("R", Tensors.ofRows(m)));
    assertThat(dependentOutputs(network, DataType.FLOAT).get(0).rankAtMost()).isEqualTo(1);
    assertThat(dependentOutputs(network, DataType.DOUBLE)).isEmpty();
  }

  @Test
  void aMatrixThatOverflowsWhenRoundedIsNotExamined() {
    double[][] m = {{1e300, 2e300}, {2e300, 4e300}};
    Network network =
        Network.of(
            Shape.of(2),
            Dense.of("a", 2, 2).withScales(1, 0),
            FixedLinear.of("R", Tensors.ofRows(m)));
    assertThat(dependentOutputs(network, DataType.FLOAT)).isEmpty();
    assertThat(
            SingularityDiagnosis.of(network, theta(DataType.FLOAT))
                .withoutNullVector()
                .kernel(x(DataType.FLOAT))
                .notes())
        .anyMatch(note -> note.contains("overflows when rounded"));
    assertThat(dependentOutputs(network, DataType.DOUBLE)).hasSize(1);
  }

  @Test
  void theMatrixOfATypeIsTheOneOfTheForwardPass() {
    FixedLinear fixed = FixedLinear.of("R", Tensors.ofRows(new double[][] {{0.1, 1e300}}));
    assertThat(Tensors.toDoubles(fixed.matrix(DataType.FLOAT)))
        .containsExactly(0.1f, Double.POSITIVE_INFINITY);
    assertThat(Tensors.toDoubles(fixed.matrix(DataType.DOUBLE))).containsExactly(0.1, 1e300);
    assertThatThrownBy(() -> fixed.matrix(DataType.INT64))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'R'");
  }

  /** No forward pass mixes the types, so there is no network to enclose. */
  @Test
  void parametersAndInputsHaveOneType() {
    Network network = readout(1, 2);
    NetworkEnclosure doubles = NetworkEnclosure.of(network, theta(DataType.DOUBLE));
    NetworkEnclosure floats = NetworkEnclosure.of(network, theta(DataType.FLOAT));
    assertThatThrownBy(() -> doubles.at(x(DataType.FLOAT)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expects data type DOUBLE but got FLOAT");
    assertThatThrownBy(() -> floats.at(x(DataType.DOUBLE)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expects data type FLOAT but got DOUBLE");
    Network fixed = Network.of(Shape.of(2), network.layers().get(1));
    NetworkEnclosure any = NetworkEnclosure.of(fixed, Tensors.empty(DataType.DOUBLE));
    assertThat(any.at(x(DataType.FLOAT)).samples()).isEqualTo(1);
  }
}
