package org.fullrank.io;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Seed;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Inputs {@code X} of shape {@code [n, d]} and targets {@code Y} of shape {@code [n, k]}, row by
 * row, with a line that says where they come from and what was done to them. Immutable; all values
 * are finite doubles.
 */
public final class Dataset {
  private final double[][] x;
  private final double[][] y;
  private final String provenance;

  private Dataset(double[][] x, double[][] y, String provenance) {
    this.x = x;
    this.y = y;
    this.provenance = provenance;
  }

  /**
   * A data set from arrays.
   *
   * @param x inputs {@code [n, d]}, finite; copied
   * @param y targets {@code [n, k]}, finite; copied
   * @param provenance where they come from
   * @return the data set
   * @throws IllegalArgumentException if the shapes do not fit or a value is not finite
   */
  public static Dataset of(INDArray x, INDArray y, String provenance) {
    TensorChecks.requireRank("X", x, 2);
    TensorChecks.requireShape("Y", y, x.size(0), -1);
    TensorChecks.requireFinite("X", x);
    TensorChecks.requireFinite("Y", y);
    return new Dataset(Tensors.toRows(x), Tensors.toRows(y), provenance);
  }

  /**
   * One-hot targets from a column of class numbers; the other columns are the inputs.
   *
   * @param csv the table
   * @param target name of the column with class numbers 0 to {@code classes - 1}
   * @param classes number of classes k, at least 2
   * @return inputs {@code [n, columns - 1]} and targets {@code [n, classes]} of zeros and ones
   * @throws IllegalArgumentException if a class number is not such an integer, or if the targets
   *     are more than the memory of this JVM can hold
   */
  public static Dataset classification(Csv csv, String target, int classes) {
    double[] labels = csv.column(target);
    if (classes < 2) {
      throw new IllegalArgumentException("expected at least 2 classes but got " + classes);
    }
    for (int i = 0; i < labels.length; i++) {
      if (!(labels[i] >= 0 && labels[i] < classes && labels[i] == Math.rint(labels[i]))) {
        throw new IllegalArgumentException(
            csv.source()
                + ", row "
                + (i + 1)
                + ", '"
                + Texts.printable(target)
                + "': expected a class number from 0 to "
                + (classes - 1)
                + " but got "
                + labels[i]);
      }
    }
    InputFiles.requireMemory(
        (long) labels.length * classes * Double.BYTES,
        csv.source() + ", targets of " + classes + " classes");
    double[][] y = new double[labels.length][classes];
    for (int i = 0; i < labels.length; i++) {
      y[i][(int) labels[i]] = 1;
    }
    return from(csv, Set.of(target), y, "'" + target + "' one-hot in " + classes + " classes");
  }

  /**
   * Targets +1 where a column has the given value and -1 elsewhere; the other columns are the
   * inputs.
   *
   * @param csv the table
   * @param target name of the column
   * @param positive the value that means +1
   * @return inputs {@code [n, columns - 1]} and targets {@code [n, 1]}
   * @throws IllegalArgumentException if no row or every row has the value
   */
  public static Dataset binary(Csv csv, String target, double positive) {
    double[] labels = csv.column(target);
    double[][] y = new double[labels.length][1];
    int hits = 0;
    for (int i = 0; i < labels.length; i++) {
      boolean hit = labels[i] == positive;
      hits += hit ? 1 : 0;
      y[i][0] = hit ? 1 : -1;
    }
    if (hits == 0 || hits == labels.length) {
      throw new IllegalArgumentException(
          csv.source()
              + ", '"
              + Texts.printable(target)
              + "': expected some rows, not all, to have the value "
              + positive
              + " but got "
              + hits
              + " of "
              + labels.length);
    }
    return from(csv, Set.of(target), y, "+1 where '" + target + "' is " + positive + ", else -1");
  }

  /**
   * Targets are columns as they are; the other columns are the inputs.
   *
   * @param csv the table
   * @param targets names of the target columns, at least one
   * @return inputs {@code [n, columns - k]} and targets {@code [n, k]}
   */
  public static Dataset regression(Csv csv, String... targets) {
    Set<String> names = new LinkedHashSet<>(List.of(targets));
    if (names.isEmpty() || names.size() != targets.length) {
      throw new IllegalArgumentException(
          "expected different target columns but got " + Texts.printable(List.of(targets)));
    }
    double[][] y = new double[csv.rows()][targets.length];
    for (int c = 0; c < targets.length; c++) {
      double[] column = csv.column(targets[c]);
      for (int i = 0; i < y.length; i++) {
        y[i][c] = column[i];
      }
    }
    return from(csv, names, y, "targets " + names);
  }

  private static Dataset from(Csv csv, Set<String> targets, double[][] y, String what) {
    List<String> inputs = csv.columns().stream().filter(c -> !targets.contains(c)).toList();
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException(
          csv.source() + ": expected input columns besides the targets but got none");
    }
    double[][] x = new double[csv.rows()][inputs.size()];
    for (int c = 0; c < inputs.size(); c++) {
      double[] column = csv.column(inputs.get(c));
      for (int i = 0; i < x.length; i++) {
        x[i][c] = column[i];
      }
    }
    return new Dataset(x, y, csv + "; " + what);
  }

  /**
   * The inputs.
   *
   * @return a new {@code DOUBLE} matrix {@code [n, d]}
   */
  public INDArray x() {
    return Tensors.ofRows(x);
  }

  /**
   * The targets.
   *
   * @return a new {@code DOUBLE} matrix {@code [n, k]}
   */
  public INDArray y() {
    return Tensors.ofRows(y);
  }

  /**
   * The number of samples.
   *
   * @return n
   */
  public int size() {
    return x.length;
  }

  /**
   * Source, rows, columns, targets, and the steps taken since.
   *
   * @return one line
   */
  public String provenance() {
    return provenance;
  }

  /**
   * The first samples.
   *
   * @param n how many, from 1 to {@link #size()}
   * @return the shorter data set
   */
  public Dataset take(int n) {
    requireSize(n);
    return select(Sampling.identity(n), "first " + n);
  }

  /**
   * All samples in random order.
   *
   * @param seed origin of the order
   * @return the reordered data set
   */
  public Dataset shuffled(Seed seed) {
    int[] order = Sampling.identity(size());
    Sampling.shuffle(order, seed.stream("dataset.shuffled"));
    return select(order, "shuffled with " + seed);
  }

  /**
   * A random subset that thins every group of equal targets evenly, so that classes keep their
   * shares up to rounding; the order is random.
   *
   * @param n how many samples, from 1 to {@link #size()}
   * @param seed origin of the choice
   * @return the subset
   */
  public Dataset stratified(int n, Seed seed) {
    requireSize(n);
    return select(Sampling.stratified(y, n, seed), "stratified " + n + " with " + seed);
  }

  /**
   * Inputs with mean 0 and mean square 1 in every column, up to rounding (two passes, a few units
   * in the last place times n); a constant column becomes 0.
   *
   * @return the changed data set
   */
  public Dataset standardized() {
    return checked(Scaling.standardized(x), "standardized");
  }

  /**
   * Inputs divided by their Euclidean norm, so that each row has norm 1 up to rounding (relative
   * error at most (d + 4) units of 2^-53).
   *
   * @return the changed data set
   * @throws IllegalArgumentException if a row is zero
   */
  public Dataset unitNormRows() {
    for (int i = 0; i < x.length; i++) {
      if (Arrays.stream(x[i]).allMatch(v -> v == 0)) {
        throw new IllegalArgumentException(
            "unit rows expect non-zero inputs but got a zero row at index " + i + " of " + this);
      }
    }
    return checked(Scaling.unitNormRows(x), "unit-norm rows");
  }

  private Dataset checked(double[][] inputs, String step) {
    for (double[] row : inputs) {
      for (double v : row) {
        if (!Double.isFinite(v)) {
          throw new IllegalArgumentException(
              step + " expects inputs of moderate size but got overflow for " + this);
        }
      }
    }
    return new Dataset(inputs, y, provenance + "; " + step);
  }

  private Dataset select(int[] rows, String step) {
    double[][] newX = Arrays.stream(rows).mapToObj(i -> x[i]).toArray(double[][]::new);
    double[][] newY = Arrays.stream(rows).mapToObj(i -> y[i]).toArray(double[][]::new);
    return new Dataset(newX, newY, provenance + "; " + step);
  }

  private void requireSize(int n) {
    if (n < 1 || n > size()) {
      throw new IllegalArgumentException(
          "expected 1 to " + size() + " samples but got " + n + " for " + this);
    }
  }

  @Override
  public String toString() {
    return "Dataset(" + provenance + ")";
  }
}
