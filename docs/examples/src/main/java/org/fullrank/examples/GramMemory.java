package org.fullrank.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.ntk.GramMatrix;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How much memory the layerwise Gram takes, against the Jacobian that it never forms. Arguments,
 * all optional: samples, width, hidden layers.
 */
public final class GramMemory {
  private static final int INPUT = 64;
  private static final double MIB = 1024.0 * 1024;

  private GramMemory() {}

  /**
   * Measures one Gram.
   *
   * @param args samples (1000), width (2048), layers of weights before the readout (2)
   * @throws InterruptedException if the sampler is interrupted
   */
  public static void main(String[] args) throws InterruptedException {
    int n = argument(args, 0, 1000);
    int width = argument(args, 1, 2048);
    int hidden = argument(args, 2, 2);
    Network network = network(width, hidden);
    INDArray theta = network.initialize(Seed.of(1));
    INDArray x = inputs(n);

    AtomicLong peak = new AtomicLong();
    AtomicBoolean running = new AtomicBoolean(true);
    Thread sampler =
        new Thread(
            () -> {
              while (running.get()) {
                peak.accumulateAndGet(Backend.tensorBytes(), Math::max);
                LockSupport.parkNanos(200_000);
              }
            });
    sampler.setDaemon(true);
    long before = Backend.tensorBytes();
    sampler.start();
    long start = System.nanoTime();
    try (GramMatrix gram = EmpiricalNtk.of(network, theta).gram(x)) {
      double seconds = (System.nanoTime() - start) * 1e-9;
      running.set(false);
      sampler.join();
      long used = peak.get() - before;
      double jacobian = (double) n * network.parameterCount() * Double.BYTES;
      System.out.printf(
          Locale.ROOT,
          "n = %d, width = %d, p = %d, Gram %d x %d in %.2f s%n",
          n,
          width,
          network.parameterCount(),
          gram.size(),
          gram.size(),
          seconds);
      System.out.printf(
          Locale.ROOT,
          "off-heap before %.1f MiB (of that theta %.1f MiB), peak of the Gram %.1f MiB more%n",
          before / MIB,
          network.parameterCount() * Double.BYTES / MIB,
          used / MIB);
      System.out.printf(
          Locale.ROOT,
          "a stored Jacobian would take %.1f MiB: %.0f times as much%n",
          jacobian / MIB,
          jacobian / used);
    }
  }

  private static int argument(String[] args, int index, int otherwise) {
    return args.length > index ? Integer.parseInt(args[index]) : otherwise;
  }

  private static Network network(int width, int hidden) {
    List<Layer> layers = new ArrayList<>();
    layers.add(Dense.of("in", INPUT, width).withSigmaW(1.5).withBias(0.1));
    for (int l = 1; l < hidden; l++) {
      layers.add(Elementwise.of(Activations.TANH));
      layers.add(Dense.of("h" + l, width, width).withSigmaW(1.5).withBias(0.1));
    }
    layers.add(Elementwise.of(Activations.TANH));
    layers.add(Dense.of("out", width, 1));
    return Network.of(Shape.of(INPUT), layers);
  }

  private static INDArray inputs(int n) {
    RandomStream stream = Seed.of(2).stream("inputs");
    double[] v = new double[n * INPUT];
    for (int i = 0; i < v.length; i++) {
      v[i] = stream.nextGaussian();
    }
    return Tensors.of(v, n, INPUT);
  }
}
