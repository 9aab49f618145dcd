package lutmac.generator.emit;

import circt.stage.ChiselStage;
import circt.stage.phases.Exceptions.FirtoolNotFound;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.rtl.CoreModules;
import lutmac.rtl.RtlTemplates;
import lutmac.shell.LutmacTop;
import lutmac.shell.ShellParameters;

/**
 * The shell's Verilog: elaborates the Chisel modules, has firtool make Verilog of them and gives
 * every module its own file, headed by its contract, which does not survive that. The memories of
 * its buffers are a template: Chisel's have a clock for each port.
 */
final class ShellRtl {
  private static final String[] FIRTOOL_OPTIONS = {
    "-disable-all-randomization",
    "-strip-debug-info",
    // Layers of the library would come as further files that the design includes.
    "--disable-layers=Verification,Verification.Assert,Verification.Assume,Verification.Cover",
    // Yosys 0.23 reads no variables declared inside a procedure.
    "--lowering-options=disallowLocalVariables,disallowPackedArrays,wireSpillingHeuristic=spillLargeTermsWithNamehints"
  };

  private static final Pattern MODULE =
      Pattern.compile("^module (\\w+)\\(.*?^endmodule\\n", Pattern.MULTILINE | Pattern.DOTALL);

  /** Initial values of reset registers under a macro that nothing defines. */
  private static final Pattern DEAD_INITIAL_BLOCK =
      Pattern.compile(
          "^ *`ifdef ENABLE_INITIAL_REG_\\n.*?^ *`endif // ENABLE_INITIAL_REG_\\n",
          Pattern.MULTILINE | Pattern.DOTALL);

  /** The layer of the assertions as the lowering guards it: a macro that somebody must define. */
  private static final Pattern CONTRACTS_GUARD = Pattern.compile("`ifdef layer\\$Contracts\\b");

  private static final Pattern CONTRACTS_END = Pattern.compile(" // layer\\$Contracts\\b");

  private static final String UNUSED_CLOCK_OFF =
      """
      // Reads are asynchronous: the read port's clock, which every memory module has, is not used.
      /* verilator lint_off UNUSEDSIGNAL */
      """;
  private static final String UNUSED_CLOCK_ON = "/* verilator lint_on UNUSEDSIGNAL */\n";

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
            config.features().packedMaps());
    SortedMap<String, String> files =
        split(guarded(DEAD_INITIAL_BLOCK.matcher(verilog(parameters)).replaceAll("")));
    files.put(
        CoreModules.MEMORY + ".sv", RtlTemplates.render(CoreModules.MEMORY, Map.of()));
    return files;
  }

  /** Gives the assertions the guard that they have in the datapath: on, unless synthesized. */
  private static String guarded(String design) {
    String on = CONTRACTS_GUARD.matcher(design).replaceAll("`ifndef SYNTHESIS");
    return CONTRACTS_END.matcher(on).replaceAll(" // SYNTHESIS");
  }

  private static String verilog(ShellParameters parameters) {
    try {
      return ChiselStage.emitSystemVerilog(
          () -> new LutmacTop(parameters), new String[0], FIRTOOL_OPTIONS);
    } catch (FirtoolNotFound e) {
      throw Firtool.cannotUnpack(e);
    }
  }

  private static SortedMap<String, String> split(String design) {
    TreeMap<String, String> files = new TreeMap<>();
    Matcher module = MODULE.matcher(design);
    while (module.find()) {
      String name = module.group(1);
      String text = module.group();
      String contract = ShellContracts.header(name);
      boolean unusedClock = text.contains("R0_clk,") && !text.contains("posedge R0_clk");
      files.put(
          name + ".sv",
          unusedClock
              ? contract + "\n" + UNUSED_CLOCK_OFF + text + UNUSED_CLOCK_ON
              : contract + "\n" + text);
    }
    return files;
  }
}
