package org.fullrank.ntk;

import java.util.List;
import java.util.Objects;
import org.fullrank.diff.ExplicitBlock;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Initializer;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.Traits;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer written through the public extension points alone that couples samples: {@code y_i = g o
 * (x_i - mean_j x_j)} with a trained gain {@code g [d]}, in plain loops.
 */
public record BatchCentering(String name, int width) implements Layer {
  @Override
  public Shape outputShape(Shape input) {
    if (!input.equals(Shape.of(width))) {
      throw new IllegalArgumentException("expected [" + width + "] but got " + input);
    }
    return input;
  }

  @Override
  public List<Slot> slots() {
    return List.of(new Slot(name + ".g", Shape.of(width), 0, Initializer.gaussian(1)));
  }

  @Override
  public Traits traits() {
    return Traits.coupled();
  }

  @Override
  public Linearization linearize(INDArray theta, INDArray x) {
    int n = (int) x.size(0);
    double[] g = Tensors.toDoubles(theta);
    double[] centred = withoutMean(Tensors.toDoubles(x), n, width);
    return new At(x, n, width, g, centred, Tensors.of(x.dataType(), times(centred, g), x.shape()));
  }

  /** Each block of {@code n} rows minus the mean of its rows. */
  static double[] withoutMean(double[] v, int n, int d) {
    double[] out = v.clone();
    for (int block = 0; block < v.length; block += n * d) {
      for (int q = 0; q < d; q++) {
        double mean = 0;
        for (int i = 0; i < n; i++) {
          mean += v[block + i * d + q] / n;
        }
        for (int i = 0; i < n; i++) {
          out[block + i * d + q] -= mean;
        }
      }
    }
    return out;
  }

  static double[] times(double[] v, double[] g) {
    double[] out = v.clone();
    for (int r = 0; r < out.length; r++) {
      out[r] *= g[r % g.length];
    }
    return out;
  }

  private static final class At implements Linearization {
    private final INDArray x;
    private final int n;
    private final int d;
    private final double[] g;
    private final double[] centred;
    private final INDArray value;

    At(INDArray x, int n, int d, double[] g, double[] centred, INDArray value) {
      this.x = x;
      this.n = n;
      this.d = d;
      this.g = g;
      this.centred = centred;
      this.value = value;
    }

    @Override
    public INDArray value() {
      return value;
    }

    @Override
    public @Nullable INDArray jvp(@Nullable INDArray dTheta, @Nullable INDArray dx) {
      INDArray given = dTheta != null ? dTheta : dx;
      if (given == null) {
        return null;
      }
      int m = (int) given.size(0);
      double[] out = new double[m * n * d];
      if (dx != null) {
        out = times(withoutMean(Tensors.toDoubles(dx), n, d), g);
      }
      if (dTheta != null) {
        double[] t = Tensors.toDoubles(Objects.requireNonNull(dTheta));
        for (int r = 0; r < out.length; r++) {
          out[r] += t[r / (n * d) * d + r % d] * centred[r % (n * d)];
        }
      }
      return Tensors.of(x.dataType(), out, m, n, d);
    }

    @Override
    public Pullback pullback(INDArray dy) {
      Arena arena = new Arena();
      double[] v = Tensors.toDoubles(dy);
      double[] rows = v.clone();
      for (int r = 0; r < rows.length; r++) {
        rows[r] *= centred[r % (n * d)];
      }
      long[] shape = {dy.size(0), n, d};
      INDArray block = arena.own(Tensors.of(x.dataType(), rows, shape));
      // Centring is symmetric, so its transpose is itself, after the gain.
      INDArray dx = arena.own(Tensors.of(x.dataType(), withoutMean(times(v, g), n, d), shape));
      return Pullback.of(dx, List.of(ExplicitBlock.of(block)), arena);
    }

    @Override
    public void close() {
      value.close();
    }
  }
}
