package org.fullrank.rigor.disk;

import org.fullrank.rigor.kernel.Tiles;
import org.fullrank.rigor.kernel.Workers;

/**
 * What an out-of-core factorisation takes, known before it runs.
 *
 * @param order rows of the matrix
 * @param columns width of the panels of columns that are in memory one at a time; a multiple of 126
 *     (one slab), or all of them
 * @param workingBytes bytes of working memory, nearly all of it heap: the panel, the slabs of the
 *     factor being read or written, packed tiles, vectors and I/O buffers
 * @param scratchBytes size of the scratch file, which holds the factor: about {@code 4 n^2}
 */
public record TiledPlan(int order, int columns, long workingBytes, long scratchBytes) {
  /** Direct buffers of one file each, and a batch of rows. */
  static final int BUFFER_BYTES = 1 << 22;

  /** Rows of more doubles would be humongous objects for the garbage collector, and waste. */
  private static final int MAX_COLUMNS = 260 * Tiles.DEPTH;

  /** Object header, padding and the reference to an array. */
  private static final int ROW_OVERHEAD = 32;

  /** The heap keeps this share for everything else. */
  private static final double HEAP_SHARE = 0.9;

  /**
   * The plan with the widest panels for a budget. The number of panels {@code p} sets the traffic:
   * a factorisation reads {@code p / 3} times the factor.
   *
   * @param order rows of the matrix
   * @param threads number of threads
   * @param budget bytes of working memory
   * @throws IllegalArgumentException if the narrowest panels need more; the message says how much
   */
  public static TiledPlan of(int order, int threads, long budget) {
    if (order < 1) {
      throw new IllegalArgumentException("TiledPlan expects order >= 1 but got " + order);
    }
    Workers.requireThreads("TiledPlan", threads);
    int narrowest = Math.min(order, Tiles.DEPTH);
    long least = workingBytes(order, narrowest, threads);
    if (budget < least) {
      throw new IllegalArgumentException(
          "an out-of-core factorisation of order "
              + order
              + " expects at least "
              + least
              + " bytes of working memory but got "
              + budget);
    }
    int columns = narrowest;
    int widest = Math.min(order, MAX_COLUMNS);
    if (workingBytes(order, widest, threads) <= budget) {
      columns = widest;
    } else {
      while (columns + Tiles.DEPTH < widest
          && workingBytes(order, columns + Tiles.DEPTH, threads) <= budget) {
        columns += Tiles.DEPTH;
      }
    }
    // As many panels, but of equal width.
    int panels = (order + columns - 1) / columns;
    int slabs = (order + panels * Tiles.DEPTH - 1) / (panels * Tiles.DEPTH);
    columns = Math.min(order, slabs * Tiles.DEPTH);
    return new TiledPlan(
        order, columns, workingBytes(order, columns, threads), ScratchFile.bytes(order));
  }

  /** Number of panels. */
  public int panels() {
    return (order + columns - 1) / columns;
  }

  /**
   * Throws if the virtual machine cannot give the working memory.
   *
   * @param maxHeap its largest heap, {@code Runtime.maxMemory()}
   * @throws IllegalArgumentException if it does not fit; the message says what would
   */
  void requireHeap(long maxHeap) {
    if (workingBytes > HEAP_SHARE * maxHeap) {
      throw new IllegalArgumentException(
          "the plan takes "
              + workingBytes
              + " bytes but the heap of this virtual machine ends at "
              + maxHeap
              + "; expected a budget of at most "
              + (long) (HEAP_SHARE * maxHeap)
              + " bytes, or a larger -Xmx");
    }
  }

  private static long workingBytes(int n, int w, int threads) {
    // Row r of a panel has min(r + 1, w) entries.
    long panel = 8 * ((long) n * w - (long) w * (w - 1) / 2) + (long) n * ROW_OVERHEAD;
    long slabs = 2L * TiledCholesky.GROUP * n * (8L * Math.min(n, Tiles.DEPTH) + ROW_OVERHEAD);
    long pack = Tiles.DEPTH * (8L * (Tiles.WIDTH + 6) + ROW_OVERHEAD);
    long packs = TiledCholesky.GROUP * ((w + Tiles.WIDTH - 1L) / Tiles.WIDTH) * pack;
    long team = (long) Math.min(threads, n) * 2 * pack;
    long vectors = 8L * n * (TiledLanczos.MAX_STEPS + 16);
    long block = TiledSurvey.block(n);
    long survey = 2 * block * (8 * block + ROW_OVERHEAD);
    return Math.max(panel + slabs + packs + team, survey) + vectors + 3L * BUFFER_BYTES;
  }
}
