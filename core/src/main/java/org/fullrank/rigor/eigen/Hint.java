package org.fullrank.rigor.eigen;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.rigor.Internal;

/**
 * Untrusted estimates that can make an eigenvalue enclosure faster or narrower: approximate values
 * and vectors from any solver. Wrong, non-finite or missing ones cost time or width, never
 * correctness, so nothing here is checked.
 */
public final class Hint {
  private static final Hint NONE = new Hint(List.of(), List.of());

  private final List<Double> values;
  private final List<double[]> vectors;

  private Hint(List<Double> values, List<double[]> vectors) {
    this.values = values;
    this.vectors = vectors;
  }

  /** No estimate. */
  public static Hint none() {
    return NONE;
  }

  /** An approximate eigenvalue. */
  public static Hint ofValue(double value) {
    return NONE.withValue(value);
  }

  /** With one more approximate eigenvalue, tried in the given order. */
  public Hint withValue(double value) {
    List<Double> more = new ArrayList<>(values);
    more.add(value);
    return new Hint(List.copyOf(more), vectors);
  }

  /** With one more approximate eigenvector, of any length and scale; copied. */
  public Hint withVector(double[] vector) {
    List<double[]> more = new ArrayList<>(vectors);
    more.add(vector.clone());
    return new Hint(values, List.copyOf(more));
  }

  /** The approximate eigenvalues. */
  @Internal
  public List<Double> values() {
    return values;
  }

  /** The approximate eigenvectors; the arrays are not copied and not to be written. */
  @Internal
  public List<double[]> vectors() {
    return vectors;
  }
}
