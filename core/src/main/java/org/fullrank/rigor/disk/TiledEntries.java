package org.fullrank.rigor.disk;

import java.io.IOException;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.fullrank.rigor.rounding.Rounding;

/**
 * The entries of a source times {@code 2^-exponent}, checked to be finite at every reading. What
 * the scaling loses is the radius, as for {@link SymmetricMatrix}: nothing when scaling up, less
 * than {@code eta} per entry when scaling down. A pass whose results enter a proof compares the
 * digest of what it has read with that of the first pass.
 */
final class TiledEntries {
  private final SymmetricSource source;
  private final int order;
  private final int exponent;
  private final EntryDigest known;
  private final double asymmetry;
  private long entriesRead;

  private TiledEntries(
      SymmetricSource source,
      int order,
      int exponent,
      EntryDigest known,
      double asymmetry,
      long entriesRead) {
    this.source = source;
    this.order = order;
    this.exponent = exponent;
    this.known = known;
    this.asymmetry = asymmetry;
    this.entriesRead = entriesRead;
  }

  /** Unscaled, for the pass that fills {@link #known}. */
  static TiledEntries unscaled(SymmetricSource source, int order) {
    return new TiledEntries(source, order, 0, new EntryDigest(order), 0, 0);
  }

  /** The same with the scaling and the radius that the first pass has found. */
  TiledEntries scaledFor(TiledSurvey survey) {
    int e = ErrorTerms.exponentFor(survey.largest());
    return new TiledEntries(source, order, e, known, survey.asymmetry(), entriesRead);
  }

  /** The digest of the first pass, with which the others must agree. */
  EntryDigest known() {
    return known;
  }

  /**
   * Compares a pass with the first one.
   *
   * @param pass digest of what the pass has read
   * @param from first column that the pass has read whole, where a band of columns begins
   * @param to end of these columns
   * @throws IOException if they differ
   */
  void requireSame(EntryDigest pass, int from, int to) throws IOException {
    int column = known.difference(pass, from, to);
    if (column >= 0) {
      throw new IOException(
          "the matrix was changed while it was read: columns "
              + column
              + " to "
              + (Math.min(order, column + EntryDigest.WIDTH) - 1)
              + " are not those that were checked at first; nobody may write to it meanwhile,"
              + " also not through a mapping");
    }
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
  double loss() {
    return exponent > 0 ? ErrorTerms.underflow(order) : 0;
  }

  /**
   * Bound of the distance between the scaled lower triangle and the matrices meant, in scaled
   * units: that loss, and the asymmetry.
   */
  double radius() {
    return Rounding.addUp(loss(), ErrorTerms.scaleUp(asymmetry, -exponent));
  }

  /** An enclosure for the scaled entries as one for the stored ones. */
  Interval unscaled(Interval scaled) {
    if (Double.isInfinite(radius())) {
      return Interval.ENTIRE;
    }
    return ErrorTerms.scale(scaled.add(new Interval(-radius(), radius())), exponent);
  }

  double scaled(double entry) {
    return exponent == 0 ? entry : Math.scalb(entry, -exponent);
  }

  /** As {@link #read(int, int, int, double[])}, and the digest takes up what was read. */
  void read(int row, int first, int count, double[] target, EntryDigest digest) throws IOException {
    fetch(row, first, count, target);
    digest.add(row, first, count, target);
    scale(target, count);
  }

  /** Entries of a row into the first elements of the target, without a digest. */
  void read(int row, int first, int count, double[] target) throws IOException {
    fetch(row, first, count, target);
    scale(target, count);
  }

  private void fetch(int row, int first, int count, double[] target) throws IOException {
    source.read(row, first, count, target, 0);
    entriesRead += count;
    for (int j = 0; j < count; j++) {
      if (!(Math.abs(target[j]) <= Double.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "expected finite entries but got "
                + target[j]
                + " at ("
                + row
                + ", "
                + (first + j)
                + ")");
      }
    }
  }

  private void scale(double[] target, int count) {
    if (exponent != 0) {
      for (int j = 0; j < count; j++) {
        target[j] = Math.scalb(target[j], -exponent);
      }
    }
  }
}
