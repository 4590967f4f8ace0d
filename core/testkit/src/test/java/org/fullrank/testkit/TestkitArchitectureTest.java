package org.fullrank.testkit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fullrank.oracle.ArchitectureContract;
import org.junit.jupiter.api.Test;

/** What may import what in the testkit, and that it needs nothing but JUnit besides the core. */
final class TestkitArchitectureTest extends ArchitectureContract {
  private static final Map<String, List<String>> ARROWS =
      Map.of("testkit", List.of("nn", "nn.enclosed", "diff", "linalg", "rigor", "rigor.matrix"));

  /** The accuracy of activations is stated in units of it. */
  private static final Set<String> LITERALS = Set.of("testkit/TestActivations.java");

  private static final JavaClasses CLASSES = loadedWith(LayerContract.class);

  TestkitArchitectureTest() {
    super(CLASSES, ARROWS, Set.of(), LITERALS);
  }

  @Test
  void theTestkitNeedsJUnitOnly() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "org.jspecify..",
            "org.fullrank..",
            "org.junit.jupiter.api..",
            "org.nd4j.linalg.api.ndarray",
            "org.nd4j.linalg.api.buffer")
        .because("whoever tests a layer has JUnit and the core, and nothing else")
        .check(CLASSES);
  }
}
