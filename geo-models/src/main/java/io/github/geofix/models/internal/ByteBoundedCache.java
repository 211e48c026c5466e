package io.github.geofix.models.internal;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** A cache of a bounded number of bytes, least recently used first out. Thread-safe. */
public final class ByteBoundedCache<K, V> {
  private final Cache<K, V> cache;

  /**
   * Creates an empty cache.
   *
   * @param maxBytes of all values
   * @param bytes returns the size of a value
   */
  public ByteBoundedCache(long maxBytes, ToIntFunction<V> bytes) {
    cache =
        CacheBuilder.newBuilder()
            .concurrencyLevel(1) // the bound is divided among segments: one wastes none
            .maximumWeight(maxBytes)
            .weigher((K key, V value) -> bytes.applyAsInt(value))
            .build();
  }

  /** Returns the value of a key; null if there is none. */
  public @Nullable V get(K key) {
    return cache.getIfPresent(key);
  }

  /** Returns the values of those keys that have one. */
  public Map<K, V> getAll(List<K> keys) {
    return cache.getAllPresent(keys);
  }

  /** Adds or replaces a value. */
  public void put(K key, V value) {
    cache.put(key, value);
  }

  /** Removes all values. */
  public void clear() {
    cache.invalidateAll();
  }
}
