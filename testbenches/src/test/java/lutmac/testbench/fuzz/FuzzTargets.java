package lutmac.testbench.fuzz;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import lutmac.examples.digits.DigitImages;
import lutmac.examples.digits.DigitsExample;
import lutmac.generator.design.DesignDirectory;
import lutmac.generator.design.DesignSettings;
import lutmac.generator.emit.DesignName;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.program.ConfigChooser;
import lutmac.generator.program.NetworkCompiler;
import lutmac.network.file.FileTree;
import lutmac.network.file.Sha256;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.onnx.lut.QuantizedOnnx;
import lutmac.onnx.model.TestGraph;
import lutmac.onnx.qonnx.QonnxExport;
import lutmac.onnx.reader.OnnxReader;
import lutmac.quant.plan.yaml.FormatsFile;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.ImageSets;
import lutmac.runtime.image.LabelMaps;
import lutmac.runtime.image.Labels;

/** Every kind of file that a command reads, with a few whole ones of it. */
final class FuzzTargets {
  /** Networks whose inputs have codes that other tools' readers can take for signed. */
  private static final long[] FOREIGN_SEEDS = {2, 5, 7, 8};

  private static final String CHECKSUMS = "checksums.sha256";

  /** In the first byte of a damaged file of a design: it has the right checksum. */
  private static final int CHECKED = 0x40;

  private static final String NETWORK = "network.lut.onnx";

  /** Files of a design that are damaged; the first byte of a damaged one is its place here. */
  private static final List<String> DESIGN_FILES =
      List.of(
          "design.json",
          "program.hex",
          "weights.hex",
          "parameters.hex",
          NETWORK,
          "rtl/filelist.f",
          CHECKSUMS,
          "design.json");

  private FuzzTargets() {}

  /** All of them. */
  static List<FuzzTarget> all() {
    return List.of(
        floatNetworks(),
        quantizedNetworks(),
        arrays(),
        labels(),
        pictures(),
        archives(),
        formats(),
        designs());
  }

  private static byte[] bytesOrFields(byte[] whole, byte[] other, Random random) {
    return random.nextInt(4) == 0
        ? new Mutator(random).damaged(whole, other)
        : new MessageMutator(random).damaged(whole);
  }

  private static byte[] bytes(byte[] whole, byte[] other, Random random) {
    return new Mutator(random).damaged(whole, other);
  }

  private static FuzzTarget target(
      String name,
      List<byte[]> corpus,
      FuzzTarget.Damage damage,
      String place,
      FuzzTarget.Reader reader) {
    return new FuzzTarget(name, corpus, damage, place, reader, folder -> {});
  }

  private static FuzzTarget floatNetworks() {
    List<byte[]> corpus = new ArrayList<>(List.of(DigitsExample.network()));
    corpus.add(resource("/lutmac/testbench/networks/residual_silu.onnx"));
    corpus.add(
        new TestGraph(13, 2, 8, 8)
            .weights("w", 4, 2, 3, 3)
            .node("Conv", "c", "x w", "a", "pads", new long[] {1, 1, 1, 1})
            .node("Relu", "r", "a", "b")
            .node(
                "MaxPool",
                "p",
                "b",
                "d",
                "kernel_shape",
                new long[] {2, 2},
                "strides",
                new long[] {2, 2})
            .weights("wt", 4, 2, 2, 2)
            .node("ConvTranspose", "t", "d wt", "e", "strides", new long[] {2, 2})
            .node("Concat", "k", "e b", "f", "axis", 1L)
            .node("DepthToSpace", "s", "f", "g", "blocksize", 1L)
            .node("GlobalAveragePool", "m", "g", "y")
            .model()
            .toByteArray());
    corpus.add(
        new TestGraph(13, 4, 4, 4)
            .node("Shape", "s", "x", "dims")
            .weights("v", 4, 1, 1)
            .node("Add", "a", "x v", "b")
            .node("AveragePool", "p", "b", "c", "kernel_shape", new long[] {2, 2})
            .node("Flatten", "f", "c", "d")
            .weights("m", 36, 5)
            .node("MatMul", "mm", "d m", "y")
            .model()
            .toByteArray());
    return target(
        "float-onnx",
        corpus,
        FuzzTargets::bytesOrFields,
        "net.onnx",
        file -> OnnxReader.readWithNotes(file, Optional.empty()));
  }

  private static FuzzTarget quantizedNetworks() {
    List<byte[]> corpus =
        new ArrayList<>(
            LongStream.range(0, 6)
                .mapToObj(RandomNetworks::anyNetwork)
                .map(QuantizedOnnx::toBytes)
                .toList());
    LongStream.range(0, 4)
        .mapToObj(RandomNetworks::network)
        .map(network -> QonnxExport.toModel(network).toByteArray())
        .forEach(corpus::add);
    // The same networks as other tools leave them: without lutmac's description.
    LongStream.of(FOREIGN_SEEDS)
        .mapToObj(RandomNetworks::network)
        .map(network -> withoutDescription(QuantizedOnnx.toBytes(network)))
        .forEach(corpus::add);
    return target(
        "quantized-onnx",
        corpus,
        FuzzTargets::bytesOrFields,
        "net.lut.onnx",
        file -> {
          if (QuantizedOnnx.isOne(file)) {
            QuantizedOnnx.toBytes(QuantizedOnnx.read(file));
          }
        });
  }

  private static byte[] withoutDescription(byte[] own) {
    try {
      return ModelProto.parseFrom(own).toBuilder().clearMetadataProps().build().toByteArray();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("our own file", e);
    }
  }

  private static FuzzTarget arrays() {
    DigitImages digits = DigitsExample.test(3);
    return target(
        "npy",
        List.of(
            digits.imageFile(),
            npy("<f4", "(2, 3, 2, 2)", 96),
            npy(">i2", "(1, 1, 4, 4)", 32),
            npy("<f8", "(2, 5)", 80)),
        FuzzTargets::bytes,
        "images.npy",
        file -> firstAndLast(ImageSets.read(file)));
  }

  private static byte[] npy(String type, String shape, int bytes) {
    byte[] text =
        "{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n"
            .formatted(type, shape)
            .getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(10 + text.length + bytes)
        .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
        .put((byte) text.length)
        .put((byte) (text.length >> 8))
        .put(text)
        .array();
  }

  private static void firstAndLast(ImageSet images) {
    images.image(0);
    images.image(images.count() - 1);
  }

  private static FuzzTarget labels() {
    List<byte[]> corpus =
        Stream.of(
                "file,label\na.png,3\nb.png,4\n",
                "\ufeff\"id\";\"class\"\n1;2.0\n\"2\";\"7\"\n",
                "0\t5\n1\t6\n")
            .map(text -> text.getBytes(StandardCharsets.UTF_8))
            .collect(Collectors.toCollection(ArrayList::new));
    corpus.add(DigitsExample.test(5).labelFile());
    corpus.add(npy("<i8", "(2, 4, 4)", 256));
    return target(
        "labels",
        corpus,
        FuzzTargets::bytes,
        "labels.csv",
        file -> {
          byte[] bytes = Files.readAllBytes(file);
          if (bytes.length > 0 && bytes[0] == (byte) 0x93) {
            Path array = file.resolveSibling("labels.npy");
            Files.deleteIfExists(array);
            readLabels(Files.write(array, bytes));
          } else {
            readLabels(file);
          }
        });
  }

  private static void readLabels(Path file) {
    if (LabelMaps.isOne(file)) {
      LabelMaps.read(file).map(0);
    } else {
      Labels.read(file);
    }
  }

  private static FuzzTarget pictures() {
    List<byte[]> corpus = new ArrayList<>();
    for (int type : new int[] {BufferedImage.TYPE_INT_RGB, BufferedImage.TYPE_BYTE_GRAY}) {
      for (String format : List.of("png", "jpg")) {
        corpus.add(picture(type, format));
      }
    }
    return target(
        "picture",
        corpus,
        (whole, other, random) -> {
          byte[] damaged = bytes(whole, other, random);
          return random.nextInt(5) == 0 ? damaged : withCheckSums(damaged);
        },
        "pictures/a.png",
        file -> firstAndLast(ImageSets.read(file.getParent())));
  }

  private static byte[] picture(int type, String format) {
    BufferedImage image = new BufferedImage(9, 7, type);
    Random random = new Random(3);
    for (int y = 0; y < 7; y++) {
      for (int x = 0; x < 9; x++) {
        image.setRGB(x, y, random.nextInt());
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, format, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** A PNG file whose chunks are right again, so that what they hold is looked at. */
  private static byte[] withCheckSums(byte[] png) {
    ByteBuffer bytes = ByteBuffer.wrap(png);
    int at = 8;
    while (png.length >= 12 && png[0] == (byte) 0x89 && at >= 8 && at <= png.length - 12) {
      int length = bytes.getInt(at);
      if (length < 0 || length > png.length - at - 12) {
        break;
      }
      CRC32 sum = new CRC32();
      sum.update(png, at + 4, length + 4);
      bytes.putInt(at + 8 + length, (int) sum.getValue());
      at += 12 + length;
    }
    return png;
  }

  private static FuzzTarget archives() {
    return target(
        "zip",
        List.of(
            zip(
                Map.of(
                    "b/a.png",
                    picture(BufferedImage.TYPE_INT_RGB, "png"),
                    "\u00e4.jpg",
                    picture(BufferedImage.TYPE_INT_RGB, "jpg"))),
            zip(Map.of("arr_0.npy", npy("<f4", "(2, 3, 2, 2)", 96)))),
        FuzzTargets::bytes,
        "images.zip",
        file -> firstAndLast(ImageSets.read(file)));
  }

  private static byte[] zip(Map<String, byte[]> files) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> file : new TreeMap<>(files).entrySet()) {
        out.putNextEntry(new ZipEntry(file.getKey()));
        out.write(file.getValue());
        out.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static FuzzTarget formats() {
    String all =
        """
        input: {kind: fixed, bits: 8, frac: 0}
        layers:
          conv1:
            weights: {kind: table, bits: 3, digits: 2}
            channel-shifts: [0, 1, 2]
            exponent: -5
            table: [0, 1, 2, 4, 8, -1, -2, -4]
            output: {kind: log, bits: 4, step: 1, frac: 3}
          fc:
            weights: {kind: fixed, bits: 8}
            channel-shifts: false
            output: {kind: fixed, bits: 8}
        """;
    return target(
        "formats-yaml",
        List.of(
            all.getBytes(StandardCharsets.UTF_8),
            "layers: {c: {channel-shifts: &x [0, 1]}, d: {channel-shifts: *x}}\n"
                .getBytes(StandardCharsets.UTF_8)),
        FuzzTargets::bytes,
        "net.formats.yaml",
        FormatsFile::read);
  }

  /**
   * Any file of a design; which one, the first byte of the damaged file says, and whether it has
   * the right checksum: one that has not is refused before much of it is read.
   */
  private static FuzzTarget designs() {
    QuantizedNetwork network = RandomNetworks.network(1);
    Path model = temporary();
    try {
      DesignDirectory.write(
          model.resolve("design"),
          NetworkCompiler.compile(
              network, ConfigChooser.choose(network, 2, 2, PeStyles.standard())),
          DesignSettings.of(DesignName.DEFAULT, network));
      List<byte[]> corpus = new ArrayList<>();
      Map<String, byte[]> whole = new TreeMap<>();
      try (Stream<Path> tree = Files.walk(model.resolve("design"))) {
        for (Path file : tree.filter(Files::isRegularFile).toList()) {
          whole.put(model.resolve("design").relativize(file).toString(), Files.readAllBytes(file));
        }
      }
      for (int i = 0; i < DESIGN_FILES.size(); i++) {
        byte[] text = whole.get(DESIGN_FILES.get(i));
        corpus.add(ByteBuffer.allocate(1 + text.length).put((byte) i).put(text).array());
      }
      return new FuzzTarget(
          "design",
          corpus,
          FuzzTargets::designFile,
          "damaged",
          file -> {
            byte[] damaged = Files.readAllBytes(file);
            int which = damaged.length == 0 ? 0 : damaged[0];
            String name = DESIGN_FILES.get((which & ~CHECKED) % DESIGN_FILES.size());
            byte[] text =
                damaged.length == 0 ? damaged : Arrays.copyOfRange(damaged, 1, damaged.length);
            Path design = file.resolveSibling("design");
            try {
              if ((which & CHECKED) != 0) {
                Files.writeString(
                    design.resolve(CHECKSUMS), checksums(whole.get(CHECKSUMS), name, text));
              }
              Files.write(design.resolve(name), text);
              DesignDirectory.read(design);
            } finally {
              Files.write(design.resolve(name), whole.get(name));
              Files.write(design.resolve(CHECKSUMS), whole.get(CHECKSUMS));
            }
          },
          folder -> {
            for (Map.Entry<String, byte[]> file : whole.entrySet()) {
              Path place = folder.resolve("design").resolve(file.getKey());
              Files.createDirectories(place.getParent());
              Files.write(place, file.getValue());
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      delete(model);
    }
  }

  private static byte[] designFile(byte[] whole, byte[] other, Random random) {
    byte[] text = Arrays.copyOfRange(whole, 1, whole.length);
    byte[] otherText = Arrays.copyOfRange(other, 1, other.length);
    byte[] damaged =
        DESIGN_FILES.get(whole[0]).equals(NETWORK) && random.nextInt(4) != 0
            ? new MessageMutator(random).damaged(text)
            : new Mutator(random).damaged(text, otherText);
    int checked = random.nextInt(5) == 0 ? 0 : CHECKED;
    return ByteBuffer.allocate(1 + damaged.length)
        .put((byte) (whole[0] | checked))
        .put(damaged)
        .array();
  }

  /** The checksums of a design one file of which is another one now. */
  private static String checksums(byte[] before, String name, byte[] file) {
    String line = "  " + name;
    return new String(before, StandardCharsets.UTF_8)
        .lines()
        .map(sum -> sum.endsWith(line) ? Sha256.hex(file) + line : sum)
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("lutmac-fuzz");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try {
      FileTree.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] resource(String name) {
    try (InputStream in = FuzzTargets.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
