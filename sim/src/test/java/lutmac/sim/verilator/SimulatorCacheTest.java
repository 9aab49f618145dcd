package lutmac.sim.verilator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import lutmac.network.BadInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulatorCacheTest {
  @TempDir Path root;

  @Test
  void buildsOnceWhenManyAskAtOnce() throws Exception {
    AtomicInteger builds = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<Path>> entries = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      entries.add(
          threads.submit(
              () ->
                  new SimulatorCache(root)
                      .entry(
                          "abc",
                          directory -> {
                            builds.incrementAndGet();
                            Thread.sleep(50);
                            Files.writeString(directory.resolve("file"), "built");
                          })));
    }
    for (Future<Path> entry : entries) {
      assertEquals("built", Files.readString(entry.get().resolve("file")));
    }
    threads.shutdown();
    assertEquals(1, builds.get());
  }

  @Test
  void failedBuildLeavesNoEntry() throws Exception {
    SimulatorCache cache = new SimulatorCache(root);
    assertThrows(
        IllegalStateException.class,
        () ->
            cache.entry(
                "abc",
                directory -> {
                  Files.writeString(directory.resolve("file"), "half");
                  throw new IllegalStateException("does not compile");
                }));
    try (Stream<Path> left = Files.list(root)) {
      assertEquals(List.of(root.resolve("abc.lock")), left.toList());
    }
  }

  @Test
  void whatAKilledBuildLeftIsRemovedByTheNext() throws Exception {
    Path abandoned = Files.createDirectories(root.resolve("abc.tmp123/build"));
    Path other = Files.createDirectories(root.resolve("def.tmp123"));
    Path entry = new SimulatorCache(root).entry("abc", directory -> {});
    assertTrue(Files.isDirectory(entry));
    assertFalse(Files.exists(abandoned.getParent()));
    assertTrue(Files.exists(other), "another hash may be under construction");
  }

  private Path entry(int number, Duration unused) throws IOException {
    String hash = "%032x".formatted(number);
    Path entry = Files.createDirectory(root.resolve(hash));
    Files.write(entry.resolve("simulator"), new byte[1000]);
    Files.writeString(root.resolve(hash + ".lock"), "");
    Files.setLastModifiedTime(entry, FileTime.from(Instant.now().minus(unused)));
    return entry;
  }

  @Test
  void whatHasNotBeenUsedForLongestGoesWhereTheCacheIsFull() throws Exception {
    Path oldest = entry(1, Duration.ofDays(9));
    Path old = entry(2, Duration.ofDays(2));
    Path recent = entry(3, Duration.ofDays(1));
    Path running = entry(4, Duration.ofMinutes(5));
    Path killed = Files.createDirectory(root.resolve("%032x.tmp12".formatted(7)));
    Files.setLastModifiedTime(killed, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    SimulatorCache cache = new SimulatorCache(root, 2500);
    assertEquals(oldest, cache.entry(oldest.getFileName().toString(), directory -> {}));
    cache.entry("%032x".formatted(5), directory -> {});
    assertTrue(Files.exists(oldest), "it was used just now");
    assertTrue(Files.exists(running));
    assertFalse(Files.exists(old));
    assertFalse(Files.exists(root.resolve(old.getFileName() + ".lock")));
    assertFalse(Files.exists(recent));
    assertFalse(Files.exists(killed));
  }

  /** What one prunes, another one finds gone. */
  @Test
  void pruningOfOthersFailsNoBuild() throws Exception {
    for (int i = 0; i < 400; i++) {
      entry(i, Duration.ofDays(1).plusSeconds(i));
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<Path>> built = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      // Every other one asks for an entry that the others are about to prune.
      String hash = "%032x".formatted(i % 2 == 0 ? 1000 + i : 10 * i);
      built.add(
          threads.submit(
              () ->
                  new SimulatorCache(root, 2500)
                      .entry(hash, to -> Files.write(to.resolve("simulator"), new byte[1000]))));
    }
    for (Future<Path> entry : built) {
      assertEquals(1000, Files.size(entry.get().resolve("simulator")));
    }
    threads.shutdown();
    new SimulatorCache(root, 2500).entry("%032x".formatted(2000), directory -> {});
    try (Stream<Path> left = Files.list(root)) {
      assertEquals(
          41,
          left.filter(Files::isDirectory).count(),
          "entries in use stay, whatever they take, and nothing else");
    }
  }

  @Test
  void whatIsMadeForSeveralEntriesIsPrunedWithNone() throws Exception {
    Path old = entry(1, Duration.ofDays(1));
    SimulatorCache cache = new SimulatorCache(root, 500);
    String simulator = "%032x".formatted(2);
    String library = "%032x".formatted(3);
    cache.entry(
        simulator,
        directory -> {
          cache.keep(library, part -> {});
          assertTrue(Files.exists(old), "nobody waits for tidying up in the middle of a build");
        });
    assertTrue(cache.find(library).isPresent());
    assertFalse(Files.exists(old));
  }

  @Test
  void whatIsFoundIsInUse() throws Exception {
    Path old = entry(1, Duration.ofDays(1));
    SimulatorCache cache = new SimulatorCache(root, 500);
    assertEquals(Optional.of(old), cache.find(old.getFileName().toString()));
    assertEquals(Optional.empty(), cache.find("%032x".formatted(2)));
    cache.entry("%032x".formatted(3), directory -> {});
    assertTrue(Files.exists(old));
  }

  /** Nobody takes half an entry for a whole one: it goes under another name first. */
  @Test
  void entryIsNeverSeenHalfDeleted() throws Exception {
    List<Path> old = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Path entry = entry(i, Duration.ofDays(1));
      for (int file = 0; file < 50; file++) {
        Files.writeString(entry.resolve("a" + file), "");
      }
      Files.setLastModifiedTime(entry, FileTime.from(Instant.now().minus(Duration.ofDays(1))));
      old.add(entry);
    }
    ExecutorService pruning = Executors.newSingleThreadExecutor();
    Future<Path> pruned =
        pruning.submit(
            () -> new SimulatorCache(root, 0).entry("%032x".formatted(99), directory -> {}));
    while (!pruned.isDone()) {
      for (Path entry : old) {
        String[] files = entry.toFile().list();
        // Whoever lists it while it goes may see less, but then it is no longer there.
        assertTrue(
            files == null || files.length == 51 || !Files.exists(entry), "half an entry: " + entry);
      }
    }
    pruned.get();
    pruning.shutdown();
    assertTrue(old.stream().noneMatch(Files::exists));
  }

  @Test
  void cacheThatCannotBeWrittenIsTold() throws IOException {
    Path file = Files.writeString(root.resolve("file"), "");
    SimulatorCache cache = new SimulatorCache(file.resolve("cache"));
    String message =
        assertThrows(BadInputException.class, () -> cache.entry("abc", directory -> {}))
            .getMessage();
    assertTrue(message.contains("set LUTMAC_CACHE"), message);
    assertFalse(message.contains("\n"), message);
  }
}
