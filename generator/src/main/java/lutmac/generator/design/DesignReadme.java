package lutmac.generator.design;

import java.util.Locale;
import java.util.stream.Collectors;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.generator.emit.DesignName;
import lutmac.rtl.CoreModules;
import lutmac.rtl.layout.Memory;

/** The page that explains a design directory to the person who finds it. */
final class DesignReadme {
  private static final String STREAM_INSTANCE =
      """
      ## Instantiating it

      | port of `TOP` | what it is |
      |---|---|
      | `clk_i`, `rst_ni` | clock; asynchronous reset, active low, released in step with the clock |
      | `in_valid_i`, `in_ready_o`, `in_data_i[63:0]` | commands and data: AXI4-Stream (TVALID, TREADY, TDATA); it needs no TLAST |
      | `out_valid_o`, `out_ready_i`, `out_data_o[63:0]`, `out_last_o` | answers: AXI4-Stream with TLAST at the end of every answer |
      | `mon_*` | observe only: leave them open |

      All modules and the package begin with the design's name (`lutmac generate --name`), so that designs of
      different names go into one netlist. The header of `rtl/TOP.sv` describes the commands, `protocol` in `design.json` their
      bits. Words travel padded to whole beats, the least significant beat first. A host

      1. writes program, weights and parameters once, from address 0;
      2. makes codes of an image (`input.preprocessing`), arranges them as every one of `input.views` says, writes these to the
         feature maps, and sends run with program address 0;
      3. waits for the answer to run (one beat: cycles, and a cause if the run ended early), and reads `outputs[].regions`.
      """;

  private static final String BUS_INSTANCE =
      """
      ## Instantiating it

      `TOP` needs a clock, a reset (`rst_ni`, active low, asserted and released at any time), an AXI4 master port to memory (`axi_*`)
      and an AXI4-Lite port for its registers (`axil_*`, 4 KiB); `irq_o` is a level. Ports `mon_*` only observe: leave them open.
      All modules and the package begin with the design's name (`lutmac generate --name`). `host/lutmac_regs.h` has offsets, fields
      and meanings of all registers, `component.xml` the same for tools; the driver in `host/` does what follows. A driver

      1. puts `image.bin` into memory, once, at a multiple of 16, and writes that address to `image_address`;
      2. makes codes of an image (`input.preprocessing`), arranges them as every one of `input.views` says, and puts these into memory
         where `buffers.writes` in `design.json` says, counted from a multiple of 16 on that it writes to `input_address`. It writes
         to `output_address` where the results shall go (`buffers.outputBytes`), and, if `buffers.scratchBytes` is not 0, to
         `scratch_address` where so many bytes are free: multiples of 16, too. Where it has caches it writes the input back;
      3. writes `start` in `control` (ignored while `status` says busy), waits for the interrupt (`interrupt_enable`) or polls
         `interrupt_status`: done, or an error, whose cause is in `error_cause` and whose place in `error_address`. It clears what it
         saw by writing it to `interrupt_status`. The results lie at the output address, as `buffers.reads` says; a cache must not
         hold what was there before. After an error the next start needs no reset.

      The image is loaded with the first start, and again after a write to `image_address`, an error, or `start` with `load`.
      Addresses above 32 bits are in the registers `*_high`. The master makes bursts of type INCR, of whole bus words, at most 64
      of them, within 64 words that begin at a multiple of 64 (none crosses 4 KiB), at most 4 reads and 4 writes at a time, those of
      a kind under one identifier, so that answers come in order; `cache` is 0b0011 and `prot` 0b010. It takes every answer: SLVERR
      and DECERR end the run, and an answer that does not come for `watchdog` cycles does.
      """;

  private static final String SIMULATION =
      """
          make sim

      works without lutmac, from any current folder (`make -C FOLDER sim`); `SIM=icarus` or `SIM=verilator` chooses the simulator,
      `TRACE=1` writes a waveform (FST). It prints PASS or FAIL, and fails with it.

          make sim IMAGE=pixels.npy

      runs another image (pixels as the network was trained on, channels first or last; `NUMBER=3` of several) and prints what the
      network answers: the channels with the largest values. It needs Python with numpy.

          make synth

      prints the size in LUTs, flip-flops and block RAMs of a 7-series FPGA before placement, by Yosys;
      `SYNTH="synth_ecp5"` that of another one. It takes minutes for a large array. `fpga/synth.tcl` is for Vivado:
      `vivado -mode batch -source fpga/synth.tcl -tclargs PART`.
      """;

  private static final String BUS_SIMULATION =
      """
      Its memory answers after 60 cycles: `ARGS="+latency=CYCLES +stall=PERMILLE"` sets that, and lets the bus pause.
      """;

  private static final String FILES =
      "| `tb/`, `Makefile` | testbenches: `make sim` runs the sample image in Verilator or Icarus Verilog; `make help` lists the rest |\n"
          + "| `fpga/`, `NAME.core`, `component.xml` | for Vivado (`synth.tcl` without a project, `package.tcl` for the IP catalog, constraints), FuseSoC (CAPI 2)LITEX, and tools that read IP-XACT 1685-2022 (interfaces and registers in `component.xml`) |\n";

  private static final String MEMORY_FILES =
      "| `program.hex`, `weights.hex`, `parameters.hex` | contents of three of the memories, for `$readmemh` or a host |\n";

  private static final String SCHEDULE =
      """
      ## Larger than the buffers

      The network does not fit the buffers: `image.bin` holds a script of RUNS runs of the core for an image. It loads MAPS bytes of
      feature maps and CONSTANTS of programs, weights and parameters, and stores STORED bytes of feature maps; maps that do not
      stay on chip lie in a scratch area of SCRATCH bytes (`scratch_address`, a multiple of 16). Word addresses of inputs and outputs
      lie behind the buffer then: `buffers` in `design.json` says where they are in memory.

      """;

  private DesignReadme() {}

  static String text(DesignDescription design, DesignName name) {
    AcceleratorConfig config = design.config();
    boolean onBus = config.bus() instanceof Bus.Axi;
    StringBuilder page = new StringBuilder();
    page.append(
        String.format(
            Locale.ROOT,
            """
            # Accelerator for %1$s

            Made by `lutmac generate`: an array of %2$d x %3$d processing elements (`%4$s`) that computes the network
            bit for bit as `network.lut.onnx` states it, in about %7$,d cycles of the core an image (predicted; what the host moves comes on top).

            | file | what it is |
            |---|---|
            | `rtl/` | the hardware in SystemVerilog, one module a file; `%5$s` holds the layouts of words and commands; the top module is `%6$s` |
            | `rtl/filelist.f` | the files to compile, relative to `rtl/`, in this order |
            | `network.lut.onnx` | the quantized network; any ONNX runtime executes it with the same results |
            | `design.json` | everything that a host needs: how an image becomes words, where they go, where the answers are and what they mean, memories, commands, counters |
            | `design.schema.json` | a JSON schema that explains every field of it |
            %11$s| `input.hex`, `expected.hex`, `expected_mask.hex` | words of the feature maps for a sample image (%8$s): to write before the run, to read after it, and the bits of these that count |
            | `image.bin` | program, weights, parameters and what a run is, as an accelerator on a bus reads it from memory, and as the driver sends it to another one |
            | `program.lst` | the program, explained word by word |
            | `host/` | a driver in C99 (`lutmac.c`, `%10$s_design.h`) and Python (`lutmac.py`), with %12$s for Linux |
            %9$s| `checksums.sha256` | of all other files: `make check`; `lutmac simulate` names what was edited |

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
            design.predictedCycles(),
            design.sample().source(),
            FILES
                .replace("LITEX", onBus ? ", LiteX (`NAME_litex.py`)" : "")
                .replace("NAME", name.text()),
            name.text(),
            design.schedule() == null ? MEMORY_FILES : "",
            onBus
                ? "examples (`bare_metal.c`, `linux.c`), the latter"
                : "an example (`stream.c`) of files that take and give beats, as DMA drivers have them,"));
    page.append(row(Memory.FEATURE_MAPS, design.memories().featureMaps()));
    page.append(row(Memory.WEIGHTS, design.memories().weights()));
    page.append(row(Memory.PARAMETERS, design.memories().parameters()));
    page.append(row(Memory.PROGRAM, design.memories().program()));
    page.append(
        """

        A `.hex` file has a word a line, its most significant digit first: `$readmemh` reads it into an array of such words.
        MEMORY_ORIGIN`input.hex`, `expected.hex` and `expected_mask.hex`
        have lines `@ADDRESS` (hexadecimal, in words) and belong to the feature maps. They are for testbenches and for hosts: the
        hardware's memories are loaded through its commands, and need no initial contents.

        INSTANCE

        SCHEDULE
        ## What goes in

        INPUT

        ## What comes out

        OUTPUT

        ## Simulating it

        SIMULATE

            lutmac simulate THIS_DIRECTORY --data images.npy

        runs other images on this RTL and compares every word that it writes with the network. For other tools:
        `verilator --lint-only -Wall --top-module TOP $(cat filelist.f)` in `rtl/`; Icarus Verilog needs `-g2012`;
        `yosys -p "read_verilog -sv $(tr '\n' ' ' <filelist.f); synth_xilinx -flatten -top TOP; stat"`.
        """
            .replace("SCHEDULE\n", schedule(design))
            .replace("INSTANCE\n", onBus ? BUS_INSTANCE : STREAM_INSTANCE)
            .replace("SIMULATE\n", onBus ? SIMULATION + BUS_SIMULATION : SIMULATION)
            .replace(
                "MEMORY_ORIGIN",
                design.schedule() == null
                    ? "`program.hex`, `weights.hex` and `parameters.hex` begin at address 0. "
                    : "")
            .replace("TOP", name.top())
            .replace("INPUT\n", input(design.input()))
            .replace("OUTPUT\n", outputs(design)));
    return page.toString();
  }

  private static String schedule(DesignDescription design) {
    ScheduleJson schedule = design.schedule();
    return schedule == null
        ? ""
        : SCHEDULE
            .replace("RUNS", String.valueOf(schedule.runs().size()))
            .replace("MAPS", String.valueOf(schedule.mapBytes()))
            .replace("CONSTANTS", String.valueOf(schedule.constantBytes()))
            .replace("STORED", String.valueOf(schedule.storedBytes()))
            .replace("SCRATCH", String.valueOf(design.buffers().scratchBytes()));
  }

  private static String input(InputJson input) {
    StringBuilder text = new StringBuilder();
    InputJson.Pixels pixels = input.preprocessing();
    text.append(
        "`%s`, %s (channels, height, width), codes of %d bits, %s. "
            .formatted(
                input.name(),
                input.shape(),
                input.format().bits(),
                input.format().signed() ? "two's complement" : "unsigned"));
    text.append(
        pixels.inFirstLayer()
            ? "The codes are the pixels: the first layer subtracts the mean %s and divides by %s.\n"
                .formatted(pixels.mean(), pixels.std())
            : "A code is (pixel - %s) / %s * 2^%d, rounded to the nearest integer.\n"
                .formatted(pixels.mean(), pixels.std(), input.format().fractionBits().get(0)));
    text.append(
        "\n| words | arrangement | stored channels, height, width | padding |\n|---|---|---|---|\n");
    for (InputJson.View view : input.views()) {
      text.append(
          "| %d to %d | %s | %d, %d, %d | %d rows, %d columns of codes %s |\n"
              .formatted(
                  view.baseAddress(),
                  view.baseAddress() + view.words() - 1,
                  view.fold(),
                  view.channels(),
                  view.height(),
                  view.width(),
                  view.padTop(),
                  view.padLeft(),
                  input.padCodes().stream().distinct().toList()));
    }
    text.append(
        "\n`input.views` in `design.schema.json` has the formula that says which pixel is where.\n");
    return text.toString();
  }

  private static String outputs(DesignDescription design) {
    StringBuilder text =
        new StringBuilder("| output | shape | holds | words |\n|---|---|---|---|\n");
    for (OutputJson output : design.outputs()) {
      FormatJson format = output.format();
      text.append(
          "| `%s` | %s | %s of %d bits, value = integer * 2^-%s | %s |\n"
              .formatted(
                  output.name(),
                  output.shape(),
                  format.kind(),
                  format.bits(),
                  format.fractionBits().stream().distinct().toList().size() == 1
                      ? format.fractionBits().get(0)
                      : "fractionBits[channel]",
                  output.regions().stream()
                      .map(
                          region ->
                              "%d to %d"
                                  .formatted(
                                      region.baseAddress(),
                                      region.baseAddress() + region.words() - 1))
                      .collect(Collectors.joining(", "))));
    }
    text.append(
        "\nChannel c of a pixel is in the lane that `channelAddresses[c]` and `channelBits[c]` name; lanes of no channel"
            + " hold anything.\n");
    return text.toString();
  }

  private static String row(Memory memory, DesignDescription.MemoryUse use) {
    return row(memory, use.wordBits(), use.depth(), String.valueOf(use.words()));
  }

  private static String row(Memory memory, int bits, int depth, String use) {
    return "| %d | %s | %d bits | %d | %s |\n"
        .formatted(memory.number(), memory.label(), bits, depth, use);
  }
}
