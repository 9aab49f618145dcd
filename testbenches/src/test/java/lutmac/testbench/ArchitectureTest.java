package lutmac.testbench;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.text.Collator;
import java.text.NumberFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Scanner;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The arrows of the architecture: from the command down to the numbers, never back up. */
class ArchitectureTest {
  /** Which modules a module may use, itself aside: the arrows that docs/architecture.md draws. */
  private static final SortedMap<String, Set<String>> ARROWS = drawnArrows();

  private static JavaClasses classes;

  /** Methods of {@link Files} that open a file. */
  private static final Pattern OPENING =
      Pattern.compile(
          "(read(AllBytes|String|AllLines)|new(Input|Output|Buffered|Byte).*|lines)|(write|copy|move).*|createTemp.*|createFile");

  private static final List<Class<?>> OPENERS =
      List.of(
          FileInputStream.class,
          FileOutputStream.class,
          RandomAccessFile.class,
          ZipFile.class,
          FileReader.class,
          FileWriter.class);

  @BeforeAll
  static void readClasses() {
    classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            // A packaged build brings the test classes of other modules as jars.
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("lutmac");
  }

  private static SortedMap<String, Set<String>> drawnArrows() {
    SortedMap<String, Set<String>> arrows = new TreeMap<>();
    Matcher arrow =
        Pattern.compile("^  (\\w+) --> (\\w+)$", Pattern.MULTILINE)
            .matcher(Sources.text("docs/architecture.md"));
    while (arrow.find()) {
      arrows.computeIfAbsent(arrow.group(1), name -> new TreeSet<>()).add(arrow.group(2));
      arrows.computeIfAbsent(arrow.group(2), name -> new TreeSet<>());
    }
    return arrows;
  }

  @Test
  void theDrawingHasNoArrowBackUp() {
    Set<String> below = new TreeSet<>();
    while (below.size() < ARROWS.size()) {
      List<String> next =
          ARROWS.keySet().stream()
              .filter(name -> !below.contains(name) && below.containsAll(ARROWS.get(name)))
              .toList();
      assertFalse(next.isEmpty(), () -> "a circle above " + below);
      below.addAll(next);
    }
  }

  static Set<String> modules() {
    return ARROWS.keySet();
  }

  @ParameterizedTest
  @MethodSource("modules")
  void aModuleUsesOnlyThoseBelowIt(String module) {
    String[] forbidden =
        ARROWS.keySet().stream()
            .filter(other -> !other.equals(module) && !ARROWS.get(module).contains(other))
            .map(other -> "lutmac." + other + "..")
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage("lutmac." + module + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(forbidden)
        .check(classes);
  }

  @Test
  void everyClassBelongsToAModule() {
    Set<String> found =
        classes.stream()
            .map(JavaClass::getPackageName)
            .map(name -> name.split("\\.")[1])
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(ARROWS.keySet(), found);
  }

  @ParameterizedTest
  @MethodSource("modules")
  void packagesOfAModuleFormNoCircle(String module) {
    slices()
        .matching("lutmac." + module + ".(*)..")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(classes);
  }

  @Test
  void everyPackageSaysWhatItIsFor() {
    List<String> silent = new ArrayList<>();
    for (JavaPackage each : classes.getPackage("lutmac").getSubpackagesInTree()) {
      boolean holdsCode =
          each.getClasses().stream().anyMatch(c -> !c.getSimpleName().equals("package-info"));
      // The shell is written in Scala, which has no package-info.
      if (holdsCode
          && !each.getName().equals("lutmac.shell")
          && !Sources.packageInfo(each.getName()).isPresent()) {
        silent.add(each.getName());
      }
    }
    assertFalse(classes.getPackage("lutmac").getSubpackagesInTree().isEmpty());
    assertEquals(List.of(), silent, "packages without package-info.java");
  }

  @Test
  void onlyTheCommandKnowsItsLibraries() {
    noClasses()
        .that()
        .resideOutsideOfPackage("lutmac.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("picocli..", "me.tongfei..")
        .check(classes);
  }

  @Test
  void onlyTheOnnxModuleKnowsProtobuf() {
    noClasses()
        .that()
        .resideOutsideOfPackages("lutmac.onnx..", "lutmac.examples..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("ai.onnx.proto..", "com.google.protobuf..")
        .check(classes);
  }

  /** What is formatted without a locale takes the default one, which the programs set. */
  @Test
  void everyProgramSpellsNumbersTheSameInAllCountries() {
    classes()
        .that()
        .containAnyMethodsThat(
            describe("are main", method -> method.getName().equals("main") && isStatic(method)))
        .should()
        .callMethod(Locale.class, "setDefault", Locale.class)
        .check(classes);
  }

  /** Not even where nobody has set one. */
  @Test
  void noLetterDependsOnTheLocale() {
    noClasses()
        .should()
        .callMethod(String.class, "toUpperCase")
        .orShould()
        .callMethod(String.class, "toLowerCase")
        .orShould()
        .callMethod(String.class, "format", String.class, Object[].class)
        .orShould()
        .callMethod(PrintStream.class, "printf", String.class, Object[].class)
        .orShould()
        .callMethod(PrintStream.class, "format", String.class, Object[].class)
        .orShould()
        .callMethod(PrintWriter.class, "printf", String.class, Object[].class)
        .orShould()
        .callMethod(PrintWriter.class, "format", String.class, Object[].class)
        .orShould()
        .callMethod(String.class, "getBytes")
        .orShould()
        .callConstructor(String.class, byte[].class)
        .orShould()
        .callConstructor(InputStreamReader.class, InputStream.class)
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(
            NumberFormat.class, Collator.class, Scanner.class, FileReader.class, FileWriter.class)
        .check(classes);
  }

  private static boolean isStatic(JavaMethod method) {
    return method.getModifiers().contains(JavaModifier.STATIC);
  }

  /** The trainer of the embedded example uses ND4J's automatic differentiation. */
  @Test
  void onlyOnePackageKnowsTheMatrixLibrary() {
    noClasses()
        .that()
        .resideOutsideOfPackages("lutmac.runtime.matrix..", "lutmac.examples..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.nd4j..", "org.bytedeco..")
        .check(classes);
  }

  @Test
  void onlyTheFormatsFileKnowsYaml() {
    noClasses()
        .that()
        .resideOutsideOfPackage("lutmac.quant.plan.yaml..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.yaml..")
        .check(classes);
  }

  /**
   * Named pipes and devices are refused where a user's files are opened, links followed and
   * permissions kept where they are written: in one place. Directories that the program makes for
   * itself (caches, jobs of the simulator, the inside of an output before it takes its place) are
   * its own.
   */
  @Test
  void onlyOnePackageOpensTheFilesOfUsers() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "lutmac.network.file..",
            "lutmac.network.process..",
            "lutmac.sim.harness..",
            "lutmac.sim.verilator..",
            "lutmac.runtime.predict..")
        .should()
        .callMethodWhere(
            target(
                describe(
                    "reads or writes a file",
                    method ->
                        (method.getOwner().isEquivalentTo(Files.class)
                                && OPENING.matcher(method.getName()).matches())
                            || (method.getOwner().isEquivalentTo(FileChannel.class)
                                && method.getName().equals("open")))))
        .orShould()
        .callConstructorWhere(
            target(
                owner(
                    describe(
                        "opens a file", type -> OPENERS.stream().anyMatch(type::isEquivalentTo)))))
        .check(classes);
  }

  /** So that outputs are held against inputs before any command runs. */
  @Test
  void onlyOnePackageMakesPathsOfWhatTheCommandLineSays() {
    noClasses()
        .that()
        .resideInAPackage("lutmac.cli..")
        .and()
        .resideOutsideOfPackage("lutmac.cli.files..")
        .should()
        .callMethod(Path.class, "of", String.class, String[].class)
        .orShould()
        .callMethod(Paths.class, "get", String.class, String[].class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(File.class)
        .check(classes);
    noFields()
        .that()
        .areAnnotatedWith(Option.class)
        .or()
        .areAnnotatedWith(Parameters.class)
        .should()
        .haveRawType(describe("is a path", type -> type.isAssignableTo(Path.class)))
        .check(classes);
  }

  @Test
  void theGoldenModelSharesNoArithmeticWithWhatItJudges() {
    classes()
        .that()
        .resideInAPackage("lutmac.network.golden..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("lutmac.network..", "java..")
        .check(classes);
  }

  /** jqwik skips a property without a word that has a tag of JUnit Jupiter. */
  @Test
  void aPropertyHasTagsOfItsOwnEngine() {
    Pattern annotated = Pattern.compile("(?m)((?:^ *@.*\\R)+) *(.*)");
    List<String> skipped = new ArrayList<>();
    Map<String, String> tests = Sources.tests();
    assertTrue(tests.size() > 100, "where are the tests?");
    tests.forEach(
        (file, text) -> {
          if (!text.contains("import org.junit.jupiter.api.Tag;")
              || !text.contains("import net.jqwik.api.Property;")) {
            return;
          }
          Matcher declaration = annotated.matcher(text);
          while (declaration.find()) {
            String annotations = declaration.group(1);
            boolean hasProperties =
                annotations.contains("@Property") || declaration.group(2).contains("class ");
            if (annotations.contains("@Tag(") && hasProperties) {
              skipped.add(file + ": " + declaration.group(2));
            }
          }
        });
    assertEquals(List.of(), skipped);
  }
}
