package io.github.geofix.core.internal.tile;

import io.github.geofix.core.tile.TileSource;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Addresses of maps, as {@link TileSource#open} takes them: which lead to a server, and what of
 * them may be shown or stored.
 */
public final class TileAddress {

  /** Stands where a key was. */
  private static final String REDACTED = "***";

  private static final Pattern PARAMETER = Pattern.compile("([?&;])([^=&?;#{}]+)=([^&;#]*)");

  /** The user and password of an address. */
  private static final Pattern USER = Pattern.compile("(?i)^(https?://)[^/?#@]*@");

  /** How the names of parameters with a secret end, without signs and in lower case. */
  private static final List<String> SECRETS =
      List.of(
          "key",
          "keyid",
          "token",
          "secret",
          "password",
          "passwd",
          "pwd",
          "auth",
          "authorization",
          "credential",
          "credentials",
          "signature",
          "sig",
          "session",
          "sessionid");

  private TileAddress() {}

  /** Returns whether a source of tiles is a server's, so that reading it sends requests. */
  public static boolean isRemote(String source) {
    return source.regionMatches(true, 0, "http://", 0, 7)
        || source.regionMatches(true, 0, "https://", 0, 8);
  }

  /**
   * Returns an address with {@code ***} for its secrets: the user and password, and the values of
   * query parameters such as {@code key}, {@code token}, {@code access_token}, {@code api_key} and
   * {@code signature}. Other sources are returned as they are. Secrets in the path of an address
   * are not recognized.
   */
  public static String redacted(String source) {
    if (!isRemote(source)) {
      return source;
    }
    return PARAMETER
        .matcher(USER.matcher(source).replaceFirst("$1" + REDACTED + "@"))
        .replaceAll(TileAddress::withoutSecret);
  }

  private static String withoutSecret(MatchResult parameter) {
    String value = isSecret(parameter.group(2)) ? REDACTED : parameter.group(3);
    return Matcher.quoteReplacement(parameter.group(1) + parameter.group(2) + "=" + value);
  }

  private static boolean isSecret(String name) {
    String letters = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
    return SECRETS.stream().anyMatch(letters::endsWith);
  }
}
