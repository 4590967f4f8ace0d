package org.fullrank.rigor.eigen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Locale;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What every {@link EigenvalueBound} must satisfy: the enclosures contain the exact extreme
 * eigenvalues, decided in integer arithmetic. There is no tolerance.
 */
public abstract class EnclosureContract {
  private static final int SAMPLE = 1_500;
  private static final int EXHAUSTIVE = Integer.getInteger("exhaustive.count", 100_000);

  /** The bound under test. */
  protected abstract EigenvalueBound bound();

  /** Largest acceptable share of matrices whose lambda_min gets no sign although it has one. */
  protected double undecidedLimit() {
    return 1;
  }

  @Test
  void enclosesExtremeEigenvalues() {
    checkSample(SAMPLE, 1);
  }

  @Test
  @Tag("exhaustive")
  void enclosesExtremeEigenvaluesOfManyMatrices() {
    checkSample(EXHAUSTIVE, 2);
  }

  @Test
  void enclosesEveryMatrixOfTheBall() {
    for (int index = 0; index < 200; index++) {
      double[][] a = AdversarialMatrices.draw(index, 3);
      ExactMatrix exact = ExactMatrix.of(a);
      SymmetricMatrix stored = SymmetricMatrix.of(a);
      double largest = 0;
      for (double[] row : a) {
        largest = Math.max(largest, Arrays.stream(row).map(Math::abs).max().orElse(0));
      }
      double radius = largest * (index % 3 == 0 ? 1e-14 : 1e-3);
      SymmetricMatrix ball = stored.perturbedBy(error(radius), Subject.EXACT_NETWORK);
      Interval min = bound().lambdaMin(ball);
      Interval max = bound().lambdaMax(ball);
      for (double moved : new double[] {radius, -radius}) {
        ExactMatrix other = exact.minus(moved);
        assertThat(other.lambdaMinIn(min.lo(), min.hi())).as("lambda_min %d", index).isTrue();
        assertThat(other.lambdaMaxIn(max.lo(), max.hi())).as("lambda_max %d", index).isTrue();
      }
    }
  }

  @Test
  void quantityIsVerifiedAndAboutTheMatrix() {
    SymmetricMatrix a = SymmetricMatrix.of(new double[][] {{2, 1}, {1, 2}});
    Quantity q = bound().lambdaMin("lambda_min(A)", a);
    assertThat(q.isProof()).isTrue();
    assertThat(q.subject()).isEqualTo(Subject.STORED_MATRIX);
    assertThat(bound().lambdaMax("x", a.perturbedBy(error(1), Subject.EXACT_NETWORK)).subject())
        .isEqualTo(Subject.EXACT_NETWORK);
  }

  @Test
  void infiniteRadiusSaysNothing() {
    SymmetricMatrix a =
        SymmetricMatrix.of(new double[][] {{2, 1}, {1, 2}})
            .perturbedBy(error(Double.POSITIVE_INFINITY), Subject.EXACT_NETWORK);
    assertThat(bound().lambdaMin(a)).isEqualTo(Interval.ENTIRE);
    assertThat(bound().lambdaMax(a)).isEqualTo(Interval.ENTIRE);
  }

  @Test
  void onlyAProvedErrorMakesABall() {
    SymmetricMatrix a = SymmetricMatrix.of(new double[][] {{2, 1}, {1, 2}});
    Quantity computed = error(1).weakenedTo(Rigor.COMPUTED);
    assertThatThrownBy(() -> a.perturbedBy(computed, Subject.EXACT_NETWORK))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("VERIFIED");
    Quantity ofProduct =
        Quantity.verified("e", new Interval(0, 1), Subject.EXACT_PRODUCT, "rounding of a product");
    assertThatThrownBy(() -> a.perturbedBy(ofProduct, Subject.EXACT_NETWORK))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the network");
  }

  static Quantity error(double radius) {
    return Quantity.verified("e", new Interval(0, radius), Subject.EXACT_NETWORK, "test");
  }

  private void checkSample(int count, long seed) {
    int undecided = 0;
    int nonzero = 0;
    for (int index = 0; index < count; index++) {
      double[][] a = AdversarialMatrices.draw(index, seed);
      ExactMatrix exact = ExactMatrix.of(a);
      SymmetricMatrix stored = SymmetricMatrix.of(a);
      Interval min = bound().lambdaMin(stored);
      Interval max = bound().lambdaMax(stored);
      assertThat(exact.lambdaMinIn(min.lo(), min.hi()))
          .as("lambda_min of %d in %s: %s", index, min, Arrays.deepToString(a))
          .isTrue();
      assertThat(exact.lambdaMaxIn(max.lo(), max.hi()))
          .as("lambda_max of %d in %s: %s", index, max, Arrays.deepToString(a))
          .isTrue();
      if (exact.definiteness() != 0) {
        nonzero++;
        if (min.contains(0)) {
          undecided++;
        }
      }
    }
    double share = undecided / (double) nonzero;
    // Printed, because the share is a result and not only a limit; a miss has thrown above.
    System.out.printf(
        Locale.ROOT,
        "%s: %d matrices, no enclosure misses; sign of lambda_min undecided for %.1f %% of the %d"
            + " with lambda_min != 0%n",
        bound().name(),
        count,
        100 * share,
        nonzero);
    assertThat(share).isLessThanOrEqualTo(undecidedLimit());
  }

  /** Whether the smallest eigenvalue is in the interval. */
  public static boolean lambdaMinIn(ExactMatrix exact, Interval x) {
    return exact.lambdaMinIn(x.lo(), x.hi());
  }

  /** Whether the largest eigenvalue is in the interval. */
  public static boolean lambdaMaxIn(ExactMatrix exact, Interval x) {
    return exact.lambdaMaxIn(x.lo(), x.hi());
  }
}
