package org.fullrank.enclosure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No verified statement about a hostile network is false, and many are made. */
final class HostileSweepTest {
  private static final int SAMPLE = 40;
  private static final int ALL = 20_000;

  @ParameterizedTest
  @EnumSource
  void aSample(HostileCase.Kind kind) {
    check(new HostileSweep(kind).run(0, SAMPLE));
  }

  @ParameterizedTest
  @EnumSource
  @Tag("exhaustive")
  void all(HostileCase.Kind kind) {
    HostileSweep sweep = new HostileSweep(kind).run(1_000_000, ALL);
    System.out.println(sweep);
    check(sweep);
  }

  private static void check(HostileSweep sweep) {
    assertThat(sweep.violations()).as(sweep.toString()).isEmpty();
    assertThat(sweep.strongShare()).as(sweep.toString()).isGreaterThan(0.2);
  }
}
