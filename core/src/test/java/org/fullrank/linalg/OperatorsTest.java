package org.fullrank.linalg;

import java.util.SplittableRandom;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.junit.jupiter.api.Nested;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Every operator of this module against the contract. */
class OperatorsTest {
  private static INDArray random(DataType type, long rows, long columns) {
    double[] v = new SplittableRandom(7).doubles(rows * columns, -1, 1).toArray();
    return Tensors.of(type, v, rows, columns);
  }

  private static DenseSymmetric symmetric(DataType type, long n) {
    return DenseSymmetric.symmetrized(random(type, n, n));
  }

  @Nested
  class Tall extends OperatorContract {
    @Override
    LinearOperator operator() {
      return DenseOperator.of(random(DataType.DOUBLE, 23, 7));
    }
  }

  @Nested
  class Wide extends OperatorContract {
    @Override
    LinearOperator operator() {
      return DenseOperator.of(random(DataType.DOUBLE, 6, 41).dup('f'));
    }
  }

  @Nested
  class WideFloat extends OperatorContract {
    @Override
    LinearOperator operator() {
      return DenseOperator.of(random(DataType.FLOAT, 6, 41));
    }
  }

  @Nested
  class One extends OperatorContract {
    @Override
    LinearOperator operator() {
      return DenseOperator.of(random(DataType.DOUBLE, 1, 1));
    }
  }

  @Nested
  class Symmetric extends OperatorContract {
    @Override
    LinearOperator operator() {
      return symmetric(DataType.DOUBLE, 19);
    }
  }

  @Nested
  class SymmetricFloat extends OperatorContract {
    @Override
    LinearOperator operator() {
      return symmetric(DataType.FLOAT, 19);
    }
  }

  @Nested
  class NetworkJacobian extends OperatorContract {
    @Override
    LinearOperator operator() {
      return jacobian(DataType.DOUBLE);
    }
  }

  @Nested
  class NetworkJacobianFloat extends OperatorContract {
    @Override
    LinearOperator operator() {
      return jacobian(DataType.FLOAT);
    }
  }

  private static LinearOperator jacobian(DataType type) {
    Network network =
        Network.of(Shape.of(3), Dense.of("a", 3, 4).withBias(0.5), Dense.of("b", 4, 2));
    return network.jacobian(network.initialize(Seed.of(3), type), random(type, 5, 3));
  }
}
