package org.fullrank.nn.enclosed;

import java.util.Locale;
import java.util.Optional;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.matrix.IntervalMatrix;

/**
 * One hidden layer of a surrogate network on {@code n} samples: the frozen signals {@code t}, whose
 * signs are the gates, and the trained values {@code w} that they let pass.
 */
public final class EnclosedGate {
  private final String layer;
  private final IntervalMatrix signals;
  private final IntervalMatrix values;

  /**
   * A layer on all samples.
   *
   * @param layer its name
   * @param signals {@code t [n][m]}
   * @param values {@code w [n][m]}
   */
  public EnclosedGate(String layer, IntervalMatrix signals, IntervalMatrix values) {
    this.layer = layer;
    this.signals = signals;
    this.values = values;
  }

  /**
   * The dense layer.
   *
   * @return its name
   */
  public String layer() {
    return layer;
  }

  /**
   * The frozen signals.
   *
   * @return {@code t [n][m]}
   */
  public IntervalMatrix signals() {
    return signals;
  }

  /**
   * The trained values before the gate.
   *
   * @return {@code w [n][m]}
   */
  public IntervalMatrix values() {
    return values;
  }

  /**
   * Whether a gate is known: {@code t > 0} or {@code t <= 0} for certain.
   *
   * @param sample row
   * @param unit column
   * @return false if rounding leaves both open
   */
  public boolean isDecided(int sample, int unit) {
    Interval t = signals.get(sample, unit);
    return t.lo() > 0 || t.hi() <= 0;
  }

  /**
   * How many gates are not known.
   *
   * @return 0 if the pattern is certain
   */
  public long undecided() {
    long count = 0;
    for (int i = 0; i < signals.rows(); i++) {
      for (int j = 0; j < signals.columns(); j++) {
        count += isDecided(i, j) ? 0 : 1;
      }
    }
    return count;
  }

  /**
   * The first gate that is not known.
   *
   * @return such as {@code "unit 3 of layer a on sample 5: t in [-1e-17, 2e-17]"}
   */
  public Optional<String> firstUndecided() {
    for (int i = 0; i < signals.rows(); i++) {
      for (int j = 0; j < signals.columns(); j++) {
        if (!isDecided(i, j)) {
          return Optional.of(at(i, j));
        }
      }
    }
    return Optional.empty();
  }

  /**
   * The first signal that may be zero, where the sign of {@code t} names no side.
   *
   * @return as for {@link #firstUndecided}; empty if all signals are certainly not zero
   */
  public Optional<String> firstZero() {
    for (int i = 0; i < signals.rows(); i++) {
      for (int j = 0; j < signals.columns(); j++) {
        if (signals.get(i, j).contains(0)) {
          return Optional.of(at(i, j));
        }
      }
    }
    return Optional.empty();
  }

  /**
   * How far the signals stay away from 0.
   *
   * @return a lower bound of {@code min |t|}, at least 0
   */
  public double clearance() {
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < signals.rows(); i++) {
      least = Math.min(least, signals.smallest(i));
    }
    return least;
  }

  private String at(int sample, int unit) {
    return String.format(
        Locale.ROOT,
        "unit %d of layer %s on sample %d: t in %s",
        unit,
        layer,
        sample,
        signals.get(sample, unit));
  }

  @Override
  public String toString() {
    return "EnclosedGate("
        + layer
        + ", n = "
        + signals.rows()
        + ", m = "
        + signals.columns()
        + ", undecided "
        + undecided()
        + ")";
  }
}
