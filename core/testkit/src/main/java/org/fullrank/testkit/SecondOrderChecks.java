package org.fullrank.testkit;

import static org.fullrank.testkit.LayerCase.M;
import static org.fullrank.testkit.LayerCase.N;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import org.fullrank.nn.Slot;
import org.fullrank.nn.enclosed.HessianBound;
import org.fullrank.nn.enclosed.SecondOrder;
import org.fullrank.nn.enclosed.TrainedBlocks;
import org.junit.jupiter.api.DynamicTest;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Bounds of how far value and gradients move, against moves of parameters and inputs together. The
 * input has a coordinate of its own, as if it were a trained tensor before the layer.
 */
record SecondOrderChecks(EnclosedCase at) {
  /** The place of that tensor, beyond all others. */
  private static final long INPUT = Long.MAX_VALUE;

  private static final double SLACK = 1e-10;
  private static final int MOVES = 4;

  /** A move, with its norm in every coordinate. */
  @SuppressWarnings("ArrayRecordComponent") // internal, never compared
  private record Move(double[] theta, double[] x, double[] norms) {}

  List<DynamicTest> tests() {
    return List.of(
        dynamicTest("second-order bounds hold for small moves", () -> bounds(0.01)),
        dynamicTest("second-order bounds hold for large moves", () -> bounds(0.7)));
  }

  private void bounds(double radius) {
    TrainedBlocks blocks = new TrainedBlocks(2, slot -> true);
    int input = blocks.block(INPUT);
    SecondOrder.Linked linked = at.enclose(0).secondOrder(at.cotangents(), blocks);
    Gradients here = Gradients.of(at.point(), at.theta(), at.x(), DataType.DOUBLE);
    at.contains("input cotangents of second order", linked.dx(), here.input());
    if (!at.point().layer().slots().stream().allMatch(slot -> blocks.knows(slot.offset()))) {
      return; // A tensor of which the step does not speak has no bound.
    }
    double[][] value = EnclosedCase.rows(at.point().valueAt(at.theta(), at.x()), N);
    for (int k = 0; k < MOVES; k++) {
      Move move = move(radius, k, blocks, input);
      double[] theta = LayerCase.moved(at.theta(), 1, move.theta);
      double[] x = LayerCase.moved(at.x(), 1, move.x);
      double[][] moved = EnclosedCase.rows(at.point().valueAt(theta, x), N);
      Gradients there = Gradients.of(at.point(), theta, x, DataType.DOUBLE);
      for (int r = 0; r < N * M; r++) {
        HessianBound hessian = new HessianBound(r / M, r, radius, blocks.count());
        double[] unit = new double[blocks.count()];
        unit[input] = 1;
        SecondOrder.Motion motion = linked.bound().move(unit, hessian);
        within("value", value[r / M], moved[r / M], product(motion.change(), move.norms));
        double[] back = motion.backward(new double[blocks.count()]);
        if (!hessian.isRefused()) {
          double allowed = product(back, move.norms);
          within("input cotangent", here.input()[r], there.input()[r], allowed);
          double norm = Near.norm(move.norms);
          within("gradient", all(here, r), all(there, r), hessian.norm() * norm);
        }
      }
    }
  }

  /** Of parameters and inputs together, of either alone, and smaller than it may be. */
  private Move move(double radius, int k, TrainedBlocks blocks, int input) {
    double[] t = LayerCase.gaussian("move " + k, at.theta().length);
    double[] x = LayerCase.gaussian("input move " + k, at.x().length);
    double forTheta = k == 1 ? 0 : 1;
    double forInput = k == 2 ? 0 : 1;
    double largest = 0;
    for (double[] row : EnclosedCase.rows(x, N)) {
      largest = Math.max(largest, Near.norm(row));
    }
    double size = Math.hypot(forTheta * Near.norm(t), forInput * largest);
    double scale = size == 0 ? 0 : (k == 3 ? 0.3 : 0.999) * radius / size;
    double[] theta = LayerCase.moved(new double[t.length], scale * forTheta, t);
    double[] squares = new double[blocks.count()];
    for (Slot slot : at.point().layer().slots()) {
      for (long q = slot.offset(); q < slot.offset() + slot.size(); q++) {
        squares[blocks.block(slot.offset())] += theta[(int) q] * theta[(int) q];
      }
    }
    squares[input] = Math.pow(scale * forInput * largest, 2);
    double[] norms = new double[squares.length];
    for (int b = 0; b < norms.length; b++) {
      norms[b] = Math.sqrt(squares[b]);
    }
    return new Move(theta, LayerCase.moved(new double[x.length], scale * forInput, x), norms);
  }

  private static double product(double[] bound, double[] norms) {
    double sum = 0;
    for (int b = 0; b < norms.length; b++) {
      sum += norms[b] == 0 ? 0 : bound[b] * norms[b];
    }
    return sum;
  }

  private double[] all(Gradients gradients, int row) {
    double[][] parts = new double[gradients.parameters().size() + 1][];
    parts[0] = gradients.input()[row];
    for (int s = 1; s < parts.length; s++) {
      parts[s] = gradients.parameters().get(s - 1)[row];
    }
    return at.flat(parts);
  }

  private static void within(String what, double[] before, double[] after, double bound) {
    double distance = Near.norm(Near.minus(after, before));
    assertTrue(
        distance <= bound * (1 + SLACK) + SLACK * (1 + Near.norm(before)),
        () -> what + " moved by " + distance + " but the bound is " + bound);
  }
}
