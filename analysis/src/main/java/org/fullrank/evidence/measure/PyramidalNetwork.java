package org.fullrank.evidence.measure;

import java.util.List;
import java.util.Optional;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;

/**
 * The numbers of a network with one wide layer and a pyramid on top, at its initial parameters.
 * With samples as rows: {@code F_0 = X}, {@code F_l = phi_l(Z_l)}, {@code Z_l = g_l F_(l-1) W_l}
 * plus a bias, {@code f = Z_L}, widths {@code n_1 >= n} and {@code n_2 >= ... >= n_L = k}.
 *
 * @param obstacle why the network is not of this form; the numbers then mean nothing
 * @param depth number L of dense layers, at least 2
 * @param features {@code sigma_min(F_1)}, the square root of {@code lambda_min(F_1 F_1^T)}
 * @param secondScale the factor {@code g_2}, exact
 * @param slopes {@code min |phi_l'(Z_l)|} over units and samples, for {@code l = 2..L-1}
 * @param weights {@code g_l sigma_min(W_l)} for {@code l = 3..L}, {@code W_l} having at least as
 *     many rows as columns
 * @param norms {@code ||W_l||} for {@code l = 1..L}
 * @param normX {@code ||X||}
 * @param frobeniusX {@code ||X||_F}
 * @param published whether there are no biases and all {@code g_l = 1}, as in the paper
 */
public record PyramidalNetwork(
    Optional<String> obstacle,
    int depth,
    Quantity features,
    double secondScale,
    List<Quantity> slopes,
    List<Quantity> weights,
    List<Quantity> norms,
    Quantity normX,
    Quantity frobeniusX,
    boolean published) {
  /** Checks the counts and copies the lists. */
  public PyramidalNetwork {
    slopes = List.copyOf(slopes);
    weights = List.copyOf(weights);
    norms = List.copyOf(norms);
    if (depth < 2
        || slopes.size() != depth - 2
        || weights.size() != depth - 2
        || norms.size() != depth) {
      throw new IllegalArgumentException(
          "PyramidalNetwork expects L >= 2, L - 2 slopes and weights and L norms but got "
              + depth
              + ", "
              + slopes.size()
              + ", "
              + weights.size()
              + " and "
              + norms.size());
    }
  }

  /**
   * A network of another form.
   *
   * @param obstacle why
   * @return numbers of which nothing is known
   */
  public static PyramidalNetwork not(String obstacle) {
    Quantity q = Facts.unknown("unknown", Interval.atLeast(0));
    return new PyramidalNetwork(
        Optional.of(obstacle), 2, q, 1, List.of(), List.of(), List.of(q, q), q, q, false);
  }
}
