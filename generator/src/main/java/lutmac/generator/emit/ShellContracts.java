package lutmac.generator.emit;

import static lutmac.rtl.layout.HostHeaderField.ADDRESS;
import static lutmac.rtl.layout.HostHeaderField.MEMORY;
import static lutmac.rtl.layout.HostHeaderField.OPERATION;
import static lutmac.rtl.layout.HostHeaderField.WORDS;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lutmac.generator.config.Bus;
import lutmac.rtl.layout.HostOperation;
import lutmac.rtl.layout.Memory;
import lutmac.rtl.layout.StatusField;

/** The header comments of the shell's modules: what each one promises to those around it. */
final class ShellContracts {
  private record Contract(Pattern module, String text) {}

  /** Of the top of a design on a bus, whose shell is a part of it. */
  private static final String BUS_TOP =
      """
      The accelerator on a bus: its shell, an AXI4 master that moves commands, inputs and outputs between the shell's
      streams and memory, AXI4-Lite registers, and an interrupt.

      clk_i, rst_ni     Clock; reset, active low, asserted and released at any time.
      axil_*            The registers; docs/hardware.md, section 10, and host/lutmac_regs.h list them.
      axi_*             The master. Bursts are INCR, of at most 64 words, and cross no 4 KiB. No output depends
                        on an input of the same cycle.
      irq_o             High while an enabled cause is set.
      mon_*             Observation only: those of the shell.
      """;

  private static final List<Contract> CONTRACTS =
      List.of(
          contract(
              "lutmac_reset_synchronizer",
              """
              Releases a reset in step with the clock, two to three edges after it was let go. It takes hold at once.
              """),
          contract(
              "lutmac_axi_control",
              """
              Does what software asks for: loads the memory image where it must, fetches the script, and executes it
              entry by entry on the shell's host port. Every start ends, with an output or with a cause.

              settings          Addresses and limits; requests: start, load, abort, another image, each for a cycle.
              report            What the registers show.
              read, write       Transfers of the engines, with their data and states; orders: to both of them.
              toHost, fromHost  The shell's streams; refusal: why it refuses commands; hostReady: it awaits one.
              shellReset        Resets the shell, while the bus settles after an error.
              One of the states is high. Entries: takingCommand, takingCount, sending, and then askingData and
              feeding, running, or askingPlace and storing; a start has no more.
              """),
          contract(
              "lutmac_axi_read_engine",
              """
              Reads the beats of a transfer, one transfer after the other, in bursts of which up to four are under way.

              transfer          First bus word and number of 64-bit beats.
              data              The beats, in order.
              bursts, words     Channels AR and R of the bus, addresses in words.
              orders            stop: ask for nothing more, drop what comes. forget: owed answers are given up. id:
                                of the bursts from now on; answers of others are dropped.
              state             busy: beats are missing. settled: the bus owes nothing. owed: it owes something now.
                                progress: it took or gave something. fault: a word came with an error, and was dropped.
              """),
          contract(
              "lutmac_axi_write_engine",
              """
              Writes the beats of a transfer, one transfer after the other, in bursts of which up to four wait for answers.

              transfer          First bus word and number of 64-bit beats.
              data              The beats, in order.
              bursts, words     Channels AW and W of the bus, addresses in words; answers: channel B.
              orders            stop: begin no burst; what is left of one is written with all strobes low. forget: owed
                                answers are given up. id: of the bursts from now on; answers to others are dropped.
              state             busy: beats are missing. settled: the bus owes no answer. owed: it owes something now.
                                progress: it took or gave something. fault: an answer said error.
              """),
          contract(
              "lutmac_axi_lite_registers",
              """
              The registers behind AXI4-Lite, one read and one write at a time, and the interrupt.

              axil              The bus; every answer is OKAY.
              settings          What software has written; requests: what it asks for, for a cycle.
              report, counts    What it reads; layerCycles: of the layer layerIndex.
              irq               High while an enabled cause is set.
              """),
          contract(
              "lutmac_axi_counters",
              """
              Counts cycles between a start and its end, and notes at which count layers were over.

              clear             All counters are 0 in the next cycle; they count while busy, each where its input is high.
              running, layer    Of the core: a layer is over when the next one shows, or the run is over.
              layerIndex        The layer whose layerCycles are asked for, modulo 64.
              """),
          contract(
              "lutmac_(?:top|shell)",
              """
              The accelerator: core, its four buffers, and the host's stream interface.

              clk_i, rst_ni     Clock; asynchronous reset, active low, to be released in step with the clock.
              in_*, out_*       Streams of 64-bit beats to and from the host. A beat moves in a cycle in
                                which valid and ready are both high. out_last_o (not of a shell on a bus)
                                marks the last beat of an answer.
              mon_*             Observation only: layer that runs or is to run next; the array took
                                a step; a run is in progress; the core wrote a feature-map word, or
                                those of its quarters that the strobes name.

              A host command is a header beat, for a write followed by its data:
                %s %s    %s memory: %s
                %s word address, for a run the program's start    %s number of words, for a run most cycles, 0: 2^32
              Commands are executed one after the other, each to its end, but for start: what follows is executed
              while the core runs. After waits for a layer of the run, the word address, and has no answer. Words travel least significant beat first, each padded to whole beats. A read
              (feature maps only) answers with its words, run and wait with one beat, how the run ended, status
              with %d beats. Status and abort have a key above their operation. A command that cannot be executed,
              and a run that fails, make the accelerator refuse whatever follows but status and abort, until an
              abort. An abort ends a run, too: it alone is taken while a run is waited for.
              """
                  .formatted(
                      OPERATION.range(),
                      operations(),
                      MEMORY.range(),
                      memories(),
                      ADDRESS.range(),
                      WORDS.range(),
                      StatusField.BEATS)),
          contract(
              "lutmac_host_port",
              """
              Executes the host's commands, one after the other and each to its end; a run that is started goes on
              beside those that follow.

              in, out           Streams of beats; see lutmac_top for the commands.
              writes_N          Write port of memory N.
              read, readData    Read port of the feature maps; in a run a word stays for one cycle.
              run               Request to run control, until the core has started; outcome: how it ended.
              abort             The run is to end; only while run control is busy. layer: the one that runs.
              outLast           The beat of out is the last one of an answer.
              One of the states is high: idle, checking a command, writing, reading, starting a run, waiting for
              its end or for a layer of it, reporting (how it ended), telling (the status). While refusal is not 0, all beats but the keyed commands are
              dropped in idle.
              """),
          contract(
              "lutmac_run_control",
              """
              Runs the core once for every request and sees to it that every run ends: with the core's done, with
              an error of the core, when the limit of cycles is reached, or by an abort.

              run               Start address and limit, static until it is taken when the core starts.
              start, core       To the core, and what it says.
              flush             High for the cycle after the end of a run: resets the core and its read
                                ports.
              busy              High from the cycle after the core's start to the run's last one.
              outcome           How the last run ended, its cycles, and its steps and stalls, but on a bus.
              """),
          contract(
              "lutmac_beats_to_word",
              """
              Collects host beats, least significant first, to one word, which is offered in the cycle after
              its last beat (index lastBeat, constant while words are collected), while the next one begins.
              What lies above the beats of the word is left over from earlier ones.
              """),
          contract(
              "lutmac_word_to_beats",
              """
              Cuts a feature-map word into host beats, least significant first, the last one padded with
              zeros. The word is taken together with its last beat, which lastBeat marks.
              """),
          contract(
              "lutmac_(\\w+)_banks",
              """
              The $1 buffer in one or two banks: one write port and several read ports. Reads of different banks go
              on side by side, of one bank the port of the lowest number is first. A word's bank of two is the
              exclusive or of its address's lowest two bits, its place there the address without its lowest bit.
              """),
          contract(
              "lutmac_(\\w+)_buffer",
              """
              The $1 buffer: one read and one write port, both always ready. A write is seen by every read of a
              later cycle. The word of a read in this cycle stands on readData in the next one, where its memory
              holds words (Holds) until that of the next read. No word is read in the cycle in which it is written.
              """),
          contract(
              "lutmac_read_port_(\\d+)x(\\d+)_prompt",
              """
              One client's way to a buffer of words of $2 bits and $1 address bits, which answers in the cycle
              after a read. The client takes every word in the cycle in which it comes.

              client_request    Address.
              client_response   Words in the order of the requests, two cycles after them.
              read, readData    To the buffer.
              """),
          contract(
              "lutmac_read_port_(\\d+)x(\\d+)(?:_tagged)?(?:_short)?",
              """
              One client's way to a buffer of words of $2 bits and $1 address bits, which answers in the cycle
              after a read, ready or not.

              client_request    Address, and a tag if there is one, which comes back with the word.
              client_response   Words in the order of the requests, two cycles after them at the earliest.
              read, readData    To the buffer, or to the arbiter in front of it.

              Every request holds a credit until its response is taken; there are as many as places in the
              response queue. Four cover the round trip: one word a cycle.
              """),
          contract(
              "lutmac_queue_1x(\\d+)",
              """
              A stage of one beat of $1 bits. What is put in in this cycle can be taken in the next one, in
              which it takes another.
              """),
          contract(
              "lutmac_queue_(\\d+)x(\\d+)",
              """
              First-in first-out queue of $1 beats of $2 bits. What is put in in this cycle can be taken in the
              next one.
              """));

  private ShellContracts() {}

  private static String operations() {
    return Stream.of(HostOperation.values())
        .map(operation -> operation.code() + " " + operation.label())
        .collect(Collectors.joining(", "));
  }

  private static String memories() {
    return Stream.of(Memory.values())
        .map(memory -> memory.number() + " " + memory.label())
        .collect(Collectors.joining(", "));
  }

  private static Contract contract(String module, String text) {
    return new Contract(Pattern.compile(module), text);
  }

  /** The comment that heads the file of a module of the shell of a design. */
  static String header(String module, Bus bus) {
    if (module.equals("lutmac_top") && bus instanceof Bus.Axi) {
      return comment(module, BUS_TOP);
    }
    for (Contract contract : CONTRACTS) {
      Matcher matcher = contract.module().matcher(module);
      if (matcher.matches()) {
        return comment(module, substitute(contract.text(), matcher));
      }
    }
    throw new IllegalStateException("the shell's module %s has no contract".formatted(module));
  }

  private static String comment(String module, String contract) {
    return (module + "\n\n" + contract)
        .lines()
        .map(line -> line.isEmpty() ? "//\n" : "// " + line + "\n")
        .reduce("", String::concat);
  }

  private static String substitute(String text, Matcher matcher) {
    String filled = text;
    for (int group = 1; group <= matcher.groupCount(); group++) {
      filled = filled.replace("$" + group, matcher.group(group).replace('_', ' '));
    }
    return filled;
  }
}
