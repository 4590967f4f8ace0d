package org.fullrank.ntk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A plan says that a kernel can be computed exactly if it can. */
class GramPlanTest {
  private static EmpiricalNtk ntk(int outputs) {
    Network network = Network.of(Shape.of(1), Dense.of("a", 1, outputs));
    return EmpiricalNtk.of(network, network.initialize(Seed.of(1)));
  }

  private static INDArray ones(long n) {
    return Tensors.filled(DataType.DOUBLE, 1, n, 1);
  }

  @Test
  void anArrayHasFewerThanTwoToThe31Entries() {
    try (INDArray x = ones(5000)) {
      EmpiricalNtk ntk = ntk(10);
      GramPlan plan = ntk.plan(x);
      assertThat(plan.fits()).isFalse();
      assertThat(plan.summary())
          .contains("has 50000 rows", "2^31 entries", "gramToFile with", "traceKernel with")
          .doesNotContain("a budget of");
      assertThatThrownBy(() -> ntk.gram(x))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("2^31");
      assertThat(ntk.planTrace(x).fits()).isTrue();
    }
    try (INDArray x = ones(50_000)) {
      assertThat(ntk(1).planTrace(x).fits()).isFalse();
      assertThatThrownBy(() -> ntk(1).traceKernel(x)).hasMessageContaining("2^31");
    }
  }

  /** The largest order whose square is below 2^31: 17 GB, more than the tests may take. */
  @Test
  void theProcessMayTakeNoMoreThanJavaCppAllows() {
    assumeTrue(Backend.describe().maxPhysicalBytes() > 0);
    assumeTrue(Backend.describe().maxPhysicalBytes() < 17_000_000_000L);
    try (INDArray x = ones(4634)) {
      EmpiricalNtk ntk = ntk(10);
      GramPlan plan = ntk.plan(x);
      assertThat(plan.offHeapBytes()).isGreaterThan(8L * 46340 * 46340);
      assertThat(plan.budgetBytes()).isLessThan(Backend.describe().maxPhysicalBytes());
      assertThat(plan.fits()).isFalse();
      assertThat(plan.summary())
          .contains("does not fit", "a budget of", "maxphysicalbytes", "gramToFile with")
          .doesNotContain("2^31", "unlimited");
      long before = Backend.tensorBytes();
      EmpiricalNtk large = ntk.withMemoryBudget(1L << 40);
      for (EmpiricalNtk one : new EmpiricalNtk[] {ntk, large}) {
        assertThatThrownBy(() -> one.gram(x))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("does not fit");
      }
      assertThat(Backend.tensorBytes()).isLessThanOrEqualTo(before);
    }
  }

  @Test
  void aFileNeedsRoom(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("gram.npy");
    GramDisk empty = GramDisk.of(file);
    assertThat(empty.secondsPerByte()).isPositive();
    assertThat(empty.refusal(1000)).isEmpty();
    assertThat(new GramDisk(0, 1000).refusal(1000)).isEmpty();
    assertThat(new GramDisk(0, 1000).refusal(1001)).contains("room for 1 MiB");
    try (INDArray x = ones(40)) {
      EmpiricalNtk ntk = ntk(1);
      GramPlan plan = ntk.planFile(x, file);
      assertThat(plan.fits()).isTrue();
      ntk.gramToFile(x, file);
      assertThat(plan.fileBytes()).isEqualTo(Files.size(file));
      assertThatThrownBy(() -> ntk.planFile(x, folder.resolve("none").resolve("g.npy")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("existing folder");
    }
  }
}
