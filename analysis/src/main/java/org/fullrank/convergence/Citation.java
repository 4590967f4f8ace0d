package org.fullrank.convergence;

/**
 * Where a theorem comes from and how the certified statement differs from the published one.
 *
 * @param authors such as {@code "D. Zou, P. M. Long, Q. Gu"}
 * @param title of the paper
 * @param where journal, conference or preprint number, with year
 * @param relation how the certified statement relates to the paper's
 */
public record Citation(String authors, String title, String where, String relation) {
  /** Checks the texts. */
  public Citation {
    for (String text : new String[] {authors, title, where, relation}) {
      if (text.isBlank()) {
        throw new IllegalArgumentException("Citation expects four texts but got a blank one");
      }
    }
  }

  @Override
  public String toString() {
    return authors + ", " + title + ", " + where + ". " + relation;
  }
}
