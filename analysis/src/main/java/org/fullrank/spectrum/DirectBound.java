package org.fullrank.spectrum;

import java.util.Objects;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.rigor.DeterminantBound;
import org.fullrank.rigor.EigenvalueBound;
import org.fullrank.rigor.EnclosureStatus;
import org.fullrank.rigor.GershgorinBound;
import org.fullrank.rigor.SymmetricMatrix;
import org.fullrank.rigor.WolkowiczStyanBound;

/**
 * Any bound of the package {@code org.fullrank.rigor}, applied to an operator. Gershgorin's discs
 * and the trace bounds cost one pass over the entries and are usually wide.
 *
 * <p>The results are marked {@code VERIFIED} on the word of the method: an {@link EigenvalueBound}
 * from outside this library is presumed to keep the promise of that interface, which nothing
 * checks.
 */
public final class DirectBound implements SpectralBound {
  private final EigenvalueBound method;

  private DirectBound(EigenvalueBound method) {
    this.method = method;
  }

  /**
   * A bound by any method.
   *
   * @param method a method whose enclosures always hold; presumed, not checked
   * @return the bound
   */
  public static DirectBound of(EigenvalueBound method) {
    return new DirectBound(Objects.requireNonNull(method, "method"));
  }

  /**
   * Gershgorin's discs.
   *
   * @return the bound
   */
  public static DirectBound gershgorin() {
    return of(GershgorinBound.create());
  }

  /**
   * Bounds from trace and Frobenius norm (Wolkowicz and Styan 1980).
   *
   * @return the bound
   */
  public static DirectBound wolkowiczStyan() {
    return of(WolkowiczStyanBound.create());
  }

  /**
   * Bounds from trace and determinant, for definite matrices.
   *
   * @return the bound
   */
  public static DirectBound determinant() {
    return of(DeterminantBound.withDefaults());
  }

  @Override
  public String name() {
    return method.name();
  }

  @Override
  public Extremes bound(SymmetricOperator a) {
    SymmetricMatrix matrix = CholeskyBound.stored(a);
    return new Extremes(
        method.lambdaMin("lambda_min", matrix),
        method.lambdaMax("lambda_max", matrix),
        EnclosureStatus.CHEAP_BOUNDS_ONLY,
        EnclosureStatus.CHEAP_BOUNDS_ONLY,
        0);
  }
}
