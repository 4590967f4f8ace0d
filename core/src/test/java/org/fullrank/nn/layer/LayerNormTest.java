package org.fullrank.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.io.NetworkFile;
import org.fullrank.io.Npy;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.enclosed.BackwardPass;
import org.fullrank.nn.enclosed.EnclosedInput;
import org.fullrank.nn.enclosed.EnclosedStep;
import org.fullrank.nn.enclosed.JacobianTerm;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Layer normalisation: a trained PyTorch network, and 60-digit arithmetic. */
final class LayerNormTest {
  private static final MathContext DIGITS = new MathContext(60);

  /** Far below any width of an interval, above the errors of 60 digits. */
  private static final BigDecimal SLACK = new BigDecimal("1e-50");

  private static Path fixture() throws URISyntaxException {
    String name = "/fixtures/pub14_prenorm_layernorm_gelu_trained";
    return Path.of(Objects.requireNonNull(LayerNormTest.class.getResource(name), name).toURI());
  }

  /** Values, Jacobian and Gram of a trained pre-norm network that PyTorch and JAX agree on. */
  @Test
  void trainedNetworkIsThatOfPyTorch() throws Exception {
    NetworkFile file = NetworkFile.read(fixture());
    INDArray x = Npy.read(fixture().resolve("X.npy"));
    requireClose(
        file.network().forward(file.theta(), x), Npy.read(fixture().resolve("forward.npy")));
    try (Jacobian j = file.network().jacobian(file.theta(), x);
        INDArray matrix = j.toMatrix();
        Pullback pullback = j.pullbackOutputs()) {
      requireClose(matrix, Npy.read(fixture().resolve("jacobian.npy")));
      int n = 8;
      int k = 3;
      double[] gram = new double[n * k * n * k];
      for (ParameterBlock block : pullback.blocks()) {
        try (INDArray part = block.gram(block)) {
          double[] v = Tensors.toDoubles(part);
          for (int q = 0; q < v.length; q++) {
            int c = q / (k * n * n);
            int d = q / (n * n) % k;
            int i = q / n % n;
            gram[(i * k + c) * n * k + q % n * k + d] += v[q];
          }
        }
      }
      requireClose(Tensors.of(gram, 24, 24), Npy.read(fixture().resolve("gram.npy")));
    }
  }

  private static void requireClose(INDArray got, INDArray expected) {
    double[] g = Tensors.toDoubles(got);
    double[] e = Tensors.toDoubles(expected);
    double largest = Arrays.stream(e).map(Math::abs).max().orElseThrow();
    assertThat(g).hasSameSizeAs(e);
    for (int i = 0; i < g.length; i++) {
      assertThat(g[i]).isCloseTo(e[i], within(1e-11 * largest));
    }
  }

  @Test
  void filesKeepEveryMember(@TempDir Path folder) throws IOException {
    Network network =
        Network.of(
            Shape.of(2, 3),
            LayerNorm.of("a", 3).withEpsilon(1e-3),
            LayerNorm.of("b", 2, 3).withSlotNames("g", "h"),
            Flatten.of());
    INDArray theta = Tensors.of(new Random(1).doubles(18).toArray(), 18);
    Path file = folder.resolve("net");
    NetworkFile.of(network, theta).write(file);
    NetworkFile read = NetworkFile.read(file);
    INDArray x = Tensors.of(new Random(2).doubles(24).toArray(), 4, 2, 3);
    assertThat(read.network().slots()).extracting(s -> s.name()).contains("a.gamma", "g", "h");
    assertThat(Tensors.toDoubles(read.network().forward(read.theta(), x)))
        .containsExactly(Tensors.toDoubles(network.forward(theta, x)));
  }

  @Test
  void startsAsTheNormalisationItself() {
    Network network = Network.of(Shape.of(2), LayerNorm.of("n", 2));
    double[] y =
        Tensors.toDoubles(
            network.forward(network.initialize(Seed.of(1)), Tensors.of(new double[] {1, 3}, 1, 2)));
    double one = 1 / Math.sqrt(1 + 1e-5);
    assertThat(y).containsExactly(new double[] {-one, one}, within(1e-15));
  }

  @Test
  void hugeAndEqualEntriesAreNoTrouble() {
    Network network = Network.of(Shape.of(2), LayerNorm.of("n", 2));
    INDArray x =
        Tensors.of(new double[] {1e308, -1e308, 1e308, 1e308, 1e-320, 0, 1e200, 3e200}, 4, 2);
    double[] y = Tensors.toDoubles(network.forward(network.initialize(Seed.of(1)), x));
    assertThat(y).containsExactly(new double[] {1, -1, 0, 0, 0, 0, -1, 1}, within(1e-15));
  }

  @Test
  void wrongShapesAreRefused() {
    assertThatThrownBy(() -> LayerNorm.of("n", 3).outputShape(Shape.of(3, 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'n'")
        .hasMessageContaining("[3, 4]");
    assertThatThrownBy(() -> LayerNorm.of("n")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> LayerNorm.of("n", 3).withEpsilon(0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Random, constant, nearly constant, huge and subnormal rows, exact or known up to a ball. */
  @Test
  void enclosureContainsSixtyDigits() {
    Random random = new Random(11);
    int sharp = 0;
    for (int trial = 0; trial < 2000; trial++) {
      int width = 1 + random.nextInt(5);
      int groups = 1 + random.nextInt(2);
      double epsilon = Math.pow(10, -random.nextInt(13));
      double scale =
          trial % 4 == 0 ? Math.pow(10, random.nextInt(616) - 307) : Math.pow(10, trial % 7 - 3);
      double[] mid = new double[groups * width];
      double spread = trial % 3 == 0 ? 0 : trial % 3 == 1 ? 1 : 1e-13;
      for (int j = 0; j < mid.length; j++) {
        mid[j] = scale * (1 + spread * random.nextGaussian());
      }
      double radius = trial % 2 == 0 ? 0 : scale * Math.pow(10, -1 - random.nextInt(16));
      BigDecimal[] x = new BigDecimal[mid.length];
      for (int j = 0; j < x.length; j++) {
        double u = radius * (2 * random.nextDouble() - 1) / Math.sqrt(mid.length);
        x[j] = new BigDecimal(mid[j]).add(new BigDecimal(u));
      }
      double[] radii = new double[mid.length];
      Arrays.fill(radii, radius);
      IntervalMatrix input =
          IntervalMatrix.around(
              new double[][] {mid}, new double[][] {radii}, new double[] {radius});
      sharp += check(LayerNorm.of("n", width).withEpsilon(epsilon), input, x, random) ? 1 : 0;
    }
    // The exact half and the narrow balls; a constant huge row has no inverse but 1/sqrt(epsilon).
    assertThat(sharp).isGreaterThan(900);
  }

  @Test
  void hugeRowsAreEnclosedAsWellAsOthers() {
    LayerNorm layer = LayerNorm.of("n", 3);
    double[][] rows = {{1e308, -1e308, 3e307}, {1e308, 1e308, 1e308}, {0, 0x1p-1074, 1e-310}};
    EnclosedStep step =
        layer.enclose(
            EnclosedInput.of(
                new double[] {1, 2, 3, 0, 0, 0},
                new long[6],
                IntervalMatrix.exact(rows),
                DataType.DOUBLE,
                1));
    assertThat(step.value().frobeniusError()).isLessThan(1e-14);
    assertThat(step.value().get(1, 2).contains(0)).isTrue();
  }

  /** Checks one sample; returns whether the value is known to 1e-9. */
  private static boolean check(
      LayerNorm layer, IntervalMatrix input, BigDecimal[] x, Random random) {
    int width = (int) layer.normalizedShape().length();
    int outputs = x.length;
    double[] theta = random.doubles(2L * width, -2, 2).toArray();
    EnclosedStep step =
        layer.enclose(
            EnclosedInput.of(
                theta, LongStream.range(0, theta.length).toArray(), input, DataType.DOUBLE, 1));
    double[][] units = new double[outputs][outputs];
    for (int c = 0; c < outputs; c++) {
      units[c][c] = 1;
    }
    BackwardPass pass = new BackwardPass(1);
    IntervalMatrix dx = step.backward(IntervalMatrix.exact(units), pass);
    BigDecimal d = new BigDecimal(width);
    BigDecimal[][] value = new BigDecimal[1][outputs];
    BigDecimal[][] byInput = new BigDecimal[outputs][outputs];
    BigDecimal[][] byParameter = new BigDecimal[outputs][2 * width];
    for (BigDecimal[] row : byInput) {
      Arrays.fill(row, BigDecimal.ZERO);
    }
    for (BigDecimal[] row : byParameter) {
      Arrays.fill(row, BigDecimal.ZERO);
    }
    for (int from = 0; from < outputs; from += width) {
      // d times the centred entries, and d^3 times the variance, without rounding.
      BigDecimal sum = BigDecimal.ZERO;
      for (int j = 0; j < width; j++) {
        sum = sum.add(x[from + j]);
      }
      BigDecimal squares = BigDecimal.ZERO;
      BigDecimal[] hat = new BigDecimal[width];
      for (int j = 0; j < width; j++) {
        hat[j] = x[from + j].multiply(d).subtract(sum);
        squares = squares.add(hat[j].multiply(hat[j]));
      }
      BigDecimal sigma =
          squares
              .divide(d.pow(3), DIGITS)
              .add(new BigDecimal(layer.epsilon()), DIGITS)
              .sqrt(DIGITS);
      for (int j = 0; j < width; j++) {
        hat[j] = hat[j].divide(d.multiply(sigma), DIGITS);
      }
      for (int j = 0; j < width; j++) {
        BigDecimal gamma = new BigDecimal(theta[j]);
        value[0][from + j] = gamma.multiply(hat[j]).add(new BigDecimal(theta[width + j]));
        byParameter[from + j][j] = hat[j];
        byParameter[from + j][width + j] = BigDecimal.ONE;
        for (int l = 0; l < width; l++) {
          BigDecimal entry = (l == j ? d : BigDecimal.ZERO).subtract(BigDecimal.ONE);
          byInput[from + j][from + l] =
              gamma
                  .multiply(entry.subtract(hat[j].multiply(hat[l])))
                  .divide(d.multiply(sigma), DIGITS);
        }
      }
    }
    contains(step.value(), value);
    contains(dx, byInput);
    assertThat(pass.terms()).hasSize(2);
    for (JacobianTerm term : pass.terms()) {
      long offset = term.bias().orElseThrow().offset();
      assertThat(term.positions()).isEqualTo(outputs / width);
      for (int r = 0; r < outputs; r++) {
        for (int j = 0; j < width; j++) {
          double low = 0;
          double high = 0;
          for (int s = 0; s < term.positions(); s++) {
            low += term.cotangents().get(r * term.positions() + s, j).lo();
            high += term.cotangents().get(r * term.positions() + s, j).hi();
          }
          // All positions but one are exactly 0, so that the sums are exact.
          BigDecimal truth = byParameter[r][(int) offset + j];
          assertThat(isInside(low, high, truth)).isTrue();
        }
      }
    }
    return step.value().frobeniusError() < 1e-9;
  }

  /** Entries, and the distance of every row from the midpoints. */
  private static void contains(IntervalMatrix enclosure, BigDecimal[][] truth) {
    double[][] mid = enclosure.midpoints();
    for (int r = 0; r < truth.length; r++) {
      BigDecimal squares = BigDecimal.ZERO;
      for (int j = 0; j < truth[r].length; j++) {
        assertThat(isInside(enclosure.get(r, j).lo(), enclosure.get(r, j).hi(), truth[r][j]))
            .as("%s in %s", truth[r][j], enclosure.get(r, j))
            .isTrue();
        BigDecimal e = truth[r][j].subtract(new BigDecimal(mid[r][j]));
        squares = squares.add(e.multiply(e));
      }
      double error = enclosure.rowError(r);
      if (error <= Double.MAX_VALUE) {
        assertThat(squares.sqrt(DIGITS).multiply(BigDecimal.ONE.subtract(SLACK)))
            .isLessThanOrEqualTo(new BigDecimal(error).add(SLACK));
      }
    }
  }

  private static boolean isInside(double low, double high, BigDecimal truth) {
    BigDecimal slack = truth.abs().multiply(SLACK);
    return (low == Double.NEGATIVE_INFINITY || new BigDecimal(low).compareTo(truth.add(slack)) <= 0)
        && (high == Double.POSITIVE_INFINITY
            || new BigDecimal(high).compareTo(truth.subtract(slack)) >= 0);
  }
}
