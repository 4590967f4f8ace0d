package org.fullrank.nn;

/**
 * The origin of all randomness of a computation; an argument, never hidden state.
 *
 * <p>Streams are keyed by name: equal seed and name give equal numbers, on every platform and JDK;
 * different names give unrelated numbers.
 *
 * @param value any number
 */
public record Seed(long value) {
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  /**
   * A seed.
   *
   * @param value any number
   * @return the seed
   */
  public static Seed of(long value) {
    return new Seed(value);
  }

  /**
   * The stream of a name.
   *
   * @param name such as a slot's name
   * @return a new stream at its start
   */
  public RandomStream stream(String name) {
    long hash = FNV_OFFSET;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * FNV_PRIME;
    }
    return new RandomStream(RandomStream.mix(RandomStream.mix(value) ^ hash));
  }
}
