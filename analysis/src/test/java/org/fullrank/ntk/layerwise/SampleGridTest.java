package org.fullrank.ntk.layerwise;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SampleGridTest {
  @Test
  void gridsCoverEverySampleOnce() {
    for (int n : new int[] {1, 2, 3, 47, 64, 100, 257, 1000, 1797, 20_000}) {
      for (int k : new int[] {1, 2, 3, 10, 100, 300}) {
        for (int rows : new int[] {1, k}) {
          SampleGrid grid = SampleGrid.of(n, rows, k);
          assertThat(grid.start(0)).isZero();
          assertThat(grid.start(grid.tiles())).isEqualTo(n);
          int next = 0;
          for (SampleGrid.Pass pass : grid.passes(0, grid.tiles())) {
            assertThat(pass.from()).isEqualTo(next);
            assertThat(pass.to() - pass.from()).isBetween(1, grid.passSamples());
            next = pass.to();
          }
          assertThat(next).isEqualTo(n);
          for (int t = 0; t < grid.tiles(); t++) {
            assertThat(grid.size(t)).isBetween(1, grid.largest());
          }
        }
      }
    }
  }
}
