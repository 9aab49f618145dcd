package lutmac.testbench.netlist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import lutmac.testbench.RandomHardware;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sample of what {@code make mutate} does, and how mutants are chosen. */
class MutateTest {
  @Test
  void choosesMutantsOfEveryFileAndOfAsManyLinesAsThereAre() {
    List<Mutant> mutants =
        List.of(
            new Mutant("a.sv", 1, "inv", "1"),
            new Mutant("a.sv", 1, "inv", "2"),
            new Mutant("a.sv", 2, "const0", "3"),
            new Mutant("b.sv", 1, "const1", "4"));
    List<Mutant> chosen = Mutate.chosen(mutants, 2, 1);
    assertEquals(
        List.of(1, 2),
        chosen.stream().filter(m -> m.file().equals("a.sv")).map(Mutant::line).sorted().toList());
    assertTrue(chosen.contains(mutants.get(3)), chosen.toString());
  }

  @Test
  @Tag("slow")
  void testbenchesNoticeNearlyEveryMutantOfASample(@TempDir Path folder) throws Exception {
    MutatedDesign design = MutatedDesign.of(RandomHardware.csdArray());
    List<Mutant> mutants = new ArrayList<>(Mutate.mutants(design.rtl(), Set.of(), 50, 1));
    Collections.shuffle(mutants, new Random(1));
    List<Mutant> missed =
        new Mutate(design, 1).notNoticedByTestbenches(mutants.subList(0, 100), folder);
    assertTrue(missed.size() <= 4, missed.toString());
  }

  @Test
  @Tag("campaign")
  void testsOfRandomNetworksNoticeNearlyEveryMutant() throws Exception {
    MutatedDesign design = MutatedDesign.of(RandomHardware.csdArray());
    List<Mutant> mutants = Mutate.mutants(design.rtl(), Set.of(), 2, 1);
    long noticed = new Mutate(design, 1).tested(mutants).stream().filter(Fate::noticed).count();
    assertTrue(mutants.size() >= 60, mutants.size() + " mutants");
    assertTrue(noticed >= 0.85 * mutants.size(), noticed + " of " + mutants.size() + " noticed");
  }
}
