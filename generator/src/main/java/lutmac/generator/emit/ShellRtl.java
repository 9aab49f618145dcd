package lutmac.generator.emit;

import chisel3.RawModule;
import circt.stage.ChiselStage;
import circt.stage.phases.Exceptions.FirtoolNotFound;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.rtl.CoreModules;
import lutmac.rtl.RtlTemplates;
import lutmac.shell.AxiParameters;
import lutmac.shell.AxiTop;
import lutmac.shell.LutmacTop;
import lutmac.shell.ShellParameters;

/**
 * The shell's Verilog: elaborates the Chisel modules, has firtool make Verilog of them and gives
 * every module its own file, headed by its contract, which does not survive that. Its memories are
 * templates: Chisel's have a clock for each port.
 */
final class ShellRtl {
  private static final String[] FIRTOOL_OPTIONS = {
    "-disable-all-randomization",
    "-strip-debug-info",
    // Layers of the library would come as further files that the design includes.
    "--disable-layers=Verification,Verification.Assert,Verification.Assume,Verification.Cover",
    // What has a name in the sources keeps it.
    "--preserve-values=named",
    // Yosys 0.23 reads no variables declared inside a procedure.
    "--lowering-options=disallowLocalVariables,disallowPackedArrays,emittedLineLength=120,locationInfoStyle=none"
  };

  private static final Pattern MODULE =
      Pattern.compile("^module (\\w+)\\(.*?^endmodule\\n", Pattern.MULTILINE | Pattern.DOTALL);

  private ShellRtl() {}

  /** Text of the shell's modules by file name. */
  static SortedMap<String, String> emit(AcceleratorConfig config) {
    Firtool.requireInstalled();
    ShellParameters parameters =
        new ShellParameters(
            config.rows(),
            config.cols(),
            AcceleratorConfig.addressBits(config.featureMapWords()),
            AcceleratorConfig.addressBits(config.weightWords()),
            AcceleratorConfig.addressBits(config.parameterWords()),
            AcceleratorConfig.addressBits(config.programWords()),
            config.features().packedMaps(),
            config.features().reads().banks());
    SortedMap<String, String> files = split(verilog(top(parameters, config)), config.bus());
    for (String memory : CoreModules.MEMORIES) {
      files.put(memory + ".sv", RtlTemplates.render(memory, Map.of()));
    }
    return files;
  }

  private static Supplier<RawModule> top(ShellParameters parameters, AcceleratorConfig config) {
    return config.bus() instanceof Bus.Axi axi
        ? () ->
            new AxiTop(
                new AxiParameters(
                    parameters, axi.addressBits(), axi.dataBits(), config.fingerprint()))
        : () -> new LutmacTop(parameters, false);
  }

  private static String verilog(Supplier<RawModule> top) {
    try {
      return ChiselStage.emitSystemVerilog(top::get, new String[0], FIRTOOL_OPTIONS);
    } catch (FirtoolNotFound e) {
      throw Firtool.cannotUnpack(e);
    }
  }

  private static SortedMap<String, String> split(String design, Bus bus) {
    TreeMap<String, String> files = new TreeMap<>();
    Matcher module = MODULE.matcher(design);
    while (module.find()) {
      String name = module.group(1);
      files.put(
          name + ".sv",
          ShellContracts.header(name, bus) + "\n" + ShellText.readable(module.group()));
    }
    return files;
  }
}
