package org.fullrank.diagnosis;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.StructuralFact;
import org.fullrank.rigor.Subject;

/**
 * A reason why a matrix is singular, or nearly.
 *
 * @param kind what was found
 * @param rigor {@code VERIFIED} for a theorem; {@code COMPUTED} for something that is only close
 * @param subject what the statement is about
 * @param rankAtMost the rank it leaves possible; the full order if it excludes nothing
 * @param witnesses groups of sample, unit or output numbers from 0, depending on the kind
 * @param text one sentence with numbers
 */
public record SingularityCause(
    Kind kind,
    Rigor rigor,
    Subject subject,
    long rankAtMost,
    List<List<Long>> witnesses,
    String text) {

  /** What was found. */
  public enum Kind {
    /** Fewer parameters than rows of the kernel; no witnesses. */
    FEW_PARAMETERS("more parameters or fewer samples"),
    /** The same, though the fixed layers, if trained, would give enough; no witnesses. */
    UNTRAINED_LAYERS("train more layers"),
    /** Fewer columns than rows; no witnesses. */
    FEW_FEATURES("a wider layer or fewer samples"),
    /** Inputs equal to the bit; groups of samples. */
    DUPLICATE_INPUTS("merge the samples and average their targets"),
    /** Inputs {@code x} and {@code -x} of a network that is odd or even; pairs of samples. */
    SIGN_SYMMETRY("add a bias, or drop one sample of each pair"),
    /** Inputs on one line through 0, of a homogeneous network; groups of samples. */
    PROPORTIONAL_INPUTS("add a bias, or keep one sample of each line"),
    /** The zero input of a network without effective bias; samples. */
    ZERO_INPUT("add a bias or drop the sample"),
    /** Linear network without bias whose inputs a bias would make independent; no witnesses. */
    MISSING_BIAS("add a bias"),
    /** Linear network and linearly dependent inputs; the samples of one combination. */
    DEPENDENT_INPUTS("use a nonlinear activation or more input features"),
    /** Outputs that are polynomials of low degree in the input; no witnesses. */
    LOW_POLYNOMIAL_DEGREE("a non-polynomial activation or more layers"),
    /** Readout weights all zero, so that no gradient reaches the other layers; no witnesses. */
    ZERO_READOUT("initialise the readout"),
    /** A fixed readout with dependent rows; the outputs of one combination. */
    DEPENDENT_OUTPUTS("train the readout or drop outputs"),
    /** Piecewise linear units without slope on all samples; units, layer by layer. */
    DEAD_UNITS("another initialisation, a bias or a leaky activation"),
    /** Smooth units whose stored slope is exactly 0 on all samples; units, layer by layer. */
    SATURATED_UNITS("smaller weights or normalised inputs"),
    /** Parameters without gradient for another reason; parameter numbers. */
    UNUSED_PARAMETERS("remove the inputs that are always zero"),
    /** Samples without gradient; samples. */
    DEAD_SAMPLES("a bias in the readout or a leaky activation"),
    /** Gradient rows equal to the bit though the inputs differ; groups of rows. */
    DUPLICATE_GRADIENTS("see whether units are dead or saturated on these samples"),
    /** Zero rows of a stored matrix; rows. */
    ZERO_ROWS("drop these rows"),
    /** Rows of a stored matrix equal to the bit; groups of rows. */
    DUPLICATE_ROWS("merge these rows"),
    /** Columns that are zero or repeat others leave too few; columns. */
    REDUNDANT_COLUMNS("a wider layer or another initialisation"),
    /** An exact linear dependence of stored rows; the rows of one combination. */
    DEPENDENT_ROWS("drop one row of each combination"),
    /** Inputs that nearly coincide; pairs of samples. Not a proof of anything. */
    NEAR_DUPLICATES("merge the samples or accept an ill-conditioned kernel");

    private final String remedy;

    Kind(String remedy) {
      this.remedy = remedy;
    }

    /**
     * What usually helps.
     *
     * @return a short phrase
     */
    public String remedy() {
      return remedy;
    }

    /**
     * The name in words.
     *
     * @return lower case
     */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /** Copies the witnesses. */
  public SingularityCause {
    Objects.requireNonNull(kind, "kind");
    Proof.require(Objects.requireNonNull(rigor, "rigor"));
    Objects.requireNonNull(subject, "subject");
    witnesses = witnesses.stream().map(List::copyOf).toList();
  }

  static SingularityCause proved(
      Kind kind, Subject subject, long rankAtMost, List<List<Long>> witnesses, String text) {
    return new SingularityCause(kind, StructuralFact.rigor(), subject, rankAtMost, witnesses, text);
  }

  @Override
  public String toString() {
    return kind.text()
        + " ("
        + rigor.name().toLowerCase(Locale.ROOT)
        + ", "
        + subject.text()
        + "): "
        + text
        + (rigor.isVerified() ? "; rank at most " + rankAtMost : "")
        + ". Remedy: "
        + kind.remedy
        + ".";
  }
}
