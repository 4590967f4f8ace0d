package org.fullrank.nn;

/**
 * Random numbers that are the same on every platform and JDK: the SplitMix64 generator (Steele,
 * Lea, Flood 2014) with Gaussians by the Box-Muller transform in {@link StrictMath}. Mutable, for
 * one thread; obtained from {@link Seed#stream}.
 */
public final class RandomStream {
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private long state;
  private double spare = Double.NaN;

  RandomStream(long state) {
    this.state = state;
  }

  static long mix(long z) {
    long y = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    y = (y ^ (y >>> 27)) * 0x94d049bb133111ebL;
    return y ^ (y >>> 31);
  }

  /**
   * The next 64 random bits.
   *
   * @return any long, all equally likely
   */
  public long nextLong() {
    state += GOLDEN;
    return mix(state);
  }

  /**
   * A uniform number.
   *
   * @return a multiple of 2^-53 in {@code [0, 1)}
   */
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1p-53;
  }

  /**
   * A uniform integer.
   *
   * @param bound positive
   * @return at least 0 and less than {@code bound}
   */
  public int nextInt(int bound) {
    if (bound < 1) {
      throw new IllegalArgumentException("expected a positive bound but got " + bound);
    }
    return (int) (nextDouble() * bound);
  }

  /**
   * A standard normal number.
   *
   * @return mean 0, variance 1
   */
  public double nextGaussian() {
    if (!Double.isNaN(spare)) {
      double g = spare;
      spare = Double.NaN;
      return g;
    }
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - nextDouble()));
    double angle = 2 * StrictMath.PI * nextDouble();
    spare = radius * StrictMath.sin(angle);
    return radius * StrictMath.cos(angle);
  }
}
