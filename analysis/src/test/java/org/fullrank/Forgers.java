package org.fullrank;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Theorem;
import org.fullrank.diagnosis.SingularityCause;
import org.fullrank.enclosure.EnclosedNetwork;
import org.fullrank.evidence.measure.JacobianNumbers;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Layer;
import org.fullrank.oracle.ProvedValues.Way;
import org.fullrank.report.Finding;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.StructuralFact;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.rigor.eigen.EigenvalueBound;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.spectrum.Extremes;

/**
 * Classes that make up a value which claims to be proved, by each public way that there is. They
 * compile, and none of them may stand in the library: {@code AnalysisArchitectureTest} sees to it.
 */
final class Forgers {
  /** How the forger is caught. */
  @Retention(RetentionPolicy.RUNTIME)
  @interface By {
    Way value();
  }

  private static final Interval MADE_UP = Interval.of(42);

  private Forgers() {}

  @By(Way.MAKES)
  static final class Stamps {
    Quantity forge() {
      return Quantity.verified("lambda_min", MADE_UP, Subject.EXACT_NETWORK, "a guess");
    }
  }

  @By(Way.MAKES)
  static final class StampsByReference {
    Supplier<Rigor> forge() {
      return Proof::verified;
    }
  }

  @By(Way.MAKES)
  static final class NamesTheConstant {
    Object forge() {
      return Rigor.VERIFIED;
    }
  }

  @By(Way.MAKES)
  static final class LooksItUp {
    Object forge() {
      return Rigor.valueOf("VERIFIED");
    }
  }

  @By(Way.MAKES)
  static final class TakesTheLast {
    Object forge() {
      return List.of(Rigor.values()).get(3);
    }
  }

  @By(Way.MAKES)
  static final class AsksTheClass {
    Object forge() {
      return Enum.valueOf(Rigor.class, "VERIFIED");
    }
  }

  @By(Way.MAKES)
  static final class AsksTheConstants {
    Object forge(Rigor weaker) {
      return weaker.getDeclaringClass().getEnumConstants()[3];
    }
  }

  @By(Way.MAKES)
  static final class TakesTheComplement {
    Object forge(EnumSet<Rigor> weaker) {
      return EnumSet.complementOf(weaker).iterator().next();
    }
  }

  @By(Way.MAKES)
  static final class CallsItselfABound implements EigenvalueBound {
    @Override
    public String name() {
      return "a guess";
    }

    @Override
    public Interval lambdaMin(SymmetricMatrix a) {
      return MADE_UP;
    }

    @Override
    public Interval lambdaMax(SymmetricMatrix a) {
      return MADE_UP;
    }
  }

  @By(Way.REFLECTS)
  static final class LooksBehindThePrivate {
    Object forge() throws ReflectiveOperationException {
      return EnclosedNetwork.class.getDeclaredConstructors()[0].newInstance();
    }
  }

  @By(Way.MAKES)
  abstract static class CallsItselfATheorem implements Theorem {}

  @By(Way.MAKES)
  abstract static class CallsItselfALayer implements Layer {}

  @By(Way.MAKES)
  abstract static class CallsItselfAnActivation implements Activation {}

  @By(Way.STATES_A_FACT)
  static final class InventsAFact {
    Quantity forge() {
      return StructuralFact.number("lambda_min", MADE_UP, Subject.EXACT_NETWORK, "seen");
    }
  }

  @By(Way.STATES_A_FACT)
  static final class InventsARigor {
    Rigor forge() {
      return StructuralFact.rigor();
    }
  }

  @By(Way.STATES_A_FACT)
  static final class CallsItData {
    Quantity forge(Quantity stored) {
      return StructuralFact.ofData("lambda_min(K)", stored);
    }
  }

  @By(Way.STATES_A_FACT)
  static final class InventsAPremise {
    HypothesisCheck forge() {
      return HypothesisCheck.premise("the network is wide", true, "it is");
    }
  }

  @By(Way.STATES_A_FACT)
  static final class SaysSomethingElse {
    HypothesisCheck forge(Quantity zero, Quantity one) {
      return HypothesisCheck.less("the network is wide", zero, one);
    }
  }

  @By(Way.STATES_A_FACT)
  static final class FindsSomethingElse {
    Finding forge(Quantity one) {
      return Finding.of("wide", Verdict.HOLDS, one, "it is");
    }
  }

  @By(Way.STATES_A_FACT)
  static final class InventsIgnorance {
    HypothesisCheck forge() {
      return HypothesisCheck.undecided("the network is wide", Subject.EXACT_NETWORK, "is it?");
    }
  }

  @By(Way.PASSES_A_RIGOR)
  static final class BorrowsForAQuantity {
    Quantity forge(Quantity proved) {
      return new Quantity("lambda_min", MADE_UP, proved.rigor(), Subject.EXACT_NETWORK, "mine");
    }
  }

  @By(Way.PASSES_A_RIGOR)
  static final class BorrowsForACheck {
    HypothesisCheck forge(Quantity proved) {
      return HypothesisCheck.structural(
          "wide", Verdict.HOLDS, proved.rigor(), Subject.EXACT_NETWORK, "it is");
    }
  }

  @By(Way.PASSES_A_RIGOR)
  static final class BorrowsForAFinding {
    Finding forge(Quantity proved) {
      return Finding.of("wide", Verdict.HOLDS, proved.rigor(), "it is");
    }
  }

  @By(Way.PASSES_A_RIGOR)
  static final class BorrowsForACause {
    SingularityCause forge(Quantity proved) {
      return new SingularityCause(
          SingularityCause.Kind.ZERO_ROWS,
          proved.rigor(),
          Subject.EXACT_NETWORK,
          1,
          List.of(),
          "it is");
    }
  }

  @By(Way.PASSES_A_RIGOR)
  static final class BorrowsForAConstant {
    JacobianNumbers forge(Quantity q) {
      return new JacobianNumbers(
          Optional.empty(), q, q, q, radius -> 42, q.rigor(), Subject.EXACT_NETWORK);
    }
  }

  @By(Way.DERIVES)
  static final class DerivesNothing {
    Quantity forge(Quantity proved) {
      return Quantity.derived("lambda_min", "a formula", MADE_UP, proved);
    }
  }

  @By(Way.DERIVES)
  static final class DerivesFromANetwork {
    Quantity forge(EnclosedNetwork values) {
      return values.derived("lambda_min", EnclosedNetwork.FORWARD, MADE_UP);
    }
  }

  @By(Way.DERIVES)
  static final class IgnoresTheArgument {
    Quantity forge(Quantity proved) {
      return proved.map("lambda_min", anything -> MADE_UP);
    }
  }

  @By(Way.DERIVES)
  static final class IgnoresBothArguments {
    Quantity forge(Quantity proved) {
      return proved.combine("lambda_min", proved, (a, b) -> MADE_UP);
    }
  }

  @By(Way.DERIVES)
  static final class Renames {
    Quantity forge(Quantity largest) {
      return largest.withSymbol("lambda_min");
    }
  }

  @By(Way.DERIVES)
  static final class WidensTheSubject {
    Quantity forge(Quantity stored, Quantity zero) {
      return stored.perturbedBy(zero, Subject.EXACT_NETWORK);
    }
  }

  @By(Way.DERIVES)
  static final class WidensTheSubjectOfAMatrix {
    SymmetricMatrix forge(SymmetricMatrix stored, Quantity zero) {
      return stored.perturbedBy(zero, Subject.EXACT_NETWORK);
    }
  }

  @By(Way.DERIVES)
  static final class WidensTheSubjectOfBoth {
    Extremes forge(Extremes stored, Quantity zero) {
      return stored.perturbedBy(zero, Subject.EXACT_NETWORK);
    }
  }
}
