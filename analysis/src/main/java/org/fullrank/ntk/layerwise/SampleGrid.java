package org.fullrank.ntk.layerwise;

import java.util.ArrayList;
import java.util.List;

/**
 * How samples are cut into tiles of a kernel, and into passes through the network. It depends on
 * the numbers of samples and outputs only, neither on threads nor on memory: every product has the
 * same shape in every run, so a Gram has the same bits however it was scheduled.
 *
 * <p>Tiles have equal sizes, about {@value #ROWS} rows of the kernel. Tiles of the same rows are
 * computed together in strips of four, which end at multiples of four: measured on factors that do
 * not fit the cache, a product of 250 by 250 reaches 81 GF/s where one of 250 by 1000 reaches 96. A
 * pass is what one thread takes forward and backward at once: several tiles, or a part of one.
 */
public final class SampleGrid {
  private static final int ROWS = 256;

  /** Below this many rows a tile is not worth another task. */
  private static final int LEAST_ROWS = 64;

  /** So that small Grams have work for several threads. */
  private static final int TILES = 4;

  /** Tiles of a strip. */
  private static final int STRIP = 4;

  /** Rows of the kernel in a strip, unless one tile has more. */
  private static final int STRIP_ROWS = 1024;

  /**
   * Fewer samples slow the products of a forward pass, and every pass costs 0.5 to 2 ms besides.
   */
  private static final int LEAST_SAMPLES = 100;

  private final int samples;
  private final int tile;
  private final int tilesPerStrip;
  private final int tilesPerPass;
  private final int passesPerTile;

  private SampleGrid(
      int samples, int tile, int tilesPerStrip, int tilesPerPass, int passesPerTile) {
    this.samples = samples;
    this.tile = tile;
    this.tilesPerStrip = tilesPerStrip;
    this.tilesPerPass = tilesPerPass;
    this.passesPerTile = passesPerTile;
  }

  /** Samples that a pass takes from one place to the next. */
  record Pass(int from, int to) {}

  /**
   * The grid of a kernel.
   *
   * @param samples n
   * @param rows of the kernel for each sample
   * @param outputs k, cotangents of each sample in a pass
   */
  static SampleGrid of(long samples, long rows, long outputs) {
    long perTile = Math.max(1, ROWS / rows);
    long enough = (samples + perTile - 1) / perTile;
    long wanted = Math.min(TILES, samples * rows / LEAST_ROWS);
    long tiles = Math.min(samples, Math.max(1, Math.max(enough, wanted)));
    long tile = (samples + tiles - 1) / tiles;
    long pass =
        Math.max(1, Math.max(ROWS / outputs, Math.min(LEAST_SAMPLES, STRIP_ROWS / outputs)));
    if (samples * outputs >= STRIP_ROWS) {
      // Otherwise all of it would be one task.
      pass = Math.min(pass, (samples + TILES - 1) / TILES);
    }
    return new SampleGrid(
        (int) samples,
        (int) tile,
        Integer.highestOneBit((int) Math.max(1, Math.min(STRIP, STRIP_ROWS / (tile * rows)))),
        Integer.highestOneBit((int) Math.max(1, pass / tile)),
        (int) ((tile + pass - 1) / pass));
  }

  public int samples() {
    return samples;
  }

  public int tiles() {
    return (samples + tile - 1) / tile;
  }

  /** The first sample of a tile; of {@code tiles()}, the number of samples. */
  public int start(int number) {
    return (int) Math.min(samples, (long) tile * number);
  }

  public int size(int number) {
    return start(number + 1) - start(number);
  }

  /** The samples of every tile but the last, which may have fewer. */
  public int largest() {
    return tile;
  }

  /** A power of two. */
  int tilesPerStrip() {
    return tilesPerStrip;
  }

  /** Panels of samples begin at multiples of it: no pass and no strip is cut. */
  public int tilesPerUnit() {
    return Math.max(tilesPerStrip, tilesPerPass);
  }

  /** A power of two. */
  int tilesPerPass() {
    return tilesPerPass;
  }

  /** The most samples of a pass. */
  public int passSamples() {
    return Math.min(samples, tilesPerPass * ((tile + passesPerTile - 1) / passesPerTile));
  }

  /** The passes of some tiles, the first of which is a multiple of the tiles of a pass. */
  List<Pass> passes(int firstTile, int endTile) {
    List<Pass> out = new ArrayList<>();
    for (int t = firstTile; t < endTile; t += tilesPerPass) {
      int end = start(Math.min(endTile, t + tilesPerPass));
      for (int from = start(t); from < end; from += passSamples()) {
        out.add(new Pass(from, Math.min(end, from + passSamples())));
      }
    }
    return out;
  }
}
