package org.fullrank.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.fullrank.io.SymmetricNpyFile;
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
import org.fullrank.ntk.GramPlan;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A Gram that does not fit into memory, computed into an {@code .npy} file within a memory budget.
 * Kill it and start it again with the same arguments: it goes on with the tiles that are missing.
 *
 * <p>Arguments: file, samples (20000), width (512), budget in MiB (1536). {@code FileSpectrum} and
 * {@code OutOfCoreCertificate} read such files.
 */
public final class GramToFile {
  private static final int INPUT = 64;
  private static final int HIDDEN = 3;

  /** Lines of progress. */
  private static final int STEPS = 20;

  private GramToFile() {}

  /**
   * Plans and computes one Gram.
   *
   * @param args file, samples, width, budget in MiB
   * @throws IOException if the file cannot be written
   */
  public static void main(String[] args) throws IOException {
    if (args.length == 0) {
      System.err.println("usage: GramToFile FILE [SAMPLES [WIDTH [BUDGET_MIB]]]");
      System.exit(2);
    }
    Path file = Path.of(args[0]);
    int n = argument(args, 1, 20_000);
    int width = argument(args, 2, 512);
    long budget = (long) argument(args, 3, 1536) << 20;
    Network network = network(width);
    try (INDArray theta = network.initialize(Seed.of(1));
        INDArray x = inputs(n)) {
      long[] shown = {-1};
      EmpiricalNtk ntk =
          EmpiricalNtk.of(network, theta)
              .withMemoryBudget(budget)
              .withProgress(
                  (task, done, total) -> {
                    long step = done * STEPS / Math.max(1, total);
                    if (step != shown[0]) {
                      shown[0] = step;
                      say("%s: %d %% of %d", task, 100 * done / Math.max(1, total), total);
                    }
                  });
      GramPlan plan = ntk.planFile(x, file);
      say("%s", plan.summary());
      if (!plan.fits()) {
        System.exit(1);
      }
      long start = System.nanoTime();
      ntk.gramToFile(x, file);
      double seconds = (System.nanoTime() - start) * 1e-9;
      say(
          "%s: %d bytes in %.1f s, planned %.1f s; list of tiles %s",
          file, Files.size(file), seconds, plan.seconds(), SymmetricNpyFile.manifest(file));
      say("largest resident set: %s", peak());
    }
  }

  private static int argument(String[] args, int index, int otherwise) {
    return args.length > index ? Integer.parseInt(args[index]) : otherwise;
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }

  private static String peak() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return "unknown";
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .map(line -> line.substring(6).strip())
          .findFirst()
          .orElse("unknown");
    }
  }

  private static Network network(int width) {
    List<Layer> layers = new ArrayList<>();
    int in = INPUT;
    for (int l = 1; l <= HIDDEN; l++) {
      layers.add(Dense.of("h" + l, in, width).withSigmaW(1.5).withBias(0.1));
      layers.add(Elementwise.of(Activations.TANH));
      in = width;
    }
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
