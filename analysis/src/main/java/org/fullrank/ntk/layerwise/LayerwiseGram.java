package org.fullrank.ntk.layerwise;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.fullrank.linalg.MatrixSink;
import org.fullrank.linalg.TileSink;
import org.fullrank.nn.Network;
import org.fullrank.nn.Slot;
import org.fullrank.ntk.layerwise.GradientFactors.Term;
import org.fullrank.ntk.layerwise.GramTiles.Side;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Kernels of a network whose samples are independent, from the factors of its gradients.
 *
 * <p>If the factors of all samples are too much, they are computed for panels of samples: those of
 * the columns again for every panel of rows. The bits of the result are the same.
 */
public final class LayerwiseGram {
  private final Network network;
  private final INDArray theta;
  private final int panelTiles;
  private final Progress progress;

  /**
   * What was done, in samples passed through the network and in entries of the kernel. Several
   * threads may call at once.
   */
  public interface Progress {
    void passed(int samples);

    void computed(long entries);

    /** All is done. */
    void finished();

    Progress NONE =
        new Progress() {
          @Override
          public void passed(int samples) {}

          @Override
          public void computed(long entries) {}

          @Override
          public void finished() {}
        };
  }

  /**
   * Kernels of a network.
   *
   * @param network with independent samples
   * @param theta its parameters, checked and row-major
   * @param panelTiles tiles of a panel, a multiple of the tiles of a unit of the grid
   * @param progress told about finished pieces
   */
  public LayerwiseGram(Network network, INDArray theta, int panelTiles, Progress progress) {
    this.network = network;
    this.theta = theta;
    this.panelTiles = panelTiles;
    this.progress = progress;
  }

  /** All factors at once. */
  public LayerwiseGram(Network network, INDArray theta) {
    this(network, theta, Integer.MAX_VALUE, Progress.NONE);
  }

  /**
   * Writes the Gram {@code [n k, n k]}, both halves.
   *
   * @param sink called once, beside the first passes: a large array takes its time
   */
  public void gram(INDArray x, Supplier<? extends TileSink> sink) {
    long k = network.outputs();
    gram(x, sink, tiles(x, k), false);
  }

  /** Writes the trace kernel {@code [n, n]}, both halves. */
  public void trace(INDArray x, Supplier<? extends TileSink> sink) {
    gram(x, sink, tiles(x, 1), network.outputs() > 1);
  }

  public static SampleGrid grid(Network network, INDArray x, boolean traced) {
    return SampleGrid.of(x.size(0), traced ? 1 : network.outputs(), network.outputs());
  }

  private GramTiles tiles(INDArray x, long outputs) {
    return new GramTiles(x.dataType(), outputs, term -> true, progress::computed);
  }

  private void gram(
      INDArray x, Supplier<? extends TileSink> target, GramTiles tiles, boolean traced) {
    AtomicReference<@Nullable TileSink> made = new AtomicReference<>();
    SampleGrid grid = grid(network, x, traced);
    for (int r = 0; r < grid.tiles(); r = panelEnd(grid, r)) {
      int rowsEnd = panelEnd(grid, r);
      Runnable make = r == 0 ? () -> made.set(target.get()) : () -> {};
      Side left = new Side(grid, r, rowsEnd);
      FactorTasks.Tail tail =
          tiles.tail(left, f -> terms(f, traced), () -> Objects.requireNonNull(made.get()));
      try (GradientFactors rows = factors(x, grid, oneKey(), r, rowsEnd, make, tail)) {
        TileSink sink = Objects.requireNonNull(made.get());
        List<Term> leftTerms = terms(rows, traced);
        for (int c = rowsEnd; c < grid.tiles(); c = panelEnd(grid, c)) {
          int columnsEnd = panelEnd(grid, c);
          try (GradientFactors columns = factors(x, grid, oneKey(), c, columnsEnd)) {
            Side right = new Side(grid, c, columnsEnd);
            tiles.rectangle(left, leftTerms, right, terms(columns, traced), sink, true);
          }
        }
      }
    }
    progress.finished();
  }

  /** A Gram that is finished piece by piece, some tiles square each. */
  public interface Pieces {
    TileSink sink();

    boolean isDone(int row, int column);

    void finish(int row, int column);
  }

  /**
   * The pieces of the Gram on and above the diagonal that are not done; mirror images are left to
   * the sink. A panel of rows of which nothing is missing is not computed.
   *
   * @param size tiles of the rows and columns of a piece, a divisor of the tiles of a panel
   */
  public void pieces(INDArray x, int size, Pieces pieces) {
    GramTiles tiles = tiles(x, network.outputs());
    SampleGrid grid = grid(network, x, false);
    for (int r = 0; r < grid.tiles(); r = panelEnd(grid, r)) {
      try (Lazy rows = new Lazy(x, grid, r, panelEnd(grid, r))) {
        for (int c = r; c < grid.tiles(); c = panelEnd(grid, c)) {
          if (c == r) {
            pieces(rows, rows, size, tiles, pieces);
            continue;
          }
          try (Lazy columns = new Lazy(x, grid, c, panelEnd(grid, c))) {
            pieces(rows, columns, size, tiles, pieces);
          }
        }
      }
    }
    progress.finished();
  }

  private void pieces(Lazy rows, Lazy columns, int size, GramTiles tiles, Pieces pieces) {
    for (int i = rows.first; i < rows.end; i += size) {
      for (int j = Math.max(i, columns.first); j < columns.end; j += size) {
        GramTiles.Block block =
            new GramTiles.Block(
                i, Math.min(rows.end, i + size), j, Math.min(columns.end, j + size));
        if (pieces.isDone(i / size, j / size)) {
          progress.computed(tiles.entries(block, rows.side()));
          continue;
        }
        tiles.upper(
            block, rows.side(), rows.terms(), columns.side(), columns.terms(), pieces.sink());
        pieces.finish(i / size, j / size);
      }
    }
  }

  /** Factors of a range of tiles, computed when they are first asked for. */
  private final class Lazy implements AutoCloseable {
    final int first;
    final int end;
    private final INDArray x;
    private final SampleGrid grid;
    private @Nullable GradientFactors factors;

    Lazy(INDArray x, SampleGrid grid, int first, int end) {
      this.x = x;
      this.grid = grid;
      this.first = first;
      this.end = end;
    }

    Side side() {
      return new Side(grid, first, end);
    }

    List<Term> terms() {
      if (factors == null) {
        factors = factors(x, grid, oneKey(), first, end);
      }
      return factors.terms();
    }

    @Override
    public void close() {
      if (factors != null) {
        factors.close();
        factors = null;
      }
    }
  }

  private int panelEnd(SampleGrid grid, int tile) {
    return (int) Math.min(grid.tiles(), (long) tile + panelTiles);
  }

  private List<Term> terms(GradientFactors factors, boolean traced) {
    return traced ? GramTiles.traced(factors.terms(), network.outputs()) : factors.terms();
  }

  private GradientFactors factors(
      INDArray x, SampleGrid grid, List<String> keys, int first, int end) {
    return factors(x, grid, keys, first, end, () -> {}, FactorTasks.Tail.NONE);
  }

  private GradientFactors factors(
      INDArray x,
      SampleGrid grid,
      List<String> keys,
      int first,
      int end,
      Runnable meanwhile,
      FactorTasks.Tail tail) {
    return GradientFactors.of(
        network, theta, x, grid, keys, first, end, meanwhile, tail, progress::passed);
  }

  private List<String> oneKey() {
    return Collections.nCopies(network.slots().size(), "");
  }

  /** Writes {@code J(x2) J(x)^T}. */
  public void cross(INDArray x2, INDArray x, TileSink sink) {
    GramTiles tiles = tiles(x, network.outputs());
    SampleGrid rowGrid = grid(network, x2, false);
    SampleGrid columnGrid = grid(network, x, false);
    for (int r = 0; r < rowGrid.tiles(); r = panelEnd(rowGrid, r)) {
      int rowsEnd = panelEnd(rowGrid, r);
      try (GradientFactors rows = factors(x2, rowGrid, oneKey(), r, rowsEnd)) {
        for (int c = 0; c < columnGrid.tiles(); c = panelEnd(columnGrid, c)) {
          int columnsEnd = panelEnd(columnGrid, c);
          try (GradientFactors columns = factors(x, columnGrid, oneKey(), c, columnsEnd)) {
            tiles.rectangle(
                new Side(rowGrid, r, rowsEnd),
                rows.terms(),
                new Side(columnGrid, c, columnsEnd),
                columns.terms(),
                sink,
                false);
          }
        }
      }
    }
  }

  /** The parts of groups of slots: group to Gram, in slot order. */
  public Map<String, INDArray> parts(INDArray x, Function<Slot, String> keyOf) {
    List<String> keys = network.slots().stream().map(keyOf).toList();
    SampleGrid grid = grid(network, x, false);
    long rows = x.size(0) * network.outputs();
    DataType type = x.dataType();
    Map<String, INDArray> out = new LinkedHashMap<>();
    try (GradientFactors factors = factors(x, grid, keys, 0, grid.tiles())) {
      Side side = new Side(grid, 0, grid.tiles());
      for (String key : new LinkedHashSet<>(keys)) {
        MatrixSink sink = MatrixSink.create(type, rows, rows);
        out.put(key, sink.matrix());
        new GramTiles(type, network.outputs(), term -> term.key().equals(key), e -> {})
            .symmetric(side, factors.terms(), sink);
      }
      return out;
    } catch (RuntimeException | Error e) {
      out.values().forEach(INDArray::close);
      throw e;
    }
  }
}
