package org.fullrank.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.io.Json;
import org.fullrank.io.NetworkFile;
import org.fullrank.io.Npy;
import org.fullrank.linalg.Tensors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Losses and final outputs of gradient descent by another program with automatic derivatives. */
final class GradientDescentFixtureTest {
  /** Rounding of 60 contracting steps in two programs: their authors saw 9e-15. */
  private static final double RELATIVE = 1e-11;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pub01_fc_tanh_h2_k1_ntk_bias",
        "pub02_fc_relu_h3_k3_std_nobias",
        "pub03_fc_erf_h1_k10_ntk_nobias",
        "pub04_fc_gelu_h4_k3_std_bias",
        "pub05_res_post_tanh_L4_k3_invsqrtL",
        "pub06_res_pre2_relu_L3_tauL_k1",
        "pub07_deep_linear_L5_k3_zero",
        "pub10_rankdef_fc_relu_h1_k1"
      })
  void lossesAndFinalOutputs(String name) throws IOException, URISyntaxException {
    Path folder =
        Path.of(
            Objects.requireNonNull(getClass().getResource("/fixtures/training/" + name)).toURI());
    NetworkFile file = NetworkFile.read(folder);
    Json.Obj settings =
        (Json.Obj) Objects.requireNonNull(file.manifest().get("nonlinear_gd"), "nonlinear_gd");
    double eta = ((Json.Num) Objects.requireNonNull(settings.get("eta"))).value();
    double[] losses = Tensors.toDoubles(Npy.read(folder.resolve("nonlinear_gd_loss.npy")));
    INDArray x = Npy.read(folder.resolve("X.npy"));
    INDArray y = Npy.read(folder.resolve("Y.npy"));
    TrainingProblem problem = TrainingProblem.of(file.network(), file.theta(), x, y);
    try (TrainingRun run =
        TrainingRun.start(problem, GradientDescent.withStepSize(eta), Recording.every(1))) {
      assertThat(run.advance(losses.length - 1)).isEqualTo(RunStatus.READY);
      double[] got = run.trajectory().series(Snapshot::loss);
      assertThat(got).hasSameSizeAs(losses);
      for (int t = 0; t < got.length; t++) {
        assertThat(got[t]).as("loss %d", t).isCloseTo(losses[t], within(RELATIVE * losses[0]));
      }
      double[] outputs = Tensors.toDoubles(file.network().forward(run.theta(), x));
      double[] expected =
          Tensors.toDoubles(Npy.read(folder.resolve("nonlinear_gd_final_forward.npy")));
      double scale = 0;
      for (double v : expected) {
        scale = Math.max(scale, Math.abs(v));
      }
      assertThat(outputs).containsExactly(expected, within(RELATIVE * scale));
    }
  }
}
