package org.fullrank.spectrum;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.eigen.SpectrumEnclosure;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.matrix.EnclosedGram;
import org.fullrank.spectrum.solver.JavaEigenSolver;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One verb for a stored matrix, a network and a matrix with a subject. */
final class EncloseTest {
  /** The Gram matrix of {@code w^T x / 2} is {@code X X^T / 4}: 9 and 16 on the diagonal. */
  private static final EnclosedGram GRAM = gram();

  private static final List<SpectralBound> BOUNDS =
      List.of(
          CholeskyBound.withDefaults(),
          CholeskyBound.withDefaults().refined(),
          CholeskyBound.withDefaults().withCandidates(JavaEigenSolver.create()),
          DirectBound.gershgorin(),
          DirectBound.wolkowiczStyan());

  private static EnclosedGram gram() {
    Network network = Network.of(Shape.of(4), Dense.of("a", 4, 1));
    try (INDArray theta = Tensors.of(new double[] {0.1, -0.7, 2, 3}, 4);
        INDArray x = Tensors.of(new double[] {6, 0, 0, 0, 0, 8, 0, 0}, 2, 4)) {
      return NetworkEnclosure.of(network, theta).at(x).jacobian().gram();
    }
  }

  @Test
  void whatItIsAboutFollowsFromWhatIsGiven() {
    try (INDArray m = Tensors.of(new double[] {9, 0, 0, 16}, 2, 2);
        DenseSymmetric stored = DenseSymmetric.of(m)) {
      for (SpectralBound bound : BOUNDS) {
        check(bound, bound.enclose(GRAM), Subject.EXACT_NETWORK);
        check(bound, bound.enclose(GRAM.exactProduct()), Subject.EXACT_PRODUCT);
        check(bound, bound.enclose(GRAM.stored()), Subject.STORED_MATRIX);
        check(bound, bound.enclose(stored), Subject.STORED_MATRIX);
      }
    }
  }

  private static void check(SpectralBound bound, Extremes extremes, Subject subject) {
    check(extremes.lambdaMin(), "lambda_min", 9, bound.name(), subject);
    check(extremes.lambdaMax(), "lambda_max", 16, bound.name(), subject);
  }

  private static void check(
      Quantity found, String symbol, double exact, String method, Subject subject) {
    assertThat(found.symbol()).isEqualTo(symbol);
    assertThat(found.method()).isEqualTo(method);
    assertThat(found.subject()).isEqualTo(subject);
    assertThat(found.isProof()).isTrue();
    assertThat(found.interval().contains(exact)).as(found.toString()).isTrue();
  }

  @Test
  void allEigenvaluesSayWhatTheyAreAboutAsWell() {
    AllEigenvalues all = AllEigenvalues.withDefaults().withCandidates(JavaEigenSolver.create());
    check(all.enclose(GRAM), Subject.EXACT_NETWORK);
    check(all.enclose(GRAM.exactProduct()), Subject.EXACT_PRODUCT);
    check(all.enclose(GRAM.stored()), Subject.STORED_MATRIX);
  }

  private static void check(SpectrumEnclosure found, Subject subject) {
    assertThat(found.decompositionUsed()).isTrue();
    for (int i = 0; i < 2; i++) {
      assertThat(found.quantity(i).subject()).isEqualTo(subject);
      assertThat(found.quantity(i).interval().contains(i == 0 ? 9 : 16)).isTrue();
      assertThat(found.quantity(i).interval().width()).isBetween(0.0, 1e-9);
    }
  }

  /** The solver sees the midpoint; the enclosure is as wide as the radius wants it. */
  @Test
  void aRadiusIsPartOfTheEnclosureWhoeverSuggests() {
    SymmetricMatrix a =
        SymmetricMatrix.between(new double[][] {{2, 1}, {1.5, 2}}); // 1 to 1.5 off the diagonal
    for (SpectralBound bound : BOUNDS) {
      Extremes e = bound.enclose(a);
      assertThat(e.lambdaMin().interval().contains(0.5)).isTrue();
      assertThat(e.lambdaMin().interval().contains(1)).isTrue();
      assertThat(e.lambdaMax().interval().contains(3)).isTrue();
      assertThat(e.lambdaMax().interval().contains(3.5)).isTrue();
    }
  }
}
