package lutmac.generator.design;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import lutmac.generator.emit.DesignName;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.ConfigChooser;
import lutmac.generator.program.NetworkCompiler;
import lutmac.network.golden.GoldenModel;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.network.quantized.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code design.json} and the words of the sample image, read as somebody without lutmac would. */
class DesignDescriptionTest {
  /** More than the bits of a word. */
  private static final int BITS = 1024;

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  /** Networks of all kinds of maps, on every style of processing elements. */
  static Stream<QuantizedNetwork> networks() {
    return LongStream.rangeClosed(1, 8)
        .boxed()
        .flatMap(
            seed ->
                Stream.of(
                    RandomNetworks.anyNetwork(seed),
                    RandomNetworks.networkOfSeveralOutputs(seed),
                    RandomNetworks.networkOfActivations(seed)));
  }

  private Path written(QuantizedNetwork network, PeStyle style) {
    CompiledNetwork compiled =
        NetworkCompiler.compile(network, ConfigChooser.choose(network, 4, 3, style));
    Path directory = folder.resolve("design");
    DesignDirectory.write(
        directory,
        new Design(
            DesignName.DEFAULT,
            compiled,
            new TreeMap<>(Map.of("lutmac_top.sv", "module lutmac_top;\nendmodule\n"))),
        DesignSettings.of(DesignName.DEFAULT, network));
    return directory;
  }

  private static JsonNode json(Path directory, String file) throws IOException {
    return JSON.readTree(Files.readString(directory.resolve(file)));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void theSchemaDescribesEveryField(QuantizedNetwork network) throws IOException {
    assertDescribed(written(network, PeStyles.standard()));
  }

  @Test
  void theSchemaDescribesEveryStyle() throws IOException {
    for (PeStyle style : PeStyles.all()) {
      assertDescribed(written(RandomNetworks.network(1), style));
    }
  }

  private static void assertDescribed(Path directory) throws IOException {
    JsonNode description = json(directory, "design.json");
    String schema = description.path("$schema").asText();
    assertEquals(List.of(), SchemaCheck.faults(json(directory, schema), description));
  }

  @Test
  void aFieldWithoutDescriptionIsNoticed() throws IOException {
    Path directory = written(RandomNetworks.network(1), PeStyles.standard());
    JsonNode schema = json(directory, "design.schema.json");
    ObjectNode description = (ObjectNode) json(directory, "design.json");
    description.put("colour", "red");
    description.remove("top");
    description.put("name", 3);
    assertEquals(
        List.of("$.name is no string: 3", "$.colour is not described", "$ has no top"),
        SchemaCheck.faults(schema, description));
  }

  /** The words of a file for {@code $readmemh} by address. */
  private static Map<Integer, String> words(Path file) throws IOException {
    Map<Integer, String> words = new TreeMap<>();
    int address = 0;
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith("@")) {
        address = Integer.parseInt(line.substring(1), 16);
      } else {
        words.put(address++, line);
      }
    }
    return words;
  }

  private static int bits(String word, int bit, int count) {
    return IntStream.range(0, count)
        .map(
            at -> {
              int digit = word.length() - 1 - (bit + at) / 4;
              return (Character.digit(word.charAt(digit), 16) >> (bit + at) % 4 & 1) << at;
            })
        .sum();
  }

  @ParameterizedTest
  @MethodSource("networks")
  void theExpectedWordsHoldTheAnswersWhereTheDescriptionSaysSo(QuantizedNetwork network)
      throws IOException {
    Path directory = written(network, PeStyles.standard());
    JsonNode description = json(directory, "design.json");
    Map<Integer, String> expected = words(directory.resolve("expected.hex"));
    Map<Integer, String> mask = words(directory.resolve("expected_mask.hex"));
    Map<String, int[]> golden = GoldenModel.run(network, SampleImage.seededCodes(network));
    // Outputs may share words: a concatenation and a member of it.
    Set<Integer> counted = new HashSet<>();
    for (int index = 0; index < network.outputs().size(); index++) {
      Tensor tensor = network.outputs().get(index);
      JsonNode output = description.path("outputs").get(index);
      int lane = output.path("laneBits").asInt();
      int planes = output.path("planes").asInt();
      int pixels = tensor.shape().pixels();
      List<Integer> read = new ArrayList<>();
      for (int at = 0; at < tensor.shape().size(); at++) {
        int bit = output.path("channelBits").get(at / pixels).asInt();
        int code = 0;
        for (int plane = 0; plane < planes; plane++) {
          int address =
              output.path("channelAddresses").get(at / pixels).asInt() + planes * (at % pixels);
          assertEquals((1 << lane) - 1, bits(mask.get(address + plane), bit, lane));
          code |= bits(expected.get(address + plane), bit, lane) << 8 * plane;
          int word = address + plane;
          IntStream.range(bit, bit + lane).forEach(each -> counted.add(BITS * word + each));
        }
        read.add(integer(output.path("format"), code, lane));
      }
      assertEquals(IntStream.of(golden.get(tensor.name())).boxed().toList(), read);
      JsonNode answer = description.path("sample").path("outputs").get(index);
      assertEquals(read, JSON.convertValue(answer.path("integers"), List.class));
    }
    int ones =
        mask.values().stream()
            .flatMapToInt(String::chars)
            .map(digit -> Integer.bitCount(Character.digit(digit, 16)))
            .sum();
    assertEquals(counted.size(), ones, "no other bit counts");
    assertEquals(expected.keySet(), mask.keySet());
  }

  private static int integer(JsonNode format, int code, int lane) {
    if (format.has("values")) {
      return format.path("values").get(code).asInt();
    }
    boolean extended =
        format.path("kind").asText().equals("fixed") && format.path("signed").asBoolean();
    int unused = Integer.SIZE - lane;
    return extended ? code << unused >> unused : code;
  }

  @Test
  void theReadmeNamesEveryFile() throws IOException {
    Path directory = written(RandomNetworks.network(3), PeStyles.standard());
    String readme = Files.readString(directory.resolve("README.md"));
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        assertTrue(name.equals("README.md") || readme.contains(name), name);
      }
    }
  }
}
