package org.fullrank.testkit;

import static org.fullrank.testkit.LayerCase.M;
import static org.fullrank.testkit.LayerCase.N;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fullrank.diff.Linearization;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Slot;
import org.fullrank.nn.enclosed.BackwardPass;
import org.fullrank.nn.enclosed.EnclosedStep;
import org.fullrank.nn.enclosed.JacobianTerm;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.junit.jupiter.api.DynamicTest;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Values and derivatives at numbers of the enclosed inputs lie in what was enclosed. */
record EnclosureChecks(EnclosedCase at) {
  private static final double[] RADII = {0, 1e-6, 0.1, 2};

  /** Single precision differs in what layers store. */
  private static final double[] FEWER_RADII = {0, 0.1};

  private static final int SAMPLES = 5;

  static List<DynamicTest> tests(LayerCase point) {
    List<DynamicTest> out = new ArrayList<>();
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
      EnclosureChecks checks = new EnclosureChecks(new EnclosedCase(point, type));
      Optional<String> obstacle = point.layer().enclosureObstacle(type);
      if (obstacle.isPresent()) {
        out.add(
            dynamicTest(
                "the obstacle to an enclosure is named, " + type,
                () -> checks.refuses(obstacle.get())));
      } else if (!point.layer().traits().couplesSamples()) {
        for (double radius : type == DataType.DOUBLE ? RADII : FEWER_RADII) {
          out.add(
              dynamicTest(
                  "enclosed " + type + " inputs within " + radius + " contain sampled ones",
                  () -> checks.contain(radius)));
        }
      }
    }
    Optional<String> obstacle = point.layer().enclosureObstacle(DataType.DOUBLE);
    if (obstacle.isEmpty() && !point.layer().traits().couplesSamples()) {
      out.addAll(new SecondOrderChecks(new EnclosedCase(point, DataType.DOUBLE)).tests());
    }
    return out;
  }

  private void refuses(String obstacle) {
    assertFalse(obstacle.isBlank(), "the obstacle expects a text but got a blank one");
    IllegalArgumentException thrown =
        assertThrows(
            IllegalArgumentException.class,
            () -> at.enclose(0),
            "enclose of a layer with an obstacle");
    assertEquals(obstacle, thrown.getMessage(), "message of enclose");
  }

  private void contain(double radius) {
    EnclosedStep step = at.enclose(radius);
    assertEquals(N, step.value().rows(), "rows of the enclosed value");
    assertEquals(at.point().output().length(), step.value().columns(), "columns of the value");
    boolean trains = !at.point().layer().slots().isEmpty();
    assertEquals(trains, step.trains(slot -> true), "trains(every slot)");
    assertFalse(step.trains(slot -> false), "trains(no slot)");
    BackwardPass pass = new BackwardPass(2);
    IntervalMatrix dx = step.backward(at.cotangents(), pass);
    assertEquals(N * M, dx.rows(), "rows of the enclosed input cotangents");
    for (int k = 0; k < SAMPLES; k++) {
      double[] x = k == 0 ? at.x() : at.inside(radius, k);
      Gradients gradients = Gradients.of(at.point(), at.theta(), x, at.type());
      at.contains("value", step.value(), value(x));
      at.contains("input cotangents", dx, gradients.input());
      for (int s = 0; s < at.point().layer().slots().size(); s++) {
        inSomeOrder(at.point().layer().slots().get(s), pass, gradients.parameters().get(s));
      }
    }
  }

  private double[][] value(double[] x) {
    INDArray theta = LayerCase.theta(at.theta());
    INDArray in = at.point().x(x);
    boolean single = at.type() == DataType.FLOAT;
    INDArray t = single && !theta.isEmpty() ? Tensors.convert(theta, at.type()) : theta;
    try (Linearization l =
        at.point().layer().linearize(t, single ? Tensors.convert(in, at.type()) : in)) {
      return EnclosedCase.rows(Tensors.toDoubles(l.value()), N);
    }
  }

  /** Weights may be stored with inputs or with outputs first. */
  private void inSomeOrder(Slot slot, BackwardPass pass, double[][] rows) {
    String what = "gradients of slot " + slot.name();
    JacobianTerm term =
        pass.terms().stream()
            .filter(t -> isAt(t.weights(), slot) || isAt(t.bias(), slot))
            .findFirst()
            .orElseThrow(() -> new AssertionError("backward adds no " + what));
    if (!isAt(term.weights(), slot)) {
      inside(what, biases(term), rows);
      return;
    }
    Interval[][] inputsFirst = weights(term, true);
    boolean other = at.firstOutside(inputsFirst, rows) >= 0;
    inside(what, other ? weights(term, false) : inputsFirst, rows);
  }

  private static boolean isAt(Optional<JacobianTerm.Tensor> tensor, Slot slot) {
    return tensor.isPresent() && tensor.get().offset() == slot.offset();
  }

  private void inside(String what, Interval[][] enclosed, double[][] rows) {
    assertEquals(rows[0].length, enclosed[0].length, () -> "entries of enclosed " + what);
    int outside = at.firstOutside(enclosed, rows);
    assertTrue(
        outside < 0,
        () -> {
          int i = outside / rows[0].length;
          int j = outside % rows[0].length;
          return what
              + ", row "
              + i
              + ", entry "
              + j
              + ": "
              + rows[i][j]
              + " is not in "
              + enclosed[i][j];
        });
  }

  /** {@code sum_s scale g_(r,s)}. */
  private static Interval[][] biases(JacobianTerm term) {
    double scale = term.bias().orElseThrow().scale();
    int s = term.positions();
    Interval[][] out = new Interval[term.cotangents().rows() / s][term.cotangents().columns()];
    for (int r = 0; r < out.length; r++) {
      for (int q = 0; q < out[r].length; q++) {
        out[r][q] = Interval.ZERO;
        for (int k = 0; k < s; k++) {
          out[r][q] = out[r][q].add(term.cotangents().get(r * s + k, q).multiply(scale));
        }
      }
    }
    return out;
  }

  /** {@code sum_s scale a_(i,s) (x) g_(r,s)} with {@code i = r / k}. */
  private static Interval[][] weights(JacobianTerm term, boolean inputsFirst) {
    double scale = term.weights().orElseThrow().scale();
    int s = term.positions();
    int in = term.inputs().columns();
    int outputs = term.cotangents().columns();
    Interval[][] out = new Interval[term.cotangents().rows() / s][in * outputs];
    for (int r = 0; r < out.length; r++) {
      for (int p = 0; p < in; p++) {
        for (int q = 0; q < outputs; q++) {
          Interval sum = Interval.ZERO;
          for (int k = 0; k < s; k++) {
            Interval a = term.inputs().get(r / M * s + k, p);
            sum = sum.add(a.multiply(term.cotangents().get(r * s + k, q)).multiply(scale));
          }
          out[r][inputsFirst ? p * outputs + q : q * in + p] = sum;
        }
      }
    }
    return out;
  }
}
