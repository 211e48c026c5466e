package io.github.geofix.core.format;

import io.github.geofix.core.format.Pickle.Dict;
import io.github.geofix.core.format.Pickle.Items;
import io.github.geofix.core.format.Pickle.Tensor;
import io.github.geofix.core.format.Pickle.Tuple;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.Printable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the weights among the values of a checkpoint, and notes what was chosen and left out. */
final class CheckpointTensors {
  /** Under which training programs keep the weights; of two that hold as many the first counts. */
  private static final List<String> WRAPPERS =
      List.of(
          "state_dict",
          "model_state_dict",
          "model",
          "net",
          "network",
          "weights",
          "module",
          "params",
          "teacher",
          "model_ema",
          "ema",
          "params_ema",
          "state_dict_ema");

  /** The beginnings of the keys of what trains weights and is none. */
  private static final List<String> TRAINING = List.of("optim", "sched", "lr_sched", "scaler");

  private static final int MAX_DEPTH = 256;
  private static final int MAX_VISITS = 1_000_000;
  private static final int MAX_NAME = 4096;
  private static final int SHOWN = 12;

  private final Path path;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();
  private int visits;

  CheckpointTensors(Path path) {
    this.path = path;
  }

  /** Returns the tensors by name. */
  Map<String, Tensor> tensors() {
    return tensors;
  }

  /** Returns a sentence about each choice. */
  List<String> notes() {
    return notes;
  }

  /**
   * Finds the tensors.
   *
   * @param wanted the dictionary to read; null to choose by content
   */
  void find(Object root, @Nullable String wanted) {
    if (root instanceof Tensor tensor) {
      tensors.put("value", tensor);
    } else if (root instanceof Dict dict) {
      findIn(dict, wanted);
    } else {
      flatten("", root, 0);
    }
    if (tensors.isEmpty()) {
      throw TorchCheckpoint.refused(path, "it holds no tensors");
    }
  }

  private void findIn(Dict root, @Nullable String wanted) {
    String chosen = wanted == null ? choose(root) : wanted;
    if (chosen == null) {
      boolean all = true;
      for (int i = 0; i < root.keys.size(); i++) {
        if (root.keys.get(i) instanceof String key && isTraining(key)) {
          all = false;
        } else {
          flatten(name("", root.keys.get(i)), root.values.get(i), 1);
        }
      }
      if (!all) {
        notes.add("left out: " + rest(root, key -> !isTraining(key)));
      }
      return;
    }
    if (!(root.get(chosen) instanceof Dict dict)) {
      throw TorchCheckpoint.refused(
          path,
          "it has no dictionary \"%s\"; it has %s"
              .formatted(Printable.of(chosen), rest(root, key -> false)));
    }
    flatten("", dict, 0);
    String others = rest(root, chosen::equals);
    notes.add(
        "read was its dictionary \"%s\"%s"
            .formatted(Printable.of(chosen), others.isEmpty() ? "" : "; left out: " + others));
  }

  private @Nullable String choose(Dict root) {
    String best = null;
    long most = direct(root);
    List<String> equals = new ArrayList<>();
    for (String key : WRAPPERS) {
      if (!(root.get(key) instanceof Dict dict)) {
        continue;
      }
      long count = direct(dict);
      if (count > most) {
        most = count;
        best = key;
        equals.clear();
      } else if (best != null && count == most) {
        equals.add(key);
      }
    }
    if (!equals.isEmpty()) {
      notes.add(
          "\"%s\" holds as many tensors as \"%s\": name it to read it instead"
              .formatted(String.join("\", \"", equals), best));
    }
    return best;
  }

  private static long direct(Dict dict) {
    return dict.values.stream().filter(Tensor.class::isInstance).count();
  }

  private static boolean isTraining(String key) {
    String lower = key.toLowerCase(Locale.ROOT);
    return TRAINING.stream().anyMatch(lower::startsWith);
  }

  /** Returns the entries that were not read, for people. */
  private static String rest(Dict root, Predicate<String> read) {
    List<String> left =
        root.keys.stream()
            .map(key -> key instanceof String text ? text : "a key that is no text")
            .filter(read.negate())
            .toList();
    return left.stream()
            .limit(SHOWN)
            .map(key -> Printable.of(shortened(key)) + count(root.get(key)))
            .collect(Collectors.joining(", "))
        + (left.size() > SHOWN ? ", and " + (left.size() - SHOWN) + " more" : "");
  }

  private static String count(@Nullable Object value) {
    long count = value instanceof Dict dict ? direct(dict) : 0;
    return count == 0 ? "" : " (" + Count.of(count, "tensors") + ")";
  }

  private static String shortened(String key) {
    return key.length() > 64 ? key.substring(0, 64) + ".." : key;
  }

  private void flatten(String name, Object value, int depth) {
    if (depth > MAX_DEPTH) {
      throw TorchCheckpoint.refused(path, "its values nest deeper than " + MAX_DEPTH);
    }
    if (++visits > MAX_VISITS) {
      throw TorchCheckpoint.refused(path, "it has more than " + MAX_VISITS + " values");
    }
    if (value instanceof Tensor tensor) {
      if (tensors.put(name, tensor) != null) {
        throw TorchCheckpoint.refused(path, Printable.of(name) + " occurs twice");
      }
    } else if (value instanceof Dict dict) {
      for (int i = 0; i < dict.keys.size(); i++) {
        flatten(name(name, dict.keys.get(i)), dict.values.get(i), depth + 1);
      }
    } else if (value instanceof Items || value instanceof Tuple) {
      List<Object> items = value instanceof Items list ? list.values : ((Tuple) value).items();
      for (int i = 0; i < items.size(); i++) {
        flatten(name(name, (long) i), items.get(i), depth + 1);
      }
    }
  }

  private String name(String before, Object key) {
    String own = key instanceof String || key instanceof Long ? key.toString() : "?";
    String name = before.isEmpty() ? own : before + "." + own;
    if (name.length() > MAX_NAME) {
      throw TorchCheckpoint.refused(path, "a name has more than " + MAX_NAME + " letters");
    }
    return name;
  }
}
