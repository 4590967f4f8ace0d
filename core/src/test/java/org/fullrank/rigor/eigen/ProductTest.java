package org.fullrank.rigor.eigen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Random;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.kernel.Dot2;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.kernel.Product;
import org.junit.jupiter.api.Test;

class ProductTest {
  @Test
  void blockedProductsAreTheDefiningChainsOfFusedOperations() {
    Random random = new Random(1);
    for (int[] shape : new int[][] {{1, 1, 1}, {2, 5, 3}, {7, 130, 9}, {300, 127, 259}}) {
      double[][] a = AdversarialMatrices.gaussian(shape[0], shape[1], random);
      double[][] b = AdversarialMatrices.gaussian(shape[1], shape[2], random);
      for (int threads = 1; threads <= 2; threads++) {
        double[][] c = Product.of(a, b, threads).toRows();
        double[][] k = SymmetricProduct.lowerTriangle(a, threads);
        for (int i = 0; i < shape[0]; i++) {
          for (int j = 0; j < shape[2]; j++) {
            double s = 0;
            for (int t = 0; t < shape[1]; t++) {
              s = Math.fma(a[i][t], b[t][j], s);
            }
            assertThat(c[i][j]).isEqualTo(s);
          }
          for (int j = 0; j <= i; j++) {
            double s = 0;
            for (int t = 0; t < shape[1]; t++) {
              s = Math.fma(a[i][t], a[j][t], s);
            }
            assertThat(k[i][j]).isEqualTo(s);
          }
        }
      }
    }
  }

  /** Constant rows: the sums drift in one direction, so the error is close to its bound. */
  @Test
  void exactGramIsEnclosedThoughTheComputedOneIsFarFromIt() {
    Random random = new Random(2);
    ShiftedCholeskyBound bound = ShiftedCholeskyBound.withDefaults();
    for (int trial = 0; trial < 60; trial++) {
      int p = 200 + random.nextInt(1500);
      double scale = trial % 5 == 0 ? 1e-170 : trial % 5 == 1 ? 1e150 : 1;
      double[][] rows = new double[1 + trial % 3][p];
      for (double[] row : rows) {
        java.util.Arrays.fill(row, random.nextDouble() * scale);
      }
      ExactMatrix exact = ExactMatrix.of(rows).gram();
      SymmetricMatrix gram = SymmetricProduct.of(rows, 1);
      assertThat(gram.subject()).isEqualTo(Subject.EXACT_PRODUCT);
      Interval min = bound.lambdaMin(gram);
      Interval max = bound.lambdaMax(gram);
      assertThat(exact.lambdaMinIn(min.lo(), min.hi())).as("lambda_min %d %s", trial, min).isTrue();
      assertThat(exact.lambdaMaxIn(max.lo(), max.hi())).as("lambda_max %d %s", trial, max).isTrue();
    }
  }

  @Test
  void randomGramsAreEnclosed() {
    Random random = new Random(3);
    ShiftedCholeskyBound bound = ShiftedCholeskyBound.withDefaults();
    for (int trial = 0; trial < 300; trial++) {
      int n = 1 + random.nextInt(5);
      double[][] rows = AdversarialMatrices.gaussian(n, 1 + random.nextInt(40), random);
      if (n > 1 && trial % 2 == 0) {
        rows[1] = rows[0].clone();
        rows[1][0] = Math.nextUp(rows[1][0]);
      }
      for (double[] row : rows) {
        double factor = Math.scalb(1.0, trial % 7 == 0 ? random.nextInt(1900) - 1000 : 0);
        for (int k = 0; k < row.length; k++) {
          row[k] *= factor;
        }
      }
      ExactMatrix exact = ExactMatrix.of(rows).gram();
      SymmetricMatrix gram = SymmetricProduct.of(rows, 2);
      for (EigenvalueBound b :
          new EigenvalueBound[] {bound, GershgorinBound.create(), WolkowiczStyanBound.create()}) {
        assertThat(EnclosureContract.lambdaMinIn(exact, b.lambdaMin(gram)))
            .as("%d %s", trial, b.name())
            .isTrue();
        assertThat(EnclosureContract.lambdaMaxIn(exact, b.lambdaMax(gram)))
            .as("%d %s", trial, b.name())
            .isTrue();
      }
    }
  }

  @Test
  void errorBoundCoversTheEntries() {
    Random random = new Random(4);
    double[][] a = new double[1][900];
    double[][] b = new double[900][1];
    for (int trial = 0; trial < 50; trial++) {
      double x = random.nextDouble();
      double y = random.nextDouble();
      BigDecimal exact =
          new BigDecimal(x).multiply(new BigDecimal(y)).multiply(new BigDecimal(900));
      java.util.Arrays.fill(a[0], x);
      for (double[] row : b) {
        row[0] = y;
      }
      Product c = Product.of(a, b, 1);
      assertThat(Interval.around(c.toRows()[0][0], c.errorBound()).contains(exact)).isTrue();
    }
  }

  @Test
  void normsAndInnerProductsContainTheExactOnes() {
    Random random = new Random(5);
    for (int trial = 0; trial < 500; trial++) {
      int n = 1 + random.nextInt(40);
      double[][] m = AdversarialMatrices.gaussian(1 + random.nextInt(4), n, random);
      int exponent = trial % 3 == 0 ? random.nextInt(2000) - 1050 : 0;
      BigDecimal squares = BigDecimal.ZERO;
      BigDecimal first = BigDecimal.ZERO;
      BigDecimal inner = BigDecimal.ZERO;
      for (double[] row : m) {
        for (int k = 0; k < n; k++) {
          row[k] = Math.scalb(row[k], exponent);
          squares = squares.add(new BigDecimal(row[k]).pow(2));
        }
      }
      for (int k = 0; k < n; k++) {
        first = first.add(new BigDecimal(m[0][k]).abs());
        inner = inner.add(new BigDecimal(m[0][k]).multiply(new BigDecimal(m[0][n - 1 - k])));
      }
      double[] reversed = new double[n];
      for (int k = 0; k < n; k++) {
        reversed[k] = m[0][n - 1 - k];
      }
      Interval frobenius = Norms.frobenius(m);
      assertThat(new BigDecimal(frobenius.lo()).pow(2).compareTo(squares)).isNotPositive();
      if (Double.isFinite(frobenius.hi())) {
        assertThat(new BigDecimal(frobenius.hi()).pow(2).compareTo(squares)).isNotNegative();
      }
      assertThat(Norms.sumOfAbsolutes(m[0], n).contains(first)).isTrue();
      assertThat(Dot2.dot(m[0], reversed, n).contains(inner)).isTrue();
      double[][] column = new double[n][1];
      for (int k = 0; k < n; k++) {
        column[k][0] = m[0][k];
      }
      assertThat(Norms.one(column).contains(first)).isTrue();
      assertThat(Norms.infinity(new double[][] {m[0]}).contains(first)).isTrue();
      ExactMatrix gram = ExactMatrix.of(m).gram();
      Interval spectral = Norms.spectral(m);
      assertThat(gram.minusSquare(spectral.lo()).negate().definiteness()).isNotEqualTo(1);
      if (Double.isFinite(spectral.hi())) {
        assertThat(gram.minusSquare(spectral.hi()).negate().definiteness()).isNotNegative();
      }
    }
  }

  @Test
  void rejectsBadMatrices() {
    double[][] bad = {{1, Double.NaN}, {0, 1}};
    assertThatThrownBy(() -> SymmetricProduct.of(bad, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("row 0");
    assertThatThrownBy(() -> SymmetricMatrix.of(bad)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SymmetricMatrix.of(new double[][] {{1, 2}, {Math.nextUp(2.0), 1}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("(1, 0)");
    assertThatThrownBy(() -> SymmetricMatrix.of(new double[][] {{1, 2}}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SymmetricMatrix.of(new double[0][]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Product.of(new double[][] {{1, 2}}, new double[][] {{1}}, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Product.of(new double[][] {{1, 2}, {1}}, new double[][] {{1}}, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
