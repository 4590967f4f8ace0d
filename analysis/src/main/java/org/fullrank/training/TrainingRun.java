package org.fullrank.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import org.fullrank.cancel.Cancellation;
import org.fullrank.cancel.CancelledException;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.ProgressListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A run of a method on a problem: the one mutable object of the package. The caller decides how far
 * it goes, so pausing and saving are ordinary code around {@link #advance(long)}.
 *
 * <p>Owns its copy of the parameters; not for several threads.
 */
public final class TrainingRun implements AutoCloseable {
  private static final String TASK = "training";

  private final TrainingProblem problem;
  private final TrainingMethod method;
  private final Recording recording;
  private final List<Recorder.Probe> probes = new ArrayList<>();
  private final INDArray theta;
  private final double[] start;
  private final double[] memory;
  private final List<Snapshot> snapshots = new ArrayList<>();
  private long step;
  private double time;
  private RunStatus status = RunStatus.READY;

  private TrainingRun(
      TrainingProblem problem, TrainingMethod method, Recording recording, Checkpoint state) {
    this.problem = problem;
    this.method = method;
    this.recording = recording;
    this.start = Tensors.toDoubles(problem.theta());
    this.theta = state.theta;
    this.memory = state.memory;
    this.step = state.step;
    this.time = state.time;
    this.snapshots.addAll(state.snapshots);
    if (!snapshots.isEmpty() && !Double.isFinite(snapshots.get(snapshots.size() - 1).loss())) {
      status = RunStatus.DIVERGED;
    }
  }

  /** A run that is ready, or none, with the memory of the state freed. */
  private static TrainingRun begun(
      TrainingProblem problem, TrainingMethod method, Recording recording, Checkpoint state) {
    TrainingRun run = new TrainingRun(problem, method, recording, state);
    try {
      for (Recorder recorder : recording.recorders()) {
        run.probes.add(recorder.start(problem));
      }
      if (run.snapshots.isEmpty()) {
        run.record();
      }
      return run;
    } catch (RuntimeException | Error e) {
      run.free();
      throw e;
    }
  }

  /**
   * Starts a run at the problem's parameters and records step 0.
   *
   * @param problem its tensors must stay open and unchanged during the run
   * @param method the step rule
   * @param recording which steps are recorded
   * @return the run
   * @throws CancelledException if this thread is interrupted while a recorder works
   */
  public static TrainingRun start(
      TrainingProblem problem, TrainingMethod method, Recording recording) {
    double[] memory = method.initialMemory(problem);
    return begun(
        problem,
        method,
        recording,
        new Checkpoint(0, 0, problem.theta().dup('c'), memory, List.of()));
  }

  /**
   * Continues a saved run; it then goes on as if it had never stopped, to the bit if native
   * products are computed as before (see {@link org.fullrank.linalg.Products}).
   *
   * @param problem equal to that of the saved run
   * @param method of the same name
   * @param recording with the same series
   * @param folder where it was saved
   * @return the run
   * @throws IOException if the files cannot be read or were changed in any way that matters
   * @throws IllegalArgumentException if the problem, method or series are others; the message says
   *     what differs, as far as data, initial parameters, frozen slots and the description of the
   *     layers tell: the factors of dense layers and the numbers of fixed ones are not compared
   */
  public static TrainingRun resume(
      TrainingProblem problem, TrainingMethod method, Recording recording, Path folder)
      throws IOException {
    return begun(problem, method, recording, Checkpoint.read(folder, problem, method, recording));
  }

  /**
   * Makes steps.
   *
   * @param steps how many, at least 0
   * @return the status; fewer steps were made only if it is not {@code READY}
   */
  public RunStatus advance(long steps) {
    return advance(steps, made -> true);
  }

  /**
   * Makes steps and tells a listener.
   *
   * @param steps how many, at least 0
   * @param progress told before the first step and after each how many of these steps are made; an
   *     exception that it throws leaves the run at a whole step, from which it can go on
   * @return the status; fewer steps were made only if it is not {@code READY}
   * @throws CancelledException if this thread is interrupted; its flag stays set
   */
  public RunStatus advance(long steps, ProgressListener progress) {
    requireReadyFor(steps);
    long from = step;
    progress.show(TASK, 0, steps);
    return advance(
        steps,
        made -> {
          progress.show(TASK, made - from, steps);
          return true;
        });
  }

  /**
   * Makes steps until told otherwise. An interrupt ends it between two steps, or while a recorder
   * works; calling it again goes on, to the same bits.
   *
   * @param steps how many at most
   * @param goOn asked after each step with the number of all steps made; false stops
   * @return the status
   * @throws CancelledException if this thread is interrupted; its flag stays set
   */
  public RunStatus advance(long steps, LongPredicate goOn) {
    requireReadyFor(steps);
    for (long made = 0; made < steps && status == RunStatus.READY; made++) {
      requireGoingOn();
      recordIfDue();
      double elapsed = Cancellation.deferred(() -> method.step(problem, step, theta, memory));
      if (Double.isFinite(elapsed)) {
        time += elapsed;
        step++;
      }
      if (!Double.isFinite(elapsed) || !TensorChecks.isFinite(theta)) {
        diverge();
      } else {
        recordIfDue();
      }
      if (!goOn.test(step)) {
        break;
      }
    }
    return status;
  }

  private void requireReadyFor(long steps) {
    if (steps < 0) {
      throw new IllegalArgumentException("advance expects at least 0 steps but got " + steps);
    }
    if (status == RunStatus.CLOSED) {
      throw new IllegalStateException("the run expects steps before close() but got them after it");
    }
  }

  private void requireGoingOn() {
    try {
      Cancellation.check("Training");
    } catch (CancelledException e) {
      throw stopped(e);
    }
  }

  /** What an interrupt kept from being recorded is recorded when the run goes on. */
  private void recordIfDue() {
    if (recording.includes(step) && !isRecorded()) {
      try {
        record();
      } catch (CancelledException e) {
        throw stopped(e);
      }
    }
  }

  private CancelledException stopped(CancelledException e) {
    return new CancelledException(
        "Training was cancelled, since the calling thread is interrupted. The run stands at step "
            + step
            + "; Thread.interrupted() clears the flag, then advance goes on from there, to the same"
            + " bits.",
        e);
  }

  private void record() {
    Snapshot now = measure();
    snapshots.add(now);
    if (!Double.isFinite(now.loss())) {
      status = RunStatus.DIVERGED;
    }
  }

  /** Ends the run with a record of NaNs, so that no comparison can overlook it. */
  private void diverge() {
    status = RunStatus.DIVERGED;
    if (snapshots.get(snapshots.size() - 1).step() == step) {
      snapshots.remove(snapshots.size() - 1);
    }
    Map<String, Double> more = new LinkedHashMap<>();
    recording.recorders().forEach(r -> more.put(r.name(), Double.NaN));
    snapshots.add(new Snapshot(step, time, Double.NaN, Double.NaN, Double.NaN, more));
  }

  private Snapshot measure() {
    TrainingProblem now = problem.at(theta);
    double[] targets = Tensors.toDoubles(problem.y());
    double[] outputs;
    try (INDArray value = Gradients.outputs(now)) {
      outputs = Tensors.toDoubles(value);
    }
    double loss =
        problem
            .loss()
            .evaluate(outputs, targets, (int) problem.samples(), new double[outputs.length]);
    Map<String, Double> more = new LinkedHashMap<>();
    for (int r = 0; r < probes.size(); r++) {
      String name = recording.recorders().get(r).name();
      more.put(name, Double.isFinite(loss) ? probes.get(r).at(now) : Double.NaN);
    }
    double[] current = Tensors.toDoubles(theta);
    return new Snapshot(
        step, time, loss, distance(outputs, targets), distance(current, start), more);
  }

  private static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double d = a[i] - b[i];
      sum += d * d;
    }
    return Math.sqrt(sum);
  }

  /**
   * Saves everything needed to go on. Whatever fails, a kill, a full disk or a loss of power
   * included, {@link #resume} finds either the former state or this one. The files of the former
   * state are removed last, other files never.
   *
   * @param folder created if needed, with room for both states
   * @throws IOException if it cannot be written, or another run saves into the folder at this
   *     moment
   * @throws CancelledException if this thread is interrupted between two files; in the middle of
   *     one an interrupt gives a {@link java.nio.channels.ClosedByInterruptException}
   */
  public void save(Path folder) throws IOException {
    requireOpen();
    new Checkpoint(step, time, theta, memory, snapshots).write(folder, problem, method, recording);
  }

  /**
   * What was recorded so far, and the current step.
   *
   * @return the trajectory
   */
  public Trajectory trajectory() {
    List<Snapshot> all = new ArrayList<>(snapshots);
    if (status == RunStatus.READY && !isRecorded()) {
      all.add(measure());
    }
    return new Trajectory(method.name(), method.dynamics(), problem.loss().text(), all);
  }

  private boolean isRecorded() {
    return snapshots.get(snapshots.size() - 1).step() == step;
  }

  /**
   * The number of steps made.
   *
   * @return at least 0
   */
  public long step() {
    return step;
  }

  /**
   * The sum of the step sizes.
   *
   * @return the time of the gradient flow that the run follows
   */
  public double time() {
    return time;
  }

  /**
   * Where the run stands.
   *
   * @return the status
   */
  public RunStatus status() {
    return status;
  }

  /**
   * The current parameters.
   *
   * @return a copy {@code [p]} that the caller closes
   */
  public INDArray theta() {
    requireOpen();
    return theta.dup('c');
  }

  private void requireOpen() {
    if (status == RunStatus.CLOSED) {
      throw new IllegalStateException("the run expects to be used before close() but it was after");
    }
  }

  /**
   * Records the last step, if the tensors of the problem are still open, and frees memory.
   *
   * @throws CancelledException if this thread is interrupted while a recorder works: the last step
   *     is then not recorded, and memory is freed
   */
  @Override
  public void close() {
    if (status == RunStatus.CLOSED) {
      return;
    }
    try {
      if (status == RunStatus.READY
          && !isRecorded()
          && !problem.x().wasClosed()
          && !problem.y().wasClosed()) {
        record();
      }
    } finally {
      free();
    }
  }

  private void free() {
    status = RunStatus.CLOSED;
    probes.forEach(Recorder.Probe::close);
    theta.close();
  }
}
