package org.fullrank.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class LossesTest {
  /** Central differences with h = 1e-5: truncation 1e-10, rounding 1e-16/1e-5. */
  private static final double DIFFERENCE = 1e-8;

  @ParameterizedTest
  @EnumSource(Losses.class)
  void gradientIsTheDerivativeOfTheValue(Losses loss) {
    Random random = new Random(1);
    int n = 4;
    int k = 3;
    double[] outputs = random.doubles((long) n * k, -2, 2).toArray();
    double[] targets = distributions(n, k, random);
    double[] gradient = new double[n * k];
    loss.evaluate(outputs, targets, n, gradient);
    double h = 1e-5;
    for (int i = 0; i < outputs.length; i++) {
      double kept = outputs[i];
      outputs[i] = kept + h;
      double up = loss.evaluate(outputs, targets, n, new double[n * k]);
      outputs[i] = kept - h;
      double down = loss.evaluate(outputs, targets, n, new double[n * k]);
      outputs[i] = kept;
      assertThat(gradient[i]).isCloseTo((up - down) / (2 * h), within(DIFFERENCE));
    }
  }

  @Test
  void valuesAreTheFormulas() {
    double[] f = {1, 2, 3, 5};
    double[] y = {0, 0, 1, 1};
    double[] g = new double[4];
    assertThat(Losses.SQUARED.evaluate(f, y, 2, g)).isEqualTo(0.5 * (1 + 4 + 4 + 16));
    assertThat(g).containsExactly(1, 2, 2, 4);
    assertThat(Losses.MEAN_SQUARED.evaluate(f, y, 2, g)).isEqualTo(0.25 * (1 + 4 + 4 + 16));
    assertThat(g).containsExactly(0.5, 1, 1, 2);
    double[] oneHot = {1, 0, 0, 1};
    double expected = Math.log(1 + Math.E) + Math.log(1 + Math.exp(-2));
    assertThat(Losses.CROSS_ENTROPY.evaluate(f, oneHot, 2, g)).isCloseTo(expected, within(1e-14));
    assertThat(Losses.MEAN_CROSS_ENTROPY.evaluate(f, oneHot, 2, g))
        .isCloseTo(expected / 2, within(1e-14));
  }

  @Test
  void crossEntropyDoesNotOverflow() {
    double[] g = new double[2];
    double value =
        Losses.CROSS_ENTROPY.evaluate(new double[] {1e300, -1e300}, new double[] {1, 0}, 1, g);
    assertThat(value).isZero();
    assertThat(g).containsExactly(0, 0);
  }

  /** {@code ln(1 + e^(-m))} and its derivative, the tails from their first terms. */
  @Test
  void logisticLossesAreAccurateInBothTails() {
    double[] margins = {-1e300, -800, -40, -1, 0, 1, 40, 700, 800, 1e300};
    double[] values = {
      1e300,
      800,
      40,
      1.3132616875182228,
      0.6931471805599453,
      0.31326168751822286,
      4.248354255291589e-18,
      9.859676543759770e-305,
      0,
      0
    };
    double[] slopes = {
      1,
      1,
      1,
      0.7310585786300049,
      0.5,
      0.2689414213699951,
      4.248354255291589e-18,
      9.859676543759770e-305,
      0,
      0
    };
    for (int i = 0; i < margins.length; i++) {
      for (double y : new double[] {1, -1}) {
        double[] g = new double[1];
        double value =
            Losses.LOGISTIC.evaluate(new double[] {y * margins[i]}, new double[] {y}, 1, g);
        assertThat(value).isCloseTo(values[i], within(1e-15 * values[i]));
        assertThat(g[0]).isCloseTo(-y * slopes[i], within(1e-15 * slopes[i]));
      }
    }
    double[] g = new double[4];
    double mean =
        Losses.MEAN_LOGISTIC.evaluate(new double[] {1, -1, 0, 0}, new double[] {1, 1, -1, 1}, 2, g);
    assertThat(mean).isCloseTo((values[5] + values[3] + 2 * values[4]) / 2, within(1e-15));
    assertThat(g[1]).isCloseTo(-slopes[3] / 2, within(1e-15));
  }

  @Test
  void aLossThatIsConstantForTheShapeIsRefused() {
    for (Losses loss : new Losses[] {Losses.CROSS_ENTROPY, Losses.MEAN_CROSS_ENTROPY}) {
      assertThatThrownBy(() -> loss.requireTargets(new double[] {1, 1}, 2))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("-1 and +1")
          .hasMessageContaining("LOGISTIC")
          .hasMessageContaining("SQUARED")
          .hasMessageContaining("two outputs");
    }
    Losses.LOGISTIC.requireTargets(new double[] {1, -1}, 2);
    assertThatThrownBy(() -> Losses.LOGISTIC.requireTargets(new double[] {1, 1, -1, 0}, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sample 1 has 0.0; write -1");
    assertThatThrownBy(() -> Losses.LOGISTIC.requireTargets(new double[] {0.5}, 1))
        .hasMessageContaining("has 0.5");
  }

  @Test
  void whatATheoremOnSquaresCannotTreatIsSentToOneThatCan() {
    for (Losses loss : Losses.values()) {
      Optional<String> obstacle = Losses.otherThanSquared(loss);
      assertThat(obstacle.isEmpty()).as(loss.text()).isEqualTo(loss == Losses.SQUARED);
      assertThat(obstacle.orElse("").contains("LastLayerConvexDescent"))
          .as(loss.text())
          .isEqualTo(loss.kind() != Losses.Kind.SQUARES);
    }
    // Where it says that the run is the same: the gradient is smaller by the factor n.
    double[] f = {1, -2, 3, 0.5, 7, -1};
    double[] y = {0, 1, 1, 0, 2, 2};
    double[] whole = new double[6];
    double[] mean = new double[6];
    Losses.SQUARED.evaluate(f, y, 2, whole);
    Losses.MEAN_SQUARED.evaluate(f, y, 2, mean);
    for (int i = 0; i < 6; i++) {
      assertThat(whole[i]).isEqualTo(2 * mean[i]).isNotZero();
    }
  }

  @Test
  void targetsMustBeDistributionsForCrossEntropy() {
    assertThatThrownBy(() -> Losses.CROSS_ENTROPY.requireTargets(new double[] {1, 0, 0.5, 0.4}, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sample 1");
    assertThatThrownBy(() -> Losses.CROSS_ENTROPY.requireTargets(new double[] {1.5, -0.5}, 1))
        .hasMessageContaining("negative");
    assertThatThrownBy(
            () -> Losses.SQUARED.evaluate(new double[3], new double[4], 1, new double[3]))
        .hasMessageContaining("3, 4 and 3");
  }

  private static double[] distributions(int n, int k, Random random) {
    double[] y = random.doubles((long) n * k).toArray();
    for (int i = 0; i < n; i++) {
      double sum = 0;
      for (int c = 0; c < k; c++) {
        sum += y[i * k + c];
      }
      for (int c = 0; c < k; c++) {
        y[i * k + c] /= sum;
      }
    }
    return y;
  }
}
