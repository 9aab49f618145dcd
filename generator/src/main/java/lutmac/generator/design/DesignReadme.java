package lutmac.generator.design;

import java.util.Locale;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.emit.DesignName;
import lutmac.rtl.CoreModules;
import lutmac.rtl.layout.Memory;

/** The page that explains a design directory to the person who finds it. */
final class DesignReadme {
  private DesignReadme() {}

  static String text(DesignDescription design, DesignName name) {
    AcceleratorConfig config = design.config();
    StringBuilder page = new StringBuilder();
    page.append(
        String.format(
            Locale.ROOT,
            """
            # Accelerator for %1$s

            Made by `lutmac generate`: an array of %2$d x %3$d processing elements (`%4$s`) that computes the network
            bit for bit as `network.lut.onnx` states it, in about %7$,d cycles an image (predicted).

            | file | what it is |
            |---|---|
            | `rtl/` | the hardware in SystemVerilog, one module a file; `%5$s` holds the layouts of words and commands; the top module is `%6$s` |
            | `rtl/filelist.f` | the files to compile, relative to `rtl/`, in this order |
            | `network.lut.onnx` | the quantized network; any ONNX runtime executes it with the same results |
            | `program.hex`, `weights.hex`, `parameters.hex` | contents of three of its memories, for `$readmemh` or a host |
            | `program.lst` | the program, explained word by word |
            | `checksums.sha256` | of all other files: `sha256sum -c` in this folder; `lutmac simulate` names what was edited |
            | `design.json` | configuration, addresses of every layer's result, predicted cycles |

            ## Memories

            | number | memory | word | depth | words in use |
            |---|---|---|---|---|
            """,
            design.network(),
            config.rows(),
            config.cols(),
            config.pe().name(),
            name.module(CoreModules.PACKAGE),
            name.top(),
            design.predictedCycles()));
    page.append(
        row(
            Memory.FEATURE_MAPS,
            Memory.FEATURE_MAPS.wordBits(config.cols()),
            config.featureMapWords(),
            "input and results of every layer"));
    page.append(row(Memory.WEIGHTS, design.memories().weights()));
    page.append(row(Memory.PARAMETERS, design.memories().parameters()));
    page.append(row(Memory.PROGRAM, design.memories().program()));
    page.append(
        """

        ## Instantiating it

        `TOP` needs a clock, an asynchronous reset that is released in step with it, and one 64-bit stream in
        each direction. All modules and the package begin with the design's name (`lutmac generate --name`), so that designs of
        different names go into one netlist. The header of `rtl/TOP.sv` describes the commands. A host

        1. writes program, weights and parameters once, from address 0;
        2. writes an image, arranged as the layers that read it want it, to the `inputs` of `design.json` in the
           feature maps, and sends run with program address 0;
        3. waits for the answer to run (one beat: the cycles) and reads the last layer's result, whose address and
           shape are in `design.json`, too. With `"raw": true` a pixel takes four words: byte k of every channel's int32.

        ## Simulating it

            lutmac simulate THIS_DIRECTORY --data images.npy

        runs images on this RTL and compares every word that it writes with the network. `lutmac simulate --help`
        says more. For other tools: `verilator --lint-only -Wall --top-module TOP $(cat filelist.f)` in `rtl/`;
        Icarus Verilog needs `-g2012`, Yosys `read_verilog -sv`.
        """
            .replace("TOP", name.top()));
    return page.toString();
  }

  private static String row(Memory memory, DesignDescription.MemoryUse use) {
    return row(memory, use.wordBits(), use.depth(), String.valueOf(use.words()));
  }

  private static String row(Memory memory, int bits, int depth, String use) {
    return "| %d | %s | %d bits | %d | %s |\n"
        .formatted(memory.number(), memory.label(), bits, depth, use);
  }
}
