package org.fullrank.spectrum;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.fullrank.linalg.DenseSymmetric;

/** Spectra whose traces are sums anybody can form, as dense matrices with random eigenvectors. */
public enum KnownSpectra {
  FLAT,
  SLIGHTLY_SPREAD,
  DECAYING,
  LOW_RANK,
  RANK_ONE,
  CLUSTERED,
  ONE_OUTLIER;

  public double[] values(int n) {
    return IntStream.range(0, n).mapToDouble(i -> value(i, n)).sorted().toArray();
  }

  private double value(int i, int n) {
    return switch (this) {
      case FLAT -> 1.7;
      case SLIGHTLY_SPREAD -> 1 + 0.5 * i / n;
      case DECAYING -> 1 / ((i + 1.0) * (i + 1.0));
      case LOW_RANK -> i < 5 ? 1 + i : 0;
      case RANK_ONE -> i == 0 ? 3 : 0;
      case CLUSTERED -> (i % 4 == 0 ? 2 : i % 4 == 1 ? 1 : 0.01) * (1 + 1e-12 * i);
      case ONE_OUTLIER -> i == 0 ? 1000 : 1;
    };
  }

  public DenseSymmetric matrix(int n) {
    return Spectra.symmetric(Spectra.withSpectrum(values(n), name().length()));
  }

  public double trace(int n, DoubleUnaryOperator f) {
    return Arrays.stream(values(n)).map(f).sum();
  }
}
