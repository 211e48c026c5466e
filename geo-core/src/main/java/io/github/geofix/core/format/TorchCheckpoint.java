package io.github.geofix.core.format;

import io.github.geofix.core.format.Pickle.Dict;
import io.github.geofix.core.format.Pickle.Items;
import io.github.geofix.core.format.Pickle.Storage;
import io.github.geofix.core.format.Pickle.Tensor;
import io.github.geofix.core.format.TensorFile.DType;
import io.github.geofix.core.internal.Printable;
import io.github.geofix.core.internal.format.MappedFile;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Reader of the tensors in files of {@code torch.save}, usually called {@code .pth}, {@code .pt},
 * {@code .bin} or {@code .ckpt}: the zips of PyTorch 1.6 and later, and the form before.
 *
 * <p>Such files hold Python pickles, which run code when Python loads them. Here nothing is
 * executed: the pickle is read as data, the names it may refer to are a fixed table, and a file
 * that holds any other is refused with the name, as is one that is damaged or on which programs
 * could disagree. The memory taken is bounded whatever the file holds. Storages are mapped; views
 * of them are read as PyTorch would, {@link #notes} reports what was chosen and what was left out.
 *
 * <p>Supported are tensors of the types of {@link DType}; others fail when they are read, not when
 * the file is opened.
 */
final class TorchCheckpoint extends TensorFile {
  /** The number before all files of the form before zips. */
  private static final BigInteger MAGIC = new BigInteger("119547037146038801333356");

  private static final long LEGACY_PROTOCOL = 1001;
  private static final int START_BYTES = 512;
  private static final int TAR_MARK = 257;

  /** How many bytes the tensors of a file may have together: views of one storage count each. */
  private static final int MAX_GROWTH = 16;

  private static final long MIN_ROOM = 64 << 20;

  /** A place of bytes in the file. */
  private record Place(long start, ByteOrder order) {}

  /** The values of a file, and where its storages are. */
  private record Content(Object root, Map<String, Place> storages, Set<String> unread) {}

  private TorchCheckpoint(
      Path path, MappedFile file, Map<String, StoredTensor> tensors, List<String> notes) {
    super(path, List.of(file), tensors, Map.of(), notes);
  }

  /**
   * Opens a file. Of one that holds several dictionaries, such as that of a training program, the
   * weights are chosen by content and reported by {@link #notes}.
   *
   * @throws java.io.UncheckedIOException if it does not exist or cannot be read
   * @throws ModelFormatException if it is damaged, unsafe or no such file; the message states why
   */
  public static TorchCheckpoint open(Path path) {
    return open(path, null);
  }

  /**
   * Opens a file and reads one of its dictionaries.
   *
   * @param dictionary its key, such as {@code model_ema}; null to choose by content
   * @throws java.io.UncheckedIOException if the file does not exist or cannot be read
   * @throws ModelFormatException if it has no such dictionary, is damaged, unsafe or no such file
   */
  public static TorchCheckpoint open(Path path, @Nullable String dictionary) {
    MappedFile file = MappedFile.open(path);
    boolean opened = false;
    try {
      Content content = content(file);
      CheckpointTensors found = new CheckpointTensors(path);
      found.find(content.root(), dictionary);
      List<String> notes = new ArrayList<>(found.notes());
      if (!content.unread().isEmpty()) {
        notes.add("not read were its objects of " + String.join(", ", content.unread()));
      }
      Map<String, StoredTensor> tensors = located(file, found.tensors(), content.storages());
      opened = true;
      return new TorchCheckpoint(path, file, tensors, notes);
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  /**
   * Returns whether the content of a file is that of {@code torch.save} rather than safetensors.
   */
  static boolean isOne(Path path) {
    if (path.toString().endsWith(".json")) {
      return false;
    }
    try (MappedFile file = MappedFile.open(path)) {
      byte[] start = start(file);
      // The length of a safetensors header may look like the beginning of either kind.
      boolean safetensors = start.length > Long.BYTES && start[Long.BYTES] == '{';
      return !safetensors && (isZip(start) || isPickle(start) || isTar(start));
    }
  }

  /** Returns the error for a file that is not read. */
  static ModelFormatException refused(Path path, String reason) {
    return new ModelFormatException("cannot read %s as a checkpoint: %s".formatted(path, reason));
  }

  private static byte[] start(MappedFile file) {
    byte[] start = new byte[(int) Math.min(START_BYTES, file.size())];
    file.slice(0, start.length).get(start);
    return start;
  }

  private static boolean isZip(byte[] start) {
    return start.length > 3 && start[0] == 'P' && start[1] == 'K' && start[2] == 3 && start[3] == 4;
  }

  private static boolean isPickle(byte[] start) {
    return start.length > 1 && start[0] == (byte) 0x80 && start[1] >= 0 && start[1] <= 5;
  }

  private static boolean isTar(byte[] start) {
    return start.length > TAR_MARK + 5
        && new String(start, TAR_MARK, 5, StandardCharsets.ISO_8859_1).equals("ustar");
  }

  private static Content content(MappedFile file) {
    byte[] start = start(file);
    if (isZip(start)) {
      return zipContent(file);
    }
    if (isPickle(start)) {
      return legacyContent(file);
    }
    String kind = "it is not one of torch.save";
    if (start.length == 0) {
      kind = "it is empty";
    } else if (isTar(start)) {
      kind = "it is a tar, as PyTorch before 0.1.10 wrote; save it again with a newer PyTorch";
    }
    throw refused(file.path(), kind);
  }

  private static Content zipContent(MappedFile file) {
    Path path = file.path();
    Map<String, StoredZip.Entry> entries = new StoredZip(file).entries();
    if (entries.isEmpty()) {
      throw refused(path, "it is an empty zip");
    }
    String first = entries.keySet().iterator().next();
    String prefix = first.substring(0, first.indexOf('/') + 1);
    for (String name : entries.keySet()) {
      if (prefix.isEmpty() || !name.startsWith(prefix)) {
        throw refused(
            path,
            "its entry " + Printable.of(name) + " is not in the one folder that it should be");
      }
      if (name.startsWith(prefix + "code/") || name.equals(prefix + "constants.pkl")) {
        throw refused(path, "it is a TorchScript archive: save the state_dict() of its model");
      }
    }
    StoredZip.Entry pickle = entries.get(prefix + "data.pkl");
    if (pickle == null || !entries.containsKey(prefix + "version")) {
      throw refused(path, "it is a zip without " + Printable.of(prefix) + "data.pkl and version");
    }
    if (pickle.size() > PickleReader.MAX_BYTES) {
      throw refused(path, "its pickle has " + pickle.size() + " bytes");
    }
    PickleReader reader = new PickleReader(path, checked(file, pickle));
    Object root = reader.read();
    if (reader.position() != pickle.size()) {
      throw refused(path, "something follows its pickle");
    }
    ByteOrder order = order(file, entries.get(prefix + "byteorder"));
    Map<String, Place> places = new HashMap<>();
    for (Storage storage : reader.storages().values()) {
      StoredZip.Entry entry = entries.get(prefix + "data/" + storage.key());
      if (entry == null) {
        throw refused(path, "it lacks the entry data/" + Printable.of(storage.key()));
      }
      if (entry.size() != storage.bytes()) {
        throw refused(
            path,
            "its entry data/%s has %d bytes where its pickle has %d"
                .formatted(Printable.of(storage.key()), entry.size(), storage.bytes()));
      }
      places.put(storage.key(), new Place(entry.start(), order));
    }
    return new Content(root, places, reader.opaque());
  }

  private static ByteBuffer checked(MappedFile file, StoredZip.Entry entry) {
    CRC32 crc = new CRC32();
    crc.update(file.slice(entry.start(), (int) entry.size()));
    if ((int) crc.getValue() != entry.crc()) {
      throw refused(
          file.path(), "its entry " + Printable.of(entry.name()) + " does not match its checksum");
    }
    return file.slice(entry.start(), (int) entry.size());
  }

  private static ByteOrder order(MappedFile file, StoredZip.@Nullable Entry entry) {
    if (entry == null) {
      return ByteOrder.LITTLE_ENDIAN;
    }
    if (entry.size() <= START_BYTES) {
      String name = StandardCharsets.ISO_8859_1.decode(checked(file, entry)).toString();
      if (name.equals("little")) {
        return ByteOrder.LITTLE_ENDIAN;
      }
      if (name.equals("big")) {
        return ByteOrder.BIG_ENDIAN;
      }
    }
    throw refused(file.path(), "its byteorder is neither little nor big");
  }

  /** Five pickles one after the other, then the storages. */
  private static Content legacyContent(MappedFile file) {
    Path path = file.path();
    PickleReader magic = reader(file, 0);
    if (!MAGIC.equals(magic.read())) {
      throw refused(path, "it is a Python pickle, but none of torch.save");
    }
    PickleReader protocol = reader(file, magic.position());
    if (!(protocol.read() instanceof Long number && number == LEGACY_PROTOCOL)) {
      throw refused(path, "it has an unknown version");
    }
    long at = (long) magic.position() + protocol.position();
    PickleReader system = reader(file, at);
    boolean little =
        system.read() instanceof Dict info && Boolean.TRUE.equals(info.get("little_endian"));
    if (!little) {
      throw refused(path, "it was not written on a little-endian machine");
    }
    at += system.position();
    PickleReader object = reader(file, at);
    Object root = object.read();
    at += object.position();
    PickleReader list = reader(file, at);
    if (!(list.read() instanceof Items keys)) {
      throw refused(path, "it has no list of storages");
    }
    at += list.position();
    Map<String, Place> places = new HashMap<>();
    for (Object key : keys.values) {
      Storage storage = key instanceof String ? object.storages().get(key) : null;
      if (storage == null || at > file.size() - Long.BYTES) {
        throw refused(path, "it was cut off, or lists a storage that it does not use");
      }
      long count = file.slice(at, Long.BYTES).getLong();
      at += Long.BYTES;
      if (count != storage.count() || storage.bytes() > file.size() - at) {
        throw refused(
            path,
            "it was cut off, or storage %s has not the %d elements that its pickle names"
                .formatted(Printable.of(storage.key()), storage.count()));
      }
      if (places.put(storage.key(), new Place(at, ByteOrder.LITTLE_ENDIAN)) != null) {
        throw refused(path, "it lists a storage twice");
      }
      at += storage.bytes();
    }
    if (at != file.size()) {
      throw refused(path, "something follows its last storage");
    }
    return new Content(root, places, object.opaque());
  }

  private static PickleReader reader(MappedFile file, long start) {
    int length = (int) Math.min(PickleReader.MAX_BYTES, file.size() - start);
    return new PickleReader(file.path(), file.slice(start, length));
  }

  private static Map<String, StoredTensor> located(
      MappedFile file, Map<String, Tensor> tensors, Map<String, Place> places) {
    long room = Math.addExact(Math.multiplyExact(file.size(), MAX_GROWTH), MIN_ROOM);
    Map<String, StoredTensor> stored = new LinkedHashMap<>();
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      Tensor tensor = entry.getValue();
      Place place = places.get(tensor.storage().key());
      if (place == null) {
        throw refused(file.path(), "it lacks the storage " + Printable.of(tensor.storage().key()));
      }
      int elementBytes = tensor.type().bytes();
      if (tensor.count() > room / elementBytes) {
        throw refused(
            file.path(),
            "the views in it would take more than %d times its size".formatted(MAX_GROWTH));
      }
      long bytes = tensor.count() * elementBytes;
      room -= bytes;
      stored.put(
          entry.getKey(),
          new StoredTensor(
              file,
              tensor.type().name(),
              tensor.type().dtype(),
              tensor.shape(),
              tensor.count(),
              tensor.count() == 0 ? place.start() : place.start() + tensor.offset() * elementBytes,
              bytes,
              tensor.strides(),
              place.order()));
    }
    return stored;
  }
}
