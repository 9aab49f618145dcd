package lutmac.cli;

import java.util.Locale;
import lutmac.network.text.TextTable;
import lutmac.quant.hardware.StoredMemory;
import lutmac.quant.result.MemoryReport;

/**
 * What a network takes on chip, for people and for machines: bytes of its numbers, and bytes that
 * memories hold for them. {@code quantize} and {@code generate} say it alike.
 *
 * @param numbers codes, biases, tables and maps alone
 * @param stored with everything that lanes, whole words, holes and descriptors add
 */
record OnChipMemory(StoredMemory numbers, StoredMemory stored) {

  static OnChipMemory of(MemoryReport numbers, StoredMemory stored) {
    return new OnChipMemory(
        new StoredMemory(
            bytes(numbers.weights() - numbers.tables()),
            bytes(numbers.biases()),
            bytes(numbers.tables()),
            bytes(numbers.peakActivations())),
        stored);
  }

  private static long bytes(long bits) {
    return (bits + Byte.SIZE - 1) / Byte.SIZE;
  }

  /** A table of four memories and their sum. */
  String text() {
    TextTable table = new TextTable("on chip, bytes", "numbers", "stored", "more");
    row(table, "weight codes", numbers.weights(), stored.weights());
    row(table, "biases, with shifts and alignments", numbers.parameters(), stored.parameters());
    row(table, "tables, with descriptors", numbers.program(), stored.program());
    row(table, "feature maps alive at once", numbers.featureMaps(), stored.featureMaps());
    row(table, "together", numbers.total(), stored.total());
    return table.toString();
  }

  private static void row(TextTable table, String what, long numbers, long stored) {
    table.row(
        what,
        numbers,
        stored,
        numbers == 0
            ? "-"
            : String.format(Locale.ROOT, "%.1f %%", 100.0 * (stored - numbers) / numbers));
  }
}
