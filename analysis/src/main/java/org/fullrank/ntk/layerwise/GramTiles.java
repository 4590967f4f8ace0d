package org.fullrank.ntk.layerwise;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.fullrank.linalg.GramTile;
import org.fullrank.linalg.Parallel;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.TileSink;
import org.fullrank.ntk.layerwise.GradientFactors.Term;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Sums {@code K = sum_l (A_l A_l'^T) o (G_l G_l'^T)} from factors, tile by tile, on several
 * threads.
 *
 * <p>Of a symmetric Gram only tiles on and above the diagonal are computed, on it with half of the
 * products; each is written to both places. The order of the terms and the shapes of the products
 * are fixed, so the bits do not depend on the number of threads.
 */
public final class GramTiles {
  /** A strip of tiles: numbers in the grids of rows and columns. */
  private record Place(int row, int column, int endColumn) {}

  /** Told after each tile how many entries it has; one thread at a time. */
  interface TileListener {
    void done(long entries);
  }

  private final DataType type;
  private final int outputs;
  private final Predicate<Term> part;
  private final TileListener listener;

  /**
   * What is summed.
   *
   * @param type of the factors
   * @param outputs rows of the Gram for each sample
   * @param part the terms to add
   * @param listener told after each tile
   */
  GramTiles(DataType type, long outputs, Predicate<Term> part, TileListener listener) {
    this.type = type;
    this.outputs = (int) outputs;
    this.part = part;
    this.listener = listener;
  }

  /** A range of samples on the grid of all. */
  record Side(SampleGrid grid, int firstTile, int endTile) {
    int firstSample() {
      return grid.start(firstTile);
    }
  }

  /** The trace kernel of factors with k outputs is the Gram of rows of {@code k e} numbers. */
  static List<Term> traced(List<Term> terms, long k) {
    List<Term> out = new ArrayList<>();
    for (Term term : terms) {
      INDArray g = term.g();
      INDArray wide = TensorViews.reshape(g, g.size(0) / k, g.size(1) * k);
      out.add(new Term(term.key(), term.a(), wide));
    }
    return out;
  }

  /** A range of tiles of rows and of columns. */
  record Block(int firstRow, int endRow, int firstColumn, int endColumn) {}

  /** Entries of the tiles of a block on and above the diagonal, those on it whole. */
  long entries(Block block, Side side) {
    long entries = 0;
    for (int r = block.firstRow; r < block.endRow; r++) {
      int first = Math.max(r, block.firstColumn);
      if (first < block.endColumn) {
        long columns = (long) side.grid.start(block.endColumn) - side.grid.start(first);
        entries += columns * side.grid.size(r) * outputs * outputs;
      }
    }
    return entries;
  }

  /** All tiles on and above the diagonal, both halves written. */
  void symmetric(Side side, List<Term> terms, TileSink sink) {
    run(places(all(side), side.grid, true), side, terms, side, terms, sink, true);
  }

  private static Block all(Side side) {
    return new Block(side.firstTile, side.endTile, side.firstTile, side.endTile);
  }

  /**
   * The same as tasks beside the passes that make the factors. Some tiles on the diagonal come
   * first: they need few passes.
   *
   * @param terms of the factors
   * @param sink asked when there are factors
   */
  FactorTasks.Tail tail(
      Side side, Function<GradientFactors, List<Term>> terms, Supplier<TileSink> sink) {
    List<Place> places = places(all(side), side.grid, true);
    List<Place> early = places.stream().filter(p -> p.row == p.column).toList();
    early = early.subList(0, early.size() / 2);
    places.removeAll(early);
    places.addAll(0, early);
    return new FactorTasks.Tail() {
      @Override
      public int tasks() {
        return places.size();
      }

      @Override
      public int endTile(int task) {
        return places.get(task).endColumn;
      }

      @Override
      public Parallel.Worker worker(GradientFactors factors) {
        List<Term> all = terms.apply(factors);
        return GramTiles.this.worker(places, side, all, side, all, sink.get(), true);
      }
    };
  }

  /** The tiles of a block on and above the diagonal, without their mirror images. */
  void upper(
      Block block,
      Side left,
      List<Term> leftTerms,
      Side right,
      List<Term> rightTerms,
      TileSink sink) {
    run(places(block, right.grid, true), left, leftTerms, right, rightTerms, sink, false);
  }

  /** The larger pieces of work first; tiles on the diagonal, with half of the products, alone. */
  private static List<Place> places(Block block, SampleGrid columns, boolean upper) {
    List<Place> places = new ArrayList<>();
    int strip = columns.tilesPerStrip();
    for (int r = block.firstRow; r < block.endRow; r++) {
      int first = block.firstColumn;
      if (upper && first <= r) {
        places.add(new Place(r, r, r + 1));
        first = r + 1;
      }
      for (int c = first; c < block.endColumn; ) {
        int end = Math.min(block.endColumn, (c / strip + 1) * strip);
        places.add(new Place(r, c, end));
        c = end;
      }
    }
    places.sort(
        Comparator.comparingInt((Place p) -> p.column == p.row ? 0 : p.column - p.endColumn)
            .thenComparingInt(Place::row));
    return places;
  }

  /** All tiles; mirrored if the two sides are different samples of one symmetric Gram. */
  void rectangle(
      Side left,
      List<Term> leftTerms,
      Side right,
      List<Term> rightTerms,
      TileSink sink,
      boolean mirrored) {
    Block all = new Block(left.firstTile, left.endTile, right.firstTile, right.endTile);
    List<Place> places = places(all, right.grid, false);
    run(places, left, leftTerms, right, rightTerms, sink, mirrored);
  }

  private void run(
      List<Place> places,
      Side left,
      List<Term> leftTerms,
      Side right,
      List<Term> rightTerms,
      TileSink sink,
      boolean mirrored) {
    Parallel.run(
        places.size(), () -> worker(places, left, leftTerms, right, rightTerms, sink, mirrored));
  }

  private Parallel.Worker worker(
      List<Place> places,
      Side left,
      List<Term> leftTerms,
      Side right,
      List<Term> rightTerms,
      TileSink sink,
      boolean mirrored) {
    GramTile tile = GramTile.of(type, tileEntries(left.grid, right.grid, outputs));
    return new Parallel.Worker() {
      @Override
      public void run(int task) {
        Place place = places.get(task);
        int rows = left.grid.size(place.row);
        int columns = right.grid.start(place.endColumn) - right.grid.start(place.column);
        boolean diagonal = left.equals(right) && place.row == place.column;
        tile.start(
            left.grid.start(place.row) - left.firstSample(),
            rows,
            right.grid.start(place.column) - right.firstSample(),
            columns,
            outputs,
            diagonal);
        for (int t = 0; t < leftTerms.size(); t++) {
          Term p = leftTerms.get(t);
          Term q = rightTerms.get(t);
          if (part.test(p)) {
            tile.add(p.a(), q.a(), p.g(), q.g());
          }
        }
        tile.finish(
            sink,
            (long) left.grid.start(place.row) * outputs,
            (long) right.grid.start(place.column) * outputs,
            mirrored);
        synchronized (listener) {
          listener.done((long) rows * columns * outputs * outputs);
        }
      }

      @Override
      public void close() {
        tile.close();
      }
    };
  }

  /** The most entries of a strip. */
  public static long tileEntries(SampleGrid left, SampleGrid right, long outputs) {
    long columns =
        Math.min(right.samples(), (long) right.tilesPerStrip() * right.largest()) * outputs;
    return Math.multiplyExact(left.largest() * outputs, columns);
  }
}
