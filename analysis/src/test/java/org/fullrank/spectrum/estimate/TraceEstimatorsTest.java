package org.fullrank.spectrum.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.Products;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.spectrum.KnownSpectra;
import org.fullrank.spectrum.Spectra;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class TraceEstimatorsTest {
  private static final int N = 200;

  static Stream<LongFunction<TraceEstimator>> methods() {
    return Stream.of(Hutchinson::withSeed, HutchPlusPlus::withSeed, XTrace::withSeed);
  }

  private static double rootMeanSquare(
      SymmetricOperator a, double truth, LongFunction<TraceEstimator> method) {
    return Math.sqrt(
        IntStream.range(0, 50)
            .mapToDouble(s -> method.apply(s).trace(a).value() - truth)
            .map(e -> e * e)
            .average()
            .orElseThrow());
  }

  @Test
  void deflationBeatsHutchinsonOnDecayingSpectra() {
    DenseSymmetric a = KnownSpectra.DECAYING.matrix(N);
    double truth = KnownSpectra.DECAYING.trace(N, DoubleUnaryOperator.identity());
    double plain = rootMeanSquare(a, truth, Hutchinson::withSeed);
    // The tails beyond rank 20 and 30 have Frobenius norms 85 and 150 times below that of A.
    assertThat(rootMeanSquare(a, truth, HutchPlusPlus::withSeed)).isLessThan(plain / 20);
    assertThat(rootMeanSquare(a, truth, XTrace::withSeed)).isLessThan(plain / 20);
    assertThat(rootMeanSquare(a, truth, XTrace::withSeed))
        .isLessThan(rootMeanSquare(a, truth, HutchPlusPlus::withSeed));
  }

  @ParameterizedTest
  @EnumSource(names = {"DECAYING", "SLIGHTLY_SPREAD"})
  void allAreUnbiased(KnownSpectra spectrum) {
    DenseSymmetric a = spectrum.matrix(40);
    double truth = spectrum.trace(40, DoubleUnaryOperator.identity());
    methods()
        .forEach(
            method -> {
              double[] errors =
                  IntStream.range(0, 400)
                      .mapToDouble(s -> estimate(method, s).trace(a).value() - truth)
                      .toArray();
              double mean = Confidence.mean(errors);
              double square = 0;
              for (double e : errors) {
                square += e * e;
              }
              // Four standard errors of the mean over the seeds.
              assertThat(Math.abs(mean)).isLessThan(4 * Math.sqrt(square) / errors.length);
            });
  }

  private static TraceEstimator estimate(LongFunction<TraceEstimator> method, long seed) {
    TraceEstimator e = method.apply(seed);
    return e instanceof Hutchinson h
        ? h.withProducts(12)
        : e instanceof HutchPlusPlus p ? p.withProducts(12) : ((XTrace) e).withProducts(12);
  }

  @Test
  void lowRankTracesAreExactToRounding() {
    DenseSymmetric a = KnownSpectra.LOW_RANK.matrix(N);
    for (TraceEstimator e : List.of(HutchPlusPlus.withSeed(1), XTrace.withSeed(1))) {
      SampledEstimate t = e.trace(a);
      assertThat(t.value()).as(e.name()).isCloseTo(15, within(1e-11));
      assertThat(t.interval().width()).as(e.name()).isLessThan(1e-9);
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void smallMatricesAreExact(LongFunction<TraceEstimator> method) {
    DenseSymmetric one = Spectra.symmetric(new double[][] {{-3.5}});
    assertThat(method.apply(3).trace(one).value()).isEqualTo(-3.5);
    DenseSymmetric zero = Spectra.symmetric(new double[5][5]);
    SampledEstimate t = method.apply(3).trace(zero);
    assertThat(t.value()).isZero();
    assertThat(t.interval().width()).isZero();
  }

  @Test
  void aSketchOfTheWholeSpaceIsExact() {
    DenseSymmetric a = KnownSpectra.SLIGHTLY_SPREAD.matrix(15);
    double truth = KnownSpectra.SLIGHTLY_SPREAD.trace(15, x -> x);
    for (TraceEstimator e : List.of(HutchPlusPlus.withSeed(1), XTrace.withSeed(1))) {
      assertThat(e.trace(a).value()).as(e.name()).isCloseTo(truth, within(1e-12));
      assertThat(e.trace(a).interval().width()).as(e.name()).isLessThan(1e-10);
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void estimatesAreReproducibleAndCountTheirProducts(LongFunction<TraceEstimator> method) {
    DenseSymmetric a = KnownSpectra.DECAYING.matrix(N);
    SampledEstimate t = method.apply(7).trace(a);
    assertThat(method.apply(7).trace(a)).isEqualTo(t);
    assertThat(method.apply(8).trace(a).value()).isNotEqualTo(t.value());
    assertThat(t.operatorColumns()).isEqualTo(60);
    assertThat(t.quantity("tr A").rigor()).isEqualTo(Rigor.SAMPLED);
    assertThat(t.quantity("tr A").subject()).isEqualTo(Subject.STORED_MATRIX);
    assertThat(t.quantity("tr A").method()).contains("0.99");
  }

  @ParameterizedTest
  @MethodSource("methods")
  void powersOfTwoScaleEverything(LongFunction<TraceEstimator> method) {
    double[][] rows = Spectra.withSpectrum(KnownSpectra.DECAYING.values(60), 3);
    SampledEstimate t = method.apply(7).trace(Spectra.symmetric(rows));
    for (int e : new int[] {-900, 900}) {
      SampledEstimate s = method.apply(7).trace(Spectra.symmetric(Spectra.scaled(rows, e)));
      assertThat(s.value()).isCloseTo(Math.scalb(t.value(), e), within(Math.scalb(1e-12, e)));
      assertThat(s.interval().width())
          .isCloseTo(Math.scalb(t.interval().width(), e), within(Math.scalb(1e-9, e)));
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void singlePrecisionOperatorsAreCovered(LongFunction<TraceEstimator> method) {
    double[][] rows = Spectra.withSpectrum(KnownSpectra.LOW_RANK.values(60), 3);
    try (INDArray f = Tensors.ofRows(DataType.FLOAT, rows)) {
      SampledEstimate t = method.apply(7).trace(DenseSymmetric.of(f));
      double exact = 0;
      for (int i = 0; i < 60; i++) {
        exact += (float) rows[i][i];
      }
      assertThat(t.interval().contains(exact)).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 12.706205, 0.95", "1, 63.656741, 0.99", "2, 9.924843, 0.99"})
  void quantilesOfStudentsDistribution(int degrees, double t, double level) {
    assertThat(StudentT.twoSided(level, degrees)).isCloseTo(t, within(1e-6));
  }

  @ParameterizedTest
  @CsvSource({"3, 5.840909", "7, 3.499483", "10, 3.169273", "29, 2.756386", "120, 2.617421"})
  void tabulatedQuantilesAtNinetyNinePercent(int degrees, double t) {
    assertThat(StudentT.twoSided(0.99, degrees)).isCloseTo(t, within(1e-6));
  }

  @Test
  void badArgumentsAreRefused() {
    assertThatThrownBy(() -> Hutchinson.withSeed(1).withProducts(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 2 but got 1");
    assertThatThrownBy(() -> HutchPlusPlus.withSeed(1).withProducts(5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 6 but got 5");
    assertThatThrownBy(() -> XTrace.withSeed(1).withProducts(3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 4 but got 3");
    for (double level : new double[] {0, 1, Double.NaN}) {
      assertThatThrownBy(() -> XTrace.withSeed(1).withConfidence(level))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("(0, 1)");
    }
  }

  /** A matrix of order n with one entry that differs from its mirror image. */
  private static SymmetricOperator asymmetric(DataType type, int n, double difference) {
    double[][] rows = Spectra.withSpectrum(KnownSpectra.DECAYING.values(n), 2);
    rows[3][1] += difference;
    INDArray matrix = Tensors.ofRows(type, rows);
    return new SymmetricOperator() {
      @Override
      public long size() {
        return n;
      }

      @Override
      public DataType dataType() {
        return type;
      }

      @Override
      public INDArray apply(INDArray v) {
        return Products.multiply(matrix, false, v, false);
      }
    };
  }

  @Test
  void anOperatorThatIsNotSymmetricIsRefused() {
    for (double difference : new double[] {1, 1e-3, 1e-6}) {
      SymmetricOperator a = asymmetric(DataType.DOUBLE, 100, difference);
      methods()
          .forEach(
              m ->
                  assertThatThrownBy(() -> m.apply(3).trace(a))
                      .isInstanceOf(IllegalArgumentException.class)
                      .hasMessageContaining("symmetric"));
      for (int steps : new int[] {1, 2, 40}) {
        assertThatThrownBy(() -> StochasticLanczos.withSeed(3).withSteps(steps).density(a))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("symmetric");
      }
    }
    SymmetricOperator single = asymmetric(DataType.FLOAT, 100, 0.1);
    assertThatThrownBy(() -> Hutchinson.withSeed(3).trace(single))
        .hasMessageContaining("symmetric");
    assertThatThrownBy(() -> StochasticLanczos.withSeed(3).density(single))
        .hasMessageContaining("symmetric");
  }

  @Test
  void roundingIsNotTakenForAsymmetry() {
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      for (KnownSpectra spectrum : KnownSpectra.values()) {
        double[][] rows = Spectra.withSpectrum(spectrum.values(120), 2);
        try (INDArray matrix = Tensors.ofRows(type, rows)) {
          SymmetricOperator a = DenseSymmetric.symmetrized(matrix);
          methods().forEach(m -> assertThat(m.apply(3).trace(a).value()).isFinite());
          for (int steps : new int[] {1, 2, 40, 120}) {
            StochasticLanczos.withSeed(3).withProbes(4).withSteps(steps).density(a);
          }
        }
      }
    }
  }
}
