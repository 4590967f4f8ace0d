package org.fullrank.enclosure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.util.Random;
import org.fullrank.diff.Jacobian;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Shared;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Residual;
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.rigor.matrix.EnclosedGram;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A tied network in both rivers, against 70-digit gradients of its untied copy, added up. */
final class SharedEnclosureTest {
  private static final int W = 4 * 4 + 4;

  private static Dense dense(String name) {
    return Dense.of(name, 4, 4).withSigmaW(1.2).withBias(.3);
  }

  private static Network tied() {
    Shared w = Shared.of(dense("w"));
    return network(w, w, w);
  }

  private static Network untied() {
    return network(dense("w1"), dense("w2"), dense("w3"));
  }

  private static Network network(Layer a, Layer b, Layer c) {
    Elementwise tanh = Elementwise.of(Activations.TANH);
    return Network.of(
        Shape.of(4), a, tanh, Residual.of(.8, b, tanh), c, tanh, Dense.of("v", 4, 2).withBias(.2));
  }

  private static INDArray copies(INDArray theta) {
    double[] one = Tensors.toDoubles(theta);
    double[] all = new double[one.length + 2 * W];
    for (int use = 0; use < 3; use++) {
      System.arraycopy(one, 0, all, use * W, W);
    }
    System.arraycopy(one, W, all, 3 * W, one.length - W);
    return Tensors.of(theta.dataType(), all, all.length);
  }

  /** Columns of the copies added up. */
  private static BigDecimal[][] jacobian(DecimalNetwork truth) {
    BigDecimal[][] out = new BigDecimal[truth.jacobian.length][];
    for (int r = 0; r < out.length; r++) {
      BigDecimal[] row = truth.jacobian[r];
      out[r] = new BigDecimal[row.length - 2 * W];
      for (int p = 0; p < out[r].length; p++) {
        out[r][p] = p < W ? row[p].add(row[p + W]).add(row[p + 2 * W]) : row[p + 2 * W];
      }
    }
    return out;
  }

  private static BigDecimal[][] gram(BigDecimal[][] j) {
    BigDecimal[][] k = new BigDecimal[j.length][j.length];
    for (int r = 0; r < k.length; r++) {
      for (int q = 0; q < k.length; q++) {
        BigDecimal sum = BigDecimal.ZERO;
        for (int p = 0; p < j[r].length; p++) {
          sum = sum.add(j[r][p].multiply(j[q][p]));
        }
        k[r][q] = sum;
      }
    }
    return k;
  }

  @Test
  void valuesAndGramContainMultiprecision() {
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      for (int seed = 0; seed < 3; seed++) {
        INDArray theta = tied().initialize(Seed.of(seed), type);
        INDArray x = Tensors.convert(EnclosureNetworks.gaussian("x" + seed, 5, 4), type);
        DecimalNetwork truth = new DecimalNetwork(untied(), copies(theta), x);
        EnclosedNetwork at = NetworkEnclosure.of(tied(), theta).at(x);
        for (int l = 0; l <= tied().layers().size(); l++) {
          EnclosureNetworks.contains("layer " + l, at.valueAfter(l), truth.values.get(l));
        }
        EnclosedGram gram = at.jacobian().gram();
        assertThat(gram.exactProduct().radius()).isLessThan(gram.exactNetwork().radius());
        assertThat(NetworkEnclosureTest.distance(gram.stored(), gram(jacobian(truth))))
            .isLessThanOrEqualTo(gram.exactNetwork().radius());
        assertThat(gram.exactNetwork().radius()).isLessThan(1e-10);
      }
    }
  }

  @Test
  void factorsHaveAPositionForEveryUse() {
    INDArray theta = tied().initialize(Seed.of(1));
    INDArray x = EnclosureNetworks.gaussian("x", 3, 4);
    BigDecimal[][] truth = jacobian(new DecimalNetwork(untied(), copies(theta), x));
    for (JacobianFactor f : NetworkEnclosure.of(tied(), theta).at(x).jacobian().factors()) {
      assertThat(f.positions()).isEqualTo(f.slot().name().startsWith("w.") ? 3 : 1);
      double[][] g = f.cotangents().midpoints();
      for (int r = 0; r < truth.length; r++) {
        for (int p = 0; p < f.slot().size(); p++) {
          double sum = 0;
          for (int s = 0; s < f.positions(); s++) {
            int in = p / g[0].length;
            int row = r / 2 * f.positions() + s;
            double a = f.inputs().map(m -> m.midpoints()[row][in]).orElse(1.0);
            sum += f.scale() * a * g[r * f.positions() + s][p % g[0].length];
          }
          assertThat(sum)
              .isCloseTo(truth[r][(int) f.slot().offset() + p].doubleValue(), within(1e-12));
        }
      }
    }
  }

  @Test
  void everyGramIsTheProductOfTheJacobian() {
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      INDArray theta = tied().initialize(Seed.of(3), type);
      INDArray x = Tensors.convert(EnclosureNetworks.gaussian("x", 6, 4), type);
      double[][] j = rows(theta, x);
      // Sums of some 30 products of numbers up to 3: a few units of each precision.
      double tolerance = type == DataType.DOUBLE ? 1e-12 : 1e-4;
      for (EmpiricalNtk.Method method : EmpiricalNtk.Method.values()) {
        double[][] k =
            Tensors.toRows(EmpiricalNtk.of(tied(), theta).withMethod(method).gram(x).toMatrix());
        for (int r = 0; r < k.length; r++) {
          for (int q = 0; q < k.length; q++) {
            double sum = 0;
            for (int p = 0; p < j[r].length; p++) {
              sum += j[r][p] * j[q][p];
            }
            assertThat(k[r][q]).as(method + " " + r + " " + q).isCloseTo(sum, within(tolerance));
          }
        }
      }
    }
  }

  /**
   * Uses move together: with a coordinate for each of them the constant would be half of it. One
   * unit without activation is {@code f = w^2 x}, with the second derivative {@code 2 x}.
   */
  @Test
  void lipschitzConstantKnowsThatUsesMoveTogether() {
    Shared w = Shared.of(Dense.of("w", 1, 1));
    EnclosedNetwork at =
        NetworkEnclosure.of(Network.of(Shape.of(1), w, w), Tensors.of(new double[] {.5}, 1))
            .at(Tensors.of(new double[] {3}, 1, 1));
    assertThat(at.lipschitz().at(0)).isBetween(6.0, 6.0001);
    assertThat(at.lipschitz().at(10)).isGreaterThanOrEqualTo(6);
  }

  @Test
  void jacobianChangesNoFasterAnywhereInTheBall() {
    Random random = new Random(5);
    INDArray x = EnclosureNetworks.gaussian("x", 3, 4);
    INDArray theta = tied().initialize(Seed.of(2));
    double[] start = Tensors.toDoubles(theta);
    LipschitzBound bound = NetworkEnclosure.of(tied(), theta).at(x).lipschitz();
    for (double radius : new double[] {1e-3, .1, 1}) {
      for (int trial = 0; trial < 20; trial++) {
        double[] a = inBall(start, radius, random);
        double[] b = inBall(start, radius, random);
        double distance = distance(a, b);
        double[][] ja = rows(Tensors.of(a, a.length), x);
        double[][] jb = rows(Tensors.of(b, b.length), x);
        for (int r = 0; r < ja.length; r++) {
          // The spectral norm is at least the length of any row.
          assertThat(distance(ja[r], jb[r]))
              .isLessThanOrEqualTo(bound.at(radius) * distance + 1e-13);
        }
      }
    }
  }

  private static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int p = 0; p < a.length; p++) {
      sum = Math.hypot(sum, a[p] - b[p]);
    }
    return sum;
  }

  private static double[] inBall(double[] center, double radius, Random random) {
    double[] v = random.doubles(center.length, -1, 1).toArray();
    double norm = distance(v, new double[v.length]);
    for (int p = 0; p < v.length; p++) {
      v[p] = center[p] + .999 * radius * v[p] / norm;
    }
    return v;
  }

  private static double[][] rows(INDArray theta, INDArray x) {
    try (Jacobian j = tied().jacobian(theta, x);
        INDArray matrix = j.toMatrix()) {
      return Tensors.toRows(matrix);
    }
  }
}
