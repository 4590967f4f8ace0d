package org.fullrank.convergence;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Where a theorem comes from and how the certified statement differs from the published one. If it
 * comes from several papers, authors, titles and places are each separated by {@code "; "}, in the
 * same order.
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

  /** One paper after the other, then the relation. */
  @Override
  public String toString() {
    String[] who = authors.split("; ", -1);
    String[] what = title.split("; ", -1);
    String[] places = where.split("; ", -1);
    if (who.length != what.length || who.length != places.length) { // one paper, printed twice
      return authors + ", " + title + ", " + where + ". " + relation;
    }
    return IntStream.range(0, who.length)
            .mapToObj(i -> who[i] + ", " + what[i] + ", " + places[i])
            .collect(Collectors.joining("; "))
        + ". "
        + relation;
  }
}
