package lutmac.sim.verilator;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import lutmac.generator.config.Bus;
import lutmac.network.BadInputException;
import lutmac.network.file.FileTree;
import lutmac.network.process.ProgramRun;
import lutmac.rtl.RtlTemplates;

/**
 * Builds a design's RTL together with the harness into a program, once for every content: the cache
 * key covers the tools' versions, the flags, every source file, the harness and the processor that
 * the machine code is made for.
 */
public final class VerilatorBuild {
  private static final String HARNESS = "harness.cpp";

  /** All files of the harness; which of them are compiled depends on the bus. */
  private static final List<String> HARNESS_FILES =
      List.of(HARNESS, "bench.h", "stream_bench.h", "axi_bench.h", "axi_memory.h");

  private static final List<String> AXI_FLAGS = List.of("-CFLAGS", "-DLUTMAC_AXI");
  private static final String LAYOUT = "lutmac_layout.h";
  private static final String EXECUTABLE = "simulator";

  /**
   * Uninitialised registers and memories start with random values, so that whoever reads one
   * computes something wrong instead of a lucky zero. Assertions are on, and a parameter out of
   * range is an error.
   */
  private static final List<String> VERILATOR_FLAGS =
      List.of(
          "--cc",
          "--exe",
          "--prefix",
          "Vlutmac_top",
          "-O3",
          "--x-assign",
          "unique",
          "--x-initial",
          "unique",
          "--assert",
          "-Wno-fatal",
          "-Wno-WIDTH",
          "-Werror-USERFATAL",
          "--output-split",
          "100000");

  /** The slow part runs once, at the start; optimizing it takes a fifth of the build. */
  private static final List<String> MAKE_FLAGS = List.of("OPT_SLOW=-O0", "OPT_GLOBAL=-O2");

  private static final List<String> TRACE_FLAGS = List.of("--trace-fst", "--trace-structs");

  private static final Pattern PLAIN_PATH = Pattern.compile("[A-Za-z0-9._/+@%,=~-]+");

  private final Toolchain tools;
  private final SimulatorCache cache;
  private final int buildMinutes;

  /** Builds with the given tools into the user's cache directory. */
  public VerilatorBuild(Toolchain tools) {
    this(tools, SimulatorCache.defaultRoot());
  }

  /** Builds with the given tools into a cache directory of the caller's. */
  public VerilatorBuild(Toolchain tools, Path cacheRoot) {
    this.tools = tools;
    this.cache = new SimulatorCache(cacheRoot);
    this.buildMinutes = 30;
  }

  /**
   * The simulator of a design. One that is optimized for longer runs serves a short one, too, where
   * it stands already.
   *
   * @param tracing whether it must be able to write waveforms; such a simulator is slower
   * @throws BadInputException if Verilator or the compiler refuses the sources (the message names a
   *     file with all they said), or the cache cannot be written
   */
  public Simulator build(RtlSources sources, boolean tracing, RunLength length) {
    return build(sources, Bus.STREAM, tracing, length);
  }

  /**
   * The simulator of a design that is connected in some way; see {@link #build(RtlSources, boolean,
   * RunLength)}.
   */
  public Simulator build(RtlSources sources, Bus bus, boolean tracing, RunLength length) {
    SortedMap<String, String> harness = harnessTexts();
    List<String> flags = new ArrayList<>(VERILATOR_FLAGS);
    if (bus instanceof Bus.Axi) {
      flags.addAll(AXI_FLAGS);
    }
    if (tracing) {
      flags.addAll(TRACE_FLAGS);
    }
    RunLength[] lengths = RunLength.values();
    for (int longer = lengths.length - 1; longer > length.ordinal(); longer--) {
      String hash = hash(sources, harness, flags, lengths[longer]);
      if (cache.find(hash).isPresent()) {
        return build(hash, sources, harness, flags, tracing, lengths[longer]);
      }
    }
    String hash = hash(sources, harness, flags, length);
    return build(hash, sources, harness, flags, tracing, length);
  }

  private Simulator build(
      String hash,
      RtlSources sources,
      SortedMap<String, String> harness,
      List<String> flags,
      boolean tracing,
      RunLength length) {
    long start = System.nanoTime();
    boolean[] built = {false};
    try {
      Path entry =
          cache.entry(
              hash,
              directory -> {
                built[0] = true;
                buildInto(directory, sources, harness, flags, length, cache.failureLog(hash));
              });
      double seconds = built[0] ? (System.nanoTime() - start) / 1e9 : 0;
      return new Simulator(entry.resolve(EXECUTABLE), tracing, seconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while building the simulator", e);
    }
  }

  private void buildInto(
      Path directory,
      RtlSources sources,
      SortedMap<String, String> harness,
      List<String> flags,
      RunLength length,
      Path failureLog)
      throws IOException, InterruptedException {
    Path work = workPlace(directory);
    try {
      buildIn(work, directory, sources, harness, flags, length, failureLog);
    } finally {
      FileTree.delete(work);
    }
    Files.deleteIfExists(failureLog);
  }

  /** Make and compilers take a blank or a quote in a path for something else. */
  private static Path workPlace(Path directory) throws IOException {
    if (PLAIN_PATH.matcher(directory.toString()).matches()) {
      return Files.createDirectory(directory.resolve("build"));
    }
    Path elsewhere = Files.createTempDirectory("lutmac-build");
    if (PLAIN_PATH.matcher(elsewhere.toString()).matches()) {
      return elsewhere;
    }
    Files.delete(elsewhere);
    throw new BadInputException(
        "the simulator cannot be built in %s, nor in %s: compilers do not take blanks and special letters in a path; set LUTMAC_CACHE to a directory without"
            .formatted(directory.getParent(), elsewhere.getParent()));
  }

  private void buildIn(
      Path work,
      Path directory,
      RtlSources sources,
      SortedMap<String, String> harness,
      List<String> flags,
      RunLength length,
      Path failureLog)
      throws IOException, InterruptedException {
    for (Map.Entry<String, String> file : sources.files().entrySet()) {
      Files.writeString(work.resolve(file.getKey()), file.getValue());
    }
    for (Map.Entry<String, String> file : harness.entrySet()) {
      Files.writeString(work.resolve(file.getKey()), file.getValue());
    }
    Files.writeString(work.resolve(LAYOUT), RtlTemplates.layoutHeader());
    Path log = directory.resolve("build.log");

    List<String> verilate = new ArrayList<>(List.of(tools.verilator().toString()));
    verilate.addAll(flags);
    verilate.addAll(List.of("--top-module", sources.top()));
    verilate.addAll(List.of("--Mdir", "obj", "-o", EXECUTABLE));
    verilate.addAll(sources.files().keySet());
    verilate.add(HARNESS);
    run(verilate, work, log, failureLog, "Verilator refuses the design's RTL");

    List<String> make =
        new ArrayList<>(List.of(tools.make().toString(), "-C", "obj", "-f", "Vlutmac_top.mk"));
    make.add("-j" + Runtime.getRuntime().availableProcessors());
    make.add("CXX=" + tools.compiler());
    make.add("LINK=" + tools.compiler());
    make.add(length.optimization());
    make.addAll(MAKE_FLAGS);
    Path objects = work.resolve("obj");
    boolean known = placeLibrary(flags, objects);
    run(make, work, log, failureLog, "the C++ compiler refuses what Verilator made of the design");
    if (!known) {
      keepLibrary(flags, objects);
    }

    Files.move(objects.resolve(EXECUTABLE), directory.resolve(EXECUTABLE));
  }

  /**
   * Puts Verilator's own library, which is the same in every simulator, beside what is to be
   * compiled; make then leaves it as it is.
   *
   * @return whether it stood in the cache
   */
  private boolean placeLibrary(List<String> flags, Path objects) throws IOException {
    Optional<Path> kept = cache.find(libraryHash(flags));
    if (kept.isEmpty()) {
      return false;
    }
    try (Stream<Path> library = Files.list(kept.get())) {
      for (Path object : library.toList()) {
        Files.copy(object, objects.resolve(object.getFileName()));
      }
    }
    return true;
  }

  private void keepLibrary(List<String> flags, Path objects)
      throws IOException, InterruptedException {
    cache.keep(
        libraryHash(flags),
        directory -> {
          try (DirectoryStream<Path> library = Files.newDirectoryStream(objects, "verilated*.o")) {
            for (Path object : library) {
              Files.copy(object, directory.resolve(object.getFileName()));
            }
          }
        });
  }

  private void run(List<String> command, Path work, Path log, Path failureLog, String failure)
      throws IOException, InterruptedException {
    OptionalInt status = ProgramRun.logged(command, work, log, Duration.ofMinutes(buildMinutes));
    if (status.isEmpty()) {
      throw new BadInputException(
          "building the simulator took longer than %d minutes; use a smaller array"
              .formatted(buildMinutes));
    }
    if (status.getAsInt() != 0) {
      Files.copy(log, failureLog, StandardCopyOption.REPLACE_EXISTING);
      throw new BadInputException(
          "%s: %s; everything it said is in %s"
              .formatted(failure, firstError(Files.readString(log)), failureLog));
    }
  }

  private static String firstError(String log) {
    return log.lines()
        .filter(line -> line.contains("rror"))
        .findFirst()
        .or(() -> log.lines().findFirst())
        .orElse("it gave no reason")
        .strip();
  }

  private static SortedMap<String, String> harnessTexts() {
    SortedMap<String, String> texts = new TreeMap<>();
    for (String file : HARNESS_FILES) {
      try (InputStream text = VerilatorBuild.class.getResourceAsStream("/lutmac/sim/" + file)) {
        byte[] bytes = Objects.requireNonNull(text, file).readAllBytes();
        texts.put(file, new String(bytes, StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new IllegalStateException("cannot read the harness from the program itself", e);
      }
    }
    return texts;
  }

  private String hash(
      RtlSources sources, SortedMap<String, String> harness, List<String> flags, RunLength length) {
    List<String> parts = toolParts(flags);
    parts.add(length.optimization());
    harness.forEach((name, text) -> parts.addAll(List.of(name, text)));
    parts.add(sources.top());
    parts.add(RtlTemplates.layoutHeader());
    sources.files().forEach((name, text) -> parts.addAll(List.of(name, text)));
    return hash(parts);
  }

  private String libraryHash(List<String> flags) {
    List<String> parts = toolParts(flags);
    parts.add("library");
    return hash(parts);
  }

  private List<String> toolParts(List<String> flags) {
    List<String> parts = new ArrayList<>();
    parts.add(tools.versions());
    parts.add(processor());
    parts.addAll(flags);
    parts.addAll(MAKE_FLAGS);
    return parts;
  }

  private static String hash(List<String> parts) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 16);
  }

  /** What {@code -march=native} depends on; a home directory may be shared between machines. */
  private static String processor() {
    String architecture = System.getProperty("os.arch");
    Path info = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(info)) {
      return architecture;
    }
    try {
      return Files.readString(info)
          .lines()
          .filter(line -> line.matches("(flags|Features|model name)\\s*:.*"))
          .distinct()
          .reduce(architecture, (all, line) -> all + "\n" + line);
    } catch (IOException e) {
      return architecture;
    }
  }
}
