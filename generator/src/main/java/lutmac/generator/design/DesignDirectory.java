package lutmac.generator.design;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.emit.CompileOrder;
import lutmac.generator.emit.DesignName;
import lutmac.generator.emit.RtlEmitter;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.HostBeats;
import lutmac.generator.program.MemoryImage;
import lutmac.generator.program.NetworkCompiler;
import lutmac.generator.program.ProgramListing;
import lutmac.network.BadInputException;
import lutmac.network.file.DirectoryReplacement;
import lutmac.network.file.MissingFile;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.onnx.lut.QuantizedOnnx;
import lutmac.rtl.layout.Memory;

/**
 * A design on disk: the network, the hardware's Verilog and the contents of its memories. The same
 * design gives the same bytes.
 */
public final class DesignDirectory {
  /** The quantized network. */
  public static final String NETWORK = "network.lut.onnx";

  /** Names the Verilog files, one a line, in the order in which tools must read them. */
  public static final String FILE_LIST = "rtl/filelist.f";

  private static final String DESCRIPTION = "design.json";
  static final String PROGRAM = "program.hex";
  private static final String LISTING = "program.lst";
  static final String WEIGHTS = "weights.hex";
  static final String PARAMETERS = "parameters.hex";
  private static final String README = "README.md";

  /** What an accelerator on a bus reads from memory, and what a driver sends to another one. */
  static final String IMAGE = "image.bin";

  /** Where the design's Makefile builds: what is in there goes with the design. */
  private static final String BUILD = "build";

  /** What makes a folder a design's; all else that lutmac wrote into it has a checksum there. */
  private static final Pattern OWN_FILE =
      Pattern.compile(
          Stream.of(
                  NETWORK,
                  FILE_LIST,
                  DESCRIPTION,
                  PROGRAM,
                  LISTING,
                  WEIGHTS,
                  PARAMETERS,
                  README,
                  Checksums.FILE)
              .map(Pattern::quote)
              .reduce("rtl/\\w+\\.sv|" + BUILD + "/.*", (all, name) -> all + "|" + name));

  private static final Pattern RTL_FILE = Pattern.compile("\\w+\\.sv");

  private DesignDirectory() {}

  /**
   * Emits the hardware and writes the design. A directory that holds an older design, or nothing,
   * is replaced as a whole; on failure it stays as it was.
   *
   * @throws BadInputException if something else is there or the older design was edited, if the
   *     directory cannot be written, or if a program that emits the hardware is missing
   */
  public static void write(Path directory, CompiledNetwork compiled, DesignSettings settings) {
    write(directory, emitted(compiled, settings), settings);
  }

  /**
   * The same where what was edited in the older design is of no use any more.
   *
   * @throws BadInputException as {@link #write(Path, CompiledNetwork, DesignSettings)}, but not for
   *     a design that was edited
   */
  public static void overwrite(Path directory, CompiledNetwork compiled, DesignSettings settings) {
    replace(directory, emitted(compiled, settings), settings, true);
  }

  private static Design emitted(CompiledNetwork compiled, DesignSettings settings) {
    DesignName name = settings.name();
    return new Design(name, compiled, RtlEmitter.emit(compiled.config(), name));
  }

  /**
   * Writes a design whose hardware is already emitted; see {@link #write(Path, CompiledNetwork,
   * DesignSettings)}.
   */
  static void write(Path directory, Design design, DesignSettings settings) {
    replace(directory, design, settings, false);
  }

  private static void replace(
      Path directory, Design design, DesignSettings settings, boolean edited) {
    try {
      requireReplaceable(directory, edited);
      DirectoryReplacement.replace(directory, contents(design, settings));
    } catch (IOException | UncheckedIOException e) {
      throw new BadInputException(
          "cannot write the design to %s (%s): choose a folder with write permission and enough space"
              .formatted(directory, DesignFiles.reason(e)),
          e);
    }
  }

  /**
   * @param edited whether what was edited may be lost
   */
  private static void requireReplaceable(Path directory, boolean edited) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    if (!Files.isDirectory(directory)) {
      throw new BadInputException(
          "%s is a file: name another output directory".formatted(directory));
    }
    List<String> files = new ArrayList<>();
    try (Stream<Path> tree = Files.walk(directory)) {
      tree.filter(path -> !Files.isDirectory(path))
          .map(path -> directory.relativize(path).toString().replace('\\', '/'))
          .sorted()
          .forEach(files::add);
    }
    if (!files.isEmpty() && !files.contains(DESCRIPTION)) {
      throw new BadInputException(
          "%s holds something else than a lutmac design (%s): name another output directory"
              .formatted(directory, files.get(0)));
    }
    Set<String> written = writtenNames(directory);
    Optional<String> foreign =
        files.stream()
            .filter(file -> !OWN_FILE.matcher(file).matches() && !written.contains(file))
            .findFirst();
    if (foreign.isPresent()) {
      throw new BadInputException(
          "%s holds %s, which lutmac did not write and would delete: move it away or name another output directory"
              .formatted(directory, foreign.get()));
    }
    if (!edited && !written.isEmpty()) {
      requireUnedited(directory, files);
    }
  }

  /** Work that somebody has put into a design is not lost without a word. */
  private static void requireUnedited(Path directory, List<String> present) {
    List<String> used = present.stream().filter(file -> file.startsWith("rtl/")).toList();
    SortedSet<String> edited = new DesignFiles(directory).edited(used);
    // What is gone cannot be lost; the checksums have none of their own.
    edited.retainAll(present);
    if (!edited.isEmpty()) {
      throw new BadInputException(
          "%s was edited since it was generated (%s) and would be replaced: name another output directory, or give 'lutmac generate --force'"
              .formatted(directory, String.join(", ", edited)));
    }
  }

  /** Names of the files that have a checksum in a design; none where it cannot be read. */
  private static Set<String> writtenNames(Path directory) {
    try {
      DesignFiles files = new DesignFiles(directory);
      return Checksums.parse(files.text(Checksums.FILE)).names();
    } catch (BadInputException | IllegalArgumentException e) {
      return Set.of();
    }
  }

  private static SortedMap<String, byte[]> contents(Design design, DesignSettings settings)
      throws IOException {
    CompiledNetwork compiled = design.compiled();
    int cols = compiled.config().cols();
    TreeMap<String, byte[]> files = new TreeMap<>();
    files.put(NETWORK, QuantizedOnnx.toBytes(compiled.network()));
    Map<String, String> texts = new TreeMap<>();
    design.rtl().forEach((name, text) -> texts.put("rtl/" + name, text));
    texts.put(FILE_LIST, String.join("\n", design.rtl().keySet()) + "\n");
    if (compiled.schedule().isEmpty()) {
      texts.put(
          PROGRAM, MemoryHex.of(Memory.PROGRAM, cols).text(HostBeats.bytes(compiled.program())));
      texts.put(WEIGHTS, MemoryHex.of(Memory.WEIGHTS, cols).text(compiled.weights()));
      texts.put(PARAMETERS, MemoryHex.of(Memory.PARAMETERS, cols).text(compiled.parameters()));
    }
    texts.put(LISTING, ProgramListing.of(compiled));
    MemoryImage image = MemoryImage.of(compiled);
    files.put(IMAGE, image.bytes());
    DesignDescription description =
        DesignDescription.of(design, image, settings.sample(), settings.clockMegahertz());
    texts.put(DESCRIPTION, description.json());
    texts.put(DesignDescription.SCHEMA, DesignKit.schema());
    SampleWords sample = new SampleWords(compiled, settings.sample());
    texts.putAll(sample.files());
    texts.putAll(DesignKit.files(design, image, description, sample));
    texts.put(README, DesignReadme.text(description, design.name()));
    texts.forEach((name, text) -> files.put(name, text.getBytes(StandardCharsets.UTF_8)));
    files.put(Checksums.FILE, Checksums.text(files).getBytes(StandardCharsets.UTF_8));
    return files;
  }

  /**
   * Reads a design. Program, weights, parameters and Verilog are what the files say, so that a
   * change to a file is a change to the hardware, which {@link Design#edited} tells; everything
   * else is compiled anew from network and configuration, which therefore must be as they were
   * written.
   *
   * @throws BadInputException if a file is missing or damaged, or if the directory is no design
   */
  public static Design read(Path directory) {
    DesignFiles files = new DesignFiles(directory);
    DesignDescription.Header header = header(files);
    AcceleratorConfig config = header.config();
    if (!Files.isRegularFile(files.path(NETWORK))) {
      throw new BadInputException(
          "there is no %s: generate the design again".formatted(files.path(NETWORK)));
    }
    QuantizedNetwork network =
        QuantizedOnnx.read(files.path(NETWORK), bytes -> files.note(NETWORK, bytes));
    files.requireUnedited(NETWORK);
    CompiledNetwork fresh = compile(files, network, config);
    boolean scheduled = fresh.schedule().isPresent();
    CompiledNetwork compiled = scheduled ? fresh : withImages(files, fresh);
    SortedMap<String, String> rtl = rtl(files, header.name());
    SortedSet<String> edited =
        files.edited(rtl.keySet().stream().map(name -> "rtl/" + name).toList());
    if (scheduled) {
      byte[] image = files.bytes(IMAGE);
      files.requireUnedited(IMAGE);
      requireFits(files, IMAGE, image, MemoryImage.of(compiled).bytes(), edited);
    } else {
      requireFits(files, PROGRAM, compiled.program(), fresh.program(), edited);
      requireFits(files, WEIGHTS, compiled.weights(), fresh.weights(), edited);
      requireFits(files, PARAMETERS, compiled.parameters(), fresh.parameters(), edited);
    }
    return new Design(header.name(), compiled, rtl, List.copyOf(edited));
  }

  /** The network with what the files of its memories hold. */
  private static CompiledNetwork withImages(DesignFiles files, CompiledNetwork fresh) {
    int cols = fresh.config().cols();
    return new CompiledNetwork(
        fresh.network(),
        fresh.config(),
        words(
            image(files, PROGRAM, MemoryHex.of(Memory.PROGRAM, cols), 4 * fresh.program().length)),
        image(files, WEIGHTS, MemoryHex.of(Memory.WEIGHTS, cols), fresh.weights().length),
        image(files, PARAMETERS, MemoryHex.of(Memory.PARAMETERS, cols), fresh.parameters().length),
        fresh.inputViews(),
        fresh.inputFreeAt(),
        fresh.outputViews(),
        fresh.layers(),
        Optional.empty());
  }

  /** What nobody has edited must be what network and configuration give. */
  private static void requireFits(
      DesignFiles files, String name, Object read, Object fresh, Set<String> edited) {
    if (!edited.contains(name) && !Objects.deepEquals(read, fresh)) {
      throw new BadInputException(
          "%s and %s do not give this %s (they belong to other hardware, or to another version of lutmac): generate the design again"
              .formatted(files.path(DESCRIPTION), NETWORK, name));
    }
  }

  private static CompiledNetwork compile(
      DesignFiles files, QuantizedNetwork network, AcceleratorConfig config) {
    try {
      return NetworkCompiler.compile(network, config);
    } catch (BadInputException | IllegalArgumentException e) {
      // It has been compiled for this configuration before: only a changed file can bring us here.
      throw files.damaged(DESCRIPTION, e.getMessage(), e);
    }
  }

  /**
   * The configuration of a design's hardware, without all the rest.
   *
   * @throws BadInputException if the directory is no design, or its description is damaged
   */
  public static AcceleratorConfig config(Path directory) {
    return header(new DesignFiles(directory)).config();
  }

  private static DesignDescription.Header header(DesignFiles files) {
    if (!Files.exists(files.directory())) {
      throw MissingFile.fileOrDirectory(files.directory());
    }
    if (!Files.isRegularFile(files.path(DESCRIPTION))) {
      throw new BadInputException(
          "%s is no lutmac design (it has no %s): make one with 'lutmac generate'"
              .formatted(files.directory(), DESCRIPTION));
    }
    String json = files.text(DESCRIPTION);
    try {
      JsonNode description = DesignDescription.parsed(json);
      int format = DesignDescription.formatOf(description);
      if (format != DesignDescription.FORMAT) {
        throw new BadInputException(
            "%s has format %d, this lutmac reads format %d: generate the design again"
                .formatted(files.path(DESCRIPTION), format, DesignDescription.FORMAT));
      }
      DesignDescription.Header header = DesignDescription.headerOf(description);
      files.requireUnedited(DESCRIPTION);
      return header;
    } catch (JsonParseException e) {
      String where =
          "no JSON at line %d, column %d"
              .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
      throw files.damaged(DESCRIPTION, where, e);
    } catch (JsonProcessingException e) {
      throw files.damaged(DESCRIPTION, e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw files.damaged(DESCRIPTION, e.getMessage(), e);
    }
  }

  private static byte[] image(DesignFiles files, String name, MemoryHex format, int bytes) {
    try {
      return format.image(files.text(name), bytes / format.wordBytes());
    } catch (IllegalArgumentException e) {
      throw files.damaged(name, e.getMessage(), e);
    }
  }

  private static SortedMap<String, String> rtl(DesignFiles files, DesignName design) {
    SortedMap<String, String> rtl = CompileOrder.files();
    for (String name : files.text(FILE_LIST).lines().toList()) {
      if (!RTL_FILE.matcher(name).matches()) {
        throw files.damaged(FILE_LIST, "'%s' names no file".formatted(name), null);
      }
      rtl.put(name, files.text("rtl/" + name));
    }
    if (!rtl.containsKey(design.top() + ".sv")) {
      throw files.damaged(FILE_LIST, "there is no " + design.top() + ".sv", null);
    }
    return rtl;
  }

  private static int[] words(byte[] bytes) {
    int[] words = new int[bytes.length / 4];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words);
    return words;
  }
}
