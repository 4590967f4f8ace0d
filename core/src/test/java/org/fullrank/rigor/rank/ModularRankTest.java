package org.fullrank.rigor.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Random;
import java.util.SplittableRandom;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.oracle.ExactRank;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.junit.jupiter.api.Test;

class ModularRankTest {
  @Test
  void ranksOfIntegersAreProvedFromBothSides() {
    Random random = new Random(1);
    for (int trial = 0; trial < 300; trial++) {
      int n = 1 + random.nextInt(12);
      int w = 1 + random.nextInt(12);
      int r = random.nextInt(Math.min(n, w) + 1);
      double[][] m = r == 0 ? new double[n][w] : RankMatrices.integers(n, w, r, random);
      int shift = random.nextInt(1800) - 1000;
      for (double[] row : m) {
        for (int j = 0; j < w; j++) {
          row[j] = Math.scalb(row[j], shift);
        }
      }
      ModularRank rank = ModularRank.of(m, trial, 1 + trial % 2);
      assertThat(rank.isExact()).isTrue();
      assertThat(rank.rankAtLeast()).isEqualTo(ExactRank.of(m));
      assertThat(rank.failureProbability()).isZero();
      assertThat(rank.rank("r").rigor()).isEqualTo(Rigor.VERIFIED);
      assertThat(rank.rank("r").subject()).isEqualTo(Subject.STORED_MATRIX);
      assertThat(ExactRank.of(rows(m, rank.rows()))).isEqualTo(rank.rankAtLeast());
    }
  }

  private static double[][] rows(double[][] m, int[] chosen) {
    double[][] block = new double[Math.max(1, chosen.length)][m[0].length];
    for (int i = 0; i < chosen.length; i++) {
      block[i] = m[chosen[i]];
    }
    return block;
  }

  @Test
  void threadsAndRepetitionDoNotChangeTheResult() {
    double[][] m = RankMatrices.integers(20, 15, 9, new Random(2));
    ModularRank one = ModularRank.of(m, 5, 1);
    ModularRank three = ModularRank.of(m, 5, 3);
    assertThat(three).hasToString(one.toString());
    assertThat(three.primes()).isEqualTo(one.primes()).doesNotHaveDuplicates();
    assertThat(three.rows()).isEqualTo(one.rows());
    assertThat(ModularRank.of(m, 6, 1).primes()).isNotEqualTo(one.primes());
  }

  /** The determinant is the first prime that this seed draws: one prime is deceived. */
  @Test
  void oneUnluckyPrimeProvesNoDeficiency() {
    for (long seed = 0; seed < 5; seed++) {
      long prime = PrimeField.randomPrime(new SplittableRandom(seed));
      double[][] m = {{1, 0, 1}, {0, prime, 0}, {0, 0, 0}};
      ModularRank deceived = ModularRank.of(m, seed, 1, 1);
      assertThat(deceived.rankAtLeast()).isEqualTo(1);
      assertThat(deceived.isExact()).isFalse();
      assertThat(deceived.rank("r").rigor()).isEqualTo(Rigor.SAMPLED);
      assertThat(deceived.rankBounds("r").interval()).isEqualTo(Interval.of(1, 3));
      assertThat(deceived.failureProbability()).isBetween(1e-13, 1e-11);
      assertThat(deceived).asString().contains("wrong with probability at most", "verified");
      ModularRank rank = ModularRank.of(m, seed, 1);
      assertThat(rank.rankAtLeast()).isEqualTo(2);
      assertThat(rank.isExact()).isTrue();
      assertThat(rank.rankBounds("r").interval()).isEqualTo(Interval.of(2));
    }
  }

  /** Small entries whose determinant is that prime: the bound must be that of the larger minor. */
  @Test
  void theDeterminantMayBeLargeWhereEntriesAreSmall() {
    for (long seed = 0; seed < 5; seed++) {
      long prime = PrimeField.randomPrime(new SplittableRandom(seed));
      long a = (1L << 25) - 1;
      long quotient = prime / a;
      double[][] m = {{a, -1}, {prime % a, quotient}};
      assertThat(ModularRank.of(m, seed, 1, 1).rankAtLeast()).isEqualTo(1);
      assertThat(ModularRank.of(m, seed, 1, 1).isExact()).isFalse();
      assertThat(ModularRank.of(m, seed, 1).rankAtLeast()).isEqualTo(2);
    }
  }

  @Test
  void beyondTheBudgetTheRankIsSampled() {
    double[][] m = AdversarialMatrices.gaussian(30, 30, new Random(3));
    m[29] = m[0].clone();
    ModularRank few = ModularRank.of(m, 1, 4, 1);
    assertThat(few.rankAtLeast()).isEqualTo(29);
    assertThat(few.isExact()).isFalse();
    assertThat(few.primes()).hasSize(3);
    assertThat(few.failureProbability()).isBetween(1e-36, 1e-30);
    ModularRank all = ModularRank.of(m, 1, 200, 2);
    assertThat(all.isExact()).isTrue();
    assertThat(all.rankAtLeast()).isEqualTo(29);
    assertThat(all.primes().length).isBetween(30, 60);
  }

  /** A Hadamard matrix reaches Hadamard's inequality. */
  @Test
  void boundsTheMinors() {
    double[][] h = {{1}};
    for (int n = 2; n <= 16; n *= 2) {
      double[][] next = new double[n][n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          next[i][j] = h[i % (n / 2)][j % (n / 2)] * (i >= n / 2 && j >= n / 2 ? -1 : 1);
        }
      }
      h = next;
      BigInteger square = BigInteger.valueOf(n).pow(n);
      long bits = HadamardBits.of(h).ofSquaredMinor(n);
      assertThat(square.bitLength()).isLessThanOrEqualTo((int) bits);
      assertThat(bits).isLessThanOrEqualTo(square.bitLength() + n);
    }
    double[][] wide = {{1, 3, 0, 0}, {5, 7, 0, 0}, {0, 0, 0, 1}};
    assertThat(1L << HadamardBits.of(wide).ofSquaredMinor(2)).isGreaterThan(64);
    assertThat(HadamardBits.of(new double[][] {{0x1p-1074, 0x1p1023}}).ofSquaredMinor(1))
        .isEqualTo(1);
    assertThat(HadamardBits.of(new double[2][2]).ofSquaredMinor(2)).isZero();
  }

  @Test
  void arithmeticIsExact() {
    SplittableRandom random = new SplittableRandom(4);
    for (int trial = 0; trial < 20; trial++) {
      long prime = PrimeField.randomPrime(random);
      BigInteger p = BigInteger.valueOf(prime);
      assertThat(p.isProbablePrime(50)).isTrue();
      PrimeField field = new PrimeField(prime);
      for (int k = 0; k < 500; k++) {
        long a = k == 0 ? prime / 2 : k == 1 ? -(prime / 2) : random.nextLong(prime) - prime / 2;
        long b = k < 2 ? prime / 2 : random.nextLong(prime) - prime / 2;
        BigInteger product = BigInteger.valueOf(a).multiply(BigInteger.valueOf(b)).mod(p);
        assertThat(BigInteger.valueOf((long) field.multiply((double) a, (double) b)).mod(p))
            .isEqualTo(product);
        assertThat(Math.abs(field.multiply((double) a, (double) b))).isLessThan(0.501 * prime);
        if (a != 0) {
          assertThat(field.multiply((double) a, field.reciprocal((double) a))).isEqualTo(1);
        }
      }
      BigInteger half = BigInteger.TWO.modInverse(p);
      for (double x :
          new double[] {0, 1, -3, Double.MIN_VALUE, 0.1, -1e300, Double.MAX_VALUE, 1e-310}) {
        int unit = Math.max(Math.getExponent(x), -1022) - 52;
        BigInteger mantissa =
            new java.math.BigDecimal(x)
                .multiply(java.math.BigDecimal.valueOf(2).pow(1074))
                .toBigIntegerExact();
        BigInteger expected = mantissa.multiply(half.modPow(BigInteger.valueOf(1074), p)).mod(p);
        assertThat(BigInteger.valueOf((long) field.residue(x)).mod(p))
            .as("%s %d", x, unit)
            .isEqualTo(expected);
      }
    }
    assertThat(PrimeField.isPrime((1L << 48) + 1)).isFalse();
    assertThat(PrimeField.isPrime(3_215_031_751L)).isFalse(); // strong pseudoprime to 2, 3, 5, 7
    assertThat(PrimeField.isPrime(3_825_123_056_546_413_051L / 149_491)).isFalse();
    assertThat(PrimeField.isPrime(1_000_000_007L)).isTrue();
  }

  @Test
  void refusesBadArguments() {
    double[][] one = {{1}};
    assertThatThrownBy(() -> ModularRank.of(one, 0, 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxPrimes >= 1 but got 0");
    assertThatThrownBy(() -> ModularRank.of(one, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("threads >= 1");
    assertThatThrownBy(() -> ModularRank.of(new double[][] {{Double.NaN}}, 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("finite");
    assertThatThrownBy(() -> new PrimeField(7)).isInstanceOf(IllegalArgumentException.class);
  }
}
