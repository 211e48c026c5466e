package io.github.geofix.serve;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.regex.Pattern;

/** The files of the page, from the jar. */
final class Assets {
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "mjs", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml",
          "txt", "text/plain; charset=utf-8",
          "json", "application/json");

  private static final Pattern NAME = Pattern.compile("[a-z0-9-]+\\.[a-z]+");

  private Assets() {}

  static Router.Handler one(String name) {
    return request -> read(name);
  }

  /** Returns the files of a folder by the last part of the path. */
  static Router.Handler below(String folder) {
    return request -> {
      String name = request.path().substring(request.path().lastIndexOf('/') + 1);
      boolean isBelow = request.path().equals("/" + folder + name);
      if (!isBelow || !NAME.matcher(name).matches()) {
        throw missing(request.path());
      }
      return read(folder + name);
    };
  }

  private static Reply read(String name) throws IOException {
    try (InputStream in = Assets.class.getResourceAsStream(name)) {
      String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
      if (in == null || type == null) {
        throw missing(name);
      }
      // Asked for again at each start of the page, so that a new version is seen at once.
      return Reply.of(200, type, in.readAllBytes()).with("Cache-Control", "no-cache");
    }
  }

  private static Refusal missing(String path) {
    return new Refusal(404, "not-found", "there is no " + path);
  }
}
