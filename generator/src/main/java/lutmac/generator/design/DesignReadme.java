package lutmac.generator.design;

import java.util.Locale;
import lutmac.generator.config.AcceleratorConfig;

/** The page that explains a design directory to the person who finds it. */
final class DesignReadme {
  private DesignReadme() {}

  static String text(DesignDescription design) {
    AcceleratorConfig config = design.config();
    StringBuilder page = new StringBuilder();
    page.append(
        String.format(
            Locale.ROOT,
            """
            # Accelerator for %s

            Made by `lutmac generate`: an array of %d x %d processing elements (`%s`) that computes the network
            bit for bit as `network.lut.onnx` states it, in about %,d cycles an image (predicted).

            | file | what it is |
            |---|---|
            | `rtl/` | the hardware in SystemVerilog, one module a file; the top module is `lutmac_top` |
            | `rtl/filelist.f` | the files to compile, relative to `rtl/` |
            | `network.lut.onnx` | the quantized network; any ONNX runtime executes it with the same results |
            | `program.hex`, `weights.hex`, `parameters.hex` | contents of three of its memories, for `$readmemh` or a host |
            | `program.lst` | the program, explained word by word |
            | `design.json` | configuration, addresses of every layer's result, predicted cycles |

            ## Memories

            | number | memory | word | depth | words in use |
            |---|---|---|---|---|
            """,
            design.network(),
            config.rows(),
            config.cols(),
            config.pe().name(),
            design.predictedCycles()));
    page.append(
        row(
            0,
            "feature maps",
            8 * config.cols(),
            config.featureMapWords(),
            "input and results of every layer"));
    page.append(row(1, "weights", design.memories().weights()));
    page.append(row(2, "parameters", design.memories().parameters()));
    page.append(row(3, "program", design.memories().program()));
    page.append(
        """

        ## Instantiating it

        `lutmac_top` needs a clock, an asynchronous reset that is released in step with it, and one 64-bit stream in
        each direction. The header of `rtl/lutmac_top.sv` describes the commands. A host

        1. writes program, weights and parameters once, from address 0;
        2. writes an image, arranged as the layers that read it want it, to the `inputs` of `design.json` in the
           feature maps, and sends run with program address 0;
        3. waits for the answer to run (one beat: the cycles) and reads the last layer's result, whose address and
           shape are in `design.json`, too. With `"raw": true` a pixel takes four words: byte k of every channel's int32.

        ## Simulating it

            lutmac simulate THIS_DIRECTORY --data images.npy

        runs images on this RTL and compares every word that it writes with the network. `lutmac simulate --help`
        says more. For other tools: `verilator --lint-only -Wall --top-module lutmac_top $(cat filelist.f)` in `rtl/`;
        Icarus Verilog needs `-g2012`, Yosys `read_verilog -sv`.
        """);
    return page.toString();
  }

  private static String row(int number, String name, DesignDescription.Memory memory) {
    return row(number, name, memory.wordBits(), memory.depth(), String.valueOf(memory.words()));
  }

  private static String row(int number, String name, int bits, int depth, String use) {
    return "| %d | %s | %d bits | %d | %s |\n".formatted(number, name, bits, depth, use);
  }
}
