package org.fullrank.rigor.eigen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.rigor.Interval;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SpectrumEnclosureTest extends EnclosureContract {
  private static final int FAULTS = 9;

  @Override
  protected EigenvalueBound bound() {
    return new EigenvalueBound() {
      @Override
      public String name() {
        return "Weyl and Ostrowski";
      }

      @Override
      public Interval lambdaMin(SymmetricMatrix a) {
        return enclose(a, entries(a), 0).interval(0);
      }

      @Override
      public Interval lambdaMax(SymmetricMatrix a) {
        return enclose(a, entries(a), 0).interval(a.order() - 1);
      }
    };
  }

  private static double[][] entries(SymmetricMatrix a) {
    return AdversarialMatrices.fill(a.order(), a::get);
  }

  /** Encloses with a decomposition that is wrong in a way chosen by number; 0 is sound. */
  private static SpectrumEnclosure enclose(SymmetricMatrix a, double[][] rows, int fault) {
    JacobiSolver solver = JacobiSolver.solve(rows);
    double[] t = solver.values();
    double[][] v = solver.vectors();
    int n = t.length;
    Random random = new Random(fault);
    switch (fault) {
      case 1 -> Arrays.setAll(t, i -> t[i] * (1 + 1e-2 * random.nextGaussian()));
      case 2 -> Arrays.setAll(t, i -> t[i] * (1 + 1e-12 * random.nextGaussian()));
      case 3 -> v[random.nextInt(n)][random.nextInt(n)] += 1e-2;
      case 4 -> v[random.nextInt(n)][random.nextInt(n)] += 1e-12;
      case 5 -> v[0] = v[n - 1].clone(); // the same vector twice
      case 6 -> { // values in the wrong order
        double first = t[0];
        t[0] = t[n - 1];
        t[n - 1] = first;
      }
      case 7 -> v[n - 1][0] = Double.NaN;
      case 8 -> { // vectors of the wrong length
        for (double[] row : v) {
          for (int k = 0; k < n; k++) {
            row[k] *= 1.3;
          }
        }
      }
      default -> {}
    }
    return SpectrumEnclosure.of(a, t, v, 1);
  }

  @Test
  void enclosesEveryEigenvalueWhateverTheDecomposition() {
    checkAll(600, 21);
  }

  @Test
  @Tag("exhaustive")
  void enclosesEveryEigenvalueOfMany() {
    checkAll(30_000, 22);
  }

  private static void checkAll(int count, long seed) {
    int used = 0;
    for (int index = 0; index < count; index++) {
      double[][] a = AdversarialMatrices.draw(index, seed);
      if (a.length > 12) {
        continue;
      }
      ExactSpectrum exact = ExactSpectrum.of(a);
      SymmetricMatrix stored = SymmetricMatrix.of(a);
      for (int fault : new int[] {0, index / 30 % FAULTS}) {
        SpectrumEnclosure e = enclose(stored, a, fault);
        used += e.decompositionUsed() ? 1 : 0;
        for (int i = 0; i < a.length; i++) {
          assertThat(exact.contains(i, e.interval(i)))
              .as("eigenvalue %d of matrix %d, fault %d: %s", i, index, fault, e.interval(i))
              .isTrue();
        }
        double t = a[a.length / 2][a.length / 2];
        SpectrumEnclosure.Count below = e.countBelow(t);
        assertThat(exact.countBelow(t, false)).isBetween(below.atLeast(), below.atMost());
      }
    }
    assertThat(used).isGreaterThan(count);
  }

  /** Multiplicities and clusters: counted, separated from the rest, and narrow. */
  @Test
  void countsMultiplicitiesAndClusters() {
    for (int multiplicity : new int[] {1, 2, 5, 50}) {
      int n = multiplicity + 7;
      double[][] a =
          AdversarialMatrices.similar(
              n, new Random(n), i -> i < multiplicity ? 1 + 1e-12 * (i % 2) : 2 + i);
      SpectrumEnclosure e = enclose(SymmetricMatrix.of(a), a, 0);
      if (multiplicity == 1 || multiplicity == 50) {
        assertThat(e.clusters()).hasSize(8);
      }
      // The two values 1e-12 apart are told apart in small matrices and not in the large one.
      int size = multiplicity == 50 ? 50 : (multiplicity + 1) / 2;
      SpectrumEnclosure.Cluster first = e.clusters().get(0);
      assertThat(first.size()).isEqualTo(size);
      assertThat(first.interval().width()).isLessThan(1e-10);
      assertThat(e.countBelow(1.5))
          .isEqualTo(new SpectrumEnclosure.Count(multiplicity, multiplicity));
      assertThat(e.countIn(Interval.of(1.5, 1e9)).isExact()).isTrue();
      assertThat(e.countIn(Interval.of(1.5, 1e9)).atLeast()).isEqualTo(7);
      assertThat(e.countIn(first.interval())).isEqualTo(new SpectrumEnclosure.Count(size, size));
      assertThat(e.quantity(0).isProof()).isTrue();
      assertThat(e.quantity(0).symbol()).isEqualTo("lambda_1");
    }
  }

  @Test
  void threadsDoNotChangeTheResult() {
    double[][] a = AdversarialMatrices.similar(300, new Random(1), i -> 1 + i);
    SymmetricMatrix stored = SymmetricMatrix.of(a);
    JacobiSolver solver = JacobiSolver.solve(a);
    SpectrumEnclosure one = SpectrumEnclosure.of(stored, solver.values(), solver.vectors(), 1);
    assertThat(SpectrumEnclosure.of(stored, solver.values(), solver.vectors(), 3).intervals())
        .isEqualTo(one.intervals());
    assertThat(one.decompositionUsed()).isTrue();
    assertThat(one.width()).isLessThan(1e-8);
    for (int i = 0; i < 300; i++) {
      assertThat(Math.abs(one.interval(i).mid() - (1 + i))).isLessThan(1e-8);
    }
  }

  @Test
  void refusesNonsense() {
    SymmetricMatrix a = SymmetricMatrix.of(new double[][] {{2, 1}, {1, 2}});
    SpectrumEnclosure e = SpectrumEnclosure.of(a, new double[1], new double[3][1], 1);
    assertThat(e.decompositionUsed()).isFalse();
    assertThat(e.intervals())
        .hasSize(2)
        .allMatch(x -> x.contains(Interval.of(1, 3)) && x.width() < 2.0001);
    assertThatThrownBy(() -> e.interval(2)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> e.countBelow(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
  }
}
