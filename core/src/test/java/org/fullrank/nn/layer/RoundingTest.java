package org.fullrank.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fullrank.nn.layer.RoundingCases.N;
import static org.fullrank.nn.layer.RoundingCases.add;
import static org.fullrank.nn.layer.RoundingCases.allCases;
import static org.fullrank.nn.layer.RoundingCases.distance;
import static org.fullrank.nn.layer.RoundingCases.exactRows;
import static org.fullrank.nn.layer.RoundingCases.gaussian;
import static org.fullrank.nn.layer.RoundingCases.requireWithin;
import static org.fullrank.nn.layer.RoundingCases.valueBound;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fullrank.diff.JacobianError;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.layer.RoundingCases.Case;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Whole networks in single precision against the same parameters and inputs in double precision:
 * the observed differences must lie within the sum of both bounds.
 */
class RoundingTest {
  /**
   * Most that the median of bound / observed may be for one hidden block of width 16. One layer
   * alone: {@code gamma_19 ||x|| ||W||_F} against an observed {@code u |z|} with {@code |z| ~ ||x||
   * ||W||_F / 4}, so about 80; each of the two further layers multiplies an error by the spectral
   * norm where random signs see the mean gain, a factor 2 to 3, and errors add up instead of
   * cancelling: some 500. (Measured: each further block costs a factor 3 in values and, for smooth
   * activations, 8 in rows.)
   */
  private static final double USEFUL = 2e3;

  /** Observed differences and their bounds of one case; both linearizations stay open meanwhile. */
  private static final class Comparison implements AutoCloseable {
    final INDArray theta;
    final INDArray x;
    final INDArray theta64;
    final INDArray x64;
    final Linearization single;
    final Linearization exact;

    Comparison(Case c) {
      Network network = c.network();
      theta = network.initialize(Seed.of(3), DataType.FLOAT);
      x = Tensors.of(DataType.FLOAT, gaussian(c.toString(), N * 5), N, 5);
      theta64 = Tensors.convert(theta, DataType.DOUBLE);
      x64 = Tensors.convert(x, DataType.DOUBLE);
      single = network.linearize(theta, x);
      exact = network.linearize(theta64, x64);
    }

    @Override
    public void close() {
      exact.close();
      single.close();
      List.of(theta, x, theta64, x64).forEach(INDArray::close);
    }
  }

  @ParameterizedTest
  @MethodSource("org.fullrank.nn.layer.RoundingCases#sample")
  void errorsOfSinglePrecisionLieWithinTheBounds(Case c) {
    check(c, new ArrayList<>(), new ArrayList<>());
  }

  @Test
  @Tag("exhaustive")
  void allErrorsOfSinglePrecisionLieWithinTheBounds() {
    allCases().forEach(c -> check(c, new ArrayList<>(), new ArrayList<>()));
  }

  @Test
  void boundsAreOfUse() {
    List<Double> values = new ArrayList<>();
    List<Double> rows = new ArrayList<>();
    allCases().stream()
        .filter(c -> c.depth() == 1 && c.k() == 3 && c.bias())
        .forEach(c -> check(c, values, rows));
    assertThat(median(values)).isLessThan(USEFUL);
    assertThat(median(rows)).isLessThan(USEFUL);
  }

  private static double median(List<Double> v) {
    return v.stream().sorted().toList().get(v.size() / 2);
  }

  private static void check(Case c, List<Double> valueRatios, List<Double> rowRatios) {
    try (Comparison both = new Comparison(c)) {
      double[] bound = add(valueBound(both.single), valueBound(both.exact));
      double[] seen = distance(both.single.value(), both.exact.value(), N);
      requireWithin(seen, bound, valueRatios);
      double[][] rowBound = JacobianError.rowErrors(both.single).orElseThrow();
      double[][] slack = JacobianError.rowErrors(both.exact).orElseThrow();
      double[][] rowError = rowDistances(both, c.k());
      for (int o = 0; o < c.k(); o++) {
        requireWithin(rowError[o], add(rowBound[o], slack[o]), rowRatios);
      }
    }
  }

  /** Distances {@code [k][n]} of the rows that the stored factors make exactly (to 1e-16). */
  private static double[][] rowDistances(Comparison both, int k) {
    double[][] squares = new double[k][N];
    double[] basis = new double[k * N * k];
    for (int c = 0; c < k; c++) {
      for (int i = 0; i < N; i++) {
        basis[(c * N + i) * k + c] = 1;
      }
    }
    try (INDArray dy = Tensors.of(DataType.FLOAT, basis, k, N, k);
        INDArray dy64 = Tensors.of(basis, k, N, k);
        Pullback p = both.single.pullback(dy);
        Pullback q = both.exact.pullback(dy64)) {
      for (int s = 0; s < p.blocks().size(); s++) {
        try (INDArray a = exactRows(p.blocks().get(s));
            INDArray b = exactRows(q.blocks().get(s))) {
          double[] d = distance(a, b, k * N);
          for (int r = 0; r < d.length; r++) {
            squares[r / N][r % N] += d[r] * d[r];
          }
        }
      }
    }
    for (double[] row : squares) {
      Arrays.setAll(row, i -> Math.sqrt(row[i]));
    }
    return squares;
  }
}
