package org.fullrank.rigor;

import java.io.IOException;

/**
 * The entries of a source times {@code 2^-exponent}, checked to be finite at every reading. What
 * the scaling loses is the radius, as for {@link SymmetricMatrix}: nothing when scaling up, less
 * than {@code eta} per entry when scaling down.
 */
final class TiledEntries {
  private final SymmetricSource source;
  private final int order;
  private final int exponent;
  private long entriesRead;

  TiledEntries(SymmetricSource source, int order, int exponent, long entriesRead) {
    this.source = source;
    this.order = order;
    this.exponent = exponent;
    this.entriesRead = entriesRead;
  }

  /** The same with the scaling for this largest magnitude. */
  TiledEntries scaledFor(double largest) {
    return new TiledEntries(source, order, ErrorTerms.exponentFor(largest), entriesRead);
  }

  int order() {
    return order;
  }

  int exponent() {
    return exponent;
  }

  long entriesRead() {
    return entriesRead;
  }

  /** Bound of the spectral norm of what the scaling has lost, in scaled units. */
  double radius() {
    return exponent > 0 ? ErrorTerms.underflow(order) : 0;
  }

  /** An enclosure for the scaled entries as one for the stored ones. */
  Interval unscaled(Interval scaled) {
    return ErrorTerms.scale(scaled.add(new Interval(-radius(), radius())), exponent);
  }

  double scaled(double entry) {
    return exponent == 0 ? entry : Math.scalb(entry, -exponent);
  }

  void read(int row, int first, int count, double[] target, int offset) throws IOException {
    source.read(row, first, count, target, offset);
    entriesRead += count;
    for (int j = offset; j < offset + count; j++) {
      if (!(Math.abs(target[j]) <= Double.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "expected finite entries but got "
                + target[j]
                + " at ("
                + row
                + ", "
                + (first + j - offset)
                + ")");
      }
    }
    if (exponent != 0) {
      for (int j = offset; j < offset + count; j++) {
        target[j] = Math.scalb(target[j], -exponent);
      }
    }
  }
}
