package io.github.geofix.core.format;

import io.github.geofix.core.format.Pickle.Dict;
import io.github.geofix.core.format.Pickle.Global;
import io.github.geofix.core.format.Pickle.Items;
import io.github.geofix.core.format.Pickle.Opaque;
import io.github.geofix.core.format.Pickle.Storage;
import io.github.geofix.core.format.Pickle.Tuple;
import io.github.geofix.core.internal.Printable;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reader of the pickles that {@code torch.save} writes, protocol 2, as data. Nothing is executed or
 * looked up: {@link TorchGlobals} has the fixed table of names that may occur, and what each gives.
 * Whatever else a pickle holds is refused by name; there is nothing to scan for and to miss.
 *
 * <p>Memory is bounded whatever the bytes: by the limits below, times about a hundred bytes.
 */
final class PickleReader {
  /** The longest pickle. */
  static final int MAX_BYTES = 64 << 20;

  private static final int MAX_STACK = 1_000_000;
  private static final int MAX_MEMO = 1_000_000;

  /** All lists, tuples and dictionaries together. */
  private static final int MAX_ITEMS = 2_000_000;

  /** Longer texts, which no name is, are left unread. */
  private static final int MAX_TEXT_BYTES = 1 << 20;

  private static final int MAX_GLOBAL_BYTES = 256;

  private final Path path;
  private final ByteBuffer in;
  private final TorchGlobals globals;
  private final List<Object> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private final Map<Integer, Object> memo = new HashMap<>();
  private final Map<String, Storage> storages = new LinkedHashMap<>();
  private int items;

  /**
   * Creates a reader.
   *
   * @param bytes of the pickle, and perhaps more
   */
  PickleReader(Path path, ByteBuffer bytes) {
    this.path = path;
    this.in = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    this.globals = new TorchGlobals(this);
  }

  /** Returns the number of bytes read so far. */
  int position() {
    return in.position();
  }

  /** Returns the storages by key. */
  Map<String, Storage> storages() {
    return storages;
  }

  /** Returns the names of the objects that were left unread. */
  Set<String> opaque() {
    return globals.opaque();
  }

  /**
   * Reads one pickle.
   *
   * @throws ModelFormatException if it is damaged, too large, or holds anything else than data
   */
  Object read() {
    while (true) {
      int opcode = unsignedByte();
      if (opcode == '.') {
        Object result = pop();
        if (!stack.isEmpty() || !marks.isEmpty()) {
          throw refused("it ends with values left over");
        }
        return result;
      }
      step(opcode);
      if (stack.size() > MAX_STACK) {
        throw refused("it stacks more than " + MAX_STACK + " values");
      }
    }
  }

  private void step(int opcode) {
    switch (opcode) {
      case 0x80 -> protocol(unsignedByte());
      case '(' -> marks.add(checkMarks(stack.size()));
      case 'N' -> push(Pickle.NONE);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'J' -> push((long) take(4).getInt());
      case 'K' -> push((long) unsignedByte());
      case 'M' -> push((long) Short.toUnsignedInt(take(2).getShort()));
      case 0x8a -> push(longOf(unsignedByte()));
      case 'G' -> push(take(8).order(ByteOrder.BIG_ENDIAN).getDouble());
      case 'X' -> push(text(Integer.toUnsignedLong(take(4).getInt())));
      case 'U' -> push(bytesAsText(unsignedByte()));
      case ')' -> push(new Tuple(List.of()));
      case 't' -> push(new Tuple(keep(popToMark())));
      case 0x85 -> tuple(1);
      case 0x86 -> tuple(2);
      case 0x87 -> tuple(3);
      case ']' -> push(new Items());
      case '}' -> push(new Dict());
      case 'a' -> append(List.of(pop()));
      case 'e' -> append(popToMark());
      case 's' -> {
        Object value = pop();
        put(List.of(pop(), value));
      }
      case 'u' -> put(popToMark());
      case 'c' -> push(globals.global(line() + " " + line()));
      case 'R' -> {
        Tuple arguments = popTuple("REDUCE");
        push(globals.reduce(popGlobal("REDUCE"), arguments));
      }
      case 0x81 -> {
        Tuple arguments = popTuple("NEWOBJ");
        push(globals.create(popGlobal("NEWOBJ"), arguments));
      }
      case 'b' -> {
        Object state = pop();
        globals.build(peek(), state);
      }
      case 'Q' -> push(storage(popTuple("BINPERSID")));
      case 'q' -> memoize(unsignedByte());
      case 'r' -> memoize(take(4).getInt());
      case 'h' -> recall(unsignedByte());
      case 'j' -> recall(take(4).getInt());
      default ->
          throw refused(
              "it has the operation 0x%02x, which torch.save does not write".formatted(opcode));
    }
  }

  private void protocol(int version) {
    if (version != 2) {
      throw refused("it has protocol " + version + "; torch.save writes protocol 2");
    }
  }

  private int checkMarks(int at) {
    if (marks.size() >= MAX_STACK) {
      throw refused("it has more than " + MAX_STACK + " marks");
    }
    return at;
  }

  private Storage storage(Tuple id) {
    List<Object> parts = id.items();
    boolean fits =
        (parts.size() == 5 || (parts.size() == 6 && parts.get(5) == Pickle.NONE))
            && "storage".equals(parts.get(0))
            && parts.get(1) instanceof Global
            && parts.get(2) instanceof String
            && parts.get(3) instanceof String
            && parts.get(4) instanceof Long;
    if (!fits) {
      throw refused("it refers to something that is not a storage");
    }
    Storage storage =
        globals.storage((Global) parts.get(1), (String) parts.get(2), (Long) parts.get(4));
    Storage known = storages.putIfAbsent(storage.key(), storage);
    if (known != null && !known.equals(storage)) {
      throw refused("the storage " + Printable.of(storage.key()) + " has two types or two lengths");
    }
    return storage;
  }

  private void append(List<Object> values) {
    Object target = peek();
    if (target instanceof Items list) {
      list.values.addAll(keep(values));
    } else if (!(target instanceof Opaque)) {
      throw refused("it appends to something that is not a list");
    }
  }

  private void put(List<Object> values) {
    Object target = peek();
    if (values.size() % 2 != 0) {
      throw refused("it has a key without a value");
    }
    if (target instanceof Dict dict) {
      keep(values);
      for (int i = 0; i < values.size(); i += 2) {
        dict.put(values.get(i), values.get(i + 1));
      }
    } else if (!(target instanceof Opaque)) {
      throw refused("it sets an entry of something that is not a dictionary");
    }
  }

  private void tuple(int size) {
    List<Object> last = List.copyOf(top(size));
    top(size).clear();
    push(new Tuple(keep(last)));
  }

  private List<Object> top(int size) {
    int floor = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
    if (stack.size() - size < floor) {
      throw refused("it takes more values than there are");
    }
    return stack.subList(stack.size() - size, stack.size());
  }

  private List<Object> popToMark() {
    if (marks.isEmpty()) {
      throw refused("it goes back to a mark that is not there");
    }
    int mark = marks.remove(marks.size() - 1);
    List<Object> after = stack.subList(mark, stack.size());
    List<Object> values = List.copyOf(after);
    after.clear();
    return values;
  }

  /** Returns values that are about to be held, having counted them. */
  List<Object> keep(List<Object> values) {
    items += values.size();
    if (items > MAX_ITEMS) {
      throw refused("it holds more than " + MAX_ITEMS + " values");
    }
    return values;
  }

  private void push(Object value) {
    stack.add(value);
  }

  private Object pop() {
    Object value = peek();
    stack.remove(stack.size() - 1);
    return value;
  }

  private Object peek() {
    return top(1).get(0);
  }

  private Tuple popTuple(String operation) {
    if (pop() instanceof Tuple tuple) {
      return tuple;
    }
    throw refused(operation + " without a tuple");
  }

  private Global popGlobal(String operation) {
    if (pop() instanceof Global global) {
      return global;
    }
    throw refused(operation + " of something that is not a name");
  }

  private void memoize(int key) {
    memo.put(key, peek());
    if (memo.size() > MAX_MEMO) {
      throw refused("its memo holds more than " + MAX_MEMO + " values");
    }
  }

  private void recall(int key) {
    Object value = memo.get(key);
    if (value == null) {
      throw refused("it recalls value " + Integer.toUnsignedString(key) + ", which it never had");
    }
    push(value);
  }

  private Object longOf(int length) {
    byte[] bytes = new byte[length];
    ByteBuffer little = take(length);
    for (int i = length - 1; i >= 0; i--) {
      bytes[i] = little.get();
    }
    BigInteger value = length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private Object text(long length) {
    if (length > in.remaining()) {
      throw refused("it ends within a text of " + length + " bytes");
    }
    ByteBuffer utf8 = take((int) length);
    if (length > MAX_TEXT_BYTES) {
      return new Opaque("a text of " + length + " bytes");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
    } catch (CharacterCodingException e) {
      throw refused("it has a text that is not UTF-8");
    }
  }

  private String bytesAsText(int length) {
    return StandardCharsets.ISO_8859_1.decode(take(length)).toString();
  }

  /** Reads a line of a global: printable ASCII without blanks, so that two make one name. */
  private String line() {
    StringBuilder line = new StringBuilder();
    for (int c = unsignedByte(); c != '\n'; c = unsignedByte()) {
      if (c <= ' ' || c >= 0x7f || line.length() == MAX_GLOBAL_BYTES) {
        throw refused("it refers to Python code by a name that is none");
      }
      line.append((char) c);
    }
    return line.toString();
  }

  private int unsignedByte() {
    if (!in.hasRemaining()) {
      throw endsEarly();
    }
    return Byte.toUnsignedInt(in.get());
  }

  private ByteBuffer take(int length) {
    if (length > in.remaining()) {
      throw endsEarly();
    }
    ByteBuffer taken = in.slice().order(ByteOrder.LITTLE_ENDIAN).limit(length);
    in.position(in.position() + length);
    return taken;
  }

  private ModelFormatException endsEarly() {
    return refused("it ends before it is complete");
  }

  /** Returns the error for what was read last. */
  ModelFormatException refused(String reason) {
    return TorchCheckpoint.refused(
        path, "byte %d of its pickle: %s".formatted(in.position(), reason));
  }
}
