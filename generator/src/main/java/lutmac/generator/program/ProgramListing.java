package lutmac.generator.program;

import java.util.List;
import lutmac.generator.pe.PeStyle;
import lutmac.rtl.layout.DescriptorField;
import lutmac.rtl.layout.Layouts;

/** A program for people: every descriptor word with its fields, and the tables in words. */
public final class ProgramListing {
  private ProgramListing() {}

  /** The listing of a compiled network's program, one line a word. */
  public static String of(CompiledNetwork compiled) {
    PeStyle style = compiled.config().pe();
    StringBuilder listing = new StringBuilder();
    int address = 0;
    List<Descriptor> descriptors = Descriptor.decodeAll(compiled.program());
    for (LayerPlacement layer : compiled.layers()) {
      Descriptor descriptor = descriptors.get(layer.index());
      listing.append(
          "layer %d: %s -> %s %s\n"
              .formatted(
                  layer.index(), layer.name(), layer.output().name(), layer.output().shape()));
      for (int word = 0; word < DescriptorField.WORDS; word++, address++) {
        appendWord(listing, compiled, address, fields(descriptor, word));
      }
      for (int entry = 0; entry < descriptor.table().size(); entry++, address++) {
        String meaning = style.describe(entry, descriptor.table().get(entry));
        appendWord(listing, compiled, address, meaning);
      }
      for (int word = 0; word < descriptor.activationTable().size(); word++, address++) {
        int entry = word * Layouts.ACTIVATION_TABLE_WORD_ENTRIES;
        appendWord(listing, compiled, address, "activation " + entry);
      }
      if (descriptor.words() > DescriptorField.WORDS) {
        appendWord(listing, compiled, address++, "check word of the tables");
      }
      listing.append("\n");
    }
    return listing.toString();
  }

  private static void appendWord(
      StringBuilder listing, CompiledNetwork compiled, int address, String meaning) {
    String line = "  %05x  %08x  %s".formatted(address, compiled.program()[address], meaning);
    listing.append(line.stripTrailing()).append("\n");
  }

  private static String fields(Descriptor descriptor, int word) {
    StringBuilder line = new StringBuilder();
    for (DescriptorField field : DescriptorField.values()) {
      // Of the flags only those that are set are worth reading.
      if (field.word() == word && (field.width() > 1 || descriptor.is(field))) {
        line.append(line.isEmpty() ? "" : ", ").append(field.label());
        if (field.width() > 1) {
          line.append(" = ").append(descriptor.get(field));
        }
      }
    }
    return line.toString();
  }
}
