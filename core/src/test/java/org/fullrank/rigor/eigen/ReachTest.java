package org.fullrank.rigor.eigen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Random;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.Interval;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How small a positive eigenvalue may be that is certified as positive. */
class ReachTest {
  /** Entries are multiples of this, so that the diagonal can be shifted exactly. */
  private static final double GRID = 0x1p-50;

  /**
   * Positive definite matrices whose smallest eigenvalue, moved there by an exact shift, is between
   * 4.0 and 4.01 times {@code n u trace}: decided, every one.
   */
  @Test
  void fourTimesTheRoundingUnitIsAlwaysEnough() {
    check(50, 41);
  }

  @Test
  @Tag("exhaustive")
  void fourTimesTheRoundingUnitIsAlwaysEnoughForMany() {
    check(2_000, 42);
  }

  private static void check(int count, long seed) {
    Random random = new Random(seed);
    int tried = 0;
    for (int trial = 0; tried < count; trial++) {
      int n = trial % 25 == 24 ? 30 : 2 + random.nextInt(11);
      double decay = 6 * random.nextDouble();
      int multiplicity = 1 + random.nextInt(n);
      double[][] a =
          AdversarialMatrices.similar(
              n, random, i -> i < multiplicity ? 1e-9 : 0.5 * Math.pow(10, -decay * i / n));
      for (double[] row : a) {
        for (int j = 0; j < n; j++) {
          row[j] = Math.rint(row[j] / GRID) * GRID;
        }
      }
      double floor = 0;
      for (int step = 0; step < 3; step++) {
        double trace = 0;
        for (int i = 0; i < n; i++) {
          trace += a[i][i];
        }
        floor = 4 * n * 0x1p-53 * trace * (1 + 1e-12);
        double smallest = ExactMatrix.of(a).lambdaMinRoundedDown();
        // One unit of the grid above; exact in every diagonal entry.
        double shift = Math.ceil((floor - smallest) / GRID) * GRID;
        for (int i = 0; i < n; i++) {
          a[i][i] += shift;
        }
      }
      assertThat(ExactMatrix.of(a).lambdaMinAtLeast(floor)).isTrue();
      SymmetricMatrix stored = SymmetricMatrix.of(a);
      for (int factorizations : new int[] {1, 40}) {
        Interval min =
            ShiftedCholeskyBound.withDefaults()
                .withMaxFactorizations(factorizations)
                .lambdaMin(stored);
        assertThat(min.certainlyPositive()).as("trial %d, n %d: %s", trial, n, min).isTrue();
      }
      tried++;
    }
  }

  /** Not a check but a table: which share of signs is undecided, and how narrow the rest is. */
  @Test
  @Tag("exhaustive")
  void printShareOfUndecidedByConditionNumber() {
    for (int n : new int[] {5, 20, 60, 200}) {
      for (int digits = 2; digits <= 18; digits += 2) {
        int repetitions = n > 100 ? 20 : 100;
        int[] undecided = new int[4];
        double width = 0;
        for (int seed = 0; seed < repetitions; seed++) {
          double power = digits;
          int kind = seed % 2; // geometric, or one small eigenvalue
          int order = n;
          double[][] a =
              AdversarialMatrices.similar(
                  n,
                  new Random(1000L * digits + seed),
                  i ->
                      kind == 0
                          ? Math.pow(10, -power * i / (order - 1))
                          : i == 0 ? Math.pow(10, -power) : 1);
          SymmetricMatrix stored = SymmetricMatrix.of(a);
          Interval cholesky = ShiftedCholeskyBound.withDefaults().lambdaMin(stored);
          Interval temple = TempleKatoBound.withDefaults().lambdaMin(stored);
          undecided[kind] += cholesky.contains(0) ? 1 : 0;
          undecided[2 + kind] += temple.contains(0) ? 1 : 0;
          width = Math.max(width, cholesky.relativeWidth());
        }
        System.out.printf(
            Locale.ROOT,
            "n %3d, condition 1e%02d: undecided Cholesky %3.0f %% (geometric) %3.0f %% (one small),"
                + " Temple-Kato %3.0f %% %3.0f %%; widest Cholesky %.1e%n",
            n,
            digits,
            200.0 * undecided[0] / repetitions,
            200.0 * undecided[1] / repetitions,
            200.0 * undecided[2] / repetitions,
            200.0 * undecided[3] / repetitions,
            width);
        assertThat(digits > 8 ? 0 : undecided[0] + undecided[1]).isZero();
      }
    }
  }
}
