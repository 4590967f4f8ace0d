package org.fullrank.testkit;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fullrank.nn.Activation;
import org.fullrank.rigor.Kinks.Kink;

/** Numbers at which an activation is looked at. */
record ActivationPoints(Activation activation) {
  /** Where most functions have all that happens to them. */
  static final double REACH = 30;

  /** Positions of stated kinks. */
  double[] kinks() {
    return activation.kinks().stream()
        .flatMap(kinks -> kinks.points().stream())
        .mapToDouble(Kink::at)
        .toArray();
  }

  /** Grids around 0 and around each kink, which meet neither. */
  double[] grid() {
    DoubleStream fine = IntStream.range(-400, 400).mapToDouble(i -> (i + 0.618) * 0.02);
    DoubleStream coarse = IntStream.range(-100, 100).mapToDouble(i -> (i + 0.382) * REACH / 100);
    DoubleStream around =
        DoubleStream.of(kinks())
            .flatMap(k -> IntStream.range(-60, 60).mapToDouble(i -> k + (i + 0.5) * 0.01));
    double[] kinks = kinks();
    return Stream.of(fine, coarse, around)
        .flatMapToDouble(s -> s)
        .filter(x -> DoubleStream.of(kinks).allMatch(k -> Math.abs(x - k) > 1e-3))
        .toArray();
  }

  /** The grids, 0 and the kinks. */
  double[] all() {
    return Stream.of(DoubleStream.of(grid()), DoubleStream.of(0), DoubleStream.of(kinks()))
        .flatMapToDouble(s -> s)
        .toArray();
  }
}
