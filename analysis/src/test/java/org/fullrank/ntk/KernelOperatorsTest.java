package org.fullrank.ntk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What both kernel operators promise as symmetric operators; stored and matrix-free ones alike. */
class KernelOperatorsTest {
  private static final int BLOCK = 4;
  private static final int N = 5;
  private static final int K = 3;

  private static EmpiricalNtk ntk(DataType type) {
    Network network = RandomNetworks.tanh(true, K);
    return EmpiricalNtk.of(network, network.initialize(Seed.of(12), type));
  }

  private static INDArray inputs(DataType type) {
    return Tensors.convert(RandomNetworks.inputs("x", N), type);
  }

  abstract static class Contract {
    abstract SymmetricOperator operator();

    private static double tolerance(SymmetricOperator a) {
      // Forward and backward through six layers of width 7, times the norm: a few hundred units.
      return 512 * (a.dataType() == DataType.FLOAT ? 0x1p-24 : 0x1p-53);
    }

    private static INDArray block(SymmetricOperator a, long rows, int columns, long seed) {
      double[] v = new SplittableRandom(seed).doubles(rows * columns, -1, 1).toArray();
      return Tensors.of(a.dataType(), v, rows, columns);
    }

    private static double largest(double[][] a) {
      double max = 0;
      for (double[] row : a) {
        for (double v : row) {
          max = Math.max(max, Math.abs(v));
        }
      }
      return max;
    }

    @Test
    void appliesLikeItsSymmetricMatrix() {
      SymmetricOperator a = operator();
      int n = N * K;
      assertThat(a.size()).isEqualTo(n);
      assertThat(a.rows()).isEqualTo(n);
      assertThat(a.columns()).isEqualTo(n);
      double[][] m = Tensors.toRows(a.toMatrix());
      double bound = tolerance(a) * n * largest(m);
      INDArray v = block(a, n, BLOCK, 1);
      double[][] vv = Tensors.toRows(v);
      double[][] got = Tensors.toRows(a.apply(v));
      double[][] transposed = Tensors.toRows(a.applyTranspose(v));
      for (int i = 0; i < n; i++) {
        for (int c = 0; c < BLOCK; c++) {
          double expected = 0;
          for (int j = 0; j < n; j++) {
            expected += m[i][j] * vv[j][c];
          }
          assertThat(Math.abs(got[i][c] - expected)).isLessThan(bound);
          assertThat(Math.abs(transposed[i][c] - expected)).isLessThan(bound);
        }
        for (int j = 0; j < i; j++) {
          assertThat(Math.abs(m[i][j] - m[j][i])).isLessThan(bound);
        }
      }
    }

    @Test
    void isPositiveSemidefiniteUpToRounding() {
      SymmetricOperator a = operator();
      double bound = tolerance(a) * largest(Tensors.toRows(a.toMatrix())) * N * K * N * K;
      for (int seed = 0; seed < 20; seed++) {
        double[] v = Tensors.toDoubles(block(a, N * K, 1, seed));
        double[] av = Tensors.toDoubles(a.apply(block(a, N * K, 1, seed)));
        double form = 0;
        for (int i = 0; i < v.length; i++) {
          form += v[i] * av[i];
        }
        assertThat(form).isGreaterThan(-bound);
      }
    }

    @Test
    void isDeterministicAndOwnsItsResults() {
      SymmetricOperator a = operator();
      INDArray v = block(a, N * K, BLOCK, 2);
      double[] before = Tensors.toDoubles(v);
      INDArray first = a.apply(v);
      assertThat(first.dataType()).isEqualTo(a.dataType());
      assertThat(TensorViews.isContiguous(first)).isTrue();
      double[] kept = Tensors.toDoubles(first);
      first.assign(0);
      a.toMatrix().assign(0);
      assertThat(Tensors.toDoubles(a.apply(v))).containsExactly(kept);
      assertThat(Tensors.toDoubles(v)).containsExactly(before);
    }

    @Test
    void acceptsFortranOrderAndViews() {
      SymmetricOperator a = operator();
      INDArray v = block(a, N * K, BLOCK, 3);
      double[] expected = Tensors.toDoubles(a.apply(v));
      assertThat(Tensors.toDoubles(a.apply(v.dup('f')))).containsExactly(expected);
      INDArray wide = Tensors.zeros(a.dataType(), N * K + 2, 2 * BLOCK);
      INDArray view =
          wide.get(NDArrayIndex.interval(1, N * K + 1), NDArrayIndex.interval(0, 2, 2 * BLOCK));
      view.assign(v);
      assertThat(Tensors.toDoubles(a.apply(view))).containsExactly(expected);
    }

    @Test
    void refusesBadArguments() {
      SymmetricOperator a = operator();
      DataType other = a.dataType() == DataType.DOUBLE ? DataType.FLOAT : DataType.DOUBLE;
      INDArray poisoned = block(a, N * K, 2, 4);
      poisoned.putScalar(3, 1, Double.NaN);
      INDArray[] bad = {
        block(a, N * K + 1, 1, 5),
        Tensors.zeros(a.dataType(), N * K),
        Tensors.zeros(other, N * K, 1),
        Nd4j.empty(a.dataType()),
        poisoned
      };
      for (INDArray v : bad) {
        assertThatThrownBy(() -> a.apply(v))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("expect");
        assertThatThrownBy(() -> a.applyTranspose(v)).isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Nested
  class Stored extends Contract {
    @Override
    SymmetricOperator operator() {
      return ntk(DataType.DOUBLE).gram(inputs(DataType.DOUBLE));
    }

    @Test
    void isSymmetricToTheBit() {
      double[][] m = Tensors.toRows(operator().toMatrix());
      for (int i = 0; i < m.length; i++) {
        for (int j = 0; j < i; j++) {
          assertThat(m[i][j]).isEqualTo(m[j][i]);
        }
      }
    }
  }

  @Nested
  class StoredFloat extends Contract {
    @Override
    SymmetricOperator operator() {
      return ntk(DataType.FLOAT).gram(inputs(DataType.FLOAT));
    }
  }

  @Nested
  class MatrixFree extends Contract {
    @Override
    SymmetricOperator operator() {
      return ntk(DataType.DOUBLE).operator(inputs(DataType.DOUBLE));
    }
  }

  @Nested
  class MatrixFreeFloat extends Contract {
    @Override
    SymmetricOperator operator() {
      return ntk(DataType.FLOAT).operator(inputs(DataType.FLOAT));
    }
  }
}
