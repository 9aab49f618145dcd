package lutmac.runtime.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import lutmac.network.BadInputException;
import lutmac.network.format.FixedFormat;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageSetsTest {
  /** Two images of shape [1, 2, 3]: 0 1 2 / 3 4 5 and 6 7 8 / 9 10 11. */
  private static final String SHAPE = "(2, 1, 2, 3)";

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "|u1, UINT8",
    "|i1, INT8",
    "<i4, FLOAT32",
    ">i4, FLOAT32",
    "<i8, FLOAT32",
    ">i8, FLOAT32",
    "<f4, FLOAT32",
    ">f4, FLOAT32",
    "<f8, FLOAT32",
    ">f8, FLOAT32",
    "<u2, FLOAT32"
  })
  void readsNpyOfEveryElementTypeInBothOrders(String type, ImageSet.ElementType expected)
      throws IOException {
    for (boolean fortran : new boolean[] {false, true}) {
      // In Fortran order the first axis runs fastest: position of element (n, 0, y, x).
      double[] values = new double[12];
      for (int i = 0; i < 12; i++) {
        int n = i / 6;
        int y = i / 3 % 2;
        int x = i % 3;
        values[fortran ? n + 2 * (y + 2 * x) : i] = i;
      }
      ImageSet images = ImageSets.read(npy(type, fortran, SHAPE, values));
      assertEquals(2, images.count());
      assertEquals(new Shape(1, 2, 3), images.shape());
      assertEquals(expected, images.type());
      assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5}, images.image(0));
      assertArrayEquals(new float[] {6, 7, 8, 9, 10, 11}, images.image(1));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'(2, 2, 3, 1)', 1 2 3, 0 1 2 3 4 5",
    "'(2, 1, 3, 2)', 2 1 3, 0 2 4 1 3 5",
    "'(2, 2, 3)', 1 2 3, 0 1 2 3 4 5",
    "'(2, 2, 3)', 2 1 3, 0 1 2 3 4 5",
    "'(2, 2, 3)', 3 1 2, 0 3 1 4 2 5",
    "'(2, 6)', 6 1 1, 0 1 2 3 4 5",
    "'(2, 6)', 1 2 3, 0 1 2 3 4 5",
    "'(2, 1, 2, 3)', 6 1 1, 0 1 2 3 4 5"
  })
  void axesOfArraysAreThoseThatTheNetworkHas(String shape, String input, String expected)
      throws IOException {
    double[] values = new double[12];
    Arrays.setAll(values, i -> i);
    int[] dims = Arrays.stream(input.split(" ")).mapToInt(Integer::parseInt).toArray();
    Preprocessor inputs =
        new Preprocessor(
            ImageSets.read(npy("<f4", false, shape, values)),
            Preprocessing.none(),
            new Shape(dims[0], dims[1], dims[2]));
    StringBuilder text = new StringBuilder();
    for (float value : inputs.floatInput(0)) {
      text.append(' ').append((int) value);
    }
    assertEquals(expected, text.substring(1));
  }

  @Test
  void channelsLastAreCroppedLikeOthers() throws IOException {
    double[] values = new double[3 * 3 * 2];
    Arrays.setAll(values, i -> i);
    Preprocessor inputs =
        new Preprocessor(
            ImageSets.read(npy("<f4", false, "(1, 3, 3, 2)", values)),
            new Preprocessing(
                List.of(0.0), List.of(1.0), true, Optional.of(new Preprocessing.Crop(1, 1)), 0),
            new Shape(2, 1, 1));
    assertArrayEquals(new float[] {9, 8}, inputs.floatInput(0));
  }

  @Test
  void readsTheWholeRangeOfBytes() throws IOException {
    assertArrayEquals(
        new float[] {0, 255}, ImageSets.read(npy("|u1", false, "(1, 1, 1, 2)", 0, 255)).image(0));
    assertArrayEquals(
        new float[] {-128, 127},
        ImageSets.read(npy("|i1", false, "(1, 1, 1, 2)", -128, 127)).image(0));
  }

  @Test
  void rejectsTruncatedNpy() throws IOException {
    byte[] whole = Files.readAllBytes(npy("<f4", false, SHAPE, new double[12]));
    for (int length = 0; length < whole.length; length++) {
      Path cut = Files.write(directory.resolve("cut.npy"), Arrays.copyOf(whole, length));
      assertTrue(refusal(cut).startsWith(cut + ":"), "cut at " + length);
    }
    Path cut = Files.write(directory.resolve("cut.npy"), Arrays.copyOf(whole, whole.length - 1));
    assertTrue(refusal(cut).contains("truncated"), refusal(cut));
    String huge = "(2000000000, 2000000000, 2000000000, 2000000000)";
    assertTrue(refusal(npy("|u1", false, huge)).contains("truncated"));
  }

  @Test
  void rejectsNpyWithoutImagesOrOfAnotherRank() throws IOException {
    assertTrue(refusal(npy("|u1", false, "(0, 1, 2, 3)")).contains("no images"));
    String message = refusal(npy("|u1", false, "(12,)", new double[12]));
    assertTrue(message.contains("[12]") && message.contains("[N, C, H, W]"), message);
    assertTrue(refusal(npy("<c8", false, SHAPE, new double[12])).contains("c8"));
  }

  @Test
  void rejectsPixelsThatAreNotNumbers() throws IOException {
    ImageSet images =
        ImageSets.read(npy("<f4", false, SHAPE, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, Double.NaN, 11));
    images.image(0);
    String message = assertThrows(BadInputException.class, () -> images.image(1)).getMessage();
    assertTrue(message.contains("image 1") && message.contains("row 1, column 1"), message);
  }

  @Test
  void readsPicturesOfADirectorySortedByName() throws IOException {
    picture("b.png", 0x102030, BufferedImage.TYPE_INT_RGB);
    picture("a.PNG", 0x405060, BufferedImage.TYPE_INT_RGB);
    Files.writeString(directory.resolve("notes.txt"), "no picture");
    ImageSet images = ImageSets.read(directory);
    assertEquals(2, images.count());
    assertEquals(new Shape(3, 1, 2), images.shape());
    assertArrayEquals(new float[] {0x40, 0x40, 0x50, 0x50, 0x60, 0x60}, images.image(0));
    assertArrayEquals(new float[] {0x10, 0x10, 0x20, 0x20, 0x30, 0x30}, images.image(1));
  }

  @Test
  void readsPicturesOfAZipArchive() throws IOException {
    Path png = picture("one.png", 0x0708090, BufferedImage.TYPE_INT_RGB);
    Path zip = directory.resolve("set.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (String name : List.of("images/", "images/2.png", "images/1.png", "readme")) {
        out.putNextEntry(new ZipEntry(name));
        if (name.endsWith(".png")) {
          out.write(Files.readAllBytes(png));
        }
        out.closeEntry();
      }
    }
    ImageSet images = ImageSets.read(zip);
    assertEquals(2, images.count());
    assertEquals(0x70, images.image(1)[0]);
  }

  @Test
  void picturesOfOneNameAreToldApartByTheirFolders() throws IOException {
    Path png = picture("a.png", 0x102030, BufferedImage.TYPE_INT_RGB);
    List<Path> files = new ArrayList<>(List.of(png));
    for (String name : List.of("cats/1.png", "dogs/1.png", "old/dogs/1.png")) {
      Path file = directory.resolve(name);
      Files.createDirectories(file.getParent());
      files.add(Files.copy(png, file));
    }
    ImageSet images = ImageSets.read(files);
    assertEquals("a.png", images.name(0));
    assertEquals("cats/1.png", images.name(1));
    assertEquals(directory.getFileName() + "/dogs/1.png", images.name(2));
    assertEquals("old/dogs/1.png", images.name(3));
  }

  @Test
  void severalPicturesAreKnownByWhatTheyHoldNotByTheirNames() throws IOException {
    Path png = picture("a.png", 0x102030, BufferedImage.TYPE_INT_RGB);
    Path unnamed = Files.copy(png, directory.resolve("picture"));
    assertEquals(2, ImageSets.read(List.of(png, unnamed)).count());
    Path text = Files.writeString(directory.resolve("text.png"), "no picture");
    BadInputException refused =
        assertThrows(BadInputException.class, () -> ImageSets.read(List.of(png, text)));
    assertTrue(refused.getMessage().contains("text.png: of several"), refused.getMessage());
  }

  @Test
  void greyPicturesHaveOneChannelAndTheirStoredValues() throws IOException {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(0, 0, 0, 100);
    image.getRaster().setSample(1, 0, 0, 200);
    ImageIO.write(image, "png", directory.resolve("grey.png").toFile());
    ImageSet images = ImageSets.read(directory);
    assertEquals(new Shape(1, 1, 2), images.shape());
    assertArrayEquals(new float[] {100, 200}, images.image(0));
    picture("colour.png", 0, BufferedImage.TYPE_INT_RGB);
    assertArrayEquals(
        new float[] {100, 200, 100, 200, 100, 200}, ImageSets.read(directory).image(1));
  }

  @Test
  void rejectsPicturesOfSeveralSizesAndBrokenOnes() throws IOException {
    picture("a.png", 0, BufferedImage.TYPE_INT_RGB);
    ImageIO.write(
        new BufferedImage(3, 3, BufferedImage.TYPE_INT_RGB),
        "png",
        directory.resolve("b.png").toFile());
    String sizes = refusal(directory);
    assertTrue(sizes.contains("b.png") && sizes.contains("3x3") && sizes.contains("2x1"), sizes);
    Files.writeString(directory.resolve("b.png"), "no picture");
    assertTrue(refusal(directory).contains("b.png: cannot be decoded"), refusal(directory));
  }

  @Test
  void rejectsSourcesWithoutImages() throws IOException {
    assertTrue(refusal(directory.resolve("absent")).contains("no such file"));
    assertTrue(refusal(directory).contains("holds no .jpg"));
    assertTrue(refusal(Files.createFile(directory.resolve("empty.npy"))).contains("empty"));
    assertTrue(
        refusal(Files.writeString(directory.resolve("text.npy"), "text")).contains("neither"));
    assertTrue(
        refusal(Files.writeString(directory.resolve("bad.zip"), "PK\3\4damaged")).contains("zip"));
  }

  @Test
  void cropsTheCentreThenReversesChannelsThenNormalizes() throws IOException {
    double[] pixels = new double[2 * 4 * 5];
    Arrays.setAll(pixels, i -> i);
    ImageSet images = ImageSets.read(npy("|u1", false, "(1, 2, 4, 5)", pixels));
    Preprocessing how =
        new Preprocessing(
            List.of(1.0, 2.0),
            List.of(2.0, 4.0),
            true,
            Optional.of(new Preprocessing.Crop(2, 2)),
            0);
    Preprocessor inputs = new Preprocessor(images, how, new Shape(2, 2, 2));
    // Rows 1 and 2, columns 1 and 2; the second channel comes first.
    float[] expected = {26, 27, 31, 32, 6, 7, 11, 12};
    assertArrayEquals(expected, inputs.pixels(0));
    assertArrayEquals(
        new float[] {12.5f, 13, 15, 15.5f, 1, 1.25f, 2.25f, 2.5f}, inputs.floatInput(0));
    assertArrayEquals(
        new int[] {26, 27, 31, 32, 6, 7, 11, 12},
        inputs.codes(0, encoding(how, new FixedFormat(8, 0, false), true)));
    assertArrayEquals(
        new int[] {25, 26, 30, 31, 2, 2, 4, 5},
        inputs.codes(0, encoding(how, new FixedFormat(8, 1, true), false)));
  }

  @Test
  void rejectsRawPixelsThatTheFormatCannotHold() throws IOException {
    ImageSet images = ImageSets.read(npy("<f4", false, "(1, 2, 2, 2)", 0, 1, 2, 3, 4, 5, 6, 0.5));
    Preprocessor inputs = new Preprocessor(images, Preprocessing.none(), new Shape(2, 2, 2));
    InputEncoding folded = encoding(Preprocessing.none(), new FixedFormat(8, 0, false), true);
    String message =
        assertThrows(BadInputException.class, () -> inputs.codes(0, folded)).getMessage();
    assertTrue(message.contains("0.5") && message.contains("0..255"), message);
  }

  @Test
  void rejectsImagesOfAnotherShapeThanTheNetworks() throws IOException {
    ImageSet images = ImageSets.read(npy("|u1", false, "(1, 4, 5, 3)", new double[60]));
    String message = mismatch(images, Preprocessing.none(), new Shape(3, 5, 4));
    assertTrue(message.contains("[4, 5, 3]") && message.contains("[3, 5, 4]"), message);
    Preprocessing crop =
        new Preprocessing(
            List.of(0.0), List.of(1.0), false, Optional.of(new Preprocessing.Crop(6, 3)), 0);
    assertTrue(mismatch(images, crop, new Shape(4, 6, 3)).contains("cannot be cropped to 6x3"));
    Preprocessing two =
        new Preprocessing(List.of(0.0, 1.0), List.of(1.0), false, Optional.empty(), 0);
    assertTrue(mismatch(images, two, new Shape(4, 5, 3)).contains("4 input channels"));
    Preprocessing zero = new Preprocessing(List.of(0.0), List.of(0.0), false, Optional.empty(), 0);
    assertTrue(mismatch(images, zero, new Shape(4, 5, 3)).contains("std"));
  }

  @Test
  void readsLabelsFromNpyAndCsv() throws IOException {
    assertArrayEquals(new int[] {3, 1}, Labels.read(npy("<i4", false, "(2,)", 3, 1)).values());
    assertArrayEquals(new int[] {9}, Labels.read(npy(">i8", false, "(1, 1)", 9)).values());
    Path csv = Files.writeString(directory.resolve("l.csv"), "a.jpg,7\nb.jpg, 8\n\n9\n");
    assertArrayEquals(new int[] {7, 8, 9}, Labels.read(csv).values());
  }

  @Test
  void readsTheOnlyArrayOfANumpyArchive() throws IOException {
    Path images = npz("images.npz", npy("<f4", false, "(1, 1, 1, 3)", 1, 2, 3.5));
    assertArrayEquals(new float[] {1, 2, 3.5f}, ImageSets.read(images).image(0));
    Path labels = npz("labels.npz", npy("<i8", false, "(2,)", 4, 5));
    assertArrayEquals(new int[] {4, 5}, Labels.read(labels).values());
  }

  @Test
  void explainsArchivesOfSeveralArrays() throws IOException {
    Path array = npy("|u1", false, SHAPE, new double[12]);
    Path several = npz("several.npz", array, array);
    String message = refusal(several);
    assertTrue(message.contains("holds the arrays array0, array1"), message);
    assertEquals(
        message, assertThrows(BadInputException.class, () -> Labels.read(several)).getMessage());
    byte[] whole = Files.readAllBytes(array);
    Path cut = Files.write(directory.resolve("cut.npy"), Arrays.copyOf(whole, whole.length - 1));
    assertTrue(refusal(npz("cut.npz", cut)).contains("cut.npz: truncated"));
  }

  private Path npz(String name, Path... arrays) throws IOException {
    Path file = directory.resolve(name);
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
      for (int i = 0; i < arrays.length; i++) {
        out.putNextEntry(new ZipEntry("array%d.npy".formatted(i)));
        out.write(Files.readAllBytes(arrays[i]));
        out.closeEntry();
      }
    }
    return file;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "7\n8\n9\n",
        "\ufefflabel\r\n7\r\n8\r\n9\r\n",
        "\ufeff7\n8\n9\n",
        "file,label\na.jpg,7\nb.jpg,8\nc.jpg,9\n",
        "\"file\",\"label\"\n\"a,b.jpg\",\"7\"\n\"say \"\"b\"\".jpg\",\"8\"\nc.jpg,\"9\"\n",
        "\ufefffile;label\r\na.jpg;7\r\nb.jpg;8\r\nc.jpg;9\r\n",
        "file\tclass\na.jpg\t7\nb.jpg\t8\nc.jpg\t9\n",
        ",label\n0,7\n1,8\n2,9\n",
        ",0\n0,7\n1,8\n2,9\n",
        "Label,pixel0,pixel1\n7,0,255\n8,1,2\n9,3,4\n",
        "label,file\n7.0,a.jpg\n8.0,b.jpg\n9.0,c.jpg\n",
        "image,digit\na.jpg,7\nb.jpg,8\nc.jpg,9"
      })
  void readsLabelsAsSpreadsheetsAndDataFramesWriteThem(String text) throws IOException {
    Path csv = Files.writeString(directory.resolve("l.csv"), text);
    assertArrayEquals(new int[] {7, 8, 9}, Labels.read(csv).values());
  }

  @ParameterizedTest
  @CsvSource({
    "'label,file|7,a.jpg|,b.jpg|', line 3 has '' for a label",
    "'7|8.5|', line 2 has '8.5' for a label",
    "'label|', holds no labels"
  })
  void rejectsTablesWithoutALabelInARow(String text, String reason) throws IOException {
    Path csv = Files.writeString(directory.resolve("l.csv"), text.replace('|', '\n'));
    String message = assertThrows(BadInputException.class, () -> Labels.read(csv)).getMessage();
    assertTrue(message.contains(reason), message);
  }

  @Test
  void rejectsLabelsThatFitNeitherImagesNorNetwork() throws IOException {
    ImageSet images = ImageSets.read(npy("|u1", false, SHAPE, new double[12]));
    Labels three = new Labels(Path.of("labels.npy"), new int[] {0, 1, 2});
    String count =
        assertThrows(BadInputException.class, () -> three.check(images, 10, 0)).getMessage();
    assertTrue(count.contains("labels.npy: holds 3 labels") && count.contains("2 images"), count);
    Labels two = new Labels(Path.of("labels.npy"), new int[] {0, 9});
    two.check(images, 10, 0);
    String range =
        assertThrows(BadInputException.class, () -> two.check(images, 10, 1)).getMessage();
    assertTrue(range.contains("label 9 of image 1") && range.contains("0..9"), range);
    Path text = Files.writeString(directory.resolve("l.csv"), "a.jpg,cat\n");
    assertTrue(
        assertThrows(BadInputException.class, () -> Labels.read(text))
            .getMessage()
            .contains("line 1"));
    Path floats = npy("<f4", false, "(2,)", 3, 1);
    assertTrue(
        assertThrows(BadInputException.class, () -> Labels.read(floats))
            .getMessage()
            .contains("integers"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(2147483647, 2147483647, 2147483647, 2147483647)",
        "(1, 65536, 65536, 65536, 65536)",
        "(4294967296, 1, 1, 1)",
        "(-1, 1, 2, 3)",
        "(0, 2147483647, 2147483647, 2147483647)"
      })
  void refusesShapesThatNoNumberHolds(String shape) throws IOException {
    Path file = npy("|u1", false, shape, new double[12]);
    assertTrue(refusal(file).contains(file.getFileName().toString()));
    assertThrows(BadInputException.class, () -> Labels.read(file));
  }

  @Test
  void refusesArchivesThatUnpackToSomethingElseThanTheyState() throws IOException {
    Path archive = npz("lying.npz", npy("|u1", false, "(1, 1, 2, 3)", new double[6]));
    byte[] bytes = Files.readAllBytes(archive);
    int entry = lastIndex(bytes, new byte[] {'P', 'K', 1, 2});
    bytes[entry + 24] = 1;
    assertTrue(refusal(Files.write(archive, bytes)).contains("lying.npz"));
  }

  @Test
  void refusesArchivesWhoseNamesAreNoText() throws IOException {
    Path archive = npz("names.zip", picture("a.png", 0x123456, BufferedImage.TYPE_INT_RGB));
    byte[] bytes = Files.readAllBytes(archive);
    int entry = lastIndex(bytes, new byte[] {'P', 'K', 1, 2});
    bytes[entry + 46] = (byte) 0xff;
    assertTrue(refusal(Files.write(archive, bytes)).contains("names.zip"));
  }

  @Test
  void refusesAPictureThatUnpacksToMoreThanAComputerHas() throws IOException {
    Path picture = picture("a.png", 0x123456, BufferedImage.TYPE_INT_RGB);
    byte[] bytes = Files.readAllBytes(picture);
    // Width and height in the header, behind magic, length and type.
    ByteBuffer.wrap(bytes).putInt(16, 60_000).putInt(20, 60_000);
    CRC32 sum = new CRC32();
    sum.update(bytes, 12, 17);
    ByteBuffer.wrap(bytes).putInt(29, (int) sum.getValue());
    Files.write(picture, bytes);
    assertTrue(refusal(directory).contains("has more than the"));
  }

  private static int lastIndex(byte[] bytes, byte[] wanted) {
    for (int i = bytes.length - wanted.length; i >= 0; i--) {
      if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    throw new IllegalArgumentException("it is not there");
  }

  private static InputEncoding encoding(Preprocessing how, FixedFormat format, boolean folded) {
    return new InputEncoding(Tensor.zeroPadded("in", new Shape(2, 2, 2), format), how, folded);
  }

  private static String mismatch(ImageSet images, Preprocessing how, Shape input) {
    return assertThrows(BadInputException.class, () -> new Preprocessor(images, how, input))
        .getMessage();
  }

  private static String refusal(Path source) {
    String message =
        assertThrows(BadInputException.class, () -> ImageSets.read(source)).getMessage();
    assertFalse(message.contains("\n"), message);
    return message;
  }

  private Path picture(String name, int rgb, int type) throws IOException {
    BufferedImage image = new BufferedImage(2, 1, type);
    image.setRGB(0, 0, 2, 1, new int[] {rgb, rgb}, 0, 2);
    Path file = directory.resolve(name);
    ImageIO.write(image, "png", file.toFile());
    return file;
  }

  /** Written by the definition of the format, with elements in storage order. */
  private Path npy(String type, boolean fortran, String shape, double... values)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String header =
        "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }"
            .formatted(type, fortran ? "True" : "False", shape);
    String padded = header + " ".repeat(63 - (10 + header.length()) % 64) + "\n";
    bytes.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    bytes.write(padded.length() & 0xff);
    bytes.write(padded.length() >> 8);
    bytes.write(padded.getBytes(StandardCharsets.US_ASCII));
    int size = type.charAt(2) - '0';
    for (double value : values) {
      ByteBuffer element =
          ByteBuffer.allocate(8)
              .order(type.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
      switch (type.substring(1)) {
        case "f4" -> element.putFloat((float) value);
        case "f8", "c8" -> element.putDouble(value);
        case "i8" -> element.putLong((long) value);
        case "i4" -> element.putInt((int) value);
        case "u2" -> element.putShort((short) value);
        default -> element.put((byte) (int) value);
      }
      bytes.write(element.array(), 0, size);
    }
    Path file = directory.resolve("array%d.npy".formatted(System.nanoTime()));
    try (OutputStream out = Files.newOutputStream(file)) {
      bytes.writeTo(out);
    }
    return file;
  }
}
