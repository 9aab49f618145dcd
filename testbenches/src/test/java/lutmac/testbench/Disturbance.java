package lutmac.testbench;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.Descriptor;
import lutmac.rtl.layout.DescriptorField;
import lutmac.rtl.layout.HostHeaderField;
import lutmac.rtl.layout.HostOperation;
import lutmac.rtl.layout.Memory;
import lutmac.sim.harness.Job;

/** What a host sends that does not know what it does: transactions, legal and not, at random. */
public final class Disturbance {
  private static final int MOST_TRANSACTIONS = 3;

  /** Most cycles of a run whose program may be anything. */
  private static final int LIMIT = 3000;

  private final CompiledNetwork compiled;
  private final AcceleratorConfig config;
  private final boolean programsThatPass;
  private final List<Integer> starts = new ArrayList<>();
  private final Random random;
  private final List<Job.StrayBeat> beats = new ArrayList<>();

  /** Whether memories hold what no compiler writes. */
  private boolean spoilt;

  /** Cycles before the next beat. */
  private int pause;

  private Disturbance(CompiledNetwork compiled, boolean programsThatPass, long seed) {
    this.compiled = compiled;
    this.config = compiled.config();
    this.programsThatPass = programsThatPass;
    this.random = new Random(seed);
    int at = 0;
    for (Descriptor descriptor : Descriptor.decodeAll(compiled.program())) {
      starts.add(at);
      at += descriptor.words();
    }
  }

  /**
   * One to three transactions.
   *
   * @param programsThatPass whether programs may do anything that their checks let through, even
   *     what breaks assertions of the datapath
   */
  public static List<Job.StrayBeat> of(
      CompiledNetwork compiled, boolean programsThatPass, long seed) {
    Disturbance disturbance = new Disturbance(compiled, programsThatPass, seed);
    for (int left = 1 + disturbance.any(MOST_TRANSACTIONS); left > 0; left--) {
      disturbance.transaction();
    }
    return disturbance.beats;
  }

  private void transaction() {
    switch (any(programsThatPass ? 14 : 12)) {
      case 0 -> noise(1 + any(20));
      case 1 -> {
        // Any operation, any memory, some words.
        header(any(16), any(16), random.nextInt(1 << 24), any(8));
        noise(any(6));
      }
      case 2 -> {
        Memory memory = Memory.values()[any(4)];
        int depth = config.depth(memory);
        // At the memory's end, or beyond it.
        int words = 1 + any(5);
        header(HostOperation.WRITE.code(), memory.number(), depth - 3 + any(5), words);
        noise(words * beats(memory));
        spoilt = true;
      }
      case 3 -> {
        Memory memory = Memory.values()[any(4)];
        int words = 1 + any(40);
        header(HostOperation.WRITE.code(), memory.number(), any(config.depth(memory) / 2), words);
        // Now and then fewer beats than it says.
        noise(any(3) == 0 ? any(words * beats(memory)) : words * beats(memory));
        spoilt = true;
      }
      case 4 -> header(HostOperation.READ.code(), any(2), any(config.featureMapWords()), any(50));
      case 5 ->
          header(HostOperation.READ.code(), any(16), random.nextInt(1 << 24), random.nextInt());
      case 6 -> run(any(2 * config.programWords()), 1 + any(LIMIT));
      case 7 -> {
        if (spoilt && !programsThatPass) {
          return;
        }
        runOf(compiled.program(), 1 + any(LIMIT));
        pause = any(LIMIT);
        keyed(HostOperation.ABORT);
      }
      case 8 -> keyed(any(2) == 0 ? HostOperation.ABORT : HostOperation.STATUS);
      case 9 -> runOf(flipped(1 + any(2)), 0);
      case 10 -> runOf(constant(any(3)), LIMIT);
      case 11 -> runOf(outOfRange(), 0);
      default -> runOf(anyField(), LIMIT);
    }
    if (any(3) == 0) {
      pause = any(200);
    }
  }

  /**
   * The program with some flipped bits in one descriptor or its tables: nothing of it starts. A
   * wrong table comes to the array, which asserts that it is right, before its check word does.
   */
  private int[] flipped(int bits) {
    int[] program = compiled.program().clone();
    int layer = any(starts.size());
    int from = starts.get(layer);
    boolean tables = programsThatPass && any(2) == 0 && end(layer) > from + DescriptorField.WORDS;
    int low = tables ? from + DescriptorField.WORDS : from;
    int words = tables ? end(layer) - low : DescriptorField.WORDS;
    int first = any(32 * words);
    program[low + first / 32] ^= 1 << first % 32;
    if (bits == 2) {
      int second = (first + 1 + any(32 * words - 1)) % (32 * words);
      program[low + second / 32] ^= 1 << second % 32;
    }
    return program;
  }

  private int end(int layer) {
    return layer + 1 < starts.size() ? starts.get(layer + 1) : compiled.program().length;
  }

  private int[] constant(int kind) {
    int[] program = new int[compiled.program().length];
    for (int word = 0; word < program.length; word++) {
      program[word] = kind == 0 ? 0 : kind == 1 ? -1 : random.nextInt();
    }
    return program;
  }

  /** A field that no accelerator of this configuration lets through, under right check words. */
  private int[] outOfRange() {
    DescriptorField[] counts = {
      DescriptorField.PX_N,
      DescriptorField.PY_N,
      DescriptorField.WX_N,
      DescriptorField.WY_N,
      DescriptorField.OB_N,
      DescriptorField.WINDOW_N
    };
    int layer = any(starts.size());
    boolean pool =
        Descriptor.decode(compiled.program(), starts.get(layer)).is(DescriptorField.POOL);
    DescriptorField[] arrayCounts = {
      DescriptorField.STRIDE,
      DescriptorField.SEG_N,
      DescriptorField.SEG_TAPS,
      DescriptorField.CB_N,
      DescriptorField.KX_N,
      DescriptorField.KY_N,
      DescriptorField.TILE_N,
      DescriptorField.LANES_FULL,
      DescriptorField.LANES_LAST,
      DescriptorField.W_WORDS,
      DescriptorField.TAPS_FULL,
      DescriptorField.TAPS_LAST
    };
    if (!pool && any(4) == 0) {
      int rows = config.rows() + 1 + any(255 - config.rows());
      return with(layer, DescriptorField.ROWS_LAST, any(3) == 0 ? 0 : rows);
    }
    DescriptorField field =
        pool || any(2) == 0 ? counts[any(counts.length)] : arrayCounts[any(arrayCounts.length)];
    return with(layer, field, 0);
  }

  /** Some field is anything, under right check words: it may pass, and then do anything. */
  private int[] anyField() {
    DescriptorField[] fields = DescriptorField.values();
    DescriptorField field = fields[any(fields.length)];
    long value = any(2) == 0 ? any(5) : random.nextLong() & (1L << field.width()) - 1;
    return with(any(starts.size()), field, value);
  }

  private int[] with(int layer, DescriptorField field, long value) {
    int[] program = compiled.program().clone();
    int start = starts.get(layer);
    int word = start + field.word();
    program[word] = program[word] & ~(int) field.encode(-1) | (int) field.encode(value);
    Descriptor.setCheckWords(program, start);
    return program;
  }

  private void runOf(int[] program, int limit) {
    header(HostOperation.WRITE.code(), Memory.PROGRAM.number(), 0, program.length);
    for (int word : program) {
      beat(Integer.toUnsignedLong(word));
    }
    run(0, limit);
  }

  private void run(int start, int limit) {
    header(HostOperation.RUN.code(), 0, start, limit);
  }

  private void header(int operation, int memory, int address, int words) {
    beat(
        HostHeaderField.OPERATION.encode(operation)
            | HostHeaderField.MEMORY.encode(memory)
            | HostHeaderField.ADDRESS.encode(address)
            | HostHeaderField.WORDS.encode(words));
  }

  private void keyed(HostOperation operation) {
    beat(operation.keyedHeader());
  }

  private void noise(int count) {
    for (int left = count; left > 0; left--) {
      beat(random.nextLong());
    }
  }

  private void beat(long beat) {
    beats.add(new Job.StrayBeat(pause, beat));
    pause = 0;
  }

  private int beats(Memory memory) {
    return (memory.wordBits(config.cols()) + HostHeaderField.BITS - 1) / HostHeaderField.BITS;
  }

  private int any(int bound) {
    return random.nextInt(bound);
  }
}
