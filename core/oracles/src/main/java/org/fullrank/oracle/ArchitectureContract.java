package org.fullrank.oracle;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Formatter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What holds for the classes of every module; a test of each module says which they are. */
public abstract class ArchitectureContract {
  /** The name of all packages begins with this. */
  public static final String ROOT = "org.fullrank.";

  /**
   * Where the statics of ND4J and its BLAS, LAPACK and memory wrappers live: called through {@code
   * linalg} only.
   */
  private static final String[] ND4J_STATICS = {
    "org.nd4j.linalg.factory..",
    "org.nd4j.linalg.api.ops..",
    "org.nd4j.linalg.api.blas..",
    "org.nd4j.linalg.api.rng..",
    "org.nd4j.linalg.ops..",
    "org.nd4j.linalg.inverse..",
    "org.nd4j.linalg.eigen..",
    "org.nd4j.linalg.cpu..",
    "org.nd4j.nativeblas..",
    "org.nd4j.autodiff..",
    "org.bytedeco.."
  };

  private static final Pattern UNIT_ROUNDOFF = Pattern.compile("0x1(\\.0)?p-(5[23]|2[34])\\b");

  private final JavaClasses classes;
  private final Map<String, List<String>> arrows;
  private final Set<String> cycles;
  private final Set<String> literals;

  /**
   * For one module.
   *
   * @param classes those of the module, as {@link #loadedWith} finds them
   * @param arrows package to the packages it may import, without {@link #ROOT}; itself and
   *     everything outside FullRank are always allowed, and so are constants, which compilers copy
   * @param cycles the classes of one package that need each other, as {@code "package: A, B"}
   * @param literals files that write a unit roundoff, or what looks like one, as a number
   */
  protected ArchitectureContract(
      JavaClasses classes,
      Map<String, List<String>> arrows,
      Set<String> cycles,
      Set<String> literals) {
    this.classes = classes;
    this.arrows = arrows;
    this.cycles = cycles;
    this.literals = literals;
  }

  /** The classes beside this one, where they were really loaded from: never another folder. */
  protected static JavaClasses loadedWith(Class<?> one) {
    return new ClassFileImporter()
        .importUrl(one.getProtectionDomain().getCodeSource().getLocation());
  }

  @Test
  void importsFollowTheArrows() {
    arrows.forEach(this::importsOnly);
  }

  private void importsOnly(String name, List<String> arrowsOfName) {
    String[] allowed =
        Stream.concat(Stream.of(name), arrowsOfName.stream())
            .map(ROOT::concat)
            .toArray(String[]::new);
    DescribedPredicate<JavaClass> elsewhere =
        resideInAPackage("org.fullrank..").and(DescribedPredicate.not(resideInAnyPackage(allowed)));
    noClasses()
        .that()
        .resideInAPackage(ROOT + name)
        .should()
        .dependOnClassesThat(elsewhere)
        .because("the arrows of this test are the architecture")
        .check(classes);
  }

  /**
   * Neither a package without a row nor a row without a package, nor an arrow that nobody takes.
   */
  @Test
  void everyPackageHasItsArrowsAndNoOthers() {
    assertThat(
            classes.stream()
                .map(c -> c.getPackageName().substring(ROOT.length()))
                .collect(Collectors.toSet()))
        .isEqualTo(arrows.keySet());
    arrows.forEach(
        (name, allowed) ->
            assertThat(importedBy(name)).as("imports of " + name).containsAll(allowed));
  }

  private Set<String> importedBy(String name) {
    return classes.stream()
        .filter(c -> c.getPackageName().equals(ROOT + name))
        .flatMap(c -> c.getDirectDependenciesFromSelf().stream())
        .map(d -> d.getTargetClass().getBaseComponentType().getPackageName())
        .filter(p -> p.startsWith(ROOT))
        .map(p -> p.substring(ROOT.length()))
        .collect(Collectors.toSet());
  }

  /** What a reader still overlooks. */
  private static final int LARGE = 30;

  /**
   * Packages of more than {@value #LARGE} top-level classes, each with a reason beside it.
   *
   * @return without {@link #ROOT}
   */
  protected Set<String> largePackages() {
    return Set.of();
  }

  @Test
  void packagesStaySmall() {
    Map<String, Set<String>> members = new TreeMap<>();
    for (JavaClass c : classes) {
      members
          .computeIfAbsent(c.getPackageName().substring(ROOT.length()), k -> new TreeSet<>())
          .add(owner(c));
    }
    assertThat(
            members.entrySet().stream()
                .filter(e -> e.getValue().size() - 1 > LARGE) // without package-info
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet()))
        .isEqualTo(largePackages());
  }

  /**
   * What is public is meant: the list lies in the resource {@code NAME-OF-THIS-TEST.public.txt}. A
   * type that is gone from it breaks somebody's program, a new one is a promise.
   */
  @Test
  void publicTypesAreThoseOfTheList() throws IOException {
    String list = getClass().getSimpleName() + ".public.txt";
    try (InputStream in = getClass().getResourceAsStream("/" + list)) {
      String text = new String(Objects.requireNonNull(in, list).readAllBytes(), UTF_8);
      assertThat(
              classes.stream()
                  .filter(
                      c -> c.isTopLevelClass() && c.getModifiers().contains(JavaModifier.PUBLIC))
                  .map(c -> c.getName().substring(ROOT.length()))
                  .sorted()
                  .collect(Collectors.joining("\n", "", "\n")))
          .isEqualTo(text);
    }
  }

  /** A new circle is a new knot, and one that is gone may not come back unseen. */
  @Test
  void cyclesWithinAPackageAreTheKnownOnes() {
    Map<String, Set<String>> neighbours = new TreeMap<>();
    for (JavaClass c : classes) {
      neighbours.computeIfAbsent(owner(c), k -> new TreeSet<>()).addAll(neighboursOf(c));
    }
    Map<String, Set<String>> reached = new TreeMap<>();
    neighbours.keySet().forEach(name -> reached.put(name, reachedFrom(name, neighbours)));
    Set<String> found = new TreeSet<>();
    reached.forEach(
        (name, all) -> {
          if (all.contains(name)) {
            String members =
                all.stream()
                    .filter(other -> reached.getOrDefault(other, Set.of()).contains(name))
                    .map(other -> other.substring(other.lastIndexOf('.') + 1))
                    .collect(Collectors.joining(", "));
            found.add(name.substring(ROOT.length(), name.lastIndexOf('.')) + ": " + members);
          }
        });
    assertThat(found).isEqualTo(new TreeSet<>(cycles));
  }

  /** The top-level class around a class. */
  private static String owner(JavaClass c) {
    return c.getName().replaceAll("\\$.*", "");
  }

  private static Set<String> neighboursOf(JavaClass c) {
    return c.getDirectDependenciesFromSelf().stream()
        .map(d -> d.getTargetClass().getBaseComponentType())
        .filter(t -> t.getPackageName().equals(c.getPackageName()))
        .map(ArchitectureContract::owner)
        .filter(name -> !name.equals(owner(c)))
        .collect(Collectors.toSet());
  }

  private static Set<String> reachedFrom(String name, Map<String, Set<String>> neighbours) {
    Set<String> reached = new TreeSet<>();
    Deque<String> open = new ArrayDeque<>(neighbours.getOrDefault(name, Set.of()));
    while (!open.isEmpty()) {
      String next = open.pop();
      if (reached.add(next)) {
        open.addAll(neighbours.getOrDefault(next, Set.of()));
      }
    }
    return reached;
  }

  /** Digits, signs and case follow the locale of the machine wherever none is given. */
  @Test
  void noTextDependsOnTheLocale() {
    noClasses()
        .should()
        .callMethod(String.class, "formatted", Object[].class)
        .orShould()
        .callMethod(String.class, "format", String.class, Object[].class)
        .orShould()
        .callMethod(String.class, "toLowerCase")
        .orShould()
        .callMethod(String.class, "toUpperCase")
        .orShould()
        .callMethod(PrintStream.class, "printf", String.class, Object[].class)
        .orShould()
        .callMethod(PrintStream.class, "format", String.class, Object[].class)
        .orShould()
        .callMethod(PrintWriter.class, "printf", String.class, Object[].class)
        .orShould()
        .callMethod(PrintWriter.class, "format", String.class, Object[].class)
        .orShould()
        .callMethod(Formatter.class, "format", String.class, Object[].class)
        .orShould()
        .dependOnClassesThat()
        .resideInAPackage("java.text..")
        .because("the same input gives the same text everywhere: Locale.ROOT")
        .check(classes);
  }

  /**
   * Directed rounding has one home: who steps by hand must know the error of what he steps from.
   */
  @Test
  void nobodyElseRoundsOutward() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.fullrank.rigor..")
        .should()
        .accessTargetWhere(
            DescribedPredicate.describe(
                "the target steps to a neighbouring double",
                call ->
                    Set.of(Math.class.getName(), StrictMath.class.getName())
                            .contains(call.getTargetOwner().getName())
                        && Set.of("nextUp", "nextDown", "nextAfter", "ulp")
                            .contains(call.getTarget().getName())))
        .because("rigor.rounding has it")
        .check(classes);
  }

  /** Compilers put constants into classes without a trace, so the sources are read. */
  @Test
  void unitRoundoffsHaveAName() throws IOException {
    Path sources = Path.of("src", "main", "java", "org", "fullrank");
    try (Stream<Path> all = Files.walk(sources)) {
      Set<String> found =
          all.filter(f -> f.toString().endsWith(".java"))
              .filter(ArchitectureContract::namesAUnitRoundoff)
              .map(f -> sources.relativize(f).toString().replace('\\', '/'))
              .filter(f -> !f.startsWith("rigor/"))
              .collect(Collectors.toSet());
      assertThat(found).isEqualTo(literals);
    }
  }

  private static boolean namesAUnitRoundoff(Path file) {
    try {
      return UNIT_ROUNDOFF.matcher(Files.readString(file)).find();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void nd4jStaticsAreCalledInLinalgOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.fullrank.linalg")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ND4J_STATICS)
        .because("linalg is the one place that handles their traps")
        .check(classes);
  }

  @Test
  void publicTypesAreInterfacesFinalClassesRecordsOrEnums() {
    classes()
        .that()
        .arePublic()
        .and(
            DescribedPredicate.<JavaClass>describe(
                "are neither interfaces nor enums", c -> !c.isInterface() && !c.isEnum()))
        .should()
        .haveModifier(JavaModifier.FINAL)
        .because("extension goes through interfaces")
        .check(classes);
  }

  @Test
  void noPublicStaticFieldIsMutable() {
    fields()
        .that()
        .arePublic()
        .and()
        .areStatic()
        .should()
        .beFinal()
        .andShould()
        .notHaveRawType(
            DescribedPredicate.<JavaClass>describe(
                "an array or a tensor",
                c -> c.isArray() || c.getName().startsWith("org.nd4j.linalg.api.ndarray")))
        .allowEmptyShould(true) // a module may have none
        .check(classes);
  }
}
