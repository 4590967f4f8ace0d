package org.fullrank.rigor.eigen;

import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;

/**
 * A method that encloses the extreme eigenvalues of a symmetric matrix.
 *
 * <p>The enclosures hold for every matrix a {@link SymmetricMatrix} stands for, always: a method
 * that achieves little returns a wide interval, in the worst case {@link Interval#ENTIRE}.
 *
 * <p><b>Trust.</b> The interface is open, and the methods that return a {@link Quantity} mark it
 * {@link Rigor#VERIFIED} on the word of the implementation. Whoever implements it joins the trusted
 * base: a method that only estimates must not implement this interface.
 */
public interface EigenvalueBound {
  /** Name of the method, as it appears in {@link Quantity#method}. */
  String name();

  /** Encloses the smallest eigenvalue. */
  Interval lambdaMin(SymmetricMatrix a);

  /** Encloses the largest eigenvalue. */
  Interval lambdaMax(SymmetricMatrix a);

  /** {@link #lambdaMin} as a verified quantity about the matrix's subject. */
  default Quantity lambdaMin(String symbol, SymmetricMatrix a) {
    return Quantity.verified(symbol, lambdaMin(a), a.subject(), a.method(name()));
  }

  /** {@link #lambdaMax} as a verified quantity about the matrix's subject. */
  default Quantity lambdaMax(String symbol, SymmetricMatrix a) {
    return Quantity.verified(symbol, lambdaMax(a), a.subject(), a.method(name()));
  }
}
