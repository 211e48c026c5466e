package io.github.geofix.core.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.format.ModelFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LayeredGraphTest {
  private static final int ROWS = 300;
  private static final int NEIGHBORS = 5;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void findsWhatTheDefinitionFinds(long seed) {
    Random random = new Random(seed);
    int[][] layers = {
      IntStream.range(0, ROWS).toArray(),
      random.ints(0, ROWS).distinct().limit(40).sorted().toArray(),
      null
    };
    layers[2] = Arrays.copyOf(layers[1], 3);
    int[][][] links = links(layers, random);
    Path file = folder.resolve("links");
    int entry = layers[2][1];
    try (LayeredGraph graph =
        LayeredGraph.of(layers, NEIGHBORS, entry, (layer, row) -> links[layer][row])) {
      graph.save(file);
    }
    try (LayeredGraph graph = LayeredGraph.open(file, ROWS)) {
      for (int query = 0; query < 20; query++) {
        // Distinct, so that no order is left to chance.
        List<Float> scores =
            new ArrayList<>(IntStream.range(0, ROWS).mapToObj(i -> (float) i).toList());
        Collections.shuffle(scores, random);
        int beam = 1 + random.nextInt(20);
        int modulus = 1 + random.nextInt(3);
        IntPredicate accepted = row -> row % modulus == 0;
        List<Integer> starts = List.of(entry);
        for (int layer = 2; layer > 0; layer--) {
          starts = walk(links[layer], starts, scores, beam, row -> true);
        }
        TopK best = graph.search(scores::get, beam, accepted).best();
        assertThat(best.rows())
            .containsExactlyInAnyOrder(
                walk(links[0], starts, scores, beam, accepted).stream()
                    .mapToInt(Integer::intValue)
                    .toArray());
      }
    }
  }

  /** Algorithm 2 of Malkov and Yashunin, read literally but for rows that may not be found. */
  private static List<Integer> walk(
      int[][] links, List<Integer> starts, List<Float> scores, int beam, IntPredicate accepted) {
    Comparator<Integer> byScore = Comparator.comparing(scores::get);
    Set<Integer> visited = new HashSet<>(starts);
    List<Integer> candidates = new ArrayList<>(starts);
    List<Integer> found =
        new ArrayList<>(starts.stream().filter(row -> accepted.test(row)).toList());
    while (!candidates.isEmpty()) {
      Integer nearest = candidates.stream().max(byScore).orElseThrow();
      candidates.remove(nearest);
      if (found.size() == beam
          && scores.get(nearest) < scores.get(found.stream().min(byScore).orElseThrow())) {
        break;
      }
      for (int row : links[nearest]) {
        if (visited.add(row)) {
          if (found.size() < beam
              || scores.get(row) > scores.get(found.stream().min(byScore).orElseThrow())) {
            candidates.add(row);
            if (accepted.test(row)) {
              found.add(row);
              if (found.size() > beam) {
                found.remove(found.stream().min(byScore).orElseThrow());
              }
            }
          }
        }
      }
    }
    return found;
  }

  private static int[][][] links(int[][] layers, Random random) {
    int[][][] links = new int[layers.length][ROWS][];
    for (int layer = 0; layer < layers.length; layer++) {
      int[] rows = layers[layer];
      for (int row : rows) {
        links[layer][row] =
            random
                .ints(0, rows.length)
                .map(i -> rows[i])
                .distinct()
                .limit(random.nextInt(1 + Math.min(NEIGHBORS, rows.length)))
                .toArray();
      }
    }
    return links;
  }

  @Test
  void refusesFilesThatAreNoGraphOfTheRows() throws IOException {
    Path file = folder.resolve("links");
    byte[] good = save(file);
    refuses(ROWS + 1, file, "it links 300 rows, the index beside it has 301");
    damage(file, good, 0, 1);
    refuses(ROWS, file, "does not begin as a graph does");
    damage(file, good, 8, 99);
    refuses(ROWS, file, "of version 99");
    damage(file, good, 16, -1);
    refuses(ROWS, file, "claims -1 links");
    damage(file, good, 20, ROWS);
    refuses(ROWS, file, "begin at row 300");
    damage(file, good, 24, 65);
    refuses(ROWS, file, "65 layers");
    damage(file, good, 28, Integer.MAX_VALUE);
    refuses(ROWS, file, "claims 2147483647 rows on layer 1");
    for (int length : new int[] {0, 100, 4096, 5000, good.length - 1, good.length + 1}) {
      Files.write(file, Arrays.copyOf(good, length));
      refuses(ROWS, file, "cannot open the graph");
    }
    assertThatThrownBy(() -> LayeredGraph.open(folder.resolve("none"), ROWS))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no such file");
  }

  @Test
  void endsWhateverTheLinks() throws IOException {
    Path file = folder.resolve("links");
    byte[] good = save(file);
    Random random = new Random(7);
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      byte[] bad = good.clone();
      for (int j = 0; j <= random.nextInt(4); j++) {
        bad[4096 + random.nextInt(bad.length - 4096)] = (byte) random.nextInt();
      }
      Files.write(file, bad);
      try (LayeredGraph graph = LayeredGraph.open(file, ROWS)) {
        graph.search(row -> -row, 10, row -> true);
      } catch (ModelFormatException e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(1, 1999);
  }

  private static byte[] save(Path file) throws IOException {
    int[][] layers = {IntStream.range(0, ROWS).toArray(), {3, 40, 77}};
    int[][][] links = links(layers, new Random(8));
    try (LayeredGraph graph =
        LayeredGraph.of(layers, NEIGHBORS, 40, (layer, row) -> links[layer][row])) {
      graph.save(file);
    }
    return Files.readAllBytes(file);
  }

  private static void damage(Path file, byte[] good, int at, int number) throws IOException {
    byte[] bad = good.clone();
    ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN).putInt(at, number);
    Files.write(file, bad);
  }

  private static void refuses(int rows, Path file, String reason) {
    assertThatThrownBy(() -> LayeredGraph.open(file, rows))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(reason);
  }
}
