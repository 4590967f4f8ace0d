package org.fullrank.benchmarks;

import java.util.Arrays;
import java.util.Locale;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.Products;
import org.fullrank.ntk.EmpiricalNtk;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How the time of a Gram grows with the number of samples, and what share of the machine's own
 * matrix product rate it reaches ({@code benchmarks/growth}). Plain tanh network, one output.
 *
 * <p>Counted operations: forward {@code 2 n d_in d_out} for each layer, adjoint the same without
 * the first layer, and for each layer one triangle of two products, {@code n (n + 1) (d_in +
 * d_out)}. The elementwise work, {@code O(n width + n^2)} per layer, is not counted.
 */
public final class GramGrowth {
  private static final int WARM_UP_TURNS = 12;

  /** Nanoseconds of the Grams of one size in a round. */
  private static final long TURN = 1_000_000_000;

  private static final int[] SAMPLES = {500, 1000, 2000, 4000, 8000};
  private static final int GROWTH_WIDTH = 512;
  private static final int SHARE_WIDTH = 2048;
  private static final int SHARE_SAMPLES = 2000;
  private static final int PRODUCT = 4000;

  private GramGrowth() {}

  /**
   * Prints both tables.
   *
   * @param args rounds (5)
   */
  public static void main(String[] args) {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
    System.out.println("JDK " + Runtime.version() + ", " + Backend.describe().summary());
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      growth(type, rounds);
      share(type, rounds);
    }
  }

  /** All sizes once per round, so that a slow minute of the machine meets all of them. */
  private static void growth(DataType type, int rounds) {
    System.out.printf(
        "plain, width %d, %s, %d rounds%n%6s %12s %12s %10s %10s%n",
        GROWTH_WIDTH, type, rounds, "n", "median ms", "best ms", "GFlop/s", "per flop");
    warmUp(type);
    double[][] times = new double[SAMPLES.length][rounds];
    for (int round = -1; round < rounds; round++) { // the first one warms up
      for (int s = 0; s < SAMPLES.length; s++) {
        try (GramProblem problem = GramProblem.of("plain", GROWTH_WIDTH, SAMPLES[s], 1, type)) {
          double ms = gram(problem);
          if (round >= 0) {
            times[s][round] = ms;
          }
        }
      }
    }
    double first = median(times[0]) / flops(GROWTH_WIDTH, SAMPLES[0]);
    for (int s = 0; s < SAMPLES.length; s++) {
      double flops = flops(GROWTH_WIDTH, SAMPLES[s]);
      double median = median(times[s]);
      System.out.printf(
          Locale.ROOT,
          "%6d %12.1f %12.1f %10.1f %10.2f%n",
          SAMPLES[s],
          median,
          best(times[s]),
          flops / median * 1e-6,
          median / flops / first);
    }
  }

  /** Small Grams would otherwise be measured before their code is compiled. */
  private static void warmUp(DataType type) {
    try (GramProblem problem = GramProblem.of("plain", GROWTH_WIDTH, SAMPLES[0], 1, type)) {
      for (int turn = 0; turn < WARM_UP_TURNS; turn++) {
        gram(problem);
      }
    }
  }

  private static void share(DataType type, int rounds) {
    double[] products = new double[rounds];
    double[] grams = new double[rounds];
    try (GramProblem problem = GramProblem.of("plain", SHARE_WIDTH, SHARE_SAMPLES, 1, type);
        INDArray a = GramProblem.gaussian("a", type, PRODUCT, PRODUCT);
        INDArray b = GramProblem.gaussian("b", type, PRODUCT, PRODUCT)) {
      for (int round = -1; round < rounds; round++) {
        double p = product(a, b);
        double g = gram(problem);
        if (round >= 0) {
          products[round] = p;
          grams[round] = g;
        }
      }
    }
    double rate = 2 * Math.pow(PRODUCT, 3) / best(products) * 1e-6;
    double flops = flops(SHARE_WIDTH, SHARE_SAMPLES);
    System.out.printf(
        Locale.ROOT,
        "%s: product %d^3 at best %.1f GFlop/s; Gram of width %d, n = %d: median %.1f ms, best %.1f"
            + " ms, %.1f GFlop/s, %.2f of the product's rate (at best %.2f)%n",
        type,
        PRODUCT,
        rate,
        SHARE_WIDTH,
        SHARE_SAMPLES,
        median(grams),
        best(grams),
        flops / median(grams) * 1e-6,
        flops / median(grams) * 1e-6 / rate,
        flops / best(grams) * 1e-6 / rate);
  }

  private static double flops(int width, int n) {
    long[] widths = new long[GramProblem.HIDDEN + 2];
    Arrays.fill(widths, width);
    widths[0] = GramProblem.INPUT;
    widths[widths.length - 1] = 1;
    double total = 0;
    for (int l = 0; l + 1 < widths.length; l++) {
      double pass = 2.0 * n * widths[l] * widths[l + 1];
      total += pass + (l > 0 ? pass : 0) + n * (n + 1.0) * (widths[l] + widths[l + 1]);
    }
    return total;
  }

  /** As often as a turn lasts, after a first one that finds the memory of another size. */
  private static double gram(GramProblem problem) {
    EmpiricalNtk ntk = EmpiricalNtk.of(problem.network(), problem.theta());
    ntk.gram(problem.x()).close();
    int repeats = 0;
    long start = System.nanoTime();
    long spent;
    do {
      ntk.gram(problem.x()).close();
      repeats++;
      spent = System.nanoTime() - start;
    } while (spent < TURN);
    return spent * 1e-6 / repeats;
  }

  private static double product(INDArray a, INDArray b) {
    long start = System.nanoTime();
    Products.multiply(a, false, b, false).close();
    return (System.nanoTime() - start) * 1e-6;
  }

  private static double median(double[] times) {
    double[] sorted = times.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static double best(double[] times) {
    return Arrays.stream(times).min().orElse(Double.NaN);
  }
}
