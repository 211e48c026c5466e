package io.github.geofix.cli;

import io.github.geofix.core.geodesy.LatLngBox;
import java.util.Arrays;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the four numbers of a box. */
final class BoxConverter implements ITypeConverter<LatLngBox> {
  @Override
  public LatLngBox convert(String text) {
    try {
      double[] edges = Arrays.stream(text.split(",")).mapToDouble(Double::parseDouble).toArray();
      if (edges.length == 4) {
        return LatLngBox.of(edges[0], edges[1], edges[2], edges[3]);
      }
    } catch (NumberFormatException e) {
      throw new TypeConversionException("not four numbers south,west,north,east: " + text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
    throw new TypeConversionException("not four numbers south,west,north,east: " + text);
  }
}
