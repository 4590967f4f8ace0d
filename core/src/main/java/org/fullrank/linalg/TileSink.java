package org.fullrank.linalg;

/** Where finished tiles go, row by row; called from several threads, for different places. */
public interface TileSink {
  /**
   * Takes a piece of a row.
   *
   * @param row number of the row
   * @param column number of the first column
   * @param values where the values are; reused afterwards
   * @param offset first of them
   * @param count how many
   */
  void put(long row, long column, double[] values, int offset, int count);

  /**
   * Takes a piece of a row in single precision.
   *
   * @param row number of the row
   * @param column number of the first column
   * @param values where the values are; reused afterwards
   * @param offset first of them
   * @param count how many
   */
  void put(long row, long column, float[] values, int offset, int count);
}
