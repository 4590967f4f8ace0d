package org.fullrank.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fullrank.convergence.Certificate;
import org.fullrank.rigor.Quantity;

/** One piece of a section. Neighbours of the same kind join, so that they share a table. */
sealed interface Block {

  /** Plain text; blank lines separate paragraphs. */
  record Prose(String text) implements Block {}

  /** Something the reader should know before trusting the rest. */
  record Warning(String text) implements Block {}

  /** A picture in a file next to the report. */
  record Figure(String file, String caption) implements Block {}

  /** Names and values in the order of insertion. */
  record Facts(Map<String, String> items) implements Block {
    public Facts {
      items = Collections.unmodifiableMap(new LinkedHashMap<>(items));
    }
  }

  /** Numbers with their enclosures. */
  record Quantities(List<Quantity> items) implements Block {
    public Quantities {
      items = List.copyOf(items);
    }
  }

  /** Answers. */
  record Findings(List<Finding> items) implements Block {
    public Findings {
      items = List.copyOf(items);
    }
  }

  /** A theorem with its hypotheses and what follows. */
  record Proof(Certificate certificate) implements Block {}

  /** These blocks followed by {@code next}, joined with the last one if both are of one kind. */
  static List<Block> append(List<Block> blocks, Block next) {
    List<Block> result = new ArrayList<>(blocks);
    if (!blocks.isEmpty()) {
      Block last = blocks.get(blocks.size() - 1);
      if (last instanceof Facts a && next instanceof Facts b) {
        Map<String, String> items = new LinkedHashMap<>(a.items());
        items.putAll(b.items());
        result.set(blocks.size() - 1, new Facts(items));
        return List.copyOf(result);
      }
      if (last instanceof Quantities a && next instanceof Quantities b) {
        result.set(blocks.size() - 1, new Quantities(join(a.items(), b.items())));
        return List.copyOf(result);
      }
      if (last instanceof Findings a && next instanceof Findings b) {
        result.set(blocks.size() - 1, new Findings(join(a.items(), b.items())));
        return List.copyOf(result);
      }
    }
    result.add(next);
    return List.copyOf(result);
  }

  private static <T> List<T> join(List<T> first, List<T> second) {
    List<T> joined = new ArrayList<>(first);
    joined.addAll(second);
    return joined;
  }
}
