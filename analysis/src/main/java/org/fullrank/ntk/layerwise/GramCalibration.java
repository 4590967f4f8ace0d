package org.fullrank.ntk.layerwise;

import java.util.Collections;
import java.util.List;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.Parallel;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.TileSink;
import org.fullrank.nn.Network;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Times and memory of some passes and tiles of a network, all threads busy.
 *
 * @param passBytes tensors that one pass holds at its end
 * @param secondsPerSample of the passes
 * @param secondsPerEntry of tiles off the diagonal
 */
public record GramCalibration(long passBytes, double secondsPerSample, double secondsPerEntry) {
  /** Rounds: the first ones are slow until the code is compiled. */
  private static final int LEAST = 3;

  private static final int MOST = 40;
  private static final long NANOSECONDS = 400_000_000;

  /** Nothing is stored: the result of a calibration could be larger than that of the run. */
  private static final TileSink NOWHERE =
      new TileSink() {
        @Override
        public void put(long row, long column, int height, int width, double[] values) {}

        @Override
        public void put(long row, long column, int height, int width, float[] values) {}
      };

  /** Memory only. */
  public static long passBytes(Network network, INDArray theta, INDArray x, SampleGrid grid) {
    INDArray piece = TensorViews.leading(x, 0, grid.passSamples());
    if (ChainPass.layers(network).isPresent()) {
      try (ChainPass pass = ChainPass.of(network, theta)) {
        pass.run(piece, ChainPass.Target.NOBODY);
        return pass.bytes();
      }
    }
    long before = Backend.tensorBytes();
    try (Jacobian jacobian = network.jacobian(theta, piece);
        Pullback pullback = jacobian.pullbackOutputs()) {
      pullback.blocks();
      return Math.max(0, Backend.tensorBytes() - before);
    }
  }

  public static GramCalibration of(
      Network network, INDArray theta, INDArray x, SampleGrid grid, boolean traced) {
    long passBytes = passBytes(network, theta, x, grid);
    int threads = Parallel.threads();
    int tiles = Math.min(grid.tiles(), grid.tilesPerUnit() * threads);
    long k = traced ? 1 : network.outputs();
    // Another grid object: no tile counts as lying on a diagonal.
    SampleGrid other = SampleGrid.of(x.size(0), k, network.outputs());
    int rows = Math.min(tiles, 2 * threads);
    int columns = Math.min(tiles, grid.tilesPerStrip());
    GramTiles.Side left = new GramTiles.Side(grid, 0, rows);
    GramTiles.Side right = new GramTiles.Side(other, 0, columns);
    double entries = (double) grid.start(rows) * k * (grid.start(columns) * k);
    List<String> keys = Collections.nCopies(network.slots().size(), "");
    double pass = Double.POSITIVE_INFINITY;
    double tile = Double.POSITIVE_INFINITY;
    GramTiles work = new GramTiles(x.dataType(), k, term -> true, e -> {});
    long begin = System.nanoTime();
    for (int r = 0; r < LEAST || (r < MOST && System.nanoTime() - begin < NANOSECONDS); r++) {
      long start = System.nanoTime();
      try (GradientFactors factors =
          GradientFactors.of(
              network, theta, x, grid, keys, 0, tiles, () -> {}, FactorTasks.Tail.NONE, m -> {})) {
        long middle = System.nanoTime();
        List<GradientFactors.Term> terms =
            traced ? GramTiles.traced(factors.terms(), network.outputs()) : factors.terms();
        work.rectangle(left, terms, right, terms, NOWHERE, false);
        pass = Math.min(pass, (double) (middle - start));
        tile = Math.min(tile, (double) (System.nanoTime() - middle));
      }
    }
    return new GramCalibration(passBytes, pass * 1e-9 / grid.start(tiles), tile * 1e-9 / entries);
  }
}
