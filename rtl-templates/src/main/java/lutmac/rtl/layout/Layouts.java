package lutmac.rtl.layout;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * All layouts, under the names by which templates ask for it: {@code ${layouts.descriptor.bits}}.
 */
public final class Layouts {
  /** Of a layer's descriptor in front of its table. */
  public static final Layout DESCRIPTOR =
      Layout.of(
          DescriptorField.WORDS * DescriptorField.WORD_BITS,
          DescriptorField.WORD_BITS,
          List.of(DescriptorField.values()));

  /** Of one output channel's parameters. */
  public static final Layout PARAMETER = ofOneWord(ParameterField.BITS, ParameterField.values());

  /** Of one slot of a {@code csd} table entry. */
  public static final Layout DIGIT = ofOneWord(DigitField.BITS, DigitField.values());

  /** Of an entry of the {@code bins} drain schedule. */
  public static final Layout DRAIN = ofOneWord(DrainField.BITS, DrainField.values());

  /** Of a host command's header beat. */
  public static final Layout HOST_HEADER =
      ofOneWord(HostHeaderField.BITS, HostHeaderField.values());

  /** Of the beat that answers a run. */
  public static final Layout RUN_ANSWER = ofOneWord(RunAnswerField.BITS, RunAnswerField.values());

  /** Of the beats that answer a status command. */
  public static final Layout STATUS =
      Layout.of(
          StatusField.BEATS * HostHeaderField.BITS,
          HostHeaderField.BITS,
          List.of(StatusField.values()));

  /** Of the header of a memory image. */
  public static final Layout IMAGE =
      Layout.of(
          ImageField.WORDS * HostHeaderField.BITS,
          HostHeaderField.BITS,
          List.of(ImageField.values()));

  /** Of the second word of an entry of a memory image's script. */
  public static final Layout ENTRY = ofOneWord(EntryField.BITS, EntryField.values());

  /** Bits of the address of an entry of the array's table. */
  public static final int TABLE_ADDRESS_BITS = 6;

  /** Bits of the address of a word of an activation table. */
  public static final int ACTIVATION_TABLE_ADDRESS_BITS = 6;

  /** Entries of such a word, the first one in its lowest bits. */
  public static final int ACTIVATION_TABLE_WORD_ENTRIES = 4;

  /** Where every field of what a memory image holds lies, layout by layout. */
  public static List<List<String>> placesInImages() {
    return Stream.of(IMAGE, ENTRY, HOST_HEADER, DESCRIPTOR, PARAMETER, DIGIT, DRAIN)
        .map(Layout::places)
        .toList();
  }

  private static Layout ofOneWord(int bits, BitField[] fields) {
    return Layout.of(bits, bits, List.of(fields));
  }

  public int getDescriptorWords() {
    return DescriptorField.WORDS;
  }

  public Layout getDescriptor() {
    return DESCRIPTOR;
  }

  public Layout getParameter() {
    return PARAMETER;
  }

  public int getDigitSlots() {
    return DigitField.SLOTS;
  }

  public Layout getDigit() {
    return DIGIT;
  }

  public Layout getDrain() {
    return DRAIN;
  }

  public Layout getHostHeader() {
    return HOST_HEADER;
  }

  /** Exponents between 32 and 0 of the polynomial of {@link ProgramCheck}. */
  public List<Integer> getCheckTaps() {
    return ProgramCheck.taps();
  }

  /** The largest of them. */
  public int getHighestCheckTap() {
    return Collections.max(ProgramCheck.taps());
  }

  /** Digits of {@link ProgramCheck#SEED}. */
  public String getCheckSeed() {
    return Integer.toHexString(ProgramCheck.SEED);
  }

  public Layout getRunAnswer() {
    return RUN_ANSWER;
  }

  public Layout getStatus() {
    return STATUS;
  }

  public int getStatusBeats() {
    return StatusField.BEATS;
  }

  /** As a literal of the hardware's language lists it. */
  public String getIdentification() {
    return Integer.toHexString(StatusField.IDENTIFICATION_WORD);
  }

  /** Version of the commands and their answers. */
  public int getProtocolVersion() {
    return StatusField.PROTOCOL_VERSION;
  }

  /** Version of the list of registers. */
  public int getRegisterVersion() {
    return BusRegister.LIST_VERSION;
  }

  public List<BusRegister> getBusRegisters() {
    return List.of(BusRegister.values());
  }

  public List<BusField> getBusFields() {
    return List.of(BusField.values());
  }

  public Layout getImage() {
    return IMAGE;
  }

  public Layout getEntry() {
    return ENTRY;
  }

  public List<EntryField> getEntryFields() {
    return List.of(EntryField.values());
  }

  public List<Base> getBases() {
    return List.of(Base.values());
  }

  public List<ImageField> getImageFields() {
    return List.of(ImageField.values());
  }

  public int getImageWords() {
    return ImageField.WORDS;
  }

  public int getImageEntryWords() {
    return ImageField.ENTRY_WORDS;
  }

  public int getImageAlignment() {
    return ImageField.ALIGNMENT_BYTES;
  }

  /** As a literal of the hardware's language lists it. */
  public String getImageIdentification() {
    return Integer.toHexString(ImageField.IDENTIFICATION_WORD);
  }

  public List<ErrorCause> getErrorCauses() {
    return List.of(ErrorCause.values());
  }

  public int getErrorCauseBits() {
    return ErrorCause.BITS;
  }

  /** Operations whose commands have a key, and their headers. */
  public List<HostOperation> getKeyedOperations() {
    return getHostOperations().stream().filter(HostOperation::keyed).toList();
  }

  /** Bits of an address of any memory, as a host command holds it. */
  public int getAddressBits() {
    return HostHeaderField.ADDRESS.width();
  }

  public int getTableAddressBits() {
    return TABLE_ADDRESS_BITS;
  }

  public int getActivationTableAddressBits() {
    return ACTIVATION_TABLE_ADDRESS_BITS;
  }

  public int getActivationPhaseBits() {
    return ActivationTag.PHASE_BITS;
  }

  public int getActivationTagBits() {
    return ActivationTag.BITS;
  }

  public List<LogOctave> getLogOctaves() {
    return List.of(LogOctave.values());
  }

  /** Of every step of logarithmic codes, the largest step first, as a literal lists them. */
  public List<LogEncoding> getReversedLogEncodings() {
    return getLogOctaves().stream()
        .sorted(Comparator.comparing(LogOctave::step).reversed())
        .map(LogEncoding::of)
        .toList();
  }

  public List<HostOperation> getHostOperations() {
    return List.of(HostOperation.values());
  }

  public int getHostOperationBits() {
    return HostHeaderField.OPERATION.width();
  }

  public List<Memory> getMemories() {
    return List.of(Memory.values());
  }

  public int getMemoryBits() {
    return HostHeaderField.MEMORY.width();
  }
}
