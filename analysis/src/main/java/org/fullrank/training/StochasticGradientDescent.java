package org.fullrank.training;

import java.util.Locale;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Minibatch gradient descent {@code theta <- theta - eta G}, {@code G} an unbiased estimate of the
 * gradient: the loss of the batch, times {@code n / |B|} where the loss sums over samples.
 *
 * <p>The batch of step t depends on the seed and t only. A network that couples samples, such as by
 * a normalisation over them, is refused: in a batch it computes another function.
 */
public final class StochasticGradientDescent implements TrainingMethod {
  /** How batches are drawn. */
  public enum Sampling {
    /** Each step anew: {@code |B|} different samples, all subsets equally likely. */
    WITHOUT_REPLACEMENT,
    /** Each step anew: {@code |B|} independent uniform samples, which may repeat. */
    WITH_REPLACEMENT,
    /**
     * A new random order in every epoch, cut into batches; the samples left over at the end of an
     * epoch are skipped.
     */
    EPOCHS
  }

  private final StepSize stepSize;
  private final String description;
  private final int batch;
  private final Sampling sampling;
  private final Seed seed;
  private final Momentum momentum;

  private StochasticGradientDescent(
      StepSize stepSize,
      String description,
      int batch,
      Sampling sampling,
      Seed seed,
      Momentum momentum) {
    this.stepSize = stepSize;
    this.description = description;
    this.batch = batch;
    this.sampling = sampling;
    this.seed = seed;
    this.momentum = momentum;
  }

  /**
   * Batches without replacement, drawn anew for each step.
   *
   * @param eta positive step size
   * @param batch number of samples of a batch, at least 1
   * @param seed of all batches
   * @return the method
   */
  public static StochasticGradientDescent of(double eta, int batch, Seed seed) {
    if (batch < 1) {
      throw new IllegalArgumentException(
          "StochasticGradientDescent expects a batch of at least 1 but got " + batch);
    }
    return new StochasticGradientDescent(
        StepSize.constant(eta),
        "eta = " + eta,
        batch,
        Sampling.WITHOUT_REPLACEMENT,
        seed,
        Momentum.NONE);
  }

  /**
   * With another way of drawing.
   *
   * @param newSampling how batches are drawn
   * @return the changed method
   */
  public StochasticGradientDescent withSampling(Sampling newSampling) {
    return new StochasticGradientDescent(stepSize, description, batch, newSampling, seed, momentum);
  }

  /**
   * With a schedule of step sizes.
   *
   * @param schedule step sizes
   * @param newDescription of the schedule; a run is resumed only by a method of the same name
   * @return the changed method
   */
  public StochasticGradientDescent withSchedule(StepSize schedule, String newDescription) {
    return new StochasticGradientDescent(schedule, newDescription, batch, sampling, seed, momentum);
  }

  /**
   * With heavy-ball momentum: {@code v <- mu v + G}, {@code theta <- theta - eta v} (Polyak 1964,
   * in the scaling of PyTorch). No certificate of this library speaks about it.
   *
   * @param mu at least 0, less than 1
   * @return the changed method
   */
  public StochasticGradientDescent withMomentum(double mu) {
    return new StochasticGradientDescent(
        stepSize, description, batch, sampling, seed, new Momentum(mu));
  }

  @Override
  public String name() {
    return "stochastic gradient descent, "
        + description
        + ", batches of "
        + batch
        + " "
        + sampling.name().toLowerCase(Locale.ROOT).replace('_', ' ')
        + ", seed "
        + seed.value()
        + momentum.text();
  }

  /** The velocity, if there is momentum. */
  @Override
  public double[] initialMemory(TrainingProblem problem) {
    requireSeparateSamples(problem);
    return momentum.initialMemory(problem);
  }

  @Override
  public double step(TrainingProblem problem, long step, INDArray theta, double[] memory) {
    int n = (int) problem.samples();
    if (batch > n) {
      throw new IllegalArgumentException(
          "batches expect at most the " + n + " samples there are but got " + batch);
    }
    requireSeparateSamples(problem);
    int[] rows = batch(step, n);
    double eta = stepSize.at(step);
    double scale = problem.loss().averages() ? 1 : n / (double) batch;
    try (INDArray x = gather(problem.x(), rows);
        INDArray y = gather(problem.y(), rows)) {
      double loss = momentum.step(problem, theta, x, y, scale, eta, memory);
      return Double.isFinite(loss) ? eta : Double.NaN;
    }
  }

  private static void requireSeparateSamples(TrainingProblem problem) {
    if (problem.network().traits().couplesSamples()) {
      throw new IllegalArgumentException(
          "StochasticGradientDescent expects a network that computes every sample by itself,"
              + " because a batch changes what the others do, but got "
              + problem.network()
              + "; use GradientDescent, which takes all samples");
    }
  }

  /** The samples of a step. */
  int[] batch(long step, int n) {
    int[] rows = new int[batch];
    if (sampling == Sampling.WITH_REPLACEMENT) {
      RandomStream random = seed.stream("batch " + step);
      for (int b = 0; b < batch; b++) {
        rows[b] = random.nextInt(n);
      }
      return rows;
    }
    int perEpoch = sampling == Sampling.EPOCHS ? n / batch : 1;
    long epoch = step / perEpoch;
    int from = (int) (step % perEpoch) * batch;
    RandomStream random = seed.stream("batch " + epoch);
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    // Fisher-Yates from the front: only the first from + batch places are needed.
    for (int i = 0; i < from + batch; i++) {
      int other = i + random.nextInt(n - i);
      int kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
    System.arraycopy(order, from, rows, 0, batch);
    return rows;
  }

  private static INDArray gather(INDArray a, int[] rows) {
    double[] all = Tensors.toDoubles(a);
    int size = all.length / (int) a.size(0);
    double[] some = new double[rows.length * size];
    for (int b = 0; b < rows.length; b++) {
      System.arraycopy(all, rows[b] * size, some, b * size, size);
    }
    long[] shape = a.shape().clone();
    shape[0] = rows.length;
    return Tensors.of(a.dataType(), some, shape);
  }
}
