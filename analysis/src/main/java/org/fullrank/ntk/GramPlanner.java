package org.fullrank.ntk;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.fullrank.linalg.GramTile;
import org.fullrank.linalg.Parallel;
import org.fullrank.linalg.TensorViews;
import org.fullrank.nn.Network;
import org.fullrank.ntk.GramPlan.Kernel;
import org.fullrank.ntk.layerwise.GramCalibration;
import org.fullrank.ntk.layerwise.GramShape;
import org.fullrank.ntk.layerwise.GramTiles;
import org.fullrank.ntk.layerwise.LayerwiseGram;
import org.fullrank.ntk.layerwise.SampleGrid;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Chooses how many factors to keep for a memory budget, and predicts what that costs. */
final class GramPlanner {
  /** Numbers of a buffer in which factors are collected, unless a row has more. */
  private static final long CHUNK = 8192;

  /** Small buffers of a pass. */
  private static final long PASS_BUFFERS = 1L << 19;

  /** Buffers of a file and of its check. */
  private static final long FILE_BUFFERS = 8L << 20;

  /** A tile on the diagonal takes a little more than half of the time of another one. */
  private static final double DIAGONAL = 0.6;

  private final GramShape shape;
  private final SampleGrid grid;
  private final DataType type;
  private final long budget;
  private final long passBytes;

  private GramPlanner(
      GramShape shape, SampleGrid grid, DataType type, long budget, long passBytes) {
    this.shape = shape;
    this.grid = grid;
    this.type = type;
    this.budget = budget;
    this.passBytes = passBytes;
  }

  /** A plan with times. */
  static GramPlan plan(
      Network network, INDArray theta, INDArray x, Kernel kernel, long budget, GramDisk disk) {
    SampleGrid grid = grid(network, x, kernel);
    GramCalibration calibration =
        GramCalibration.of(network, theta, x, grid, kernel == Kernel.TRACE);
    return planner(network, theta, x, grid, budget, calibration.passBytes())
        .plan(kernel, calibration, disk);
  }

  /** A plan for memory only. */
  static GramPlan plan(Network network, INDArray theta, INDArray x, Kernel kernel, long budget) {
    SampleGrid grid = grid(network, x, kernel);
    long passBytes = GramCalibration.passBytes(network, theta, x, grid);
    return planner(network, theta, x, grid, budget, passBytes)
        .plan(kernel, new GramCalibration(passBytes, 0, 0), GramDisk.NONE);
  }

  /**
   * Whether a kernel takes so little of the memory there is that it need not be planned: from one
   * pass of one sample, and a generous guess of what larger passes hold.
   */
  static boolean clearlyFits(
      Network network, INDArray theta, INDArray x, Kernel kernel, long budget) {
    SampleGrid grid = grid(network, x, kernel);
    double k = network.outputs();
    double rows = kernel == Kernel.TRACE ? x.size(0) : x.size(0) * k;
    double result = kernel == Kernel.FILE ? FILE_BUFFERS : rows * rows * x.dataType().width();
    double passed = x.size(0) + 8.0 * Parallel.threads() * grid.passSamples();
    // A layer has no more inputs or outputs than parameters.
    double most = (k + 1) * network.parameterCount() * x.dataType().width();
    if (result + passed * most <= 0.5 * budget) {
      return true;
    }
    try (INDArray sample = TensorViews.leading(x, 0, 1).dup('c')) {
      GramShape shape = GramShape.of(network, theta, sample);
      return result + passed * shape.factorBytes() <= 0.5 * budget;
    }
  }

  private static SampleGrid grid(Network network, INDArray x, Kernel kernel) {
    return LayerwiseGram.grid(network, x, kernel == Kernel.TRACE);
  }

  private static GramPlanner planner(
      Network network, INDArray theta, INDArray x, SampleGrid grid, long budget, long passBytes) {
    try (INDArray sample = TensorViews.leading(x, 0, 1).dup('c')) {
      GramShape shape = GramShape.of(network, theta, sample);
      return new GramPlanner(shape, grid, x.dataType(), budget, passBytes);
    }
  }

  private GramPlan plan(Kernel kernel, GramCalibration calibration, GramDisk disk) {
    long fileBytes =
        kernel == Kernel.FILE ? bytes(rows(kernel) * rows(kernel)) + GramDisk.HEADER : 0;
    String refusal = possible(kernel) ? disk.refusal(fileBytes) : tooManyEntries(kernel);
    long panel = refusal.isEmpty() ? panel(kernel) : 0;
    long kept = panel == 0 ? least(kernel) : panel;
    long n = grid.samples();
    double passed = passedSamples(kept);
    double rows = rows(kernel);
    double tileRows = rows / n * grid.largest();
    double entries = 0.5 * rows * (rows - tileRows) + DIAGONAL * rows * tileRows;
    return new GramPlan(
        kernel,
        n,
        shape.outputs(),
        type,
        grid.largest(),
        panel,
        offHeap(kernel, kept),
        heap(kernel),
        fileBytes,
        passed * shape.passFlops() + shape.kernelFlops(n, kernel == Kernel.TRACE),
        passed * calibration.secondsPerSample()
            + entries * calibration.secondsPerEntry()
            + disk.secondsPerByte() * fileBytes,
        budget,
        panel == 0 ? refusal + advice(kernel) : "");
  }

  /** Whether a kernel of this size can be computed with enough memory. */
  private boolean possible(Kernel kernel) {
    double rows = rows(kernel);
    return kernel == Kernel.FILE ? rows <= Integer.MAX_VALUE : rows * rows <= Integer.MAX_VALUE;
  }

  private String tooManyEntries(Kernel kernel) {
    return String.format(
        Locale.ROOT,
        "It has %.0f rows, and %s. ",
        rows(kernel),
        kernel == Kernel.FILE
            ? "a file fewer than 2^31"
            : "an array in memory fewer than 2^31 entries");
  }

  private double rows(Kernel kernel) {
    return kernel == Kernel.TRACE ? grid.samples() : (double) grid.samples() * shape.outputs();
  }

  private long bytes(double numbers) {
    return (long) (numbers * shape.bytesPerNumber());
  }

  /** Passes of samples, with those of columns that are made again. */
  private double passedSamples(long panel) {
    double n = grid.samples();
    double panels = Math.ceil(n / panel);
    return panels == 1 ? n : n + n * (panels - 1) / 2;
  }

  /** Samples of a panel of the given number of units, at most all. */
  private int unit(Kernel kernel) {
    int tiles =
        kernel == Kernel.FILE ? GramFiles.fileTiles(grid, shape.outputs()) : grid.tilesPerUnit();
    return Math.min(grid.samples(), tiles * grid.largest());
  }

  private long least(Kernel kernel) {
    return unit(kernel);
  }

  /** The most samples whose factors can be kept; 0 if there is no room for the fewest. */
  private long panel(Kernel kernel) {
    // Arrays have fewer than 2^31 elements.
    long most = Integer.MAX_VALUE / (shape.widest() * shape.outputs());
    if (grid.samples() <= most && offHeap(kernel, grid.samples()) + heap(kernel) <= budget) {
      return grid.samples();
    }
    long unit = unit(kernel);
    long fixed =
        offHeap(kernel, grid.samples()) - grid.samples() * shape.factorBytes() + heap(kernel);
    long units = (budget - fixed) / (2 * unit * shape.factorBytes());
    units = Math.min(units, most / unit);
    return units < 1 ? 0 : Math.min(units * unit, grid.samples());
  }

  /** All factors, or those of two panels. */
  private long offHeap(Kernel kernel, long panel) {
    long threads = Parallel.threads();
    long factors =
        panel >= grid.samples()
            ? grid.samples() * shape.factorBytes()
            : 2 * panel * shape.factorBytes();
    long working = threads * Math.max(passBytes, GramTile.bytes(type, tileEntries(kernel)));
    double result = kernel == Kernel.FILE ? 0 : rows(kernel) * rows(kernel);
    return bytes(result) + factors + working + (kernel == Kernel.FILE ? FILE_BUFFERS : 0);
  }

  private long tileEntries(Kernel kernel) {
    return GramTiles.tileEntries(grid, grid, kernel == Kernel.TRACE ? 1 : shape.outputs());
  }

  /** Three buffers of a strip; or the unit cotangents of a pass and rows of factors. */
  private long heap(Kernel kernel) {
    long tiles = 3 * GramTile.bytes(type, tileEntries(kernel));
    long basis = grid.passSamples() * shape.outputs() * shape.outputs();
    long passes = (basis + 2 * Math.max(CHUNK, shape.widest())) * Double.BYTES + PASS_BUFFERS;
    return Parallel.threads() * Math.max(tiles, passes);
  }

  private String advice(Kernel kernel) {
    List<String> ways = new ArrayList<>();
    long needed = needed(kernel);
    if (possible(kernel) && needed > budget) {
      ways.add(
          "a budget of "
              + GramPlan.mebibytes(needed)
              + " (withMemoryBudget, and no more than"
              + " -Dorg.bytedeco.javacpp.maxphysicalbytes leaves)");
    }
    if (kernel == Kernel.GRAM) {
      suggest(ways, "gramToFile", Kernel.FILE);
      if (shape.outputs() > 1) {
        suggest(ways, "traceKernel", Kernel.TRACE);
      }
    }
    ways.add("fewer samples");
    ways.add("or operator, which stores no kernel.");
    return "What would fit: " + String.join("; ", ways);
  }

  private long needed(Kernel kernel) {
    return offHeap(kernel, least(kernel)) + heap(kernel);
  }

  private void suggest(List<String> ways, String method, Kernel kernel) {
    if (possible(kernel)) {
      ways.add(method + " with " + GramPlan.mebibytes(needed(kernel)));
    }
  }
}
