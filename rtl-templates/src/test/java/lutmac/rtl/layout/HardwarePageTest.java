package lutmac.rtl.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tables of docs/hardware.md are those that the definition prints. */
class HardwarePageTest {
  private static final Path PAGE = Path.of("..", "docs", "hardware.md");
  private static final String UPDATE = "lutmac.updateDocs";

  /** A table of the page, between two comments that name it. */
  enum Table {
    DESCRIPTOR {
      @Override
      Stream<String> lines() {
        return Stream.concat(
            Stream.of("| word | bits | field | type | meaning |", "|---|---|---|---|---|"),
            Stream.of(DescriptorField.values())
                .map(
                    field ->
                        "| %d %s".formatted(field.word(), row(field, field.bits().meaning()))));
      }
    },
    PARAMETER {
      @Override
      Stream<String> lines() {
        return fields(ParameterField.values());
      }
    },
    DIGIT {
      @Override
      Stream<String> lines() {
        return fields(DigitField.values());
      }
    },
    DRAIN {
      @Override
      Stream<String> lines() {
        return fields(DrainField.values());
      }
    },
    HOST_HEADER {
      @Override
      Stream<String> lines() {
        String operations =
            Stream.of(HostOperation.values())
                .map(operation -> "%d = %s".formatted(operation.code(), operation.label()))
                .collect(Collectors.joining(", "));
        String memories =
            Stream.of(Memory.values())
                .map(memory -> "%d = %s".formatted(memory.number(), memory.label()))
                .collect(Collectors.joining(", "));
        return Stream.concat(
            head(),
            Stream.of(HostHeaderField.values())
                .map(
                    field ->
                        switch (field) {
                          case OPERATION -> row(field, operations);
                          case MEMORY -> row(field, memories);
                          default -> row(field, field.bits().meaning());
                        }));
      }
    },
    RUN_ANSWER {
      @Override
      Stream<String> lines() {
        return fields(RunAnswerField.values());
      }
    },
    STATUS {
      @Override
      Stream<String> lines() {
        return Stream.concat(
            Stream.of("| beat | bits | field | type | meaning |", "|---|---|---|---|---|"),
            Stream.of(StatusField.values())
                .map(
                    field ->
                        "| %d %s".formatted(field.beat(), row(field, field.bits().meaning()))));
      }
    },
    ERROR {
      @Override
      Stream<String> lines() {
        return Stream.concat(
            Stream.of("| code | cause | meaning |", "|---|---|---|"),
            Stream.of(ErrorCause.values())
                .map(
                    cause ->
                        "| %d | `%s` | %s |"
                            .formatted(cause.code(), cause.label(), cause.meaning())));
      }
    },
    BUS_REGISTER {
      @Override
      Stream<String> lines() {
        return Stream.concat(
            Stream.of(
                "| offset | register | access | after reset | meaning |", "|---|---|---|---|---|"),
            Stream.of(BusRegister.values())
                .map(
                    register ->
                        "| 0x%03x | `%s` | %s | 0x%x | %s |"
                            .formatted(
                                register.offset(),
                                register.label(),
                                register.access().label(),
                                register.reset(),
                                register.meaning())));
      }
    },
    BUS_FIELD {
      @Override
      Stream<String> lines() {
        return Stream.concat(
            Stream.of("| register | bits | field | type | meaning |", "|---|---|---|---|---|"),
            Stream.of(BusField.values())
                .map(
                    field ->
                        "| `%s` %s"
                            .formatted(
                                field.register().label(), row(field, field.bits().meaning()))));
      }
    },
    IMAGE {
      @Override
      Stream<String> lines() {
        return Stream.concat(
            Stream.of("| word | bits | field | type | meaning |", "|---|---|---|---|---|"),
            Stream.of(ImageField.values())
                .map(
                    field ->
                        "| %d %s".formatted(field.word(), row(field, field.bits().meaning()))));
      }
    },
    ENTRY {
      @Override
      Stream<String> lines() {
        String bases =
            Stream.of(Base.values())
                .map(base -> "%d = %s".formatted(base.code(), base.label()))
                .collect(Collectors.joining(", "));
        return Stream.concat(
            head(),
            Stream.of(EntryField.values())
                .map(
                    field ->
                        row(field, field == EntryField.BASE ? bases : field.bits().meaning())));
      }
    };

    abstract Stream<String> lines();

    String text() {
      return lines().collect(Collectors.joining("\n", "\n", "\n\n"));
    }

    /** The comments around the table; the group is what lies between. */
    Pattern place() {
      return Pattern.compile("(?s)(?<=<!-- layout " + name() + " -->\n)(.*?)(?=<!-- end -->)");
    }
  }

  private static Stream<String> head() {
    return Stream.of("| bits | field | type | meaning |", "|---|---|---|---|");
  }

  private static Stream<String> fields(BitField[] fields) {
    return Stream.concat(
        head(), Stream.of(fields).map(field -> row(field, field.bits().meaning())));
  }

  private static String row(BitField field, String meaning) {
    String range = field.range();
    String type = field.width() == 1 ? "bit" : (field.signed() ? "s" : "u") + field.width();
    return "| %s | `%s` | %s | %s |"
        .formatted(range.substring(1, range.length() - 1), field.label(), type, meaning);
  }

  @ParameterizedTest
  @EnumSource(Table.class)
  void printsTheDefinition(Table table) throws IOException {
    String page = Files.readString(PAGE);
    Matcher place = table.place().matcher(page);
    assertTrue(place.find(), "docs/hardware.md has no place for the table " + table);
    if (Boolean.getBoolean(UPDATE)) {
      Files.writeString(
          PAGE, page.substring(0, place.start()) + table.text() + page.substring(place.end()));
      return;
    }
    assertEquals(
        table.text().lines().toList(),
        place.group(1).lines().toList(),
        ("docs/hardware.md: the table %s is not what lutmac.rtl.layout says; after a change there"
                + " write the tables anew by: mvn -pl rtl-templates test -Dtest=%s -D%s=true")
            .formatted(table, HardwarePageTest.class.getSimpleName(), UPDATE));
  }

  /** Every table of the page is one of the definition's. */
  @ParameterizedTest
  @EnumSource(Table.class)
  void standsOnThePageOnce(Table table) throws IOException {
    List<String> markers =
        Files.readString(PAGE)
            .lines()
            .filter(line -> line.equals("<!-- layout " + table.name() + " -->"))
            .toList();
    assertEquals(1, markers.size());
  }
}
