package lutmac.network.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class PartsTest {
  @Test
  void numbersWhatIsThereMoreThanOnce() {
    assertEquals(
        List.of("a", "b (1 of 2)", "c", "b (2 of 2)"), Parts.numbered(List.of("a", "b", "c", "b")));
    assertEquals(List.of(), Parts.numbered(List.of()));
  }
}
