package io.github.geofix.cli;

import io.github.geofix.models.internal.io.Setting;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** The settings of a configuration, as text or as tables in Markdown. */
final class SettingsTable {
  /** Longer values stand out of their column. */
  private static final int WIDEST = 20;

  private final Map<String, List<Setting>> settings;

  /**
   * Creates a table.
   *
   * @param settings by what they need, as {@link Setting#of} returns them
   */
  SettingsTable(Map<String, List<Setting>> settings) {
    this.settings = settings;
  }

  void text(PrintWriter out) {
    int names = width(Setting::name);
    int values = Math.min(WIDEST, width(Setting::value));
    settings.forEach(
        (needs, group) -> {
          if (!needs.isEmpty()) {
            out.printf("%nWith %s:%n", needs);
          }
          for (Setting setting : group) {
            out.printf(
                Locale.ROOT,
                "%-" + names + "s  %-" + values + "s  %s%n",
                setting.name(),
                setting.value(),
                setting.kind());
          }
        });
  }

  private int width(Function<Setting, String> column) {
    return settings.values().stream()
        .flatMap(Collection::stream)
        .mapToInt(setting -> column.apply(setting).length())
        .max()
        .orElse(1);
  }

  void markdown(PrintWriter out) {
    settings.forEach(
        (needs, group) -> {
          if (!needs.isEmpty()) {
            out.printf("%nWith `%s`:%n%n", needs);
          }
          out.println("| Setting | Value | Takes |");
          out.println("|---|---|---|");
          for (Setting setting : group) {
            String value = setting.value().isEmpty() ? "" : "`" + setting.value() + "`";
            out.printf("| `%s` | %s | %s |%n", setting.name(), value, setting.kind());
          }
        });
  }
}
