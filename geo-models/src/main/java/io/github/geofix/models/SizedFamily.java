package io.github.geofix.models;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.io.Settings;
import io.github.geofix.models.nn.Module;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A family whose sizes are configurations by name.
 *
 * @param <C> the configuration
 */
public abstract class SizedFamily<C extends Record> implements Family {

  /**
   * One size.
   *
   * @param name such as {@code tiny}
   * @param config makes its configuration
   */
  public record Size<C>(String name, Supplier<C> config) {}

  private final String method;
  private final List<Size<C>> sizes;

  /**
   * Creates a family.
   *
   * @param method its name
   * @param sizes smallest first
   */
  protected SizedFamily(String method, List<Size<C>> sizes) {
    this.method = method;
    this.sizes = List.copyOf(sizes);
  }

  /** As {@link Family#create}, with the settings applied. */
  protected abstract GeoModel create(C config, List<LatLng> positions, long seed);

  /** As {@link Family#network(String)}. */
  protected abstract Module network(C config);

  @Override
  public final String method() {
    return method;
  }

  @Override
  public final List<String> sizes() {
    return sizes.stream().map(Size::name).toList();
  }

  @Override
  public final GeoModel create(
      String size, Map<String, String> settings, List<LatLng> positions, long seed) {
    return create(Settings.apply(config(size), settings), positions, seed);
  }

  @Override
  public final Module network(String size) {
    return network(config(size));
  }

  @Override
  public final C config(String size) {
    return sizes.stream()
        .filter(s -> s.name().equals(size))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no size %s of %s; there are %s"
                        .formatted(size, method, String.join(", ", sizes()))))
        .config()
        .get();
  }
}
