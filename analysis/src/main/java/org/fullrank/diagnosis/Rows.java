package org.fullrank.diagnosis;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Exact relations between stored rows. */
final class Rows {
  /** Rows whose quotients differ by more than this are certainly not proportional. */
  private static final double QUOTIENT = 1e-12;

  private Rows() {}

  /** Groups of at least two equal rows; 0.0 and -0.0 are equal numbers. */
  static List<List<Long>> equal(double[][] rows) {
    return groups(rows, false);
  }

  /** Pairs {@code (i, j)}, {@code i < j}, of rows that are negatives of each other, not zero. */
  static List<List<Long>> negatives(double[][] rows) {
    Map<List<Double>, Long> seen = new LinkedHashMap<>();
    List<List<Long>> pairs = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      if (isZero(rows[i])) {
        continue;
      }
      // A row that has found its partner is spent, so that pairs do not overlap.
      Long partner = seen.remove(key(rows[i], -1));
      if (partner == null) {
        seen.put(key(rows[i], 1), (long) i);
      } else {
        pairs.add(List.of(partner, (long) i));
      }
    }
    return pairs;
  }

  private static List<List<Long>> groups(double[][] rows, boolean nonzero) {
    Map<List<Double>, List<Long>> seen = new LinkedHashMap<>();
    for (int i = 0; i < rows.length; i++) {
      if (!nonzero || !isZero(rows[i])) {
        seen.computeIfAbsent(key(rows[i], 1), k -> new ArrayList<>()).add((long) i);
      }
    }
    return seen.values().stream().filter(g -> g.size() > 1).toList();
  }

  /** Groups of at least two equal rows that are not zero. */
  static List<List<Long>> equalNonzero(double[][] rows) {
    return groups(rows, true);
  }

  private static List<Double> key(double[] row, double sign) {
    return Arrays.stream(row).map(v -> sign * v + 0.0).boxed().toList();
  }

  static boolean isZero(double[] row) {
    for (double v : row) {
      if (v != 0) {
        return false;
      }
    }
    return true;
  }

  static List<Long> zero(double[][] rows) {
    List<Long> out = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      if (isZero(rows[i])) {
        out.add((long) i);
      }
    }
    return out;
  }

  /**
   * Groups of at least two nonzero rows that are multiples of each other in exact arithmetic.
   *
   * @param eitherSign whether negative factors count
   */
  static List<List<Long>> proportional(double[][] rows, boolean eitherSign) {
    int n = rows.length;
    boolean[] taken = new boolean[n];
    List<List<Long>> out = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      if (taken[i] || isZero(rows[i])) {
        continue;
      }
      List<Long> group = new ArrayList<>(List.of((long) i));
      int pivot = largest(rows[i]);
      for (int j = i + 1; j < n; j++) {
        if (!taken[j] && isMultiple(rows[i], rows[j], pivot, eitherSign)) {
          taken[j] = true;
          group.add((long) j);
        }
      }
      if (group.size() > 1) {
        out.add(group);
      }
    }
    return out;
  }

  private static int largest(double[] row) {
    int best = 0;
    for (int q = 1; q < row.length; q++) {
      best = Math.abs(row[q]) > Math.abs(row[best]) ? q : best;
    }
    return best;
  }

  /**
   * {@code y = r x} with {@code r != 0}, decided exactly; doubles only sort out the clear cases.
   */
  private static boolean isMultiple(double[] x, double[] y, int pivot, boolean eitherSign) {
    if (y[pivot] == 0 || (!eitherSign && (y[pivot] > 0) != (x[pivot] > 0))) {
      return false;
    }
    for (int q = 0; q < x.length; q++) {
      // |x_q / x_pivot| <= 1, so the quotients are comparable.
      if (Math.abs(y[q] / y[pivot] - x[q] / x[pivot]) > QUOTIENT) {
        return false;
      }
    }
    BigDecimal xp = new BigDecimal(x[pivot]);
    BigDecimal yp = new BigDecimal(y[pivot]);
    for (int q = 0; q < x.length; q++) {
      if (new BigDecimal(y[q]).multiply(xp).compareTo(new BigDecimal(x[q]).multiply(yp)) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Pairs at relative distance below a threshold that are not equal; at most {@code limit}. */
  static List<List<Long>> near(double[][] rows, double threshold, int limit) {
    double[] norms = Arrays.stream(rows).mapToDouble(Rows::norm).toArray();
    List<List<Long>> out = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      for (int j = i + 1; j < rows.length && out.size() < limit; j++) {
        double bound = threshold * Math.max(norms[i], norms[j]);
        // The difference of the norms is at most the distance, and needs no pass over the rows.
        if (Math.abs(norms[i] - norms[j]) <= bound) {
          double distance = distance(rows[i], rows[j]);
          if (distance <= bound && distance > 0) {
            out.add(List.of((long) i, (long) j));
          }
        }
      }
    }
    return out;
  }

  static double distance(double[] x, double[] y) {
    double s = 0;
    for (int q = 0; q < x.length; q++) {
      s += (x[q] - y[q]) * (x[q] - y[q]);
    }
    return Math.sqrt(s);
  }

  static double norm(double[] x) {
    return distance(x, new double[x.length]);
  }

  static double[][] transposed(double[][] a) {
    double[][] t = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < t.length; j++) {
        t[j][i] = a[i][j];
      }
    }
    return t;
  }

  static double[][] withOnes(double[][] a) {
    double[][] m = new double[a.length][];
    for (int i = 0; i < m.length; i++) {
      m[i] = Arrays.copyOf(a[i], a[i].length + 1);
      m[i][a[i].length] = 1;
    }
    return m;
  }

  /** The members of groups beyond the first of each. */
  static long surplus(List<List<Long>> groups) {
    return groups.stream().mapToLong(g -> g.size() - 1L).sum();
  }
}
