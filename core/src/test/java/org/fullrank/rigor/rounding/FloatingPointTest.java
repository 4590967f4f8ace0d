package org.fullrank.rigor.rounding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.fullrank.oracle.FlushedMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FloatingPointTest {
  private static final double NEXT = 1 + 0x1p-52;

  @Test
  void thisThreadIsSound() {
    assertThatCode(FloatingPoint::requireIeee).doesNotThrowAnyException();
  }

  @Test
  void everyOtherModeIsNoticed() {
    double subnormal = 0x1p-1023;
    assertThat(FloatingPoint.isIeee(1, NEXT, subnormal)).isTrue();
    assertThat(FloatingPoint.isIeee(1, NEXT, 0)).as("flush to zero").isFalse();
    assertThat(FloatingPoint.isIeee(NEXT, NEXT, subnormal)).as("round up").isFalse();
    assertThat(FloatingPoint.isIeee(1, 1, subnormal)).as("round down or to zero").isFalse();
  }

  @ParameterizedTest
  @EnumSource(FlushedMode.class)
  void aSwitchedModeIsSeen(FlushedMode mode) throws Exception {
    mode.call(
        () ->
            assertThatThrownBy(FloatingPoint::requireIeee)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("floating-point mode"));
    FloatingPoint.requireIeee();
  }
}
