package org.fullrank.nn.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Slot;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The networks compute the products they are named after. */
final class DeepLinearModelsTest {
  private static final double ROUNDING = 1e-12;

  private static double[][] forward(Network network, INDArray theta, double[][] x) {
    return Tensors.toRows(network.forward(theta, Tensors.ofRows(x)));
  }

  private static double[][] weight(Network network, INDArray theta, int l) {
    Slot slot = network.slots().get(l);
    double[] all = Tensors.toDoubles(theta);
    int columns = (int) slot.shape().size(1);
    double[][] w = new double[(int) slot.shape().size(0)][columns];
    for (int i = 0; i < w.length; i++) {
      System.arraycopy(all, (int) slot.offset() + i * columns, w[i], 0, columns);
    }
    return w;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  @Test
  void residualNetworksStartAtTheirFixedMaps() {
    double[][] x = {{1, 2}, {3, -4}};
    DeepLinearResNet identity = DeepLinearResNet.identity(2, 5, 3, 4);
    assertThat(forward(identity.network(), identity.theta(), x))
        .isDeepEqualTo(new double[][] {{1, 2, 0}, {3, -4, 0}});
    DeepLinearResNet modified = DeepLinearResNet.modifiedIdentity(2, 6, 3, 4, 7, 9);
    assertThat(forward(modified.network(), modified.theta(), x)).isDeepEqualTo(new double[2][3]);
    assertThat(modified.network().slots()).hasSize(4);
    assertThat(modified.network().parameterCount()).isEqualTo(4 * 36);
    // Both blocks are reached: W_1 carries input 0 to the place of output 2.
    double[] theta = new double[4 * 36];
    theta[5] = 1;
    double[][] moved = forward(modified.network(), Tensors.of(theta, theta.length), x);
    assertThat(moved).isDeepEqualTo(new double[][] {{0, 0, 63}, {0, 0, 189}});
  }

  @Test
  void gaussianMapsHaveTheirDeviationsAndSeeds() {
    DeepLinearResNet one = DeepLinearResNet.gaussian(40, 50, 30, 1, 2, 0.5, Seed.of(1));
    DeepLinearResNet same = DeepLinearResNet.gaussian(40, 50, 30, 1, 2, 0.5, Seed.of(1));
    DeepLinearResNet other = DeepLinearResNet.gaussian(40, 50, 30, 1, 2, 0.5, Seed.of(2));
    double[][] x = new double[40][40];
    for (int i = 0; i < 40; i++) {
      x[i][i] = 1;
    }
    double[][] f = forward(one.network(), one.theta(), x);
    double squares = 0;
    for (double[] row : f) {
      squares += dot(row, row);
    }
    // E (B A)_ij^2 = m (2 * 0.5)^2 = 50, averaged over 1200 entries.
    assertThat(squares / 1200).isCloseTo(50, within(10.0));
    assertThat(f).isDeepEqualTo(forward(same.network(), same.theta(), x));
    assertThat(f[0][0]).isNotEqualTo(forward(other.network(), other.theta(), x)[0][0]);
  }

  @Test
  void orthogonalMatricesAreOrthogonal() {
    DeepLinearChain chain = DeepLinearChain.orthogonal(3, 7, 2, 4, Seed.of(5));
    for (int l = 0; l < 4; l++) {
      // Stored [in, out]: W_1^T is [d, m] with orthogonal rows, W_L^T is [m, k] with columns.
      double[][] w = weight(chain.network(), chain.theta(), l);
      double[][] vectors = w.length <= w[0].length ? w : transpose(w);
      for (int i = 0; i < vectors.length; i++) {
        for (int j = 0; j <= i; j++) {
          assertThat(dot(vectors[i], vectors[j])).isCloseTo(i == j ? 7 : 0, within(ROUNDING));
        }
      }
    }
    // c = (m^(L-1) k)^(-1/2): ||f(x)|| <= sqrt(m/k) ||x||.
    double[][] f = forward(chain.network(), chain.theta(), new double[][] {{1, 0, 0}});
    assertThat(Math.sqrt(dot(f[0], f[0]))).isLessThanOrEqualTo(Math.sqrt(3.5));
  }

  private static double[][] transpose(double[][] w) {
    double[][] t = new double[w[0].length][w.length];
    for (int i = 0; i < w.length; i++) {
      for (int j = 0; j < t.length; j++) {
        t[j][i] = w[i][j];
      }
    }
    return t;
  }

  @Test
  void duHuScalesTheProduct() {
    DeepLinearChain chain = DeepLinearChain.duHu(2, 5, 3, 3, Seed.of(6));
    double[][] x = {{1, -2}};
    double[][] h = x;
    for (int l = 0; l < 3; l++) {
      h = product(h, weight(chain.network(), chain.theta(), l));
    }
    double[][] f = forward(chain.network(), chain.theta(), x);
    for (int c = 0; c < 3; c++) {
      assertThat(f[0][c]).isCloseTo(h[0][c] / Math.sqrt(5 * 5 * 3), within(ROUNDING));
    }
  }

  private static double[][] product(double[][] a, double[][] b) {
    double[][] out = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < out[0].length; j++) {
        for (int k = 0; k < b.length; k++) {
          out[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return out;
  }

  @Test
  void zeroAsymmetricStartIsExact() {
    DeepLinearChain chain = DeepLinearChain.zeroAsymmetric(3, 2, 3);
    double[][] identity = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    assertThat(weight(chain.network(), chain.theta(), 0)).isDeepEqualTo(identity);
    assertThat(weight(chain.network(), chain.theta(), 1)).isDeepEqualTo(identity);
    assertThat(weight(chain.network(), chain.theta(), 2)).isDeepEqualTo(new double[3][2]);
  }

  @Test
  void otherStartsHaveTheirDeviations() {
    DeepLinearChain near = DeepLinearChain.nearIdentity(30, 2, 0.1, Seed.of(8));
    double[][] w = weight(near.network(), near.theta(), 1);
    double squares = 0;
    for (int i = 0; i < 30; i++) {
      w[i][i] -= 1;
      squares += dot(w[i], w[i]);
    }
    assertThat(squares / 900).isCloseTo(0.01, within(0.002));
    DeepLinearChain xavier = DeepLinearChain.xavier(10, 30, 20, 3, Seed.of(9));
    double[][] first = weight(xavier.network(), xavier.theta(), 0);
    double sum = 0;
    for (double[] row : first) {
      sum += dot(row, row);
    }
    assertThat(sum / 300).isCloseTo(2.0 / 40, within(0.015));
  }

  @Test
  void misuseIsRefused() {
    assertThatThrownBy(() -> DeepLinearResNet.identity(3, 2, 1, 1))
        .hasMessageContaining("max(d, k) = 3 but got 2");
    assertThatThrownBy(() -> DeepLinearResNet.modifiedIdentity(3, 4, 2, 1, 1, 1))
        .hasMessageContaining("d + k = 5 but got 4");
    assertThatThrownBy(() -> DeepLinearResNet.identity(2, 2, 2, 0)).hasMessageContaining("depth");
    assertThatThrownBy(() -> DeepLinearChain.orthogonal(3, 2, 1, 2, Seed.of(1)))
        .hasMessageContaining("got 2 and 2");
    assertThatThrownBy(() -> DeepLinearChain.xavier(3, 2, 1, 0, Seed.of(1)))
        .hasMessageContaining("depth");
    assertThatThrownBy(() -> DeepLinearChain.nearIdentity(3, 1, Double.NaN, Seed.of(1)))
        .hasMessageContaining("NaN");
  }
}
