package org.fullrank.training;

import java.util.Arrays;
import java.util.List;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Slot;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The two-phase algorithm of Kawaguchi and Sun (2021): any method trains all layers for {@code tau}
 * steps, then the hidden parameters are perturbed once by small Gaussians, then gradient descent
 * trains the last layer alone.
 *
 * <p>With features of full row rank the second phase reaches the global minimum over all layers;
 * see {@code ExpressivityCondition}. What the perturbation is good for: the rank is full for almost
 * every choice of hidden parameters once it is for one (analytic activations).
 */
public final class TwoPhase implements TrainingMethod {
  private final TrainingMethod base;
  private final long tau;
  private final double perturbation;
  private final Seed seed;
  private final TrainingMethod last;

  private TwoPhase(
      TrainingMethod base, long tau, double perturbation, Seed seed, TrainingMethod last) {
    this.base = base;
    this.tau = tau;
    this.perturbation = perturbation;
    this.seed = seed;
    this.last = last;
  }

  /**
   * The algorithm.
   *
   * @param base method of the first phase
   * @param tau number of its steps, at least 0
   * @param last method of the second phase, for the last layer; step numbers go on counting
   * @return the method, with a perturbation of standard deviation {@code 1e-4} and seed 0
   */
  public static TwoPhase of(TrainingMethod base, long tau, TrainingMethod last) {
    if (tau < 0) {
      throw new IllegalArgumentException("TwoPhase expects tau >= 0 but got " + tau);
    }
    return new TwoPhase(base, tau, 1e-4, Seed.of(0), last);
  }

  /**
   * With another perturbation of the hidden parameters.
   *
   * @param standardDeviation at least 0
   * @param newSeed of the Gaussians
   * @return the changed method
   */
  public TwoPhase withPerturbation(double standardDeviation, Seed newSeed) {
    if (!(standardDeviation >= 0 && standardDeviation <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "withPerturbation expects a standard deviation >= 0 but got " + standardDeviation);
    }
    return new TwoPhase(base, tau, standardDeviation, newSeed, last);
  }

  @Override
  public String name() {
    return "two-phase: "
        + tau
        + " steps of "
        + base.name()
        + "; perturbation "
        + perturbation
        + " with seed "
        + seed.value()
        + "; last layer by "
        + last.name();
  }

  @Override
  public double[] initialMemory(TrainingProblem problem) {
    double[] first = base.initialMemory(problem);
    double[] second = last.initialMemory(lastLayer(problem));
    double[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  @Override
  public double step(TrainingProblem problem, long step, INDArray theta, double[] memory) {
    int split = base.initialMemory(problem).length;
    int from = step < tau ? 0 : split;
    int to = step < tau ? split : memory.length;
    double[] own = Arrays.copyOfRange(memory, from, to);
    if (step == tau && perturbation > 0) {
      perturb(problem, theta);
    }
    double time =
        step < tau
            ? base.step(problem, step, theta, own)
            : last.step(lastLayer(problem), step, theta, own);
    System.arraycopy(own, 0, memory, from, own.length);
    return time;
  }

  private void perturb(TrainingProblem problem, INDArray theta) {
    double[] v = Tensors.toDoubles(theta);
    String[] hidden = hidden(problem);
    for (Slot slot : problem.trainedSlots()) {
      if (List.of(hidden).contains(slot.name())) {
        RandomStream random = seed.stream("perturbation " + slot.name());
        for (long i = slot.offset(); i < slot.offset() + slot.size(); i++) {
          v[(int) i] += perturbation * random.nextGaussian();
        }
      }
    }
    Tensors.write(v, theta);
  }

  private static TrainingProblem lastLayer(TrainingProblem problem) {
    return problem.withFrozen(hidden(problem));
  }

  /** The slots of all layers but the last. */
  private static String[] hidden(TrainingProblem problem) {
    List<Layer> layers = problem.network().layers();
    long own = layers.get(layers.size() - 1).parameterCount();
    if (own == 0) {
      throw new IllegalArgumentException(
          "TwoPhase expects a last layer with parameters but got " + layers.get(layers.size() - 1));
    }
    long end = problem.network().parameterCount() - own;
    return problem.network().slots().stream()
        .filter(s -> s.offset() < end)
        .map(Slot::name)
        .toArray(String[]::new);
  }
}
