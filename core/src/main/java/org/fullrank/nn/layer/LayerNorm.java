package org.fullrank.nn.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import org.fullrank.cancel.Cancellation;
import org.fullrank.diff.ExplicitBlock;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.LayerContent;
import org.fullrank.nn.Parity;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.Traits;
import org.fullrank.nn.enclosed.AffineStep;
import org.fullrank.nn.enclosed.BackwardPass;
import org.fullrank.nn.enclosed.EnclosedInput;
import org.fullrank.nn.enclosed.EnclosedRows;
import org.fullrank.nn.enclosed.EnclosedStep;
import org.fullrank.nn.enclosed.HessianBound;
import org.fullrank.nn.enclosed.JacobianTerm;
import org.fullrank.nn.enclosed.SecondOrder;
import org.fullrank.nn.enclosed.TrainedBlocks;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.fullrank.rigor.rounding.Up;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Layer normalisation (Ba, Kiros, Hinton 2016, arXiv 1607.06450): every group of {@code d} entries
 * of a sample becomes {@code gamma o x^ + beta}, {@code x^ = (x - mean) / sigma}, {@code sigma =
 * sqrt(var + epsilon)} with the biased variance. A group is what the last axes of the sample hold:
 * the last one for {@code LayerNorm.of(name, d)}, all of the sample if all its dimensions are
 * given, as in PyTorch's {@code normalized_shape}. Slots are named {@code NAME.gamma} and {@code
 * NAME.beta}, initially 1 and 0.
 *
 * <p>The derivative of {@code x^} is {@code (P - x^ x^^T / d) / sigma}, {@code P} the projection
 * that subtracts the mean: symmetric, its eigenvalues are in {@code [0, 1/sigma]}.
 *
 * <p>Values and derivatives are computed in plain Java in double precision, also for {@code float},
 * and rounded at the end; inputs of any magnitude are scaled by a power of two first. Cost: about
 * ten operations an entry forward, and for each tangent and cotangent.
 *
 * <p>Enclosure: values and derivatives. A second-order bound is known only where neither the input
 * nor {@code gamma} and {@code beta} move, because only later layers are trained; otherwise
 * theorems that need the Lipschitz constant of the Jacobian say that there is none.
 *
 * <p>Longer than other layers because value, derivative and proof stand together.
 */
public final class LayerNorm implements Layer {
  /** Magnitude above which squares could overflow. */
  private static final double LARGE = 0x1p400;

  private final String name;
  private final Shape group;
  private final int width;
  private final double epsilon;
  private final String gammaName;
  private final String betaName;

  private LayerNorm(String name, Shape group, double epsilon, String gammaName, String betaName) {
    this.name = name;
    this.group = group;
    this.width = Math.toIntExact(group.length());
    this.epsilon = epsilon;
    this.gammaName = gammaName;
    this.betaName = betaName;
  }

  /**
   * A normalisation of the last axes with {@code epsilon = 1e-5}.
   *
   * @param name unique within the network
   * @param normalizedShape the last dimensions of a sample, at least one
   * @return the layer
   */
  public static LayerNorm of(String name, long... normalizedShape) {
    if (name.isBlank() || normalizedShape.length == 0) {
      throw new IllegalArgumentException(
          "LayerNorm expects a name and at least one dimension but got '"
              + name
              + "' and "
              + Arrays.toString(normalizedShape));
    }
    Tensors.length(normalizedShape);
    return new LayerNorm(name, Shape.of(normalizedShape), 1e-5, name + ".gamma", name + ".beta");
  }

  /**
   * The same layer with another number added to the variance.
   *
   * @param newEpsilon positive and finite
   * @return the changed layer
   */
  public LayerNorm withEpsilon(double newEpsilon) {
    if (!(newEpsilon > 0) || Double.isInfinite(newEpsilon)) {
      throw new IllegalArgumentException(
          "LayerNorm '" + name + "' expects a positive finite epsilon but got " + newEpsilon);
    }
    return new LayerNorm(name, group, newEpsilon, gammaName, betaName);
  }

  /**
   * The same layer with other slot names.
   *
   * @param newGammaName name of the factors
   * @param newBetaName name of the summands
   * @return the changed layer
   */
  public LayerNorm withSlotNames(String newGammaName, String newBetaName) {
    return new LayerNorm(name, group, epsilon, newGammaName, newBetaName);
  }

  /**
   * The name.
   *
   * @return as given
   */
  public String name() {
    return name;
  }

  /**
   * The dimensions of a group.
   *
   * @return the last dimensions of a sample
   */
  public Shape normalizedShape() {
    return group;
  }

  /**
   * The number added to the variance.
   *
   * @return positive and finite
   */
  public double epsilon() {
    return epsilon;
  }

  @Override
  public Shape outputShape(Shape input) {
    long[] last = group.dimensions();
    int from = input.rank() - last.length;
    if (from < 0
        || !Arrays.equals(last, Arrays.copyOfRange(input.dimensions(), from, input.rank()))) {
      throw new IllegalArgumentException(
          "LayerNorm '"
              + name
              + "' expects samples whose last dimensions are "
              + group
              + " but got samples of shape "
              + input);
    }
    return input;
  }

  @Override
  public List<Slot> slots() {
    return List.of(
        new Slot(gammaName, group, 0, (values, shape, stream) -> Arrays.fill(values, 1)),
        new Slot(betaName, group, width, (values, shape, stream) -> Arrays.fill(values, 0)));
  }

  @Override
  public Traits traits() {
    return new Traits(false, OptionalInt.empty(), Parity.NONE, false, true);
  }

  @Override
  public void describe(LayerContent content) {
    content.number(epsilon);
  }

  @Override
  public Linearization linearize(INDArray theta, INDArray x) {
    long[] shape = x.shape();
    outputShape(Shape.of(Arrays.copyOfRange(shape, Math.min(1, shape.length), shape.length)));
    TensorChecks.requireShape("LayerNorm '" + name + "' theta", theta, 2L * width);
    TensorChecks.requireType("LayerNorm '" + name + "' theta", x.dataType(), theta);
    double[] normalized = Tensors.toDoubles(x);
    double[] inverse = new double[normalized.length / width];
    for (int q = 0; q < inverse.length; q++) {
      inverse[q] = normalize(normalized, q * width);
    }
    double[] parameters = Tensors.toDoubles(theta);
    double[] value = new double[normalized.length];
    for (int i = 0; i < value.length; i++) {
      value[i] = parameters[i % width] * normalized[i] + parameters[width + i % width];
    }
    return new At(
        width,
        Arrays.copyOf(parameters, width),
        normalized,
        inverse,
        Tensors.of(x.dataType(), value, shape));
  }

  /** Normalises a group in place; returns {@code 1 / sigma}. */
  private double normalize(double[] x, int from) {
    double largest = 0;
    for (int j = from; j < from + width; j++) {
      largest = Math.max(largest, Math.abs(x[j]));
    }
    double scale = largest > LARGE ? Math.scalb(1.0, -Math.getExponent(largest)) : 1;
    // Shifted by an entry, so that equal entries have exactly the mean.
    double shift = scale * x[from];
    double mean = 0;
    for (int j = from; j < from + width; j++) {
      x[j] = scale * x[j] - shift;
      mean += x[j];
    }
    mean /= width;
    double variance = 0;
    for (int j = from; j < from + width; j++) {
      x[j] -= mean;
      variance += x[j] * x[j];
    }
    double sigma = Math.sqrt(variance / width + epsilon * scale * scale);
    double inverse = sigma > 0 ? 1 / sigma : 0; // 0 if equal entries were scaled
    for (int j = from; j < from + width; j++) {
      x[j] *= inverse;
    }
    return sigma > 0 ? scale * inverse : 1 / Math.sqrt(epsilon);
  }

  @Override
  public Optional<String> enclosureObstacle(DataType type) {
    return Optional.empty();
  }

  @Override
  public EnclosedStep enclose(EnclosedInput in) {
    double[] gamma = in.tensor(0, width);
    double[] beta = in.tensor(width, width);
    int groups = in.x().columns() / width;
    IntervalMatrix x = in.x().split(groups);
    Interval[] inverse = new Interval[x.rows()];
    EnclosedRows normalized = new EnclosedRows(x.rows(), width);
    EnclosedRows value = new EnclosedRows(x.rows(), width);
    double steepest = largest(gamma);
    for (int q = 0; q < x.rows(); q++) {
      Cancellation.check("A network enclosure");
      double error = x.rowError(q);
      double[] mid = x.midpoints(q);
      Interval[] point = Arrays.stream(mid).mapToObj(Interval::of).toArray(Interval[]::new);
      Interval here = normalize(point, mid[0]);
      Interval[] box = point;
      inverse[q] = here;
      if (error != 0) {
        box = x.row(q);
        inverse[q] = normalize(box, mid[0]);
      }
      normalized.set(q, point, box, inverse[q].hi(), error);
      value.set(
          q,
          affine(point, gamma, beta),
          affine(box, gamma, beta),
          inverse[q].multiply(steepest).hi(),
          error);
    }
    return new Enclosed(
        gamma,
        inverse,
        normalized.matrix().joined(groups),
        value.matrix().joined(groups),
        in.slotOffset(0),
        in.slotOffset(width));
  }

  /** The same for enclosed entries: in place, outward rounded; encloses {@code 1 / sigma}. */
  private Interval normalize(Interval[] x, double shift) {
    double largest = Arrays.stream(x).mapToDouble(Interval::magnitude).max().orElseThrow();
    boolean scaled = largest > LARGE && largest <= Double.MAX_VALUE;
    double scale = scaled ? Math.scalb(1.0, -Math.getExponent(largest)) : 1;
    Interval mean = Interval.ZERO;
    for (int j = 0; j < width; j++) {
      // Both are scaled before, so that the difference cannot overflow.
      x[j] = x[j].multiply(scale).subtract(Interval.of(shift).multiply(scale));
      mean = mean.add(x[j]);
    }
    mean = mean.divide(width);
    Interval variance = Interval.ZERO;
    for (int j = 0; j < width; j++) {
      x[j] = x[j].subtract(mean);
      variance = variance.add(x[j].square());
    }
    Interval sigma =
        variance
            .divide(width)
            .max(Interval.ZERO)
            .add(Interval.of(epsilon).multiply(scale).multiply(scale))
            .sqrt();
    Interval inverse = Interval.ONE.divide(sigma);
    // |x^_j|^2 <= d var_j / var: no entry is farther than sqrt(d - 1) from the mean.
    double range = Interval.of(width - 1.0).sqrt().hi();
    for (int j = 0; j < width; j++) {
      x[j] = x[j].multiply(inverse).intersect(Interval.of(-range, range));
    }
    Interval most = Interval.ONE.divide(Interval.of(epsilon).sqrt());
    return inverse.multiply(scale).intersect(Interval.of(0, most.hi()));
  }

  private static Interval[] affine(Interval[] x, double[] gamma, double[] beta) {
    return IntStream.range(0, x.length)
        .mapToObj(j -> x[j].multiply(gamma[j]).add(beta[j]))
        .toArray(Interval[]::new);
  }

  private static double largest(double[] v) {
    return Arrays.stream(v).map(Math::abs).max().orElseThrow();
  }

  @Override
  public String toString() {
    return "LayerNorm(" + name + ", " + group + ", epsilon " + epsilon + ")";
  }

  /** The enclosed layer; {@code inverse} has one number for each group. */
  @SuppressWarnings("ArrayRecordComponent") // internal, never compared
  private record Enclosed(
      double[] gamma,
      Interval[] inverse,
      IntervalMatrix normalized,
      IntervalMatrix value,
      long gammaOffset,
      long betaOffset)
      implements EnclosedStep {
    @Override
    public IntervalMatrix backward(IntervalMatrix dy, BackwardPass pass) {
      int n = value.rows();
      int groups = inverse.length / n;
      int k = dy.rows() / n;
      IntervalMatrix g = dy.split(groups);
      if (betaOffset != AffineStep.FIXED) {
        pass.add(JacobianTerm.rows(betaOffset, n, groups, g));
      }
      if (gammaOffset != AffineStep.FIXED) {
        IntervalMatrix products = dy.timesRows(normalized).split(groups);
        pass.add(JacobianTerm.rows(gammaOffset, n, groups, products));
      }
      IntervalMatrix hat = normalized.split(groups);
      EnclosedRows dx = new EnclosedRows(g.rows(), gamma.length);
      for (int q = 0; q < g.rows(); q++) {
        Cancellation.check("The enclosure of a Jacobian");
        int at = q / (k * groups) * groups + q % groups;
        Interval[] mid =
            Arrays.stream(g.midpoints(q)).mapToObj(Interval::of).toArray(Interval[]::new);
        Interval[] point = back(mid, hat.row(at), inverse[at]);
        double error = g.rowError(q);
        Interval[] box = error == 0 ? point : back(g.row(q), hat.row(at), inverse[at]);
        dx.set(q, point, box, inverse[at].multiply(largest(gamma)).hi(), error);
      }
      return dx.matrix().joined(groups);
    }

    /** {@code (P - x^ x^^T / d) (gamma o dy) / sigma}. */
    private Interval[] back(Interval[] dy, Interval[] hat, Interval inverse) {
      Interval mean = Interval.ZERO;
      Interval along = Interval.ZERO;
      Interval[] h = new Interval[dy.length];
      for (int j = 0; j < h.length; j++) {
        h[j] = dy[j].multiply(gamma[j]);
        mean = mean.add(h[j]);
        along = along.add(h[j].multiply(hat[j]));
      }
      mean = mean.divide(h.length);
      along = along.divide(h.length);
      for (int j = 0; j < h.length; j++) {
        h[j] = h[j].subtract(mean).subtract(hat[j].multiply(along)).multiply(inverse);
      }
      return h;
    }

    @Override
    public boolean trains(LongPredicate trainedAt) {
      return (gammaOffset != AffineStep.FIXED && trainedAt.test(gammaOffset))
          || (betaOffset != AffineStep.FIXED && trainedAt.test(betaOffset));
    }

    @Override
    public SecondOrder.Linked secondOrder(IntervalMatrix dy, TrainedBlocks blocks) {
      boolean trained = blocks.trains(tensor(gammaOffset)) || blocks.trains(tensor(betaOffset));
      return new SecondOrder.Linked(
          trained ? SecondOrder.unbounded() : new Held(steepest()), backward(dy, blocks.pass()));
    }

    private static Optional<JacobianTerm.Tensor> tensor(long offset) {
      return offset == AffineStep.FIXED
          ? Optional.empty()
          : Optional.of(new JacobianTerm.Tensor(offset, 1));
    }

    /** For each sample an upper bound of the norm of the derivative. */
    private double[] steepest() {
      double[] out = new double[value.rows()];
      for (int q = 0; q < inverse.length; q++) {
        int sample = q / (inverse.length / out.length);
        out[sample] = Math.max(out[sample], inverse[q].multiply(largest(gamma)).hi());
      }
      return out;
    }
  }

  /** No bound where the input moves; where it does not, a linear map takes cotangents back. */
  @SuppressWarnings("ArrayRecordComponent") // internal, never compared
  private record Held(double[] steepest) implements SecondOrder {
    @Override
    public Motion move(double[] change, HessianBound hessian) {
      for (double c : change) {
        // Written so that a NaN counts as moving.
        if (!(c == 0)) {
          hessian.refuse();
        }
      }
      return new HeldMotion(change, steepest[hessian.sample()]);
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // internal, never compared
  private record HeldMotion(double[] change, double steepest) implements SecondOrder.Motion {
    @Override
    public double[] backward(double[] cotangentChange) {
      return Up.scaled(steepest, cotangentChange);
    }
  }

  /** Value and derivatives at one point; {@code inverse} has one number for each group. */
  @SuppressWarnings("ArrayRecordComponent") // internal, never compared
  private record At(
      int width, double[] gamma, double[] normalized, double[] inverse, INDArray value)
      implements Linearization {
    @Override
    public @Nullable INDArray jvp(@Nullable INDArray dTheta, @Nullable INDArray dx) {
      INDArray given = dTheta != null ? dTheta : dx;
      if (given == null) {
        return null;
      }
      int m = Math.toIntExact(given.size(0));
      double[] out = dx == null ? new double[m * normalized.length] : Tensors.toDoubles(dx);
      if (dx != null) {
        derive(out, false);
      }
      if (dTheta != null) {
        double[][] tangents = Tensors.toRows(dTheta);
        for (int i = 0; i < out.length; i++) {
          double[] t = tangents[i / normalized.length];
          out[i] += t[i % width] * normalized[i % normalized.length] + t[width + i % width];
        }
      }
      return Tensors.of(value.dataType(), out, shape(m));
    }

    /**
     * Applies {@code gamma o D} to every group in place, or {@code D (gamma o v)} if it is
     * transposed, {@code D} the derivative of {@code x^}.
     */
    private void derive(double[] v, boolean transposed) {
      for (int from = 0; from < v.length; from += width) {
        int at = from % normalized.length;
        double mean = 0;
        double along = 0;
        for (int j = 0; j < width; j++) {
          double t = transposed ? gamma[j] * v[from + j] : v[from + j];
          v[from + j] = t;
          mean += t;
          along += t * normalized[at + j];
        }
        mean /= width;
        along /= width;
        double factor = inverse[at / width];
        for (int j = 0; j < width; j++) {
          double d = factor * (v[from + j] - mean - along * normalized[at + j]);
          v[from + j] = transposed ? d : gamma[j] * d;
        }
      }
    }

    private long[] shape(int m) {
      return Shape.of(value.shape()).after(m);
    }

    @Override
    public Pullback pullback(INDArray dy) {
      Arena arena = new Arena();
      int m = Math.toIntExact(dy.size(0));
      int n = Math.toIntExact(value.size(0));
      double[] v = Tensors.toDoubles(dy);
      double[] factors = new double[m * n * width];
      double[] summands = new double[factors.length];
      int sample = normalized.length / n;
      for (int i = 0; i < v.length; i++) {
        int to = i / sample * width + i % width;
        factors[to] += v[i] * normalized[i % normalized.length];
        summands[to] += v[i];
      }
      List<ParameterBlock> blocks = new ArrayList<>();
      for (double[] rows : List.of(factors, summands)) {
        blocks.add(ExplicitBlock.of(arena.own(Tensors.of(dy.dataType(), rows, m, n, width))));
      }
      return Pullback.lazy(
          () -> {
            double[] dx = Tensors.toDoubles(dy);
            derive(dx, true);
            return arena.own(Tensors.of(dy.dataType(), dx, dy.shape()));
          },
          blocks,
          arena);
    }

    @Override
    public void close() {
      value.close();
    }
  }
}
