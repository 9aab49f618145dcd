package lutmac.runtime.predict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import lutmac.network.BadInputException;
import lutmac.network.shape.Shape;
import lutmac.runtime.measure.OutputKind;
import lutmac.runtime.predict.Answer.Ranked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of an output, and by which names. */
class AnswerTest {
  @TempDir Path directory;

  @Test
  void classesAreRankedWithTheirMarginsAndTiesGoToTheLowest() {
    double[] values = {-1, 4, 2.5, 4};
    assertEquals(
        new Answer.Classes(
            List.of(
                new Ranked(1, 4, OptionalDouble.of(0)),
                new Ranked(3, 4, OptionalDouble.of(1.5)),
                new Ranked(2, 2.5, OptionalDouble.of(3.5)),
                new Ranked(0, -1, OptionalDouble.empty()))),
        Answer.of(OutputKind.CLASSES, new Shape(4, 1, 1), values, 5));
  }

  @Test
  void aMapOfClassesIsAnsweredWithAreas() {
    // Channel 1 is the largest at three pixels of four, channel 0 at the last.
    double[] values = {0, 0, 0, 9, 1, 1, 1, 1};
    assertEquals(
        new Answer.Areas(List.of(new Ranked(1, 75, OptionalDouble.of(50)))),
        Answer.of(OutputKind.CLASS_MAP, new Shape(2, 2, 2), values, 1));
  }

  @Test
  void numbersAreCountedAndSpanned() {
    assertEquals(
        new Answer.Numbers(List.of(3.0, -1.0), 3, -1, 2, 4),
        Answer.of(OutputKind.VALUES, new Shape(1, 1, 3), new double[] {3, -1, 4}, 2));
  }

  @Test
  void namesAreLinesOfTheLabelsOrOfAllOutputs() throws IOException {
    Path file = Files.writeString(directory.resolve("names.txt"), "\ufeffcat\n dog, puppy \n\n");
    assertEquals(List.of("cat", "dog, puppy"), ClassNames.read(file, 2, 0).names());
    // A network with an output for the background in front of the labels.
    assertEquals(List.of("", "cat", "dog, puppy"), ClassNames.read(file, 3, 1).names());
    assertEquals(List.of("cat", "dog, puppy"), ClassNames.read(file, 2, 1).names());
    assertEquals("", ClassNames.NONE.of(7));
  }

  @Test
  void otherNumbersOfNamesAreRefused() throws IOException {
    Path file = Files.writeString(directory.resolve("names.txt"), "cat\ndog\n");
    String said =
        assertThrows(BadInputException.class, () -> ClassNames.read(file, 10, 0)).getMessage();
    assertTrue(said.contains("names 2 classes but the network has 10"), said);
    Path binary = Files.write(directory.resolve("b"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThrows(BadInputException.class, () -> ClassNames.read(binary, 10, 0));
    assertThrows(BadInputException.class, () -> ClassNames.read(directory, 10, 0));
    assertThrows(BadInputException.class, () -> ClassNames.read(directory.resolve("no"), 10, 0));
  }
}
