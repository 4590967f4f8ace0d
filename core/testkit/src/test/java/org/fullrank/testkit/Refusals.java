package org.fullrank.testkit;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Which tests of a contract fail. */
final class Refusals {
  private Refusals() {}

  /** Names of the failing tests, each with the message. */
  static List<String> of(Stream<DynamicTest> contract) {
    return contract.flatMap(test -> failure(test).stream()).toList();
  }

  private static List<String> failure(DynamicTest test) {
    try {
      test.getExecutable().execute();
      return List.of();
    } catch (Throwable e) { // whatever JUnit would report
      return List.of(test.getDisplayName() + ": " + e.getMessage());
    }
  }
}
