package org.fullrank.diagnosis;

import java.util.List;

/**
 * A computed eigenvector of the smallest eigenvalue in magnitude: what a kernel cannot see, or
 * hardly. It is an observation, not a cause.
 *
 * @param eigenvalue computed
 * @param relative eigenvalue over the largest one in magnitude
 * @param samples the rows (or samples) that carry 99 % of the squared vector, heaviest first
 * @param share the part of the squared vector that the listed samples carry
 */
public record NullVector(double eigenvalue, double relative, List<Long> samples, double share) {
  /** Copies the samples. */
  public NullVector {
    samples = List.copyOf(samples);
  }
}
