package org.fullrank.diagnosis;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.diagnosis.SingularityCause.Kind;
import org.fullrank.rigor.Subject;

/** Causes that are seen in the entries of a stored matrix, for its row rank. */
final class MatrixCauses {
  private MatrixCauses() {}

  static List<SingularityCause> of(double[][] rows, List<String> notes) {
    List<SingularityCause> found = new ArrayList<>();
    long n = rows.length;
    if (rows[0].length < n) {
      add(
          found,
          Kind.FEW_FEATURES,
          (long) rows[0].length,
          List.of(),
          rows[0].length + " columns for " + n + " rows");
    }
    List<Long> zero = Rows.zero(rows);
    if (!zero.isEmpty()) {
      add(
          found,
          Kind.ZERO_ROWS,
          n - zero.size(),
          List.of(zero),
          "rows are 0, numbers " + Witnesses.text(List.of(zero)));
    }
    List<List<Long>> equal = Rows.equalNonzero(rows);
    if (!equal.isEmpty()) {
      add(
          found,
          Kind.DUPLICATE_ROWS,
          n - Rows.surplus(equal) - zero.size(),
          equal,
          "rows are equal to the bit, numbers " + Witnesses.text(equal));
    }
    if (!found.isEmpty()) {
      return found;
    }
    if (!ExactRank.isFeasible(rows)) {
      notes.add("exact dependence of the rows was not examined: too many entries");
      return found;
    }
    ExactRank exact = ExactRank.of(rows);
    if (exact.rank() < n) {
      add(
          found,
          Kind.DEPENDENT_ROWS,
          exact.rank(),
          List.of(exact.dependent()),
          "a combination of rows vanishes exactly, numbers "
              + Witnesses.text(List.of(exact.dependent())));
    }
    return found;
  }

  private static void add(
      List<SingularityCause> found, Kind kind, long rank, List<List<Long>> witnesses, String text) {
    found.add(SingularityCause.proved(kind, Subject.STORED_MATRIX, rank, witnesses, text));
  }
}
