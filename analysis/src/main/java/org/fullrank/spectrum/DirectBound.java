package org.fullrank.spectrum;

import java.util.Objects;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.eigen.DeterminantBound;
import org.fullrank.rigor.eigen.EigenvalueBound;
import org.fullrank.rigor.eigen.EnclosureStatus;
import org.fullrank.rigor.eigen.GershgorinBound;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.eigen.WolkowiczStyanBound;
import org.fullrank.spectrum.solver.Progress;

/**
 * Any bound of {@code org.fullrank.rigor.eigen}, applied to an operator or a matrix. Gershgorin's
 * discs and the trace bounds cost one pass over the entries and are usually wide.
 *
 * <p>The results are marked {@code VERIFIED} on the word of the method: an {@link EigenvalueBound}
 * from outside this library is presumed to keep the promise of that interface, which nothing
 * checks.
 */
public final class DirectBound implements SpectralBound {
  private final EigenvalueBound method;
  private final ProgressListener progress;

  private DirectBound(EigenvalueBound method, ProgressListener progress) {
    this.method = method;
    this.progress = progress;
  }

  /**
   * A bound by any method.
   *
   * @param method a method whose enclosures always hold; presumed, not checked
   * @return the bound
   */
  public static DirectBound of(EigenvalueBound method) {
    return new DirectBound(Objects.requireNonNull(method, "method"), ProgressListener.none());
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

  /**
   * With a listener, which is told how many of three steps are done: the matrix stored, its
   * smallest eigenvalue bounded, its largest one.
   *
   * @param listener called by the thread that calls {@code enclose}
   * @return the bound
   */
  public DirectBound withProgress(ProgressListener listener) {
    return new DirectBound(method, Proof.guarding(listener));
  }

  @Override
  public String name() {
    return method.name();
  }

  @Override
  public Extremes enclose(SymmetricOperator a) {
    Progress steps = Progress.begin(progress, name(), 3);
    return enclose(CholeskyBound.stored(a), steps);
  }

  @Override
  public Extremes enclose(SymmetricMatrix matrix) {
    return enclose(matrix, Progress.begin(progress, name(), 3));
  }

  private Extremes enclose(SymmetricMatrix matrix, Progress steps) {
    steps.add(1);
    Quantity smallest = method.lambdaMin("lambda_min", matrix);
    steps.add(1);
    Quantity largest = method.lambdaMax("lambda_max", matrix);
    steps.add(1);
    return new Extremes(
        smallest, largest, EnclosureStatus.CHEAP_BOUNDS_ONLY, EnclosureStatus.CHEAP_BOUNDS_ONLY, 0);
  }
}
