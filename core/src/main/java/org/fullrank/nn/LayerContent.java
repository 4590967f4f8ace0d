package org.fullrank.nn;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Receives what decides a layer's map besides its class, its text, its parameters and its parts.
 * Two layers that tell the same are the same map.
 */
public interface LayerContent {
  /**
   * A factor or another number.
   *
   * @param value any double
   */
  void number(double value);

  /**
   * A name or a choice.
   *
   * @param value any text
   */
  void text(String value);

  /**
   * Numbers that are not trained.
   *
   * @param values not written, not closed
   */
  void array(INDArray values);
}
