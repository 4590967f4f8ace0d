package org.fullrank.diagnosis;

import java.util.List;
import java.util.stream.Collectors;

/** Groups of numbers in words. */
final class Witnesses {
  private static final int GROUPS = 4;
  private static final int MEMBERS = 6;

  private Witnesses() {}

  static String text(List<List<Long>> groups) {
    String shown =
        groups.stream().limit(GROUPS).map(Witnesses::group).collect(Collectors.joining("; "));
    return groups.size() > GROUPS ? shown + "; ..." : shown;
  }

  private static String group(List<Long> members) {
    String shown =
        members.stream().limit(MEMBERS).map(String::valueOf).collect(Collectors.joining(", "));
    return members.size() > MEMBERS ? shown + ", ..." : shown;
  }
}
