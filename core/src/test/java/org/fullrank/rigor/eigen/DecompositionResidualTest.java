package org.fullrank.rigor.eigen;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.kernel.AbsoluteSums;
import org.junit.jupiter.api.Test;

/**
 * The terms of the enclosure of all eigenvalues against exact arithmetic: matrices of order 1,
 * where every norm is a number, and matrices whose norms are row sums.
 */
class DecompositionResidualTest {
  @Test
  void boundsHoldForOrderOneWhateverTheCandidates() {
    Random random = new Random(1);
    for (int trial = 0; trial < 6_000; trial++) {
      double v = (random.nextBoolean() ? 1 : -1) * (0.01 + 1.39 * random.nextDouble());
      v = trial % 5 == 0 ? 1 + (random.nextInt(9) - 4) * 0x1p-52 : v;
      double a = trial % 3 == 0 ? 0 : random.nextGaussian();
      double t =
          switch (random.nextInt(5)) {
            case 0 -> a;
            case 1 -> a * v * v;
            case 2 -> 0;
            case 3 -> a * (1 + 1e-12 * random.nextGaussian());
            default -> random.nextGaussian();
          };
      DecompositionResidual r =
          new DecompositionResidual(
              new double[][] {{a}},
              new double[] {t},
              new double[][] {{v}},
              1,
              ProgressListener.none());
      BigDecimal square = new BigDecimal(v).pow(2);
      BigDecimal defect = square.subtract(BigDecimal.ONE).abs();
      BigDecimal distance = square.multiply(new BigDecimal(a)).subtract(new BigDecimal(t)).abs();
      assertThat(new BigDecimal(r.defect()).compareTo(defect)).as("%d", trial).isNotNegative();
      assertThat(new BigDecimal(r.distance()).compareTo(distance)).as("%d", trial).isNotNegative();
      BigDecimal weighted = defect.multiply(new BigDecimal(t).abs());
      assertThat(new BigDecimal(r.weightedDefect()).compareTo(weighted)).isNotNegative();
      SpectrumEnclosure e =
          SpectrumEnclosure.of(
              SymmetricMatrix.of(new double[][] {{a}}), new double[] {t}, new double[][] {{v}}, 1);
      assertThat(e.interval(0).contains(a)).isTrue();
    }
  }

  /**
   * One vector that is not zero and one row of A that is not: the residual is one inner product, in
   * which everything cancels, or in which every term underflows.
   */
  @Test
  void roundingOfTheProductIsCovered() {
    Random random = new Random(9);
    for (int trial = 0; trial < 2000; trial++) {
      int n = 3 + random.nextInt(8);
      boolean tiny = trial % 4 == 0;
      double[][] v = new double[n][n];
      double[][] a = new double[n][];
      double sum = 0;
      for (int i = 0; i < n; i++) {
        a[i] = new double[i + 1];
        v[0][i] = i == 0 ? 0 : tiny ? 0x1p-1030 : random.nextDouble();
        a[i][0] = i == 0 ? 0 : tiny ? 0x1.cp-46 : random.nextGaussian();
        if (i == n - 1 && !tiny) {
          a[i][0] = -sum / v[0][i];
        }
        sum += v[0][i] * a[i][0];
      }
      BigDecimal exact = BigDecimal.ZERO;
      for (int i = 0; i < n; i++) {
        exact = exact.add(new BigDecimal(v[0][i]).multiply(new BigDecimal(a[i][0])));
      }
      DecompositionResidual r =
          new DecompositionResidual(a, new double[n], v, 1, ProgressListener.none());
      assertThat(new BigDecimal(r.residualNorm()).compareTo(exact.abs()))
          .as("%d", trial)
          .isNotNegative();
      assertThat(r.residualNorm()).isLessThan(1e-10);
    }
  }

  /** For order 1 the discs know the eigenvalue; this is the step that they would hide. */
  @Test
  void ostrowskiFactorContainsTheEigenvalue() {
    Random random = new Random(2);
    for (int trial = 0; trial < 20_000; trial++) {
      double x = random.nextGaussian();
      double e = random.nextInt(1000) / 1024.0;
      double theta = random.nextBoolean() ? 1 + e : 1 - e;
      Interval product = Interval.of(x).multiply(theta);
      Interval factor = Interval.of(1).add(Interval.of(-e, e));
      assertThat(SpectrumEnclosure.ostrowski(product, factor).contains(x)).isTrue();
    }
  }

  /** Corrupted candidates of order 2 with exact spectrum 1 and 3, far from the discs' ends. */
  @Test
  void enclosesWithOrthogonalVectorsOfAnyLength() {
    double[][] rows = {{2, 1, 0}, {1, 2, 0}, {0, 0, -50}};
    SymmetricMatrix a = SymmetricMatrix.of(rows);
    double h = Math.sqrt(0.5);
    Random random = new Random(3);
    for (int trial = 0; trial < 3000; trial++) {
      double f = 0.3 + 1.1 * random.nextDouble();
      double g = 0.3 + 1.1 * random.nextDouble();
      double[][] v = {{f * h, -f * h, 0}, {g * h, g * h, 0}, {0, 0, 1}};
      double scale = random.nextInt(3) == 0 ? 0 : 1;
      double[] t = {scale * f * f, scale * 3 * g * g, -50};
      SpectrumEnclosure e = SpectrumEnclosure.of(a, t, v, 1);
      assertThat(e.interval(0).contains(-50)).isTrue();
      assertThat(e.interval(1).contains(1)).as("%s %s %s", f, g, e.intervals()).isTrue();
      assertThat(e.interval(2).contains(3)).as("%s %s %s", f, g, e.intervals()).isTrue();
    }
  }

  @Test
  void constantsCountTheRoundings() {
    assertThat(DecompositionResidual.roundings(1)).isEqualTo(2);
    assertThat(DecompositionResidual.roundings(126)).isEqualTo(127);
    assertThat(DecompositionResidual.roundings(127)).isEqualTo(128);
    assertThat(DecompositionResidual.roundings(4000)).isEqualTo(126 + 32);
    for (int n : new int[] {1, 10, 3000}) {
      BigDecimal exact =
          new BigDecimal(Double.MIN_VALUE).multiply(BigDecimal.valueOf((long) n * (n + 1)));
      assertThat(new BigDecimal(DecompositionResidual.underflow(n)).compareTo(exact))
          .isNotNegative();
    }
  }

  /** All entries equal: the spectral norm is the row sum, and the Frobenius norm is the same. */
  @Test
  void sumsAreRoundedUp() {
    for (int n = 1; n < 120; n++) {
      double x = 0.1 + 0.001 * n;
      AbsoluteSums sums = new AbsoluteSums(n, 1);
      AbsoluteSums triangle = new AbsoluteSums(n, 1);
      double[] diagonal = new double[n];
      for (int i = 0; i < n; i++) {
        diagonal[i] = x;
        for (int j = 0; j < n; j++) {
          sums.add(0, i, j, x);
          if (j < i) {
            triangle.add(0, i, j, x);
          }
        }
      }
      BigDecimal exact = new BigDecimal(x).multiply(BigDecimal.valueOf(n));
      for (double norm : new double[] {sums.spectral(), triangle.symmetricSpectral(diagonal)}) {
        assertThat(new BigDecimal(norm).compareTo(exact)).as("%d", n).isNotNegative();
        assertThat(norm).isLessThan(n * x * (1 + 1e-11));
      }
    }
  }

  /** Radii {@code r r^T}: the norm is {@code |r|^2}, which the quotients attain. */
  @Test
  void perronBoundIsSharpAndAboveTheNorm() {
    Random random = new Random(4);
    for (int trial = 0; trial < 3000; trial++) {
      int n = 1 + random.nextInt(4);
      double[] r = random.doubles(n, 0, 1).map(x -> (double) (float) x).toArray();
      double[][] radii = AdversarialMatrices.fill(n, (i, j) -> r[i] * r[j]); // exact
      BigDecimal norm = BigDecimal.ZERO;
      for (double x : r) {
        norm = norm.add(new BigDecimal(x).pow(2));
      }
      double bound = PerronBound.upper(radii);
      assertThat(new BigDecimal(bound).compareTo(norm)).as("%d", trial).isNotNegative();
      assertThat(bound).isLessThan(norm.doubleValue() * (1 + 1e-14) + 1e-300);
    }
    for (int n = 1; n < 100; n++) { // all equal: one row sum, rounded many times
      double x = 0.1 + 0.001 * n;
      BigDecimal norm = new BigDecimal(x).multiply(BigDecimal.valueOf(n));
      double bound = PerronBound.upper(AdversarialMatrices.fill(n, (i, j) -> x));
      assertThat(new BigDecimal(bound).compareTo(norm)).as("%d", n).isNotNegative();
    }
    // Row sums 100 and Frobenius norm 14 for a star; its norm is 10.
    double[][] star = AdversarialMatrices.fill(101, (i, j) -> j == 0 && i > 0 ? 1 : 0);
    assertThat(PerronBound.upper(star)).isBetween(10.0, 10.001);
    assertThat(PerronBound.upper(new double[][] {{0}})).isLessThan(1e-300);
  }

  /** Every matrix within the radii is enclosed, the extreme ones among them. */
  @Test
  void intervalMatricesAreEnclosed() {
    Random random = new Random(7);
    EigenvalueBound[] bounds = {
      GershgorinBound.create(),
      WolkowiczStyanBound.create(),
      ShiftedCholeskyBound.withDefaults(),
      DeterminantBound.withDefaults(),
      TempleKatoBound.withDefaults()
    };
    for (int trial = 0; trial < 120; trial++) {
      int n = 1 + random.nextInt(6);
      double[][] mids = AdversarialMatrices.draw(10 * trial, 31);
      int order = mids.length;
      double size = Math.max(Math.abs(mids[0][0]), 1e-300);
      double[][] radii = new double[order][order];
      double[][] inside = new double[order][order];
      int[] direction = random.ints(order, 0, 2).map(x -> 2 * x - 1).toArray();
      for (int i = 0; i < order; i++) {
        for (int j = 0; j <= i; j++) {
          double r = Math.min(size, 1e290) * Math.scalb(random.nextDouble(), -4 * n);
          // The corner that moves the vector of signs most, as far as doubles allow.
          double moved = mids[i][j] + direction[i] * direction[j] * r;
          BigDecimal change = new BigDecimal(moved).subtract(new BigDecimal(mids[i][j])).abs();
          double radius =
              change.round(new MathContext(16, java.math.RoundingMode.CEILING)).doubleValue();
          radii[i][j] = Math.nextUp(radius);
          radii[j][i] = radii[i][j];
          inside[i][j] = moved;
          inside[j][i] = moved;
        }
      }
      if (java.util.Arrays.stream(radii)
          .flatMapToDouble(java.util.Arrays::stream)
          .anyMatch(x -> !(x <= Double.MAX_VALUE))) {
        continue;
      }
      SymmetricMatrix a = SymmetricMatrix.withRadii(mids, radii);
      ExactMatrix exact = ExactMatrix.of(inside);
      for (EigenvalueBound bound : bounds) {
        assertThat(EnclosureContract.lambdaMinIn(exact, bound.lambdaMin(a)))
            .as("%s %d", bound.name(), trial)
            .isTrue();
        assertThat(EnclosureContract.lambdaMaxIn(exact, bound.lambdaMax(a)))
            .as("%s %d", bound.name(), trial)
            .isTrue();
      }
    }
  }
}
