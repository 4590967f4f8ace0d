package org.fullrank.training;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Slot;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The two-phase algorithm of Kawaguchi and Sun (2021): any method trains all layers for {@code tau}
 * steps, then the trained hidden parameters are perturbed once by small Gaussians, then any method,
 * gradient descent or a stochastic one, trains the last layer alone.
 *
 * <p>With features of full row rank the second phase reaches the global minimum over all layers;
 * see {@code ExpressivityCondition}. What the perturbation is good for: the rank is full for almost
 * every choice of hidden parameters once it is for one (analytic activations).
 *
 * <p><b>Certificates.</b> The parameters of a run at step {@code tau} are those before the
 * perturbation, which belongs to the step that follows; so a run saved at {@code tau} and resumed
 * is perturbed exactly once. What a theorem on the second phase must be checked at is {@code
 * secondPhase(problem).at(perturbed(problem, theta))}. Step sizes are those of the problem's loss:
 * for a mean over samples they are n times those for a sum.
 */
public final class TwoPhase implements TrainingMethod {
  private final TrainingMethod base;
  private final long tau;
  private final double perturbation;
  private final Seed seed;
  private final TrainingMethod last;
  private final boolean allLayers;

  private TwoPhase(
      TrainingMethod base,
      long tau,
      double perturbation,
      Seed seed,
      TrainingMethod last,
      boolean allLayers) {
    this.base = base;
    this.tau = tau;
    this.perturbation = perturbation;
    this.seed = seed;
    this.last = last;
    this.allLayers = allLayers;
  }

  /**
   * The algorithm.
   *
   * @param base method of the first phase
   * @param tau number of its steps, at least 0
   * @param last method of the second phase, for the last layer; step numbers go on counting, so a
   *     schedule sees them
   * @return the method, with a perturbation of standard deviation {@code 1e-4} and seed 0
   */
  public static TwoPhase of(TrainingMethod base, long tau, TrainingMethod last) {
    if (tau < 0) {
      throw new IllegalArgumentException("TwoPhase expects tau >= 0 but got " + tau);
    }
    return new TwoPhase(base, tau, 1e-4, Seed.of(0), last, false);
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
    return new TwoPhase(base, tau, standardDeviation, newSeed, last, allLayers);
  }

  /**
   * The variant whose second phase trains all layers. The rank of the features may then be lost;
   * {@link Recorders#featureSigmaMin} watches it, and nothing guarantees convergence.
   *
   * @return the changed method
   */
  public TwoPhase withAllLayersInSecondPhase() {
    return new TwoPhase(base, tau, perturbation, seed, last, true);
  }

  /**
   * What the second phase trains.
   *
   * @param problem the whole problem
   * @return the same with all tensors frozen that the last layer does not use; for the variant that
   *     trains all layers the problem itself
   */
  public TrainingProblem secondPhase(TrainingProblem problem) {
    return allLayers ? problem : problem.withFrozen(hidden(problem));
  }

  /**
   * Where the second phase starts.
   *
   * @param problem the whole problem
   * @param theta parameters at the end of the first phase {@code [p]}, unchanged
   * @return the parameters with the hidden ones perturbed, which the caller closes
   */
  public INDArray perturbed(TrainingProblem problem, INDArray theta) {
    INDArray moved = theta.dup('c');
    if (perturbation > 0) {
      perturb(problem, moved);
    }
    return moved;
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
        + (allLayers ? "; all layers by " : "; last layer by ")
        + last.name();
  }

  /** That of its methods only if nothing happens between them and both train all layers. */
  @Override
  public Dynamics dynamics() {
    boolean one = allLayers && perturbation == 0;
    return one && (tau == 0 || base.dynamics() == last.dynamics())
        ? last.dynamics()
        : Dynamics.OTHER;
  }

  @Override
  public double[] initialMemory(TrainingProblem problem) {
    double[] first = base.initialMemory(problem);
    double[] second = last.initialMemory(secondPhase(problem));
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
    double time;
    if (step == tau && perturbation > 0) {
      // On a copy: a step that throws leaves no perturbation behind for the next attempt.
      try (INDArray moved = perturbed(problem, theta)) {
        time = last.step(secondPhase(problem), step, moved, own);
        Tensors.write(Tensors.toDoubles(moved), theta);
      }
    } else {
      time =
          step < tau
              ? base.step(problem, step, theta, own)
              : last.step(secondPhase(problem), step, theta, own);
    }
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

  /** The tensors that the last layer does not use, be it alone or with layers below. */
  private static String[] hidden(TrainingProblem problem) {
    List<Layer> layers = problem.network().layers();
    Layer last = layers.get(layers.size() - 1);
    if (last.slots().isEmpty()) {
      throw new IllegalArgumentException(
          "TwoPhase expects a last layer with parameters but got " + last);
    }
    Set<String> own = last.slots().stream().map(Slot::name).collect(Collectors.toSet());
    return problem.network().slots().stream()
        .map(Slot::name)
        .filter(name -> !own.contains(name))
        .toArray(String[]::new);
  }
}
