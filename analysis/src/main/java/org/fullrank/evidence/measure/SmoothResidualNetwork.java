package org.fullrank.evidence.measure;

import java.util.Optional;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Rigor;

/**
 * The description of a smooth residual network in the scaling of Du et al. and Gulcu, with {@code g
 * = sqrt(c_sigma/m)}:
 *
 * <pre>{@code
 * u_1 = phi(W_1 x),   u_l = u_(l-1) + (c_res/(H sqrt(c_sigma))) phi(g W_l u_(l-1)),   f = g v u_H.
 * }</pre>
 *
 * @param obstacle why the network is not of this form; the numbers then mean nothing
 * @param depth number H of activations, at least 1
 * @param width number m of units of a layer, at least 1
 * @param cSigma the normalisation, read off the scales
 * @param cRes the size of the branches, read off the scales; {@link Interval#ENTIRE} for depth 1,
 *     which has none
 * @param rigor how the description is known; {@code VERIFIED} if it was read off the problem
 */
public record SmoothResidualNetwork(
    Optional<String> obstacle, int depth, long width, Interval cSigma, Interval cRes, Rigor rigor) {
  /** Checks depth and width. */
  public SmoothResidualNetwork {
    Proof.require(rigor);
    if (depth < 1 || width < 1) {
      throw new IllegalArgumentException(
          "SmoothResidualNetwork expects depth and width of at least 1 but got "
              + depth
              + " and "
              + width);
    }
  }

  /**
   * A network of another form.
   *
   * @param obstacle why
   * @return a description of which nothing is known
   */
  public static SmoothResidualNetwork not(String obstacle) {
    return new SmoothResidualNetwork(
        Optional.of(obstacle), 1, 1, Interval.ENTIRE, Interval.ENTIRE, Facts.description());
  }
}
