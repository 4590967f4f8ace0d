package org.fullrank.expressivity;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Subject;

/** Bounds of the rank of {@code [h, 1]} that need no arithmetic beyond counting. */
final class Structure {
  private static final int WITNESSES_IN_TEXT = 5;

  private Structure() {}

  /**
   * All structural causes that leave a rank below n.
   *
   * @param inputs {@code [n][d]}
   * @param features {@code [n][w]}
   * @param degree degree of the features as polynomials in the input, if they are
   * @param independentSamples whether the features of a sample are a function of its own input
   */
  static List<Cause> causes(
      double[][] inputs, double[][] features, OptionalInt degree, boolean independentSamples) {
    Proof.requireIeee(); // flushing merges subnormal numbers
    List<Cause> causes = new ArrayList<>();
    int n = features.length;
    int w = features[0].length;
    if (w + 1 < n) {
      causes.add(
          new Cause(
              Cause.Kind.TOO_FEW_FEATURES,
              w + 1L,
              Subject.EXACT_NETWORK,
              List.of(),
              w
                  + " features and a bias give rank at most "
                  + (w + 1)
                  + " but there are "
                  + n
                  + " samples; a last hidden layer of at least "
                  + (n - 1)
                  + " units is needed"));
    }
    List<Long> equalInputs = independentSamples ? repeated(inputs) : List.of();
    if (!equalInputs.isEmpty()) {
      causes.add(
          new Cause(
              Cause.Kind.DUPLICATE_INPUTS,
              (long) n - equalInputs.size(),
              Subject.EXACT_NETWORK,
              equalInputs,
              repeat(equalInputs, "input")
                  + "; no parameters can tell them apart; merge them and average their targets"));
    }
    List<Long> equalRows = repeated(features);
    if (equalRows.size() > equalInputs.size()) {
      causes.add(
          new Cause(
              Cause.Kind.DUPLICATE_FEATURES,
              (long) n - equalRows.size(),
              Subject.STORED_MATRIX,
              equalRows,
              repeat(equalRows, "stored feature row")));
    }
    List<Long> dead = constantColumns(features);
    if (!dead.isEmpty() && w - dead.size() + 1 < n) {
      causes.add(
          new Cause(
              Cause.Kind.DEAD_UNITS,
              (long) w - dead.size() + 1,
              Subject.STORED_MATRIX,
              dead,
              dead.size()
                  + " of "
                  + w
                  + " units have one value on every sample (units "
                  + some(dead)
                  + "); the others and the bias give rank at most "
                  + (w - dead.size() + 1)));
    }
    // With coupled samples a feature is a polynomial in the whole batch; its columns are not
    // bounded.
    if (independentSamples && degree.isPresent()) {
      long rank = monomials(inputs[0].length, degree.getAsInt());
      if (rank < n) {
        causes.add(
            new Cause(
                Cause.Kind.LOW_POLYNOMIAL_DEGREE,
                rank,
                Subject.EXACT_NETWORK,
                List.of(),
                "the features are polynomials of degree at most "
                    + degree.getAsInt()
                    + " in "
                    + inputs[0].length
                    + " inputs, a space of dimension "
                    + rank
                    + ", whatever the width and the parameters"));
      }
    }
    return causes;
  }

  /** Rows equal to an earlier one; 0.0 and -0.0 count as equal because they are equal numbers. */
  static List<Long> repeated(double[][] rows) {
    Proof.requireIeee(); // flushing merges subnormal numbers
    Set<List<Double>> seen = new HashSet<>();
    List<Long> out = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      List<Double> key = Arrays.stream(rows[i]).map(v -> v + 0.0).boxed().toList();
      if (!seen.add(key)) {
        out.add((long) i);
      }
    }
    return out;
  }

  static List<Long> constantColumns(double[][] rows) {
    List<Long> out = new ArrayList<>();
    for (int q = 0; q < rows[0].length; q++) {
      int column = q;
      if (Arrays.stream(rows).allMatch(r -> r[column] == rows[0][column])) {
        out.add((long) q);
      }
    }
    return out;
  }

  /** {@code C(d + D, D)}, the dimension of polynomials of degree D in d variables; saturates. */
  static long monomials(int d, int degree) {
    BigInteger count = BigInteger.ONE;
    BigInteger limit = BigInteger.valueOf(Integer.MAX_VALUE);
    int steps = Math.min(d, degree);
    int top = Math.max(d, degree);
    for (int i = 1; i <= steps; i++) {
      count = count.multiply(BigInteger.valueOf((long) top + i)).divide(BigInteger.valueOf(i));
      if (count.compareTo(limit) > 0) {
        return Integer.MAX_VALUE;
      }
    }
    return count.longValueExact();
  }

  private static String repeat(List<Long> samples, String what) {
    return samples.size() == 1
        ? "1 "
            + what
            + " repeats an earlier one exactly (sample "
            + some(samples)
            + ", counted from 0)"
        : samples.size()
            + " "
            + what
            + "s repeat an earlier one exactly (samples "
            + some(samples)
            + ", counted from 0)";
  }

  private static String some(List<Long> witnesses) {
    String first =
        String.join(
            ", ", witnesses.stream().limit(WITNESSES_IN_TEXT).map(String::valueOf).toList());
    return witnesses.size() > WITNESSES_IN_TEXT ? first + ", ..." : first;
  }
}
