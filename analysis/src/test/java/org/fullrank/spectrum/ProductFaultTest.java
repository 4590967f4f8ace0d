package org.fullrank.spectrum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.expressivity.ExpressivityCondition;
import org.fullrank.expressivity.ExpressivityReport;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.Products;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.Traits;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.ntk.GramMatrix;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.rigor.matrix.EnclosedGram;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Wrong native products: what is verified afterwards is a true sentence about the matrix that is
 * stored, and nothing verified is said about the exact product or network. Truth is exact integer
 * arithmetic.
 */
class ProductFaultTest {
  private static final int TRIALS = 30;

  /** Multiplies every entry by its own factor within {@code 1 +- relative}. */
  private static double[][] bent(double[][] rows, double relative, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] out = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      out[i] = rows[i].clone();
      for (int j = 0; j < out[i].length; j++) {
        out[i][j] *= 1 + relative * random.nextDouble(-1, 1);
      }
    }
    return out;
  }

  private static double[][] mirrored(double[][] a) {
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < i; j++) {
        a[i][j] = a[j][i];
      }
    }
    return a;
  }

  private static void holds(Extremes e, ExactMatrix truth) {
    assertThat(e.lambdaMin().isProof()).isTrue();
    assertThat(truth.lambdaMinIn(e.lambdaMin().interval().lo(), e.lambdaMin().interval().hi()))
        .as("%s", e.lambdaMin())
        .isTrue();
    assertThat(truth.lambdaMaxIn(e.lambdaMax().interval().lo(), e.lambdaMax().interval().hi()))
        .as("%s", e.lambdaMax())
        .isTrue();
  }

  /** The three ways from a matrix to a claim about its extreme eigenvalues. */
  private static List<SpectralBound> bounds() {
    return List.of(
        CholeskyBound.withDefaults(), DirectBound.gershgorin(), DirectBound.wolkowiczStyan());
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-2, 1e-12})
  void aWrongGramIsEnclosedAsStoredOnly(double relative) {
    int missed = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
      int n = 2 + trial % 5;
      double[][] j = Spectra.random(n, n + trial % 3, trial);
      double[][] wrongFactor = bent(j, relative, trial);
      for (double[][] factor : new double[][][] {j, wrongFactor}) {
        INDArray factors = Tensors.ofRows(factor);
        double[][] product = Tensors.toRows(Products.multiply(factors, false, factors, true));
        double[][] wrong = mirrored(factor == j ? bent(product, relative, 100 + trial) : product);
        GramMatrix stored = GramMatrix.of(Tensors.ofRows(wrong), n, 1);
        for (SpectralBound bound : bounds()) {
          Extremes e = bound.enclose(stored);
          holds(e, ExactMatrix.of(wrong));
          assertThat(e.lambdaMin().subject()).isEqualTo(Subject.STORED_MATRIX);
          missed +=
              ExactMatrix.of(j)
                      .gram()
                      .lambdaMinIn(e.lambdaMin().interval().lo(), e.lambdaMin().interval().hi())
                  ? 0
                  : 1;
        }
        // From the factor itself no native product is involved: a proof about what is stored.
        holds(
            ExactProductBound.withDefaults().enclose(Tensors.ofRows(factor)),
            ExactMatrix.of(factor).gram());
      }
    }
    // Otherwise nothing was corrupted enough to matter.
    assertThat(missed).isPositive();
  }

  @Test
  void aComputedErrorTakesTheProofAway() {
    Extremes e =
        CholeskyBound.withDefaults().enclose(Spectra.symmetric(new double[][] {{2, 1}, {1, 2}}));
    Quantity computed =
        Quantity.computed("||E||", 0.5, Subject.EXACT_NETWORK, "a wrong native product");
    Extremes about = e.perturbedBy(computed, Subject.EXACT_NETWORK);
    assertThat(about.lambdaMin().rigor()).isEqualTo(Rigor.COMPUTED);
    assertThat(about.lambdaMax().rigor()).isEqualTo(Rigor.COMPUTED);
    assertThat(about.lambdaMin().interval().lo()).isLessThanOrEqualTo(0.5);
    Quantity narrow = Quantity.computed("||E||", 0.5, Subject.STORED_MATRIX, "about no network");
    assertThatThrownBy(() -> e.perturbedBy(narrow, Subject.EXACT_NETWORK))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Passes its input on, every entry bent: what a wrong product does to the features. */
  private record Bent(double relative) implements Layer {
    @Override
    public Shape outputShape(Shape input) {
      return input;
    }

    @Override
    public List<Slot> slots() {
      return List.of();
    }

    @Override
    public Traits traits() {
      return Traits.AFFINE;
    }

    @Override
    public Linearization linearize(INDArray theta, INDArray x) {
      return new At(relative, Tensors.ofRows(bent(Tensors.toRows(x), relative, 9)));
    }
  }

  private record At(double relative, INDArray value) implements Linearization {
    @Override
    public @Nullable INDArray jvp(@Nullable INDArray dTheta, @Nullable INDArray dx) {
      return dx == null ? null : dx.dup('c');
    }

    @Override
    public Pullback pullback(INDArray dy) {
      Arena arena = new Arena();
      return Pullback.of(arena.own(Tensors.scaled(dy, 1 + relative)), List.of(), arena);
    }

    @Override
    public void close() {
      value.close();
    }
  }

  private static Network network(double relative, int width) {
    return Network.of(
        Shape.of(3),
        Dense.of("a", 3, width).withSigmaW(2).withBias(1),
        Elementwise.of(Activations.TANH),
        new Bent(relative),
        Dense.of("out", width, 1).withBias(1));
  }

  private static double[][] withOnes(double[][] h) {
    double[][] m = new double[h.length][];
    for (int i = 0; i < m.length; i++) {
      m[i] = java.util.Arrays.copyOf(h[i], h[i].length + 1);
      m[i][h[i].length] = 1;
    }
    return m;
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-2, 1e-12})
  void wrongFeaturesAreJudgedAsStored(double relative) {
    int certified = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
      int n = 3 + trial % 6;
      double[][] x = Spectra.random(n, 3, trial);
      boolean twins = trial % 3 == 0;
      if (twins) {
        x[n - 1] = x[0].clone();
      }
      Network network = network(relative, n + trial % 2 - 1);
      INDArray theta = network.initialize(Seed.of(trial));
      INDArray input = Tensors.ofRows(x);
      ExpressivityReport report = ExpressivityCondition.of(network, theta).check(input);
      Quantity margin = report.margin();
      if (twins) {
        // The bent features may well be independent; those of the network are not.
        assertThat(report.verdict()).isEqualTo(Verdict.FAILS);
        assertThat(report.subject()).isEqualTo(Subject.EXACT_NETWORK);
        assertThat(margin.interval().hi()).isZero();
        continue;
      }
      double[][] m = withOnes(Tensors.toRows(network.features(theta, input)));
      ExactMatrix gram = ExactMatrix.of(m).gram();
      assertThat(margin.isProof()).isTrue();
      assertThat(margin.subject()).isEqualTo(Subject.STORED_MATRIX);
      assertThat(gram.minusSquare(margin.interval().lo()).definiteness()).isNotNegative();
      assertThat(gram.minusSquare(margin.interval().hi()).definiteness()).isNotPositive();
      if (report.verdict() == Verdict.HOLDS) {
        certified++;
        assertThat(gram.definiteness()).isOne();
      }
    }
    assertThat(certified).isPositive();
  }

  /** The distance of wrong kernels from the true network: true, and as large as they are wrong. */
  @ParameterizedTest
  @ValueSource(doubles = {1e-2, 1e-12})
  void wrongProductsAreFarFromTheNetworkAndSayingSoIsAProof(double relative) {
    Network bent = network(relative, 6);
    Network straight =
        Network.of(Shape.of(3), bent.layers().get(0), bent.layers().get(1), bent.layers().get(3));
    INDArray theta = bent.initialize(Seed.of(2));
    INDArray x = Tensors.ofRows(Spectra.random(5, 3, 7));
    assertThat(NetworkEnclosure.obstacle(bent)).isPresent();
    EnclosedGram exact = NetworkEnclosure.of(straight, theta).at(x).jacobian().gram();
    Interval truth =
        CholeskyBound.withDefaults().enclose(exact.exactNetwork()).lambdaMin().interval();
    for (EmpiricalNtk.Method method : EmpiricalNtk.Method.values()) {
      GramMatrix gram = EmpiricalNtk.of(bent, theta).withMethod(method).gram(x);
      Extremes e = CholeskyBound.withDefaults().enclose(gram);
      holds(e, ExactMatrix.of(Tensors.toRows(gram.matrix())));
      Quantity distance = gram.distanceToExactNetwork(exact);
      assertThat(distance.interval().lo()).isGreaterThan(relative / 100);
      assertThat(distance.interval().hi()).isLessThan(relative * 1000);
      Extremes about = e.perturbedBy(distance, Subject.EXACT_NETWORK);
      assertThat(about.lambdaMin().isProof()).isTrue();
      assertThat(about.lambdaMin().interval().intersects(truth)).isTrue();
    }
  }
}
