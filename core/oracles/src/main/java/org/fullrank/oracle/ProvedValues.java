package org.fullrank.oracle;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which classes a value of the strongest rigor can come from, read off the compiled classes: the
 * trusted base itself ({@code rigor} and {@code enclosure}) is left out. Method references count as
 * calls. What this sees are names and types; whether a formula is right, and whether a fact was
 * read and not invented, is for readers, who need to read the classes found here and no others.
 */
public final class ProvedValues {
  /** How a class has a part in a value that claims to be proved. */
  public enum Way {
    /**
     * Makes one from nothing: stamps it, names the constant or looks it up, or is a bound, a
     * theorem, a layer or an activation, which are believed.
     */
    MAKES,
    /** Looks behind what is private, where this test sees nothing. */
    REFLECTS,
    /** States a fact that no arithmetic checks, or says in words what was proved. */
    STATES_A_FACT,
    /** Gives a rigor to something that carries one: it must be that of operands. */
    PASSES_A_RIGOR,
    /** Computes a number from proved ones, or gives one another name or subject. */
    DERIVES
  }

  private static final String RIGOR = ArchitectureContract.ROOT + "rigor.Rigor";
  private static final String QUANTITY = ArchitectureContract.ROOT + "rigor.Quantity";
  private static final String PROOF = ArchitectureContract.ROOT + "rigor.Proof";
  private static final String FACT = ArchitectureContract.ROOT + "rigor.StructuralFact";
  private static final String CHECK = ArchitectureContract.ROOT + "convergence.HypothesisCheck";
  private static final String FINDING = ArchitectureContract.ROOT + "report.Finding";

  /** What an implementation says of itself is believed, and where implementations may be. */
  private static final Map<String, String> BELIEVED =
      Map.of(
          ArchitectureContract.ROOT + "rigor.eigen.EigenvalueBound",
          ArchitectureContract.ROOT + "rigor",
          ArchitectureContract.ROOT + "convergence.Theorem",
          ArchitectureContract.ROOT + "convergence.theorem",
          ArchitectureContract.ROOT + "nn.Layer",
          ArchitectureContract.ROOT + "nn",
          ArchitectureContract.ROOT + "nn.Activation",
          ArchitectureContract.ROOT + "nn",
          ArchitectureContract.ROOT + "nn.enclosed.EnclosedStep",
          ArchitectureContract.ROOT + "nn");

  private static final List<String> TRUSTED =
      List.of(ArchitectureContract.ROOT + "rigor", ArchitectureContract.ROOT + "enclosure");

  /** What these methods are given in words is believed. */
  private static final Set<String> STATING =
      Set.of("premise", "undecided", "less", "structural", "of", "<init>");

  /** Only the weaker of two rigors comes out of these. */
  private static final Set<String> WEAKENING = Set.of("weakenedTo", "weakest", "require");

  private ProvedValues() {}

  /**
   * The classes that take part, without {@link ArchitectureContract#ROOT} and by their top level.
   *
   * @param classes some classes of the library
   */
  public static Map<Way, Set<String>> found(JavaClasses classes) {
    Map<Way, Set<String>> found = new EnumMap<>(Way.class);
    for (Way way : Way.values()) {
      found.put(way, new TreeSet<>());
    }
    for (JavaClass c : classes) {
      if (TRUSTED.stream().noneMatch(p -> isWithin(p, c))) {
        ways(c).forEach(way -> found.computeIfAbsent(way, w -> new TreeSet<>()).add(owner(c)));
      }
    }
    return found;
  }

  /**
   * The classes that are not listed, and the entries of the list that are not needed.
   *
   * @param found the classes of one way
   * @param listed names of classes; one that ends in a dot stands for the classes of a package
   */
  public static Set<String> differences(Set<String> found, Collection<String> listed) {
    Set<String> all = new TreeSet<>();
    for (String name : found) {
      if (listed.stream().noneMatch(entry -> covers(entry, name))) {
        all.add(name + " is not listed");
      }
    }
    for (String entry : listed) {
      if (found.stream().noneMatch(name -> covers(entry, name))) {
        all.add(entry + " is listed without need");
      }
    }
    return all;
  }

  private static boolean isWithin(String root, JavaClass c) {
    return (c.getPackageName() + ".").startsWith(root + ".");
  }

  private static boolean covers(String entry, String name) {
    return entry.endsWith(".")
        ? name.startsWith(entry) && name.indexOf('.', entry.length()) < 0
        : name.equals(entry);
  }

  private static Set<Way> ways(JavaClass c) {
    Set<Way> ways = new TreeSet<>();
    if (BELIEVED.entrySet().stream()
        .anyMatch(
            e ->
                c.isAssignableTo(e.getKey())
                    && !c.getName().equals(e.getKey())
                    && !isWithin(e.getValue(), c))) {
      ways.add(Way.MAKES);
    }
    // Whoever has the class can ask it for its constants.
    if (c.getReferencedClassObjects().stream()
        .anyMatch(r -> r.getRawType().getBaseComponentType().getName().equals(RIGOR))) {
      ways.add(Way.MAKES);
    }
    for (JavaAccess<?> access : c.getAccessesFromSelf()) {
      if (makes(c, access)) {
        ways.add(Way.MAKES);
      }
      if (reflects(access)) {
        ways.add(Way.REFLECTS);
      }
      String target = access.getTargetOwner().getName();
      String name = access.getName();
      if (!owner(c).equals(owner(access.getTargetOwner()))
          && (target.equals(FACT)
              || (target.equals(CHECK) && STATING.contains(name))
              || (target.equals(FINDING) && STATING.contains(name)))) {
        ways.add(Way.STATES_A_FACT);
      }
      if (passesARigor(c, access)) {
        ways.add(Way.PASSES_A_RIGOR);
      }
      if (derives(access)) {
        ways.add(Way.DERIVES);
      }
    }
    return ways;
  }

  private static boolean makes(JavaClass c, JavaAccess<?> access) {
    String target = access.getTargetOwner().getName();
    String name = access.getName();
    return switch (target) {
      case PROOF, QUANTITY -> name.equals("verified");
      case RIGOR -> Set.of("VERIFIED", "values", "valueOf").contains(name);
      case "java.lang.Class" -> name.equals("getEnumConstants");
      // Every enum has a method valueOf that asks its superclass.
      case "java.lang.Enum" -> name.equals("valueOf") && !c.isEnum();
      case "java.util.EnumSet" -> Set.of("allOf", "complementOf", "range").contains(name);
      default -> false;
    };
  }

  private static boolean reflects(JavaAccess<?> access) {
    String target = access.getTargetOwner().getName();
    return target.startsWith("java.lang.invoke.MethodHandles")
        || (target.startsWith("java.lang.reflect.") && !target.endsWith(".Array"));
  }

  /** Sums and products of quantities need no list: their names say what they are. */
  private static boolean derives(JavaAccess<?> access) {
    return access.getTarget() instanceof CodeUnitAccessTarget target
        && target.getOwner().getName().startsWith(ArchitectureContract.ROOT)
        && !target.getRawParameterTypes().isEmpty() // an accessor has none
        && (Set.of("derived", "perturbedBy").contains(target.getName())
            || (target.getOwner().getName().equals(QUANTITY)
                && Set.of("map", "combine", "withSymbol").contains(target.getName())));
  }

  private static boolean passesARigor(JavaClass c, JavaAccess<?> access) {
    return access.getTarget() instanceof CodeUnitAccessTarget target
        && target.getOwner().getName().startsWith(ArchitectureContract.ROOT)
        && !owner(target.getOwner()).equals(owner(c))
        && !WEAKENING.contains(target.getName())
        && target.getRawParameterTypes().stream()
            .anyMatch(t -> t.getBaseComponentType().getName().equals(RIGOR));
  }

  /** The top-level class around a class. */
  private static String owner(JavaClass c) {
    String top = c.getName().replaceAll("\\$.*", "");
    return top.startsWith(ArchitectureContract.ROOT)
        ? top.substring(ArchitectureContract.ROOT.length())
        : top;
  }
}
