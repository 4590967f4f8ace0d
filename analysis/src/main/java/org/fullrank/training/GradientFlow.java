package org.fullrank.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Gradient flow {@code d theta / dt = -grad F(theta)} by the Runge-Kutta pair of Dormand and Prince
 * (1980), orders 5 and 4, with adaptive steps.
 *
 * <p>A step is accepted if the estimated local error is, in root mean square over the parameters,
 * at most {@code atol + rtol |theta|} entrywise. That is an estimate, not a bound: the flow itself
 * is followed to about the tolerance times the number of steps where trajectories do not separate.
 *
 * <p>Cost: seven gradients for an accepted step, seven vectors of the size of theta; float64 only.
 */
public final class GradientFlow implements TrainingMethod {
  private static final double[][] A = {
    {},
    {1.0 / 5},
    {3.0 / 40, 9.0 / 40},
    {44.0 / 45, -56.0 / 15, 32.0 / 9},
    {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
    {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
    {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84}
  };

  /** Fifth-order weights minus fourth-order weights. */
  private static final double[] ERROR = {
    71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40
  };

  private static final int MAX_REJECTIONS = 100;

  private final double rtol;
  private final double atol;
  private final double firstStep;

  private GradientFlow(double rtol, double atol, double firstStep) {
    this.rtol = rtol;
    this.atol = atol;
    this.firstStep = firstStep;
  }

  /**
   * With tolerances for the local error of a step.
   *
   * @param rtol relative to the size of each parameter, at least 0
   * @param atol absolute, positive
   * @return the method, with a first step of {@code 1e-4}
   */
  public static GradientFlow withTolerance(double rtol, double atol) {
    if (!(rtol >= 0 && rtol < 1) || !(atol > 0 && atol <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "GradientFlow expects 0 <= rtol < 1 and atol > 0 but got " + rtol + " and " + atol);
    }
    return new GradientFlow(rtol, atol, 1e-4);
  }

  /**
   * With another first step; later ones are chosen.
   *
   * @param time positive
   * @return the changed method
   */
  public GradientFlow withFirstStep(double time) {
    if (!(time > 0 && time <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException("withFirstStep expects a positive time but got " + time);
    }
    return new GradientFlow(rtol, atol, time);
  }

  @Override
  public String name() {
    return "gradient flow, Dormand-Prince 5(4), rtol = "
        + rtol
        + ", atol = "
        + atol
        + ", first step "
        + firstStep;
  }

  @Override
  public Dynamics dynamics() {
    return Dynamics.GRADIENT_FLOW;
  }

  /** One number: the size of the next step. */
  @Override
  public double[] initialMemory(TrainingProblem problem) {
    return new double[] {firstStep};
  }

  @Override
  public double step(TrainingProblem problem, long step, INDArray theta, double[] memory) {
    TensorChecks.requireType("gradient flow", DataType.DOUBLE, theta);
    double[] start = Tensors.toDoubles(theta);
    List<double[]> slopes = new ArrayList<>();
    slopes.add(slope(problem, start, theta));
    for (int attempt = 0; attempt < MAX_REJECTIONS; attempt++) {
      double h = memory[0];
      while (slopes.size() > 1) {
        slopes.remove(slopes.size() - 1);
      }
      double[] end = start;
      for (int stage = 1; stage < A.length; stage++) {
        end = combined(start, slopes, A[stage], h);
        slopes.add(slope(problem, end, theta));
      }
      double error = error(start, end, slopes, h);
      // A NaN from an overflow must shorten the step, too.
      double factor = error == 0 ? 5 : error > 0 ? 0.9 * Math.pow(error, -0.2) : 0.1;
      memory[0] = h * Math.max(0.1, Math.min(5, factor));
      if (error <= 1) {
        Tensors.write(end, theta);
        return h;
      }
      if (memory[0] < Double.MIN_NORMAL) {
        break;
      }
    }
    Tensors.write(start, theta);
    throw new ArithmeticException(
        "gradient flow found no step size with a local error below rtol = "
            + rtol
            + ", atol = "
            + atol
            + " at step "
            + step
            + "; loosen the tolerance, or the loss is not smooth here (a kink)");
  }

  /** {@code -grad F} at a point; {@code scratch [p]} is overwritten. */
  private static double[] slope(TrainingProblem problem, double[] point, INDArray scratch) {
    for (double v : point) {
      if (!Double.isFinite(v)) {
        return nans(point.length);
      }
    }
    Tensors.write(point, scratch);
    try (INDArray target = Tensors.zeros(scratch.dataType(), scratch.length())) {
      double loss = Gradients.add(problem, scratch, problem.x(), problem.y(), -1, target);
      return Double.isFinite(loss) ? Tensors.toDoubles(target) : nans(point.length);
    }
  }

  private static double[] nans(int length) {
    double[] out = new double[length];
    Arrays.fill(out, Double.NaN);
    return out;
  }

  private static double[] combined(
      double[] start, List<double[]> slopes, double[] weights, double h) {
    double[] out = start.clone();
    for (int s = 0; s < weights.length; s++) {
      double w = h * weights[s];
      double[] slope = slopes.get(s);
      for (int i = 0; i < out.length; i++) {
        out[i] = Math.fma(w, slope[i], out[i]);
      }
    }
    return out;
  }

  private double error(double[] start, double[] end, List<double[]> slopes, double h) {
    double sum = 0;
    for (int i = 0; i < start.length; i++) {
      double e = 0;
      for (int s = 0; s < ERROR.length; s++) {
        e += ERROR[s] * slopes.get(s)[i];
      }
      double scale = atol + rtol * Math.max(Math.abs(start[i]), Math.abs(end[i]));
      double ratio = h * e / scale;
      sum += ratio * ratio;
    }
    return Math.sqrt(sum / start.length);
  }
}
