package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fullrank.evidence.measure.LinearChain;
import org.fullrank.evidence.measure.LinearFactor;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;

/**
 * The constants of a deep linear chain on the region {@code ||W_l - W_l(0)|| <= omega}, outward
 * rounded. A trained factor {@code M_l = e I + s_l W_l} then moves by at most {@code s_l omega}.
 */
final class LinearChainConstants {
  final LinearChain chain;

  /** {@code sr^2 sum_l (s_l prod_(j != l) lo_j)^2} over trained l: half the PL constant. */
  final Interval mu;

  private final Interval[] up;

  LinearChainConstants(LinearChain chain, double omega) {
    this.chain = chain;
    List<LinearFactor> factors = chain.factors();
    int count = factors.size();
    Interval[] lo = new Interval[count];
    up = new Interval[count];
    for (int l = 0; l < count; l++) {
      LinearFactor m = factors.get(l);
      Interval moved = m.trained() ? m.scale().multiply(omega) : Interval.ZERO;
      lo[l] = m.sigmaMin().interval().subtract(moved).max(Interval.ZERO);
      up[l] = m.norm().interval().add(moved);
    }
    Interval sum = Interval.ZERO;
    Interval[] others = others(lo);
    for (int l = 0; l < count; l++) {
      if (factors.get(l).trained()) {
        sum = sum.add(others[l].multiply(factors.get(l).scale()).square());
      }
    }
    mu = sum.multiply(chain.sigmaX().interval().square());
  }

  /** Entry l: the product of all but entry l. */
  private static Interval[] others(Interval[] values) {
    int count = values.length;
    Interval[] out = new Interval[count];
    Interval before = Interval.ONE;
    for (int l = 0; l < count; l++) {
      out[l] = before;
      before = before.multiply(values[l]);
    }
    Interval after = Interval.ONE;
    for (int l = count - 1; l >= 0; l--) {
      out[l] = out[l].multiply(after);
      after = after.multiply(values[l]);
    }
    return out;
  }

  /**
   * Smoothness {@code sum_l K_l^2 + ||[K_lj]|| residual} where the residual is at most {@code
   * residual}, {@code K_l = ||X|| s_l prod_(i != l) up_i} and {@code K_lj = ||X|| s_l s_j prod_(i
   * != l, j) up_i}. The norm of the non-negative matrix is at most its largest row sum.
   */
  Interval smoothness(Interval residual) {
    Interval squares = Interval.ZERO;
    Interval[] others = others(up);
    int count = up.length;
    Interval[] rows = new Interval[count];
    Arrays.fill(rows, Interval.ZERO);
    Interval before = Interval.ONE;
    Interval[] after = new Interval[count + 1];
    after[count] = Interval.ONE;
    for (int l = count - 1; l >= 0; l--) {
      after[l] = after[l + 1].multiply(up[l]);
    }
    Interval normX = chain.normX().interval();
    for (int l = 0; l < count; l++) {
      LinearFactor m = chain.factors().get(l);
      if (m.trained()) {
        squares = squares.add(others[l].multiply(m.scale()).multiply(normX).square());
        Interval between = before.multiply(m.scale()).multiply(normX);
        for (int j = l + 1; j < count; j++) {
          LinearFactor later = chain.factors().get(j);
          if (later.trained()) {
            Interval pair = between.multiply(later.scale()).multiply(after[j + 1]);
            rows[l] = rows[l].add(pair);
            rows[j] = rows[j].add(pair);
          }
          between = between.multiply(up[j]);
        }
      }
      before = before.multiply(up[l]);
    }
    Interval norm = Interval.ZERO;
    for (Interval row : rows) {
      norm = norm.max(row);
    }
    // Only the upper end is a bound of the norm; more is not needed.
    return squares.add(norm.multiply(residual));
  }

  /** The inputs and, unless only they matter, all factors; a fixed one has no {@code s_l}. */
  Quantity[] measured() {
    List<Quantity> all = new ArrayList<>();
    all.add(chain.sigmaX().withSymbol("s"));
    all.add(chain.normX().withSymbol("||X||"));
    all.add(chain.excess().withSymbol("Delta_0"));
    all.add(Setting.of("H", chain.factors().size()));
    for (int l = 1; l <= chain.factors().size(); l++) {
      LinearFactor m = chain.factors().get(l - 1);
      all.add(m.sigmaMin().withSymbol("sigma_min(M_" + l + ")"));
      all.add(m.norm().withSymbol("||M_" + l + "||"));
      if (m.trained()) {
        all.add(Setting.read("s_" + l, m.scale(), "fixed factor of the weights"));
      }
    }
    return all.toArray(new Quantity[0]);
  }

  /** A derived number, as rigorous as the measured ones. */
  Quantity quantity(String symbol, String formula, Interval value) {
    List<Quantity> operands = new ArrayList<>(List.of(chain.normX(), chain.loss(), chain.excess()));
    for (LinearFactor m : chain.factors()) {
      operands.add(m.sigmaMin());
      operands.add(m.norm());
    }
    return Quantity.derived(
        symbol, formula, value, chain.sigmaX(), operands.toArray(new Quantity[0]));
  }
}
