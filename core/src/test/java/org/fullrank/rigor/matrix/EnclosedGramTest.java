package org.fullrank.rigor.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.junit.jupiter.api.Test;

/** The Gram of factored rows against exact decimal products, and its radii against the worst. */
class EnclosedGramTest {
  private static final BigDecimal ZERO = BigDecimal.ZERO;

  private static double[][] random(Random r, int n, int d, double size) {
    double[][] rows = new double[n][d];
    for (double[] row : rows) {
      for (int j = 0; j < d; j++) {
        row[j] = size * r.nextGaussian();
      }
    }
    return rows;
  }

  private static BigDecimal dot(double[] x, double[] y) {
    BigDecimal sum = ZERO;
    for (int k = 0; k < x.length; k++) {
      sum = sum.add(new BigDecimal(x[k]).multiply(new BigDecimal(y[k])));
    }
    return sum;
  }

  /** Exact entry of the product of stored factors. */
  private static BigDecimal entry(List<KroneckerTerm> terms, int r, int c) {
    BigDecimal sum = ZERO;
    for (KroneckerTerm t : terms) {
      int k = t.outputs();
      BigDecimal s = new BigDecimal(t.scale());
      BigDecimal b = new BigDecimal(t.biasScale());
      BigDecimal inner =
          s.multiply(s)
              .multiply(dot(t.inputs().mid()[r / k], t.inputs().mid()[c / k]))
              .add(b.multiply(b));
      sum = sum.add(inner.multiply(dot(t.cotangents().mid()[r], t.cotangents().mid()[c])));
    }
    return sum;
  }

  private static void check(List<KroneckerTerm> terms, int step) {
    EnclosedGram gram = EnclosedGram.of(terms, 2);
    double radius = gram.exactProduct().radius();
    for (int r = 0; r < gram.order(); r += r % 7 == 0 ? 1 : step) {
      for (int c = 0; c <= r; c += c % 5 == 0 ? 1 : step) {
        BigDecimal e = new BigDecimal(gram.stored().get(r, c)).subtract(entry(terms, r, c)).abs();
        assertThat(e).as("(%d, %d)", r, c).isLessThanOrEqualTo(new BigDecimal(radius));
      }
    }
  }

  /** Tile edges, chunk edges, several outputs and several terms. */
  @Test
  void entriesAreThoseOfTheProduct() {
    Random r = new Random(1);
    for (int[] shape :
        new int[][] {{1, 1, 1}, {3, 62, 2}, {90, 63, 3}, {129, 130, 2}, {260, 64, 1}}) {
      int n = shape[0];
      int k = shape[2];
      KroneckerTerm first =
          new KroneckerTerm(
              0.7,
              IntervalMatrix.exact(random(r, n, shape[1], 1)),
              -0.2,
              IntervalMatrix.exact(random(r, n * k, 5, 1)));
      KroneckerTerm second =
          new KroneckerTerm(
              -1.1,
              IntervalMatrix.exact(random(r, n, 2, 3)),
              0,
              IntervalMatrix.exact(random(r, n * k, shape[1], 0.1)));
      check(List.of(first, second), n > 20 ? 29 : 1);
      assertThat(EnclosedGram.of(List.of(first, second), 1).outputs()).isEqualTo(k);
    }
  }

  /** One entry, every rounding to one side: the radius must cover it. */
  @Test
  void roundingOfTheProductIsInTheRadius() {
    Random r = new Random(2);
    for (int t = 0; t < 500; t++) {
      check(
          List.of(
              new KroneckerTerm(
                  0.1 + r.nextDouble(),
                  IntervalMatrix.exact(random(r, 1, 1, 1)),
                  t % 2 == 0 ? 0 : 0.1,
                  IntervalMatrix.exact(random(r, 1, 1, 1)))),
          1);
    }
  }

  @Test
  void underflowOfProductsIsInTheRadius() {
    Random r = new Random(3);
    for (double size : new double[] {1e-161, 1e-108, 1e-82, 1e-54}) {
      check(
          List.of(
              new KroneckerTerm(
                  1.3,
                  IntervalMatrix.exact(random(r, 3, 4, size)),
                  0,
                  IntervalMatrix.exact(random(r, 3, 4, size)))),
          1);
      check(
          List.of(
              new KroneckerTerm(
                  1.3,
                  IntervalMatrix.exact(random(r, 3, 4, 1e-165)),
                  0,
                  IntervalMatrix.exact(random(r, 3, 4, 1e150)))),
          1);
    }
  }

  /** Twenty terms of 0.4 subnormal units each, all rounded to nothing. */
  @Test
  void underflowOfEveryTermIsInTheRadius() {
    KroneckerTerm term = single(1, 1, Math.scalb(1.0, -300), Math.scalb(0.632, -237));
    check(Collections.nCopies(20, term), 1);
  }

  /** The scaled inner product underflows and would be multiplied by a large one. */
  @Test
  void underflowOfTheInnerFactorIsInTheRadius() {
    check(
        List.of(single(1, Math.scalb(1.0, -430), Math.scalb(1.0, -108), Math.scalb(1.0, 300))), 1);
  }

  /** Every product of an inner product underflows before it is scaled up. */
  @Test
  void underflowWithinInnerProductsIsInTheRadius() {
    check(List.of(single(64, Math.scalb(1.0, 20), Math.scalb(1.0, -538), Math.scalb(1.0, 200))), 1);
  }

  private static KroneckerTerm single(int width, double scale, double a, double g) {
    double[] row = new double[width];
    Arrays.fill(row, a);
    return new KroneckerTerm(
        scale,
        IntervalMatrix.exact(new double[][] {row}),
        0,
        IntervalMatrix.exact(new double[][] {{g}}));
  }

  private static IntervalMatrix ball(double[][] mid, double rho) {
    double[][] rad = new double[mid.length][mid[0].length];
    double[] errors = new double[mid.length];
    for (int i = 0; i < mid.length; i++) {
      Arrays.fill(rad[i], rho);
      errors[i] = rho;
    }
    double[][] copy = Arrays.stream(mid).map(double[]::clone).toArray(double[][]::new);
    return new IntervalMatrix(copy, rad, errors);
  }

  /** All factors stretched along themselves, the worst case: the radius is met, but not by much. */
  @Test
  void errorsOfFactorsAreInTheRadius() {
    double[][] a = {{1}, {1}, {1}};
    double[][] g = {{2}, {2}, {2}};
    double[] sizes = {0, 1e-3, 1};
    for (double da : sizes) {
      for (double dg : sizes) {
        for (double bias : new double[] {0, 3}) {
          KroneckerTerm term = new KroneckerTerm(1.5, ball(a, da), bias, ball(g, dg));
          EnclosedGram gram = EnclosedGram.of(List.of(term, term), 1);
          double stored = 2 * (1.5 * 1.5 * 4 + bias * bias * 4);
          double stretched = (2 + dg) * (2 + dg);
          double truth = 2 * (1.5 * 1.5 * (1 + da) * (1 + da) + bias * bias) * stretched;
          double moved = 3 * (truth - stored);
          assertThat(gram.exactNetwork().radius()).isGreaterThanOrEqualTo(moved * (1 - 1e-12));
          assertThat(gram.exactNetwork().radius()).isLessThanOrEqualTo(1.3 * moved + 1e-12);
          double row = 1.5 * ((1 + da) * (2 + dg) - 2);
          double rowError = Math.sqrt(2 * (row * row + bias * dg * bias * dg));
          assertThat(gram.rowErrors()[1]).isBetween(rowError * (1 - 1e-12), rowError * 1.001);
          assertThat(gram.jacobianError())
              .isBetween(Math.sqrt(3) * rowError * (1 - 1e-12), Math.sqrt(3) * rowError * 1.001);
        }
      }
    }
  }

  /** Samples with orthogonal gradients: the norm of J counts, not its Frobenius norm. */
  @Test
  void orthogonalRowsHaveASmallerRadius() {
    int n = 64;
    double[][] identity = new double[n][n];
    for (int i = 0; i < n; i++) {
      identity[i][i] = 1;
    }
    double[][] ones = new double[n][1];
    for (double[] row : ones) {
      row[0] = 1;
    }
    KroneckerTerm term = new KroneckerTerm(1, ball(identity, 1e-6), 0, IntervalMatrix.exact(ones));
    double radius = EnclosedGram.of(List.of(term), 1).exactNetwork().radius();
    assertThat(radius).isBetween(2e-6, 2.1 * Math.sqrt(n) * 1e-6);
  }

  @Test
  void theLargestRowSumCountsBothTriangles() {
    double[][] arrow = {{1, -2, 3}, {-2, 1, 0}, {3, 0, 1}};
    assertThat(SymmetricMatrix.of(arrow).infinityNorm()).isBetween(6.0, 6.0001);
  }

  @Test
  void rejectsWhatDoesNotFit() {
    IntervalMatrix a = IntervalMatrix.exact(new double[2][3]);
    IntervalMatrix g = IntervalMatrix.exact(new double[4][3]);
    KroneckerTerm two = new KroneckerTerm(1, a, 0, g);
    KroneckerTerm one = new KroneckerTerm(1, g, 0, g);
    assertThatThrownBy(() -> EnclosedGram.of(List.of(two, one), 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> EnclosedGram.of(List.of(), 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> EnclosedGram.of(List.of(two), 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new KroneckerTerm(Double.NaN, a, 0, g))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new KroneckerTerm(1, g, 0, a))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
