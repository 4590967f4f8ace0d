package org.fullrank.rigor.rank;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.kernel.Workers;
import org.fullrank.rigor.rounding.Rounding;

/**
 * The exact rank of a stored matrix by elimination modulo random 49-bit primes. Doubles are dyadic
 * rationals, so they have residues modulo every odd prime.
 *
 * <p><b>At least.</b> A minor that is not zero modulo {@code p} is not zero: the rank modulo a
 * prime never exceeds the rank. This is a proof, from one prime.
 *
 * <p><b>At most.</b> If all minors of order {@code r + 1} vanish modulo distinct primes whose
 * product exceeds every such minor (of the matrix scaled to integers by powers of two; Hadamard's
 * inequality), they are zero and the rank is {@code r}. This needs about one prime for every 96
 * bits of the {@code r + 1} longest squared row norms. If that is more than the budget, a few
 * primes are drawn, and the rank is {@code SAMPLED}: a larger minor would have to be divisible by
 * all of them.
 *
 * <p><b>About.</b> The stored doubles and nothing else. Rounding raises ranks: features of rank 4
 * in exact arithmetic are stored as a matrix of rank 7 easily. Use it to refute rank deficiency of
 * stored numbers or to prove it for integers, never to speak about a network.
 *
 * <p>Cost: {@code n w r} steps of about 0.5 ns per prime; the result is determined by the seed.
 */
public final class ModularRank {
  /** Enough to decide matrices up to about 60 rows of full precision. */
  public static final int DEFAULT_MAX_PRIMES = 64;

  private static final int SAMPLES = 3;

  /** Bits of the square of a prime, at least. */
  private static final int SQUARED_PRIME_BITS = 96;

  private final int[] shape;
  private final int[] pivotRows;
  private final long[] primes;
  private final boolean proved;
  private final double failureProbability;

  private ModularRank(
      int[] shape, int[] pivotRows, long[] primes, boolean proved, double failureProbability) {
    this.shape = shape;
    this.pivotRows = pivotRows;
    this.primes = primes;
    this.proved = proved;
    this.failureProbability = failureProbability;
  }

  /**
   * Determines the rank with at most {@value #DEFAULT_MAX_PRIMES} primes.
   *
   * @param m {@code [n][w]}, finite, any shape and scale
   * @param seed determines the primes
   * @param threads at least 1; does not change the result
   */
  public static ModularRank of(double[][] m, long seed, int threads) {
    return of(m, seed, DEFAULT_MAX_PRIMES, threads);
  }

  /**
   * Determines the rank.
   *
   * @param m {@code [n][w]}, finite, any shape and scale
   * @param seed determines the primes
   * @param maxPrimes at least 1
   * @param threads at least 1; does not change the result
   */
  public static ModularRank of(double[][] m, long seed, int maxPrimes, int threads) {
    Workers.requireThreads("ModularRank", threads);
    ErrorTerms.requireFiniteMatrix(m, "ModularRank");
    if (maxPrimes < 1) {
      throw new IllegalArgumentException("ModularRank expects maxPrimes >= 1 but got " + maxPrimes);
    }
    SplittableRandom random = new SplittableRandom(seed);
    int most = Math.min(m.length, m[0].length);
    long[] primes = {PrimeField.randomPrime(random)};
    int[] best = pivots(m, primes[0]);
    HadamardBits bits = best.length == most ? null : HadamardBits.of(m);
    while (bits != null && best.length < most) {
      long needed = ceilingQuotient(bits.ofSquaredMinor(best.length + 1), SQUARED_PRIME_BITS);
      long aim = needed <= maxPrimes ? needed : Math.min(SAMPLES, maxPrimes);
      if (primes.length >= aim) {
        boolean proved = primes.length >= needed;
        return new ModularRank(
            shape(m), best, primes, proved, proved ? 0 : chance(bits, most, primes.length));
      }
      int old = primes.length;
      primes = withMore(primes, (int) aim, random);
      for (int[] pivots : allPivots(m, Arrays.copyOfRange(primes, old, primes.length), threads)) {
        best = pivots.length > best.length ? pivots : best;
      }
    }
    return new ModularRank(shape(m), best, primes, true, 0);
  }

  /** The rank modulo the best prime: the rank of the stored matrix is at least that. */
  public int rankAtLeast() {
    return pivotRows.length;
  }

  /** Whether {@link #rankAtLeast} is proved to be the rank. */
  public boolean isExact() {
    return proved;
  }

  /**
   * Bound of the probability, over the draw of the primes, that the rank is larger than {@link
   * #rankAtLeast}; 0 if that is excluded. It presumes that the seeded generator draws like chance.
   */
  public double failureProbability() {
    return failureProbability;
  }

  /** Numbers of independent rows, ascending, from 0; as many as the rank. */
  public int[] rows() {
    int[] sorted = pivotRows.clone();
    Arrays.sort(sorted);
    return sorted;
  }

  /** The primes used. */
  public long[] primes() {
    return primes.clone();
  }

  /** The rank: {@code VERIFIED} if proved from both sides, else {@code SAMPLED}. */
  public Quantity rank(String symbol) {
    return new Quantity(
        symbol,
        Interval.of(rankAtLeast()),
        proved ? Proof.verified() : Rigor.SAMPLED,
        Subject.STORED_MATRIX,
        proved
            ? "elimination modulo " + primes.length + " primes"
            : "elimination modulo "
                + primes.length
                + " random primes, wrong with probability at most "
                + new BigDecimal(failureProbability)
                    .round(new MathContext(2, RoundingMode.CEILING)));
  }

  /** What is proved about the rank in any case. */
  public Quantity rankBounds(String symbol) {
    int most = proved ? rankAtLeast() : Math.min(shape[0], shape[1]);
    return Quantity.verified(
        symbol,
        new Interval(rankAtLeast(), most),
        Subject.STORED_MATRIX,
        "elimination modulo " + primes.length + " primes");
  }

  @Override
  public String toString() {
    String name = String.format(Locale.ROOT, "rank of [%d, %d]", shape[0], shape[1]);
    return (proved ? rank(name) : rankBounds(name) + "; " + rank(name)).toString();
  }

  private static int[] shape(double[][] m) {
    return new int[] {m.length, m[0].length};
  }

  private static int[] pivots(double[][] m, long prime) {
    PrimeField field = new PrimeField(prime);
    double[][] a = new double[m.length][m[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[i].length; j++) {
        a[i][j] = field.residue(m[i][j]);
      }
    }
    return field.eliminate(a);
  }

  private static int[][] allPivots(double[][] m, long[] primes, int threads) {
    int[][] all = new int[primes.length][];
    Workers.run(
        Math.min(threads, primes.length),
        (team, member) -> {
          for (int k = team.take(); k < primes.length; k = team.take()) {
            all[k] = pivots(m, primes[k]);
          }
        });
    return all;
  }

  private static long[] withMore(long[] primes, int count, SplittableRandom random) {
    long[] more = Arrays.copyOf(primes, count);
    for (int k = primes.length; k < count; ) {
      long prime = PrimeField.randomPrime(random);
      if (Arrays.stream(more, 0, k).noneMatch(q -> q == prime)) {
        more[k++] = prime;
      }
    }
    return more;
  }

  /**
   * A non-zero minor has at most {@code bits / 96} prime factors above {@code 2^48}, and there are
   * more than {@code 3 x / (5 ln x)} primes between {@code x} and {@code 2 x} (Rosser, Schoenfeld
   * 1962, Corollary 3): {@code 5.0e12} for {@code x = 2^48}.
   */
  private static double chance(HadamardBits bits, int order, int count) {
    double divisors = Math.floor(bits.ofSquaredMinor(order) / (double) SQUARED_PRIME_BITS);
    double one = Math.min(1, Rounding.divideUp(divisors, 5.0e12));
    double all = 1;
    for (int k = 0; k < count; k++) {
      all = Rounding.multiplyUp(all, one);
    }
    return all;
  }

  private static long ceilingQuotient(long a, long b) {
    return Math.max(1, (a + b - 1) / b);
  }
}
