package org.fullrank.ntk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.MatrixSink;
import org.fullrank.nn.Network;
import org.fullrank.nn.Slot;
import org.fullrank.ntk.GramPlan.Kernel;
import org.fullrank.ntk.layerwise.LayerwiseGram;
import org.fullrank.rigor.ProgressListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The layerwise way with a memory budget and progress, into new arrays or a file. */
final class LayerwiseRoute {
  private final Network network;
  private final INDArray theta;
  private final long budget;
  private final ProgressListener listener;

  LayerwiseRoute(Network network, INDArray theta, long budget, ProgressListener listener) {
    this.network = network;
    this.theta = theta;
    this.budget = budget;
    this.listener = listener;
  }

  GramPlan plan(INDArray inputs, Kernel kernel, GramDisk disk) {
    try (Arena arena = new Arena()) {
      INDArray t = arena.contiguous(theta);
      INDArray x = arena.contiguous(inputs);
      long memory = planned(t, x, kernel).budgetBytes();
      return GramPlanner.plan(network, t, x, kernel, memory, disk);
    }
  }

  /**
   * The memory that a kernel would take, within the budget and what JavaCPP lets the process still
   * take. What is garbage counts as taken until it is collected.
   */
  private GramPlan planned(INDArray t, INDArray x, Kernel kernel) {
    GramPlan plan = GramPlanner.plan(network, t, x, kernel, available());
    if (!plan.fits() && plan.budgetBytes() < budget) {
      System.gc();
      plan = GramPlanner.plan(network, t, x, kernel, available());
    }
    return plan;
  }

  private long available() {
    return Math.min(budget, Backend.availableBytes());
  }

  INDArray gram(INDArray x) {
    long rows = x.size(0) * network.outputs();
    return inMemory(x, rows, Kernel.GRAM, (gram, in, sink) -> gram.gram(in, sink));
  }

  INDArray trace(INDArray x) {
    return inMemory(x, x.size(0), Kernel.TRACE, (gram, in, sink) -> gram.trace(in, sink));
  }

  private interface Computation {
    void run(LayerwiseGram gram, INDArray x, Supplier<MatrixSink> sink);
  }

  private INDArray inMemory(INDArray inputs, long rows, Kernel kernel, Computation computation) {
    try (Arena arena = new Arena()) {
      INDArray t = arena.contiguous(theta);
      INDArray x = arena.contiguous(inputs);
      LayerwiseGram gram = bounded(t, x, kernel);
      AtomicReference<@Nullable INDArray> matrix = new AtomicReference<>();
      computation.run(
          gram,
          x,
          () -> {
            MatrixSink sink = MatrixSink.create(x.dataType(), rows, rows);
            arena.own(sink.matrix());
            matrix.set(sink.matrix());
            return sink;
          });
      return arena.release(Objects.requireNonNull(matrix.get()));
    }
  }

  /** Panels that fit the budget and the process. */
  private LayerwiseGram bounded(INDArray t, INDArray x, Kernel kernel) {
    int tiles = Integer.MAX_VALUE;
    boolean unlimited = budget == Long.MAX_VALUE;
    if (!unlimited || !GramPlanner.clearlyFits(network, t, x, kernel, available())) {
      GramPlan plan = planned(t, x, kernel);
      if (!plan.fits()) {
        throw new IllegalArgumentException(plan.summary());
      }
      tiles = (int) Math.max(1, plan.panelSamples() / plan.tileSamples());
      tiles = plan.panelSamples() >= plan.samples() ? Integer.MAX_VALUE : tiles;
    }
    return new LayerwiseGram(network, t, tiles, progress(t, x, kernel, tiles));
  }

  private LayerwiseGram.Progress progress(INDArray t, INDArray x, Kernel kernel, int panelTiles) {
    return listener == ProgressListener.none()
        ? LayerwiseGram.Progress.NONE
        : GramProgress.of(listener, network, t, x, kernel, panelTiles);
  }

  void gramToFile(INDArray inputs, Path file) throws IOException {
    try (Arena arena = new Arena()) {
      INDArray t = arena.contiguous(theta);
      INDArray x = arena.contiguous(inputs);
      LayerwiseGram gram = bounded(t, x, Kernel.FILE);
      GramFiles.write(gram, network, t, x, file, listener);
    }
  }

  INDArray cross(INDArray inputs2, INDArray inputs) {
    try (Arena arena = new Arena()) {
      long k = network.outputs();
      MatrixSink sink =
          MatrixSink.create(inputs.dataType(), inputs2.size(0) * k, inputs.size(0) * k);
      arena.own(sink.matrix());
      new LayerwiseGram(network, arena.contiguous(theta))
          .cross(arena.contiguous(inputs2), arena.contiguous(inputs), sink);
      return arena.release(sink.matrix());
    }
  }

  Map<String, INDArray> parts(INDArray inputs, Function<Slot, String> keyOf) {
    try (Arena arena = new Arena()) {
      return new LayerwiseGram(network, arena.contiguous(theta))
          .parts(arena.contiguous(inputs), keyOf);
    }
  }
}
