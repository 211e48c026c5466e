package io.github.geofix.models.internal.family;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Module;
import java.util.List;
import java.util.Map;

/** A family whose models are made of files or photos, and not created in a size. */
public abstract class UnsizedFamily implements Family {
  private final String method;
  private final Class<? extends Record> config;
  private final String howMade;

  /**
   * Creates a family.
   *
   * @param method its name
   * @param howMade the message where a model is to be created
   */
  protected UnsizedFamily(String method, Class<? extends Record> config, String howMade) {
    this.method = method;
    this.config = config;
    this.howMade = howMade;
  }

  @Override
  public final String method() {
    return method;
  }

  @Override
  public final List<String> sizes() {
    return List.of();
  }

  @Override
  public final GeoModel create(
      String size, Map<String, String> settings, List<LatLng> positions, long seed) {
    throw notCreated();
  }

  @Override
  public final Record config(String size, Map<String, String> settings) {
    throw notCreated();
  }

  @Override
  public final Record config(ModelFolder folder) {
    return folder.config(config);
  }

  @Override
  public final Module network(String size, Map<String, String> settings) {
    throw notCreated();
  }

  private IllegalArgumentException notCreated() {
    return new IllegalArgumentException(howMade);
  }
}
