package lutmac.cli;

import java.util.Locale;
import lutmac.network.text.TextTable;
import lutmac.quant.hardware.StoredMemory;
import lutmac.quant.result.MemoryReport;

/**
 * What a network takes on chip, for people and for machines: bytes of its numbers, and bytes that
 * memories hold for them. {@code quantize} and {@code generate} say it alike.
 *
 * @param numberBytes codes, biases, tables and maps alone
 * @param storedBytes with everything that lanes, whole words, holes and descriptors add
 */
record OnChipMemory(StoredMemory numberBytes, StoredMemory storedBytes) {

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
    row(table, "weight codes", numberBytes.weights(), storedBytes.weights());
    row(
        table,
        "biases, with shifts and alignments",
        numberBytes.parameters(),
        storedBytes.parameters());
    row(table, "tables, with descriptors", numberBytes.program(), storedBytes.program());
    row(table, "feature maps alive at once", numberBytes.featureMaps(), storedBytes.featureMaps());
    row(table, "together", numberBytes.total(), storedBytes.total());
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
