package io.github.geofix.cli;

import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** How numbers and paths on the command line are read. */
final class OptionValues {
  private OptionValues() {}

  /** Lets a command and those below it read values as this class does. */
  static void register(CommandLine commands) {
    commands
        .registerConverter(Path.class, OptionValues::path)
        .registerConverter(int.class, OptionValues::wholeInt)
        .registerConverter(long.class, OptionValues::wholeLong)
        .registerConverter(Long.class, OptionValues::wholeLong)
        .registerConverter(double.class, OptionValues::number)
        .registerConverter(Double.class, OptionValues::number);
  }

  /** An empty text, such as an unset variable of a shell leaves, would name the current folder. */
  private static Path path(String text) {
    if (text.isBlank()) {
      throw new TypeConversionException("a file or folder is needed, the text is empty");
    }
    return Path.of(text);
  }

  private static int wholeInt(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw notWhole(text, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
  }

  private static long wholeLong(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw notWhole(text, Long.MIN_VALUE, Long.MAX_VALUE);
    }
  }

  private static TypeConversionException notWhole(String text, long least, long most) {
    return new TypeConversionException(
        "'" + text + "' is not a whole number from " + least + " to " + most);
  }

  private static double number(String text) {
    try {
      double value = Double.parseDouble(text);
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new TypeConversionException("'" + text + "' is not a number");
  }
}
