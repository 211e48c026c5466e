package io.github.geofix.serve;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Hands requests to their routes, and sends the answers with the headers that protect the page. */
final class Router implements HttpHandler {
  /** A body that was refused is read on this far, so that the client reads the answer. */
  private static final long MOST_DRAINED = 64 << 20;

  /** No script, style, image or connection from elsewhere, and none within the page. */
  static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
          + " connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'";

  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy", POLICY,
          "X-Content-Type-Options", "nosniff",
          "Referrer-Policy", "no-referrer",
          "Cross-Origin-Resource-Policy", "same-origin",
          "Cross-Origin-Opener-Policy", "same-origin",
          "Cache-Control", "no-store");

  /** Answers the requests of a route. */
  interface Handler {
    /**
     * Returns the answer.
     *
     * @throws Refusal if there is none
     */
    Reply handle(Request request) throws IOException;
  }

  private record Route(String method, String path, boolean isPrefix, Handler handler) {}

  private final Guard guard;
  private final ServerMetrics metrics;
  private final Map<String, Route> routes = new TreeMap<>(Comparator.reverseOrder());
  private final AtomicInteger replying = new AtomicInteger();

  Router(Guard guard, ServerMetrics metrics) {
    this.guard = guard;
    this.metrics = metrics;
  }

  void add(String method, String path, Handler handler) {
    routes.put(path, new Route(method, path, false, handler));
  }

  /** Adds a route for every path that begins so. */
  void addBelow(String method, String path, Handler handler) {
    routes.put(path, new Route(method, path, true, handler));
  }

  /** Returns whether a request is being answered, or its answer sent. */
  boolean isReplying() {
    return replying.get() > 0;
  }

  @Override
  public void handle(HttpExchange exchange) {
    replying.incrementAndGet();
    try {
      reply(exchange);
    } finally {
      replying.decrementAndGet();
    }
  }

  private void reply(HttpExchange exchange) {
    long start = System.nanoTime();
    String route = "none";
    int status = 500;
    try (exchange) {
      Reply reply;
      try {
        Request request = new Request(exchange);
        Optional<Route> found = find(request.path());
        route = found.map(Route::path).orElse(route);
        reply = answer(exchange.getRequestMethod(), request, found);
      } catch (Refusal e) {
        reply = e.reply();
      } catch (OutOfMemoryError e) {
        reply =
            new Refusal(503, "busy", "the server is out of memory: try a smaller photo").reply();
      } catch (RuntimeException e) {
        System.getLogger(LocateServer.class.getName()).log(System.Logger.Level.ERROR, route, e);
        reply = new Refusal(500, "failed", "the server failed: see its log").reply();
      }
      status = reply.status();
      send(exchange, reply);
    } catch (IOException e) {
      // The client has gone.
      status = 499;
    } finally {
      metrics.request(route, status, System.nanoTime() - start);
    }
  }

  private Optional<Route> find(String path) {
    return Optional.ofNullable(routes.get(path))
        .or(
            () ->
                routes.values().stream()
                    .filter(route -> route.isPrefix() && path.startsWith(route.path()))
                    .findFirst());
  }

  private Reply answer(String method, Request request, Optional<Route> found) throws IOException {
    guard.checkOrigin(request);
    Route route =
        found.orElseThrow(() -> new Refusal(404, "not-found", "there is no " + request.path()));
    boolean isHead = method.equals("HEAD") && route.method().equals("GET");
    if (!isHead && !method.equals(route.method())) {
      throw new Refusal(405, "wrong-method", route.path() + " takes " + route.method())
          .with("Allow", route.method().equals("GET") ? "GET, HEAD" : route.method());
    }
    guard.checkToken(request, route.path());
    return route.handler().handle(request);
  }

  private static void send(HttpExchange exchange, Reply reply) throws IOException {
    drain(exchange.getRequestBody());
    Map<String, String> all = new LinkedHashMap<>(HEADERS);
    all.put("Content-Type", reply.type());
    all.putAll(reply.headers());
    Headers headers = exchange.getResponseHeaders();
    all.forEach(headers::set);
    if (exchange.getRequestMethod().equals("HEAD")) {
      headers.set("Content-Length", Integer.toString(reply.body().length));
      exchange.sendResponseHeaders(reply.status(), -1);
      return;
    }
    exchange.sendResponseHeaders(
        reply.status(), reply.body().length == 0 ? -1 : reply.body().length);
    if (reply.body().length > 0) {
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(reply.body());
      }
    }
  }

  private static void drain(InputStream in) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long drained = 0;
    for (int n = in.read(buffer); n >= 0 && drained < MOST_DRAINED; n = in.read(buffer)) {
      drained += n;
    }
  }
}
