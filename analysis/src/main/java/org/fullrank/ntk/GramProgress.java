package org.fullrank.ntk;

import org.fullrank.linalg.TensorViews;
import org.fullrank.nn.Network;
import org.fullrank.ntk.GramPlan.Kernel;
import org.fullrank.ntk.layerwise.GramShape;
import org.fullrank.ntk.layerwise.LayerwiseGram;
import org.fullrank.ntk.layerwise.SampleGrid;
import org.fullrank.rigor.ProgressListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Progress in millions of counted operations. */
final class GramProgress implements LayerwiseGram.Progress {
  private static final String TASK = "NTK kernel";

  private final ProgressListener listener;
  private final double perSample;
  private final double perEntry;
  private final long total;
  private double done;

  private GramProgress(ProgressListener listener, double perSample, double perEntry, double total) {
    this.listener = listener;
    this.perSample = perSample;
    this.perEntry = perEntry;
    this.total = Math.max(1, (long) Math.ceil(total * 1e-6));
  }

  static GramProgress of(
      ProgressListener listener,
      Network network,
      INDArray theta,
      INDArray x,
      Kernel kernel,
      int panelTiles) {
    boolean traced = kernel == Kernel.TRACE;
    SampleGrid grid = LayerwiseGram.grid(network, x, traced);
    try (INDArray sample = TensorViews.leading(x, 0, 1).dup('c')) {
      GramShape shape = GramShape.of(network, theta, sample);
      long passed = 0;
      for (long first = 0; first < grid.tiles(); first += panelTiles) {
        passed += grid.samples() - grid.start((int) first);
      }
      double flops = shape.kernelFlops(grid.samples(), traced);
      // Entries of tiles on and above the diagonal, those on it whole.
      double rows = (double) grid.samples() * (traced ? 1 : shape.outputs());
      double perSample = rows / grid.samples();
      double entries = 0;
      for (int r = 0; r < grid.tiles(); r++) {
        double width = grid.samples() - grid.start(r);
        entries += grid.size(r) * width * perSample * perSample;
      }
      return new GramProgress(
          listener, shape.passFlops(), flops / entries, passed * shape.passFlops() + flops);
    }
  }

  @Override
  public void passed(int samples) {
    show(samples * perSample);
  }

  @Override
  public void computed(long entries) {
    show(entries * perEntry);
  }

  @Override
  public void finished() {
    listener.show(TASK, total, total);
  }

  private synchronized void show(double flops) {
    done += flops;
    listener.show(TASK, Math.min(total, Math.round(done * 1e-6)), total);
  }
}
