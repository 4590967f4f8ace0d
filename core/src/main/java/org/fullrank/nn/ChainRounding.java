package org.fullrank.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
import org.fullrank.diff.RoundingModel;
import org.fullrank.linalg.Arena;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Rounding of a chain: the parts' bounds, passed on in forward order for the value and in backward
 * order for cotangents. The cotangents between the parts come from a backward pass of their own,
 * one more than the pullback whose errors are asked for.
 */
final class ChainRounding implements RoundingModel {
  private final List<Linearization> parts;
  private final List<RoundingModel> models;

  private ChainRounding(List<Linearization> parts, List<RoundingModel> models) {
    this.parts = parts;
    this.models = models;
  }

  /** The model of a chain, present when all parts have one. */
  static Optional<RoundingModel> of(List<Linearization> parts) {
    List<RoundingModel> models = new ArrayList<>();
    for (Linearization part : parts) {
      Optional<RoundingModel> model = part.rounding();
      if (model.isEmpty()) {
        return Optional.empty();
      }
      models.add(model.get());
    }
    return Optional.of(new ChainRounding(List.copyOf(parts), List.copyOf(models)));
  }

  @Override
  public double[] valueError(double[] inputError) {
    double[] error = inputError;
    for (RoundingModel model : models) {
      error = model.valueError(error);
    }
    return error;
  }

  @Override
  public Errors pullbackError(double[] inputError, INDArray dy, double[][] dyError) {
    List<double[]> inputErrors = new ArrayList<>(List.of(inputError));
    for (int l = 0; l + 1 < models.size(); l++) {
      inputErrors.add(models.get(l).valueError(inputErrors.get(l)));
    }
    List<double[][]> rows = new ArrayList<>();
    double[][] error = dyError;
    try (Arena arena = new Arena()) {
      INDArray cotangent = dy;
      for (int l = models.size() - 1; l >= 0; l--) {
        Errors part = models.get(l).pullbackError(inputErrors.get(l), cotangent, error);
        rows.addAll(0, part.rows());
        error = part.inputCotangent();
        if (l > 0) {
          Pullback pullback = parts.get(l).pullback(cotangent);
          arena.absorb(pullback::close);
          cotangent = pullback.inputCotangent();
        }
      }
    }
    return new Errors(error, List.copyOf(rows));
  }
}
