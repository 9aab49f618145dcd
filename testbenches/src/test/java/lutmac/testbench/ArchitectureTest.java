package lutmac.testbench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of the architecture: from the command down to the numbers, never back up. */
@AnalyzeClasses(packages = "lutmac", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule quantDependsOnNothingOfOurs =
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
              "lutmac.cli..");

  @ArchTest
  static final ArchRule generatorDoesNotKnowItsSimulator =
      noClasses()
          .that()
          .resideInAnyPackage("lutmac.generator..", "lutmac.rtl..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("lutmac.sim..", "lutmac.examples..", "lutmac.cli..");

  @ArchTest
  static final ArchRule nothingBelowTheCommandKnowsIt =
      noClasses()
          .that()
          .resideOutsideOfPackage("lutmac.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("lutmac.cli..", "picocli..", "me.tongfei..");

  @ArchTest
  static final ArchRule onlyTheOnnxPackageKnowsProtobuf =
      noClasses()
          .that()
          .resideOutsideOfPackages("lutmac.quant.onnx..", "lutmac.examples..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("ai.onnx.proto..", "com.google.protobuf..");

  @ArchTest
  static final ArchRule quantPackagesFormNoCircle =
      slices().matching("lutmac.quant.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule generatorPackagesFormNoCircle =
      slices().matching("lutmac.generator.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule simPackagesFormNoCircle =
      slices().matching("lutmac.sim.(*)..").should().beFreeOfCycles();
}
