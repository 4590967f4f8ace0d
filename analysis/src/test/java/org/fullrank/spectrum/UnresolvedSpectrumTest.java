package org.fullrank.spectrum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.fullrank.spectrum.estimate.SpectralDensity;
import org.fullrank.spectrum.estimate.StochasticLanczos;
import org.junit.jupiter.api.Test;

/** A spectrum that decays like that of a kernel, far below what the Lanczos steps can see. */
final class UnresolvedSpectrumTest {
  private static final int N = 400;

  private static double eigenvalue(int j) {
    return Math.exp(-j / 10.0) + 1e-10;
  }

  private static SpectralDensity density(long seed) {
    double[][] rows = new double[N][N];
    for (int j = 0; j < N; j++) {
      rows[j][j] = eigenvalue(j);
    }
    return StochasticLanczos.withSeed(seed).density(Spectra.symmetric(rows));
  }

  @Test
  void effectiveDimensionIsCovered() {
    for (double ridge : new double[] {1e-2, 1e-4, 1e-6}) {
      double exact = 0;
      for (int j = 0; j < N; j++) {
        exact += eigenvalue(j) / (eigenvalue(j) + ridge);
      }
      for (long seed = 0; seed < 10; seed++) {
        assertThat(density(seed).effectiveDimension(ridge).interval().contains(exact))
            .as("ridge %s, seed %d", ridge, seed)
            .isTrue();
      }
    }
  }

  @Test
  void logDeterminantIsCoveredOrRefused() {
    double exact = 0;
    for (int j = 0; j < N; j++) {
      exact += Math.log(eigenvalue(j) + 1e-6);
    }
    for (long seed = 0; seed < 10; seed++) {
      assertThat(density(seed).logDeterminant(1e-6).interval().contains(exact))
          .as("seed %d", seed)
          .isTrue();
    }
    assertThatThrownBy(() -> density(0).logDeterminant(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("more Lanczos steps");
  }
}
