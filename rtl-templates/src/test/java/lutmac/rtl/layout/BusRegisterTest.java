package lutmac.rtl.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import lutmac.rtl.RtlTemplates;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The registers of a bus do not overlap, and C reads their header. */
class BusRegisterTest {
  @Test
  void everyRegisterHasItsOwnWords() {
    Set<Integer> words = new TreeSet<>();
    for (BusRegister register : BusRegister.values()) {
      assertEquals(0, register.offset() % (BusRegister.BITS / Byte.SIZE), register.label());
      for (int n = 0; n < register.count(); n++) {
        assertTrue(words.add(register.word() + n), register.label() + " lies on another register");
      }
    }
    int words12 = 1 << BusRegister.ADDRESS_BITS - 2;
    assertTrue(words.stream().allMatch(word -> word >= 0 && word < words12));
  }

  @ParameterizedTest
  @EnumSource(BusRegister.class)
  void fieldsLieInTheirRegisterSideBySide(BusRegister register) {
    List<BusField> fields =
        Stream.of(BusField.values()).filter(field -> field.register() == register).toList();
    // Refuses what overlaps or lies outside.
    Layout.of(BusRegister.BITS, BusRegister.BITS, fields);
  }

  /** Every constant is used once, by a compiler that takes nothing but the standard. */
  @Test
  void headerIsPlainC(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("lutmac_regs.h"), RtlTemplates.registerHeader());
    StringBuilder use =
        new StringBuilder("#include \"lutmac_regs.h\"\n#include \"lutmac_regs.h\"\n");
    use.append("static const unsigned long all[] = {\n");
    for (BusRegister register : BusRegister.values()) {
      use.append("LUTMAC_REG_").append(register).append(",\n");
    }
    for (BusField field : BusField.values()) {
      String name = "LUTMAC_" + field.register() + "_" + field;
      use.append(name).append("_SHIFT, ").append(name).append("_MASK,\n");
    }
    for (ErrorCause cause : ErrorCause.values()) {
      use.append("LUTMAC_CAUSE_").append(cause).append(",\n");
    }
    for (ImageField field : ImageField.values()) {
      use.append("LUTMAC_IMAGE_").append(field).append("_OFFSET,\n");
    }
    use.append("LUTMAC_IMAGE_IDENTIFICATION};\nint main(void) { return all[0] == 1; }\n");
    Files.writeString(folder.resolve("use.c"), use);
    Process compiler = start(folder);
    String said = new String(compiler.getInputStream().readAllBytes());
    assertEquals(0, compiler.waitFor(), said);
    assertEquals("", said);
  }

  private static Process start(Path folder) throws IOException {
    return new ProcessBuilder(
            "gcc", "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-c", "use.c")
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .start();
  }
}
