package org.fullrank.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class DenseSymmetricTest {
  @Test
  void namesTheFirstAsymmetricEntry() {
    INDArray a = Tensors.ofRows(new double[][] {{1, 2, 3}, {2, 4, 5}, {3, Math.nextUp(5.0), 6}});
    assertThatThrownBy(() -> DenseSymmetric.of(a))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("(2, 1)")
        .hasMessageContaining("5.000000000000001")
        .hasMessageContaining("symmetrized");
  }

  @Test
  void averagesAndReportsTheAsymmetry() {
    double tiny = Double.MIN_VALUE;
    double huge = Double.MAX_VALUE;
    DenseSymmetric a =
        DenseSymmetric.symmetrized(
            Tensors.ofRows(new double[][] {{1, 2, tiny}, {2.5, huge, huge}, {tiny, huge, 6}}));
    assertThat(a.asymmetry()).isEqualTo(0.5);
    double[][] rows = Tensors.toRows(a.toMatrix());
    assertThat(rows[0]).containsExactly(1, 2.25, tiny);
    assertThat(rows[1]).containsExactly(2.25, huge, huge);
    assertThat(DenseSymmetric.of(a.toMatrix()).asymmetry()).isZero();
  }

  @Test
  void doesNotSeeLaterChangesOfItsArgument() {
    INDArray a = Tensors.ofRows(new double[][] {{1, 2}, {2, 3}});
    DenseSymmetric s = DenseSymmetric.of(a);
    a.putScalar(0, 0, 99);
    assertThat(Tensors.toRows(s.toMatrix())[0]).containsExactly(1, 2);
  }

  @Test
  void closingFreesTheCopy() {
    try (INDArray a = Tensors.ofRows(new double[][] {{1, 2}, {2, 3}});
        INDArray v = Tensors.filled(DataType.DOUBLE, 1, 2, 1)) {
      long before = Backend.tensorBytes();
      DenseSymmetric symmetric = DenseSymmetric.of(a);
      DenseOperator operator = DenseOperator.of(a);
      symmetric.close();
      symmetric.close();
      operator.close();
      operator.close();
      assertThat(Backend.tensorBytes()).isLessThanOrEqualTo(before);
      for (LinearOperator closed : new LinearOperator[] {symmetric, operator}) {
        for (ThrowingCallable use :
            new ThrowingCallable[] {
              closed::toMatrix, () -> closed.apply(v), () -> closed.applyTranspose(v)
            }) {
          assertThatThrownBy(use)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("before close()");
        }
      }
    }
  }

  @Test
  void refusesWhatIsNotASquareFiniteMatrix() {
    assertThatThrownBy(() -> DenseSymmetric.of(Tensors.zeros(DataType.DOUBLE, 2, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[2, 3]");
    assertThatThrownBy(() -> DenseSymmetric.of(Tensors.zeros(DataType.DOUBLE, 4)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> DenseSymmetric.of(Tensors.of(new double[] {1, Double.NaN, Double.NaN, 1}, 2, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("finite");
  }
}
