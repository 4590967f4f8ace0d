package org.fullrank.linalg;

/** Where finished tiles go; called from several threads, for different places. */
public interface TileSink {
  /**
   * Takes a block.
   *
   * @param row number of its first row
   * @param column number of its first column
   * @param height its rows
   * @param width its columns
   * @param values its values, row-major from 0 on; the array is used again afterwards
   */
  void put(long row, long column, int height, int width, double[] values);

  /**
   * Takes a block in single precision.
   *
   * @param row number of its first row
   * @param column number of its first column
   * @param height its rows
   * @param width its columns
   * @param values its values, row-major from 0 on; the array is used again afterwards
   */
  void put(long row, long column, int height, int width, float[] values);
}
