package io.github.geofix.models.internal.family;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.internal.io.Settings;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Module;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

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
   */
  public record Size<C>(String name, C config) {}

  /**
   * Creates untrained models, as {@link Family#create}.
   *
   * @param <C> the configuration
   */
  @FunctionalInterface
  public interface Creator<C> {
    /** Returns a model. */
    GeoModel create(C config, List<LatLng> positions, long seed);
  }

  private final String method;
  private final List<Size<C>> sizes;
  private final Function<? super C, ? extends Module> network;
  private final Function<ModelFolder, ? extends GeoModel> load;
  private final Creator<C> create;

  /**
   * Creates a family of models that are trained here.
   *
   * @param method its name
   * @param sizes smallest first, at least one
   * @param network creates a network without values
   * @param load loads a trained model
   * @param create creates an untrained model
   */
  protected SizedFamily(
      String method,
      List<Size<C>> sizes,
      Function<? super C, ? extends Module> network,
      Function<ModelFolder, ? extends GeoModel> load,
      Creator<C> create) {
    this.method = method;
    this.sizes = List.copyOf(sizes);
    this.network = network;
    this.load = load;
    this.create = create;
  }

  /** Creates a family of models that are imported, with a network for each size. */
  protected SizedFamily(
      String method,
      List<Size<C>> sizes,
      Function<? super C, ? extends Module> network,
      Function<ModelFolder, ? extends GeoModel> load) {
    this(
        method,
        sizes,
        network,
        load,
        (config, positions, seed) -> {
          throw ImportedModel.notTrained(method);
        });
  }

  @Override
  public final String method() {
    return method;
  }

  @Override
  public final List<String> sizes() {
    return sizes.stream().map(Size::name).toList();
  }

  @Override
  public final C config(String size, Map<String, String> settings) {
    C config =
        sizes.stream()
            .filter(named -> named.name().equals(size))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "no size %s of %s; there are %s"
                            .formatted(size, method, String.join(", ", sizes()))))
            .config();
    return Settings.apply(config, settings);
  }

  @Override
  public final C config(ModelFolder folder) {
    @SuppressWarnings("unchecked")
    Class<C> type = (Class<C>) sizes.get(0).config().getClass();
    return folder.config(type);
  }

  @Override
  public final GeoModel create(
      String size, Map<String, String> settings, List<LatLng> positions, long seed) {
    return create.create(config(size, settings), positions, seed);
  }

  @Override
  public final Module network(String size, Map<String, String> settings) {
    return network.apply(config(size, settings));
  }

  @Override
  public final GeoModel load(ModelFolder folder) {
    return load.apply(folder);
  }
}
