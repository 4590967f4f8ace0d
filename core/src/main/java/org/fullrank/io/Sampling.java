package org.fullrank.io;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;

/** Random orders and subsets of row numbers. */
final class Sampling {
  private Sampling() {}

  static int[] identity(int n) {
    int[] order = new int[n];
    Arrays.setAll(order, i -> i);
    return order;
  }

  /** Fisher and Yates. */
  static void shuffle(int[] order, RandomStream stream) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = stream.nextInt(i + 1);
      int t = order[i];
      order[i] = order[j];
      order[j] = t;
    }
  }

  /**
   * In random order, sample r of a group of size g has quantile {@code (r + 1/2) / g}; the n lowest
   * quantiles thin every group alike. Ties are broken by the random order, as the sort is stable.
   */
  static int[] stratified(double[][] y, int n, Seed seed) {
    RandomStream stream = seed.stream("dataset.stratified");
    int[] order = identity(y.length);
    shuffle(order, stream);
    Map<List<Double>, Integer> sizes = new HashMap<>();
    int[] rank = new int[y.length];
    for (int i : order) {
      rank[i] = sizes.merge(key(y[i]), 1, Integer::sum) - 1;
    }
    double[] quantile = new double[y.length];
    for (int i : order) {
      quantile[i] = (rank[i] + 0.5) / sizes.getOrDefault(key(y[i]), 1);
    }
    Integer[] byQuantile = Arrays.stream(order).boxed().toArray(Integer[]::new);
    Arrays.sort(byQuantile, (a, b) -> Double.compare(quantile[a], quantile[b]));
    int[] chosen = Arrays.stream(byQuantile).limit(n).mapToInt(Integer::intValue).toArray();
    shuffle(chosen, stream);
    return chosen;
  }

  private static List<Double> key(double[] row) {
    return Arrays.stream(row).boxed().toList();
  }
}
