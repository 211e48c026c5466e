package io.github.geofix.serve;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Who may ask. Thread-safe. */
final class Guard {
  private static final String BEARER = "Bearer ";

  /** What needs no token: the page asks for it, and monitors look at the health. */
  private static final Set<String> OPEN = Set.of("/", "/page/", "/health", "/openapi.json");

  private final Optional<byte[]> token;
  private final boolean isLoopback;
  private final int port;
  private final RateLimit rate;

  Guard(LocateServer.Options options, int port) {
    InetAddress address = options.address().getAddress();
    this.token = options.token().map(text -> text.strip().getBytes(StandardCharsets.UTF_8));
    this.isLoopback = address.isLoopbackAddress();
    this.port = port;
    this.rate = new RateLimit(options.limits().perMinute());
  }

  /**
   * Refuses the pages of other sites: a browser on this machine reaches the server, too, and may
   * have been given a name for its address by another site.
   *
   * @throws Refusal if the request comes from such a page
   */
  void checkOrigin(Request request) {
    String host = request.header("Host").orElse("").toLowerCase(Locale.ROOT);
    if (isLoopback && !isLocal(host)) {
      throw new Refusal(403, "wrong-host", "this server answers as localhost or 127.0.0.1 alone");
    }
    Optional<String> origin = request.header("Origin");
    if (origin.isPresent() && !origin.get().replaceFirst("^https?://", "").equals(host)) {
      throw new Refusal(403, "wrong-origin", "pages of other sites may not ask this server");
    }
  }

  private boolean isLocal(String host) {
    return Set.of("localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port).contains(host)
        || (port == 80 && Set.of("localhost", "127.0.0.1", "[::1]").contains(host));
  }

  /**
   * Checks the token, if one is needed, and the rate of photos.
   *
   * @throws Refusal if it is missing or wrong, or too many come
   */
  void checkToken(Request request, String route) {
    if (token.isPresent() && !OPEN.contains(route)) {
      String given = request.header("Authorization").orElse("");
      boolean isRight =
          given.startsWith(BEARER)
              && MessageDigest.isEqual(
                  given.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8),
                  token.get());
      if (!isRight) {
        // Guesses count as photos do.
        rate.take(request.client());
        throw new Refusal(401, "token", "send the token as Authorization: Bearer TOKEN")
            .with("WWW-Authenticate", "Bearer");
      }
    }
    if (route.equals("/locate")) {
      rate.take(request.client());
    }
  }
}
