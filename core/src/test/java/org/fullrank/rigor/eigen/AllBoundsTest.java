package org.fullrank.rigor.eigen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.Interval;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * All enclosures of one matrix at once: the exact eigenvalue is in every one of them if and only if
 * it is in their intersection, so the slow exact oracle is asked once for all methods.
 */
class AllBoundsTest {
  private static final Map<String, EigenvalueBound> BOUNDS = bounds();

  private static Map<String, EigenvalueBound> bounds() {
    Map<String, EigenvalueBound> bounds = new LinkedHashMap<>();
    bounds.put("Gershgorin", GershgorinBound.create());
    bounds.put("Wolkowicz-Styan", WolkowiczStyanBound.create());
    bounds.put("determinant", DeterminantBound.withDefaults());
    bounds.put("Cholesky", ShiftedCholeskyBound.withDefaults());
    bounds.put(
        "Cholesky, 3 factorisations", ShiftedCholeskyBound.withDefaults().withMaxFactorizations(3));
    bounds.put("Temple-Kato", TempleKatoBound.withDefaults());
    return bounds;
  }

  @Test
  void intersectionContainsTheEigenvalues() {
    check(2_000, 61);
  }

  @Test
  @Tag("exhaustive")
  void intersectionContainsTheEigenvaluesOfMany() {
    check(Integer.getInteger("exhaustive.count", 100_000), 62);
  }

  private static void check(int count, long seed) {
    int[] undecided = new int[BOUNDS.size() + 2];
    int signed = 0;
    for (int index = 0; index < count; index++) {
      double[][] a = AdversarialMatrices.draw(index, seed);
      int n = a.length;
      SymmetricMatrix stored = SymmetricMatrix.of(a);
      Interval[] min = new Interval[undecided.length];
      Interval[] max = new Interval[undecided.length];
      int k = 0;
      for (EigenvalueBound bound : BOUNDS.values()) {
        min[k] = bound.lambdaMin(stored);
        max[k++] = bound.lambdaMax(stored);
      }
      JacobiSolver solver = JacobiSolver.solve(a);
      SpectrumEnclosure all = SpectrumEnclosure.of(stored, solver.values(), solver.vectors(), 1);
      min[k] = all.interval(0);
      max[k++] = all.interval(n - 1);
      // Suggestions that are nearly right, wrong, or absurd.
      Random random = new Random(index);
      double wrong =
          switch (index / 7 % 6) {
            case 0 -> 1 + 1e-12 * random.nextGaussian();
            case 1 -> 1.01;
            case 2 -> Double.NaN;
            case 3 -> -1;
            case 4 -> 1e300;
            default -> 0.99;
          };
      double[] values = Arrays.stream(solver.values()).sorted().toArray();
      Hint hint = Hint.ofValue(values[0] * wrong).withVector(random.doubles(n, -1, 1).toArray());
      min[k] = ShiftedCholeskyBound.withDefaults().encloseLambdaMin(stored, hint).interval();
      hint = Hint.ofValue(values[n - 1] * wrong).withVector(solver.vectors()[n - 1]);
      max[k] = ShiftedCholeskyBound.withDefaults().encloseLambdaMax(stored, hint).interval();

      ExactMatrix exact = ExactMatrix.of(a);
      assertThat(EnclosureContract.lambdaMinIn(exact, intersection(min)))
          .as("lambda_min of matrix %d in %s", index, Arrays.toString(min))
          .isTrue();
      assertThat(EnclosureContract.lambdaMaxIn(exact, intersection(max)))
          .as("lambda_max of matrix %d in %s", index, Arrays.toString(max))
          .isTrue();
      if (exact.definiteness() != 0) {
        signed++;
        for (int m = 0; m < undecided.length; m++) {
          undecided[m] += min[m].contains(0) ? 1 : 0;
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%d matrices, no misses; share of the %d with lambda_min != 0 whose sign is undecided:%n",
        count,
        signed);
    int k = 0;
    for (String name : BOUNDS.keySet()) {
      System.out.printf(Locale.ROOT, "  %s: %.1f %%%n", name, 100.0 * undecided[k++] / signed);
    }
    System.out.printf(
        Locale.ROOT,
        "  all eigenvalues (Weyl, Ostrowski): %.1f %%; Cholesky with wrong hints: %.1f %%%n",
        100.0 * undecided[k] / signed,
        100.0 * undecided[k + 1] / signed);
    assertThat(undecided[k - 1]).isLessThan(signed / 10); // Temple-Kato
  }

  /** Fails by an exception if two enclosures of one number have nothing in common. */
  private static Interval intersection(Interval[] x) {
    Interval all = x[0];
    for (Interval y : x) {
      all = all.intersect(y);
    }
    return all;
  }
}
