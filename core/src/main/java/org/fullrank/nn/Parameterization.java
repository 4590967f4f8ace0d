package org.fullrank.nn;

/** Where the scale of a dense layer's weights sits; {@code W} and {@code b} are what is trained. */
public enum Parameterization {
  /**
   * {@code z = (sigma_w / sqrt(in)) h W + sigma_b b} with {@code W, b ~ N(0, 1)}: the scale is a
   * fixed factor (Jacot, Gabriel, Hongler 2018).
   */
  NTK,
  /** {@code z = h W + b} with {@code W ~ N(0, sigma_w^2 / in)} and {@code b ~ N(0, sigma_b^2)}. */
  STANDARD
}
