package lutmac.testbench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The arrows of the architecture: from the command down to the numbers, never back up. */
class ArchitectureTest {
  private static JavaClasses classes;

  @BeforeAll
  static void readClasses() {
    classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            // A packaged build brings quant's test classes as a jar.
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("lutmac");
  }

  @Test
  void quantDependsOnNothingOfOurs() {
    noClasses()
        .that()
        .resideInAPackage("lutmac.quant..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "lutmac.rtl..",
            "lutmac.generator..",
            "lutmac.sim..",
            "lutmac.examples..",
            "lutmac.cli..")
        .check(classes);
  }

  @Test
  void generatorDoesNotKnowItsSimulator() {
    noClasses()
        .that()
        .resideInAnyPackage("lutmac.generator..", "lutmac.rtl..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("lutmac.sim..", "lutmac.examples..", "lutmac.cli..")
        .check(classes);
  }

  @Test
  void nothingBelowTheCommandKnowsIt() {
    noClasses()
        .that()
        .resideOutsideOfPackage("lutmac.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("lutmac.cli..", "picocli..", "me.tongfei..")
        .check(classes);
  }

  @Test
  void onlyTheOnnxPackageKnowsProtobuf() {
    noClasses()
        .that()
        .resideOutsideOfPackages("lutmac.quant.onnx..", "lutmac.examples..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("ai.onnx.proto..", "com.google.protobuf..")
        .check(classes);
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

  @Test
  void quantPackagesFormNoCircle() {
    slices().matching("lutmac.quant.(*)..").should().beFreeOfCycles().check(classes);
  }

  @Test
  void generatorPackagesFormNoCircle() {
    slices().matching("lutmac.generator.(*)..").should().beFreeOfCycles().check(classes);
  }

  @Test
  void simPackagesFormNoCircle() {
    slices().matching("lutmac.sim.(*)..").should().beFreeOfCycles().check(classes);
  }
}
