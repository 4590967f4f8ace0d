package org.fullrank.training;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What was recorded at one step.
 *
 * @param step number of steps made
 * @param time sum of their sizes
 * @param loss the loss
 * @param residualNorm Frobenius norm of outputs minus targets
 * @param distance Euclidean norm of theta minus the initial theta
 * @param more series of the recorders, by name
 */
public record Snapshot(
    long step,
    double time,
    double loss,
    double residualNorm,
    double distance,
    Map<String, Double> more) {
  /** Copies the map, keeping its order. */
  public Snapshot {
    more = Collections.unmodifiableMap(new LinkedHashMap<>(more));
  }
}
