package org.fullrank.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fullrank.nn.layer.RoundingCases.N;
import static org.fullrank.nn.layer.RoundingCases.add;
import static org.fullrank.nn.layer.RoundingCases.distance;
import static org.fullrank.nn.layer.RoundingCases.exactRows;
import static org.fullrank.nn.layer.RoundingCases.gaussian;
import static org.fullrank.nn.layer.RoundingCases.requireWithin;
import static org.fullrank.nn.layer.RoundingCases.sample;
import static org.fullrank.nn.layer.RoundingCases.valueBound;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Objects;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
import org.fullrank.diff.RoundingModel;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.layer.RoundingCases.Case;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** How the bounds pass errors of inputs and cotangents on, far above rounding. */
class RoundingPropagationTest {
  /** Perturbed inputs and cotangents, far above rounding: the propagation terms. */
  @ParameterizedTest
  @MethodSource("org.fullrank.nn.layer.RoundingCases#sample")
  void perturbationsStayWithinTheBounds(Case c) {
    double size = 1e-3;
    Network network = c.network();
    double[] g = gaussian("cotangent", 2 * N * c.k());
    try (INDArray theta = network.initialize(Seed.of(4));
        INDArray x = Tensors.of(gaussian("x", N * 5), N, 5);
        INDArray moved = moved(x, size);
        INDArray dy = Tensors.of(g, 2, N, c.k());
        INDArray dyMoved = moved(dy, size);
        Linearization stored = network.linearize(theta, x);
        Linearization exact = network.linearize(theta, moved);
        Pullback p = stored.pullback(dy);
        Pullback q = exact.pullback(dyMoved)) {
      RoundingModel model = stored.rounding().orElseThrow();
      double[] e = distance(x, moved, N);
      double[][] dyError = rows(distance(dy, dyMoved, 2 * N));
      requireWithin(
          distance(stored.value(), exact.value(), N),
          add(model.valueError(e), valueBound(exact)),
          new ArrayList<>());
      RoundingModel.Errors errors = model.pullbackError(e, dy, dyError);
      RoundingModel.Errors own =
          exact.rounding().orElseThrow().pullbackError(new double[N], dyMoved, new double[2][N]);
      requireWithin(
          distance(p.inputCotangent(), q.inputCotangent(), 2 * N),
          add(flat(errors.inputCotangent()), flat(own.inputCotangent())),
          new ArrayList<>());
      assertThat(errors.rows()).hasSameSizeAs(p.blocks());
      for (int s = 0; s < p.blocks().size(); s++) {
        try (INDArray a = exactRows(p.blocks().get(s));
            INDArray b = exactRows(q.blocks().get(s))) {
          double[] bound = add(flat(errors.rows().get(s)), flat(own.rows().get(s)));
          requireWithin(distance(a, b, 2 * N), bound, new ArrayList<>());
        }
      }
    }
  }

  private static INDArray moved(INDArray a, double size) {
    double[] v = Tensors.toDoubles(a);
    double[] step = gaussian("step", v.length);
    Arrays.setAll(v, i -> v[i] + size * step[i]);
    return Tensors.of(v, a.shape());
  }

  static double[] flat(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
  }

  private static double[][] rows(double[] v) {
    return new double[][] {Arrays.copyOfRange(v, 0, N), Arrays.copyOfRange(v, N, 2 * N)};
  }

  @Test
  void boundsGrowWithTheErrorsOfInputAndCotangent() {
    sample().limit(6).forEach(RoundingPropagationTest::requireMonotone);
  }

  private static void requireMonotone(Case c) {
    Network network = c.network();
    try (INDArray theta = network.initialize(Seed.of(3));
        INDArray x = Tensors.of(gaussian("input", N * 5), N, 5);
        Linearization l = network.linearize(theta, x);
        INDArray dy = Tensors.of(gaussian("dy", 2 * N * c.k()), 2, N, c.k())) {
      RoundingModel model = l.rounding().orElseThrow();
      double[] first = null;
      double[] last = null;
      for (double e : new double[] {0, 1e-12, 1e-9, 1e-6, 1e-3, 1, 1e3}) {
        double[] input = new double[N];
        Arrays.fill(input, e);
        double[] bounds = model.valueError(input);
        for (double f : new double[] {0, e}) {
          double[][] cotangent = {input.clone(), input.clone()};
          Arrays.fill(cotangent[1], f);
          RoundingModel.Errors errors = model.pullbackError(input, dy, cotangent);
          bounds = concat(bounds, flat(errors.inputCotangent()));
          for (double[][] slot : errors.rows()) {
            bounds = concat(bounds, flat(slot));
          }
        }
        if (last != null) {
          for (int i = 0; i < last.length; i++) {
            assertThat(bounds[i]).isGreaterThanOrEqualTo(last[i]);
          }
        }
        last = bounds;
        first = first == null ? bounds : first;
      }
      assertThat(Objects.requireNonNull(last)[0]).isGreaterThan(Objects.requireNonNull(first)[0]);
      assertThat(last[last.length - 1]).isGreaterThan(first[first.length - 1]);
    }
  }

  private static double[] concat(double[] a, double[] b) {
    double[] out = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, out, a.length, b.length);
    return out;
  }
}
