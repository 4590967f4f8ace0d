package org.fullrank.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.fullrank.diff.JacobianError;
import org.fullrank.diff.KroneckerBlock;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.diff.RoundingModel;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
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
  private static final int N = 4;

  /**
   * Most that the median of bound / observed may be for one hidden block of width 16. One layer
   * alone: {@code gamma_19 ||x|| ||W||_F} against an observed {@code u |z|} with {@code |z| ~ ||x||
   * ||W||_F / 4}, so about 80; each of the two further layers multiplies an error by the spectral
   * norm where random signs see the mean gain, a factor 2 to 3, and errors add up instead of
   * cancelling: some 500. (Measured: each further block costs a factor 3 in values and, for smooth
   * activations, 8 in rows.)
   */
  private static final double USEFUL = 2e3;

  private record Case(
      Activation activation,
      boolean residual,
      int k,
      Parameterization parameterization,
      boolean bias,
      int depth) {
    Network network() {
      List<Layer> layers = new ArrayList<>(List.of(dense("in", 5, 16)));
      for (int l = 0; l < depth; l++) {
        Layer act = Elementwise.of(activation);
        if (residual) {
          Residual block =
              Residual.of(0.3, dense("a" + l, 16, 12), act, dense("b" + l, 12, 16))
                  .withName("r" + l);
          layers.add(l % 2 == 0 ? block : block.withShortcut(dense("s" + l, 16, 16)));
        } else {
          layers.add(act);
          layers.add(dense("d" + l, 16, 16));
        }
      }
      layers.add(Elementwise.of(activation));
      layers.add(dense("out", 16, k));
      return Network.of(Shape.of(5), layers);
    }

    private Dense dense(String name, int in, int out) {
      Dense d = Dense.of(name, in, out).withSigmaW(1.3);
      return (bias ? d.withBias(0.4) : d).withParameterization(parameterization);
    }
  }

  static List<Case> allCases() {
    List<Case> all = new ArrayList<>();
    for (Activation a :
        List.of(
            Activations.TANH,
            Activations.RELU,
            Activations.GELU,
            Activations.softplus(10),
            Activations.ERF)) {
      for (int bits = 0; bits < 8; bits++) {
        for (int k : new int[] {1, 3, 10}) {
          for (int depth = 1; depth <= 6; depth++) {
            Parameterization p = (bits & 2) == 0 ? Parameterization.NTK : Parameterization.STANDARD;
            all.add(new Case(a, (bits & 1) == 0, k, p, (bits & 4) == 0, depth));
          }
        }
      }
    }
    return all;
  }

  static Stream<Case> sample() {
    List<Case> all = allCases();
    RandomStream stream = Seed.of(11).stream("sample");
    return Stream.generate(() -> all.get((int) (stream.nextDouble() * all.size()))).limit(16);
  }

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

  private static double[] gaussian(String name, int count) {
    RandomStream stream = Seed.of(7).stream(name);
    double[] v = new double[count];
    for (int i = 0; i < count; i++) {
      v[i] = stream.nextGaussian();
    }
    return v;
  }

  @ParameterizedTest
  @MethodSource("sample")
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
        .filter(c -> c.depth == 1 && c.k == 3 && c.bias)
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
      double[][] rowError = rowDistances(both, c.k);
      for (int o = 0; o < c.k; o++) {
        requireWithin(rowError[o], add(rowBound[o], slack[o]), rowRatios);
      }
    }
  }

  private static void requireWithin(double[] seen, double[] bound, List<Double> ratios) {
    for (int i = 0; i < seen.length; i++) {
      assertThat(seen[i]).isLessThanOrEqualTo(bound[i]);
      ratios.add(bound[i] / seen[i]);
    }
  }

  private static double[] valueBound(Linearization l) {
    return l.rounding().orElseThrow().valueError(new double[N]);
  }

  private static double[] add(double[] a, double[] b) {
    double[] sum = a.clone();
    Arrays.setAll(sum, i -> a[i] + b[i]);
    return sum;
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

  private static INDArray exactRows(ParameterBlock block) {
    KroneckerBlock b = (KroneckerBlock) block;
    try (INDArray a = Tensors.convert(b.inputs(), DataType.DOUBLE);
        INDArray g = Tensors.convert(b.outputCotangents(), DataType.DOUBLE)) {
      return KroneckerBlock.of(a, g, b.scale(), KroneckerBlock.Layout.IN_OUT).rows();
    }
  }

  static double[] distance(INDArray a, INDArray b, int rows) {
    double[] x = Tensors.toDoubles(a);
    double[] y = Tensors.toDoubles(b);
    double[] out = new double[rows];
    for (int i = 0; i < x.length; i++) {
      double d = x[i] - y[i];
      out[i / (x.length / rows)] += d * d;
    }
    Arrays.setAll(out, i -> Math.sqrt(out[i]));
    return out;
  }

  /** Perturbed inputs and cotangents, far above rounding: the propagation terms. */
  @ParameterizedTest
  @MethodSource("sample")
  void perturbationsStayWithinTheBounds(Case c) {
    double size = 1e-3;
    Network network = c.network();
    double[] g = gaussian("cotangent", 2 * N * c.k);
    try (INDArray theta = network.initialize(Seed.of(4));
        INDArray x = Tensors.of(gaussian("x", N * 5), N, 5);
        INDArray moved = moved(x, size);
        INDArray dy = Tensors.of(g, 2, N, c.k);
        INDArray dyMoved = moved(dy, size);
        Linearization stored = network.linearize(theta, x);
        Linearization exact = network.linearize(theta, moved);
        Pullback p = stored.pullback(dy);
        Pullback q = exact.pullback(dyMoved)) {
      RoundingModel model = stored.rounding().orElseThrow();
      double[] e = distance(x, moved, N);
      double[][] dyError = rows(distance(dy, dyMoved, 2 * N));
      requireWithin(
          distance(stored.value(), exact.value(), N),
          add(model.valueError(e), valueBound(exact)),
          new ArrayList<>());
      RoundingModel.Errors errors = model.pullbackError(e, dy, dyError);
      RoundingModel.Errors own =
          exact.rounding().orElseThrow().pullbackError(new double[N], dyMoved, new double[2][N]);
      requireWithin(
          distance(p.inputCotangent(), q.inputCotangent(), 2 * N),
          add(flat(errors.inputCotangent()), flat(own.inputCotangent())),
          new ArrayList<>());
      assertThat(errors.rows()).hasSameSizeAs(p.blocks());
      for (int s = 0; s < p.blocks().size(); s++) {
        try (INDArray a = exactRows(p.blocks().get(s));
            INDArray b = exactRows(q.blocks().get(s))) {
          double[] bound = add(flat(errors.rows().get(s)), flat(own.rows().get(s)));
          requireWithin(distance(a, b, 2 * N), bound, new ArrayList<>());
        }
      }
    }
  }

  private static INDArray moved(INDArray a, double size) {
    double[] v = Tensors.toDoubles(a);
    double[] step = gaussian("step", v.length);
    Arrays.setAll(v, i -> v[i] + size * step[i]);
    return Tensors.of(v, a.shape());
  }

  static double[] flat(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
  }

  private static double[][] rows(double[] v) {
    return new double[][] {Arrays.copyOfRange(v, 0, N), Arrays.copyOfRange(v, N, 2 * N)};
  }

  @Test
  void boundsGrowWithTheErrorsOfInputAndCotangent() {
    sample().limit(6).forEach(RoundingTest::requireMonotone);
  }

  private static void requireMonotone(Case c) {
    try (Comparison both = new Comparison(c);
        INDArray dy = Tensors.of(gaussian("dy", 2 * N * c.k), 2, N, c.k)) {
      RoundingModel model = both.exact.rounding().orElseThrow();
      double[] last = null;
      for (double e : new double[] {0, 1e-12, 1e-9, 1e-6, 1e-3, 1, 1e3}) {
        double[] input = new double[N];
        Arrays.fill(input, e);
        double[] bounds = model.valueError(input);
        for (double f : new double[] {0, e}) {
          double[][] cotangent = {input.clone(), input.clone()};
          Arrays.fill(cotangent[1], f);
          RoundingModel.Errors errors = model.pullbackError(input, dy, cotangent);
          bounds = concat(bounds, flat(errors.inputCotangent()));
          for (double[][] slot : errors.rows()) {
            bounds = concat(bounds, flat(slot));
          }
        }
        if (last != null) {
          for (int i = 0; i < last.length; i++) {
            assertThat(bounds[i]).isGreaterThanOrEqualTo(last[i]);
          }
        }
        last = bounds;
      }
    }
  }

  private static double[] concat(double[] a, double[] b) {
    double[] out = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, out, a.length, b.length);
    return out;
  }
}
