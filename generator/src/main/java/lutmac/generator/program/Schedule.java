package lutmac.generator.program;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lutmac.rtl.layout.Memory;

/**
 * How a network that does not fit the buffers is computed: run by run, by a script that moves what
 * does not stay (docs/hardware.md §11).
 *
 * @param script what the accelerator does for one input
 * @param inputs where the arranged inputs lie in the area of the input; their addresses are those
 *     of the views, behind the feature-map buffer
 * @param outputs where the results lie in the area of the output, likewise
 * @param runs how many descriptors each run has
 * @param results the layers that make what the network returns, with addresses behind the buffer
 * @param layerMacs multiply-accumulates of one image by layer, in the order of execution, as if
 *     every layer were made whole, once
 * @param use words of the buffers that are used, from address 0 on
 * @param traffic what is moved for one input
 */
public record Schedule(
    Script script,
    List<MemoryImage.Part> inputs,
    List<MemoryImage.Part> outputs,
    List<Integer> runs,
    List<LayerPlacement> results,
    Map<String, Long> layerMacs,
    Use use,
    Traffic traffic) {
  public Schedule {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    runs = List.copyOf(runs);
    results = List.copyOf(results);
    layerMacs = Collections.unmodifiableMap(new LinkedHashMap<>(layerMacs));
  }

  /** Words of each buffer. */
  public record Use(int featureMaps, int weights, int parameters, int program) {}

  /**
   * Bytes on the bus for one input, script and setup not counted.
   *
   * @param maps feature maps that are loaded
   * @param constants programs, weights and parameters that are loaded
   * @param stored feature maps that are stored
   */
  public record Traffic(long maps, long constants, long stored) {
    static Traffic of(Script script) {
      long maps = 0;
      long constants = 0;
      long stored = 0;
      for (ScriptEntry entry : script.entries()) {
        if (entry instanceof ScriptEntry.Write write) {
          long bytes = Script.bytes(write.memory(), write.words(), script.cols());
          if (write.memory() == Memory.FEATURE_MAPS) {
            maps += bytes;
          } else {
            constants += bytes;
          }
        } else if (entry instanceof ScriptEntry.Read read) {
          stored += Script.bytes(Memory.FEATURE_MAPS, read.words(), script.cols());
        }
      }
      return new Traffic(maps, constants, stored);
    }

    public long total() {
      return maps + constants + stored;
    }
  }
}
