package org.fullrank.ntk;

/**
 * How samples are cut into tiles, and tiles into passes. It depends on the numbers of samples and
 * outputs only, neither on threads nor on memory: every product has the same shape in every run, so
 * a Gram has the same bits however it was scheduled.
 *
 * <p>Tiles have equal sizes, about {@value #ROWS} rows of the Gram: large enough for the BLAS to
 * reach its rate, small enough for three buffers to stay in the cache. A pass is what one thread
 * takes forward and backward at once.
 */
final class SampleGrid {
  private static final int ROWS = 256;

  /** Below this many rows a tile is not worth another task. */
  private static final int LEAST_ROWS = 64;

  /** So that small Grams have work for several threads. */
  private static final int TILES = 4;

  /** Fewer samples slow the products of a forward pass. */
  private static final int LEAST_SAMPLES = 48;

  private final int samples;
  private final int tile;
  private final int tilesPerPass;

  private SampleGrid(int samples, int tile) {
    this.samples = samples;
    this.tile = tile;
    this.tilesPerPass = Math.max(1, LEAST_SAMPLES / tile);
  }

  static SampleGrid of(long samples, long outputs) {
    long perTile = Math.max(1, ROWS / outputs);
    long enough = (samples + perTile - 1) / perTile;
    long wanted = Math.min(TILES, samples * outputs / LEAST_ROWS);
    long tiles = Math.min(samples, Math.max(1, Math.max(enough, wanted)));
    return new SampleGrid((int) samples, (int) ((samples + tiles - 1) / tiles));
  }

  int samples() {
    return samples;
  }

  int tiles() {
    return (samples + tile - 1) / tile;
  }

  /** The first sample of a tile; of {@code tiles()}, the number of samples. */
  int start(int number) {
    return (int) Math.min(samples, (long) tile * number);
  }

  int size(int number) {
    return start(number + 1) - start(number);
  }

  /** The samples of every tile but the last, which may have fewer. */
  int largest() {
    return tile;
  }

  int tilesPerPass() {
    return tilesPerPass;
  }
}
