package lutmac.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import lutmac.network.BadInputException;
import lutmac.network.file.DirectoryReplacement;
import lutmac.network.file.InputFile;
import lutmac.network.file.WholeFile;

/**
 * Where the arrays of a prediction go: written as a whole, in place of nothing or of an older
 * prediction.
 */
final class PredictionDirectory {
  private static final String DESCRIPTION = "predict.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  private PredictionDirectory() {}

  /**
   * @throws BadInputException if something is there that is no older prediction
   */
  static void check(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try {
      Path place = directory.toRealPath();
      Set<String> own = ownFiles(place);
      Optional<String> foreign;
      try (Stream<Path> tree = Files.walk(place)) {
        foreign =
            tree.filter(path -> !Files.isDirectory(path))
                .map(path -> place.relativize(path).toString().replace('\\', '/'))
                .filter(path -> !own.contains(path))
                .sorted()
                .findFirst();
      }
      if (foreign.isPresent()) {
        throw new BadInputException(
            "%s holds %s, which no prediction wrote and this one would delete; name another directory with -o"
                .formatted(directory, foreign.get()));
      }
    } catch (IOException e) {
      throw unwritable(directory, e);
    }
  }

  /** What an older prediction wrote, by its own description. */
  private static Set<String> ownFiles(Path directory) throws IOException {
    Path description = directory.resolve(DESCRIPTION);
    Set<String> files = new HashSet<>();
    if (!Files.isRegularFile(description)) {
      return files;
    }
    files.add(DESCRIPTION);
    try {
      JsonNode json = JSON.readTree(InputFile.bytes(description));
      for (String list : List.of("outputs", "layers")) {
        json.path(list).forEach(array -> files.add(array.path("file").asText()));
      }
    } catch (JsonProcessingException e) {
      throw new BadInputException(
          "%s: damaged; name another directory with -o".formatted(description), e);
    }
    return files;
  }

  /**
   * Writes the arrays with what they mean.
   *
   * @param description asked for once the arrays are written
   * @return the description
   * @throws BadInputException if they cannot be written; what was there stays as it was
   */
  static PredictionJson write(
      Path directory, DirectoryReplacement.Content arrays, Supplier<PredictionJson> description) {
    try {
      DirectoryReplacement.replace(
          directory,
          fresh -> {
            arrays.writeTo(fresh);
            byte[] json =
                Output.object("predict", description.get()).getBytes(StandardCharsets.UTF_8);
            WholeFile.write(out -> out.write(json), fresh.resolve(DESCRIPTION));
          });
      return description.get();
    } catch (IOException e) {
      throw unwritable(directory, e);
    }
  }

  private static BadInputException unwritable(Path directory, IOException e) {
    return new BadInputException(
        "%s: cannot be written (%s); choose a directory in an existing, writable place with enough space"
            .formatted(directory, WholeFile.reason(e)),
        e);
  }
}
