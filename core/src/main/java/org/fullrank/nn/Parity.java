package org.fullrank.nn;

/** What becomes of a scalar function and its derivative at {@code -x}, for every real {@code x}. */
public enum Parity {
  /** {@code sigma(-x) = -sigma(x)} and {@code sigma'(-x) = sigma'(x)}. */
  ODD,

  /** {@code sigma(-x) = sigma(x)} and {@code sigma'(-x) = -sigma'(x)}. */
  EVEN,

  /** Neither, or nothing is known. */
  NONE
}
