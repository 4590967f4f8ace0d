package org.fullrank.report.plot;

/** Colours as {@code 0xRRGGBB}. */
final class Palette {
  static final int INK = 0x222222;
  static final int GREY = 0x5f5f5f;
  static final int GRID = 0xe3e3e3;
  static final int FAINT_GRID = 0xf3f3f3;
  static final int WHITE = 0xffffff;

  /** Colours of Okabe and Ito, which stay apart under the common colour-vision deficiencies. */
  private static final int[] SERIES = {0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9};

  private Palette() {}

  /** The colour of a series, from 0. */
  static int series(int index) {
    return SERIES[index % SERIES.length];
  }
}
