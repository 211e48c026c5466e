package io.github.geofix.core.format;

import io.github.geofix.core.format.Pickle.Dict;
import io.github.geofix.core.format.Pickle.Global;
import io.github.geofix.core.format.Pickle.Items;
import io.github.geofix.core.format.Pickle.Opaque;
import io.github.geofix.core.format.Pickle.Storage;
import io.github.geofix.core.format.Pickle.Tensor;
import io.github.geofix.core.format.Pickle.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The fixed table of the Python names that a checkpoint may refer to, and what each becomes: a
 * tensor, a dictionary, or an {@link Opaque} value. Any other name is refused.
 */
final class TorchGlobals {
  private static final int MAX_TENSORS = 100_000;
  private static final int MAX_RANK = 64;
  private static final String REBUILD = "torch._utils _rebuild_tensor";
  private static final String REBUILD_2 = "torch._utils _rebuild_tensor_v2";
  private static final String REBUILD_3 = "torch._utils _rebuild_tensor_v3";
  private static final String REBUILD_PARAMETER = "torch._utils _rebuild_parameter";
  private static final String REBUILD_TYPE = "torch._tensor _rebuild_from_type_v2";
  private static final String ORDERED_DICT = "collections OrderedDict";
  private static final String DEFAULT_DICT = "collections defaultdict";
  private static final String SIZE = "torch Size";

  /** Names that give what is read. */
  private static final Set<String> READ =
      Set.of(
          REBUILD,
          REBUILD_2,
          REBUILD_3,
          REBUILD_PARAMETER,
          REBUILD_TYPE,
          ORDERED_DICT,
          DEFAULT_DICT,
          SIZE,
          "__builtin__ dict",
          "builtins dict",
          "torch Tensor",
          "torch.nn.parameter Parameter",
          "torch.storage UntypedStorage");

  /**
   * Names of plain data beside the weights of training checkpoints: options, numbers of NumPy,
   * paths.
   */
  private static final Set<String> UNREAD =
      Set.of(
          "__builtin__ bytearray",
          "__builtin__ complex",
          "__builtin__ frozenset",
          "__builtin__ list",
          "__builtin__ object",
          "__builtin__ set",
          "__builtin__ tuple",
          "__builtin__ bool",
          "__builtin__ float",
          "__builtin__ int",
          "__builtin__ str",
          "_codecs encode",
          "argparse Namespace",
          "collections Counter",
          "collections deque",
          "copy_reg _reconstructor",
          "copyreg _reconstructor",
          "datetime datetime",
          "datetime timedelta",
          "lightning_fabric.utilities.data AttributeDict",
          "numpy dtype",
          "numpy ndarray",
          "numpy._core.multiarray _reconstruct",
          "numpy._core.multiarray scalar",
          "numpy.core.multiarray _reconstruct",
          "numpy.core.multiarray scalar",
          "omegaconf.base ContainerMetadata",
          "omegaconf.base Metadata",
          "omegaconf.dictconfig DictConfig",
          "omegaconf.listconfig ListConfig",
          "omegaconf.nodes AnyNode",
          "omegaconf.nodes BooleanNode",
          "omegaconf.nodes FloatNode",
          "omegaconf.nodes IntegerNode",
          "omegaconf.nodes StringNode",
          "pathlib PosixPath",
          "pathlib PurePosixPath",
          "pathlib PureWindowsPath",
          "pathlib WindowsPath",
          "pytorch_lightning.utilities.parsing AttributeDict",
          "torch device",
          "typing Any");

  private final PickleReader reader;
  private final Set<String> opaque = new TreeSet<>();
  private int tensors;

  TorchGlobals(PickleReader reader) {
    this.reader = reader;
  }

  /** Returns the names of what was left unread. */
  Set<String> opaque() {
    return opaque;
  }

  /** Returns a name, if it is in the table. */
  Global global(String name) {
    String own = name.startsWith("torch ") ? name.substring("torch ".length()) : "";
    if (READ.contains(name)
        || UNREAD.contains(name)
        || ElementType.ofTorch(own) != null
        || ElementType.ofStorage(own) != null) {
      return new Global(name);
    }
    String advice = "only plain data is read";
    if (own.endsWith("Storage")) {
      advice = "tensors of this type cannot be read";
    } else if (name.startsWith("torch.nn.") || name.startsWith("torchvision.")) {
      advice = "it is a whole module; save its state_dict() instead";
    } else if (name.startsWith("__torch__")) {
      advice = "it is a TorchScript archive, not a checkpoint";
    }
    throw reader.refused(
        "it refers to the Python code %s, which is not trusted: %s"
            .formatted(dotted(name), advice));
  }

  /** Returns what a call gives. */
  Object reduce(Global function, Tuple arguments) {
    List<Object> given = arguments.items();
    return switch (function.name()) {
      case REBUILD -> tensor(given, 4, null);
      case REBUILD_2 -> tensor(given, 6, null);
      case REBUILD_3 -> tensor(given, 7, dtype(given));
      case REBUILD_PARAMETER -> first(given, Tensor.class, "a parameter of no tensor");
      case REBUILD_TYPE -> rebuildFromType(given);
      case ORDERED_DICT -> dictionary(given);
      case DEFAULT_DICT, "__builtin__ dict", "builtins dict" -> new Dict();
      case SIZE -> first(given, Tuple.class, "a torch.Size of no tuple");
      default -> opaque(function);
    };
  }

  /** Returns what {@code object.__new__} gives. */
  Object create(Global type, Tuple arguments) {
    return type.name().equals(ORDERED_DICT) ? dictionary(arguments.items()) : opaque(type);
  }

  /** Accepts the state of an object. It is not read: no tensor is in it. */
  void build(Object target, Object state) {
    boolean plain = state instanceof Dict || state instanceof Tuple || state == Pickle.NONE;
    if (!(target instanceof Opaque || target instanceof Dict && plain)) {
      throw reader.refused("it sets the state of something that has none");
    }
  }

  private Opaque opaque(Global global) {
    if (READ.contains(global.name())) {
      throw reader.refused("it calls " + dotted(global.name()));
    }
    opaque.add(dotted(global.name()));
    return new Opaque(global.name());
  }

  /** Returns a storage as a persistent id names it. */
  Storage storage(Global type, String key, long count) {
    ElementType elements =
        type.name().startsWith("torch ")
            ? ElementType.ofStorage(type.name().substring("torch ".length()))
            : null;
    if (elements == null && !type.name().equals("torch.storage UntypedStorage")) {
      throw reader.refused("it has a storage of type " + dotted(type.name()));
    }
    // So that its length in bytes and any place in it fit a long.
    if (count < 0 || count > Long.MAX_VALUE / 64) {
      throw reader.refused("it has a storage of " + count + " elements");
    }
    return new Storage(key, elements, count);
  }

  private <T> T first(List<Object> given, Class<T> type, String fault) {
    if (given.isEmpty() || !type.isInstance(given.get(0))) {
      throw reader.refused("it makes " + fault);
    }
    return type.cast(given.get(0));
  }

  private Dict dictionary(List<Object> arguments) {
    Dict dict = new Dict();
    if (arguments.isEmpty()) {
      return dict;
    }
    // Python 2 wrote [[key, value], ..].
    Items pairs = first(arguments, Items.class, "a dictionary of no pairs");
    for (Object pair : reader.keep(pairs.values)) {
      if (!(pair instanceof Items both && both.values.size() == 2)) {
        throw reader.refused("it makes a dictionary of no pairs");
      }
      dict.put(both.values.get(0), both.values.get(1));
    }
    return dict;
  }

  private Object rebuildFromType(List<Object> given) {
    boolean fits =
        given.size() == 4
            && given.get(0) instanceof Global function
            && function.name().startsWith(REBUILD)
            && given.get(1) instanceof Global
            && given.get(2) instanceof Tuple;
    if (!fits) {
      throw reader.refused("it makes a tensor in a way that is not known");
    }
    return reduce((Global) given.get(0), (Tuple) given.get(2));
  }

  private ElementType dtype(List<Object> given) {
    ElementType type = null;
    if (given.size() > 6
        && given.get(6) instanceof Global global
        && global.name().startsWith("torch ")) {
      type = ElementType.ofTorch(global.name().substring("torch ".length()));
    }
    if (type == null) {
      throw reader.refused("it has a tensor of a type that is not known");
    }
    return type;
  }

  private Tensor tensor(List<Object> given, int least, @Nullable ElementType asked) {
    boolean fits =
        given.size() >= least
            && given.get(0) instanceof Storage
            && given.get(1) instanceof Long
            && given.get(2) instanceof Tuple
            && given.get(3) instanceof Tuple;
    if (!fits) {
      throw reader.refused("it makes a tensor of something else than a storage and a shape");
    }
    if (++tensors > MAX_TENSORS) {
      throw reader.refused("it has more than " + MAX_TENSORS + " tensors");
    }
    Storage storage = (Storage) given.get(0);
    long offset = (Long) given.get(1);
    long[] shape = lengths((Tuple) given.get(2), "a shape");
    long[] strides = lengths((Tuple) given.get(3), "strides");
    ElementType type = asked == null ? storage.type() : asked;
    if (type == null) {
      throw reader.refused("it has a tensor without a type");
    }
    if (shape.length != strides.length) {
      throw reader.refused(
          "it has a tensor of %d lengths and %d strides".formatted(shape.length, strides.length));
    }
    long count = checkedCount(storage, type, offset, shape, strides);
    return new Tensor(
        storage, type, offset, shape, isPlain(shape, strides, count) ? null : strides, count);
  }

  private long[] lengths(Tuple tuple, String what) {
    if (tuple.items().size() > MAX_RANK) {
      throw reader.refused("it has a tensor of rank " + tuple.items().size());
    }
    List<Long> lengths = new ArrayList<>();
    for (Object item : tuple.items()) {
      if (!(item instanceof Long length && length >= 0)) {
        throw reader.refused("it has " + what + " of something else than lengths");
      }
      lengths.add(length);
    }
    return lengths.stream().mapToLong(Long::longValue).toArray();
  }

  private long checkedCount(
      Storage storage, ElementType type, long offset, long[] shape, long[] strides) {
    long room = storage.bytes() / type.bytes();
    try {
      long count = 1;
      long last = offset;
      boolean empty = false;
      for (int axis = 0; axis < shape.length; axis++) {
        empty |= shape[axis] == 0;
        count = Math.multiplyExact(count, Math.max(1, shape[axis]));
        last = Math.addExact(last, Math.multiplyExact(Math.max(0, shape[axis] - 1), strides[axis]));
      }
      if (offset >= 0 && (empty || last < room)) {
        return empty ? 0 : count;
      }
    } catch (ArithmeticException e) {
      // Reported below.
    }
    throw reader.refused("it has a tensor that reaches beyond its storage");
  }

  private static boolean isPlain(long[] shape, long[] strides, long count) {
    if (count == 0) {
      return true;
    }
    long step = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      if (shape[axis] != 1 && strides[axis] != step) {
        return false;
      }
      step *= shape[axis];
    }
    return true;
  }

  private static String dotted(String global) {
    return global.replace(' ', '.');
  }
}
