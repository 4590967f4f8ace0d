package org.fullrank.rigor.rank;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.oracle.ExactRank;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.eigen.SpectralNorm;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rank statements on hard matrices against exact integer arithmetic: none may be false. */
class RankAdversarialTest {
  private static final long SEED = 7;

  /** Families whose exact elimination is affordable for many rows. */
  private static final Set<Integer> ENTRIES_OF_ONE_SIZE = Set.of(3, 4, 5, 6, 10, 11, 15);

  private int certificates;
  private final int[] independent = new int[RankMatrices.FAMILIES];
  private final int[] proved = new int[RankMatrices.FAMILIES];

  @Test
  void noFalseStatement() {
    for (int index = 0; index < 1_000; index++) {
      check(RankMatrices.draw(index, SEED, 5), index);
    }
    assertThat(certificates).isEqualTo(6_000);
    assertNothingReachableIsMissed();
  }

  @Test
  @Tag("exhaustive")
  void noFalseStatementInManyMatrices() {
    for (int index = 0; index < 40_000; index++) {
      boolean moderate = ENTRIES_OF_ONE_SIZE.contains(index % RankMatrices.FAMILIES);
      int most =
          moderate && index % 10_007 == 3
              ? 60
              : moderate && index % 1_009 == 0 ? 30 : index % 101 == 0 ? 12 : 6;
      check(RankMatrices.draw(index, SEED + 1, most), index);
    }
    assertThat(certificates).isGreaterThan(100_000);
    System.out.println(certificates + " certificates, proved / independent rows by family:");
    for (int f = 0; f < proved.length; f++) {
      System.out.printf(Locale.ROOT, "%d: %d / %d%n", f, proved[f], independent[f]);
    }
    assertNothingReachableIsMissed();
  }

  /**
   * Only rows one ulp of a tiny entry apart, of conditions above 1e19, and entries of any size,
   * which no scaling of rows and columns evens out, may stay open.
   */
  private void assertNothingReachableIsMissed() {
    for (int f = 0; f < proved.length; f++) {
      assertThat(proved[f]).as("family %d", f).isGreaterThanOrEqualTo(independent[f] * 8 / 10);
    }
  }

  private void check(double[][] m, int index) {
    Random random = new Random(index);
    ExactMatrix gram = ExactMatrix.of(m).gram();
    boolean full = gram.definiteness() == 1;
    int family = index % RankMatrices.FAMILIES;
    RankCertificate found = RankCertificate.search(m, 1);
    check(gram, full, found, index);
    independent[family] += full ? 1 : 0;
    proved[family] += found.certified() ? 1 : 0;
    int n = m.length;
    double[][] lie = lie(m, index, random);
    check(gram, full, RankCertificate.of(m, lie, 1), index);
    check(gram, full, RankCertificate.refined(m, lie, 1), index);

    double[][] some = random.nextBoolean() || n > 15 ? m : SpectralNorm.transposed(m);
    int rank = ExactRank.of(some);
    assertThat(full).isEqualTo(rank == n);
    IndependentRows rows = IndependentRows.of(some, 1);
    int[] chosen = rows.rows();
    assertThat(rows.rankAtLeast())
        .as("%d", index)
        .isEqualTo(chosen.length)
        .isLessThanOrEqualTo(rank);
    if (chosen.length > 0) {
      double[][] block = Arrays.stream(chosen).mapToObj(i -> some[i]).toArray(double[][]::new);
      ExactMatrix blockGram = ExactMatrix.of(block).gram();
      assertThat(blockGram.definiteness()).as("%d", index).isEqualTo(1);
      assertThat(blockGram.minusSquare(rows.sigmaMin().lo()).definiteness()).isNotNegative();
      Quantity sigma = rows.sigmaMin("s");
      assertThat(sigma.interval()).isEqualTo(rows.sigmaMin());
      assertThat(sigma.isProof()).isTrue();
      assertThat(sigma.subject()).isEqualTo(Subject.STORED_MATRIX);
    } else {
      assertThat(rank).isZero();
    }
    ModularRank modular = ModularRank.of(some, index, 1);
    assertThat(modular.rankAtLeast()).as("%d", index).isLessThanOrEqualTo(rank);
    if (modular.isExact()) {
      assertThat(modular.rankAtLeast()).as("%d", index).isEqualTo(rank);
    }
    assertThat(modular.rank("r").isProof()).isEqualTo(modular.isExact());

    Interval norm = SpectralNorm.enclose(some, 1);
    assertThat(SpectralNorm.quantity(some, 1).interval()).isEqualTo(norm);
    assertThat(SpectralNorm.quantity(some, 1).subject()).isEqualTo(Subject.STORED_MATRIX);
    if (norm.hi() <= Double.MAX_VALUE) {
      assertThat(gram.negate().plusSquare(norm.hi()).definiteness())
          .as("%d", index)
          .isNotNegative();
    }
    assertThat(gram.negate().plusSquare(norm.lo()).definiteness()).as("%d", index).isNotPositive();
    certificates += 6;
  }

  private static void check(ExactMatrix gram, boolean full, RankCertificate c, int index) {
    Interval s = c.sigmaMin();
    assertThat(gram.minusSquare(s.lo()).definiteness()).as("%d %s", index, c).isNotNegative();
    if (s.hi() <= Double.MAX_VALUE) {
      assertThat(gram.minusSquare(s.hi()).definiteness()).as("%d %s", index, c).isNotPositive();
    }
    if (c.certified()) {
      assertThat(full).as("%d %s", index, c).isTrue();
    } else {
      assertThat(s.lo()).isZero();
    }
  }

  /** A right inverse with a fault: entries off, garbage, of another matrix, not numbers. */
  private static double[][] lie(double[][] m, int index, Random random) {
    int n = m.length;
    int w = m[0].length;
    Equilibration eq = Equilibration.of(m, false);
    PivotedLq lq = PivotedLq.of(eq.matrix());
    double[][] p = new double[w][n];
    if (lq.steps() == n) {
      int[] order = lq.rows(n);
      double[][] q = lq.rightInverse(n, 1);
      for (int j = 0; j < w; j++) {
        for (int i = 0; i < n; i++) {
          p[j][order[i]] = Math.scalb(q[j][i], eq.row(order[i]));
        }
      }
    }
    double[] at = p[random.nextInt(w)];
    int i = random.nextInt(n);
    switch (index % 9) {
      case 0 -> at[i] *= 1.01;
      case 1 -> at[i] *= 1 + 1e-12;
      case 2 -> at[i] = Double.NaN;
      case 3 -> at[i] = Double.NEGATIVE_INFINITY;
      case 4 -> at[i] = 0;
      case 5 -> at[i] *= 1e30;
      case 6 -> {
        return AdversarialMatrices.gaussian(w, n, random);
      }
      case 7 -> {
        return lie(AdversarialMatrices.gaussian(n, w, random), 1, random);
      }
      default -> {}
    }
    return p;
  }
}
