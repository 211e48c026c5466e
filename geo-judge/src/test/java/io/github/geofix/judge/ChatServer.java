package io.github.geofix.judge;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A real server on this machine that answers as a test wants it to, and keeps the requests. */
final class ChatServer implements AutoCloseable {

  /** What the server does with the n-th request, counted from 1. */
  @FunctionalInterface
  interface Behavior {
    void answer(int request, HttpExchange exchange) throws IOException, InterruptedException;
  }

  /** One request. */
  record Request(String uri, JsonObject body, List<String> keys, List<String> upgrades) {}

  private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch testIsOver = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private volatile Behavior behavior = (request, exchange) -> {};

  ChatServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    int request;
    synchronized (requests) {
      requests.add(
          new Request(
              exchange.getRequestURI().toString(),
              JsonParser.parseString(body).getAsJsonObject(),
              exchange.getRequestHeaders().getOrDefault("Authorization", List.of()),
              exchange.getRequestHeaders().getOrDefault("Upgrade", List.of())));
      request = requests.size();
    }
    try (exchange) {
      behavior.answer(request, exchange);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns an address of the server. */
  URI address(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  List<Request> requests() {
    return requests;
  }

  void behaves(Behavior newBehavior) {
    behavior = newBehavior;
  }

  /** Answers every question by a completion with a content. */
  void answers(String content) {
    sends(completion(content));
  }

  /** Answers every question by a body. */
  void sends(String body) {
    behavior = (request, exchange) -> send(exchange, 200, body);
  }

  static void send(HttpExchange exchange, int code, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(code, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  static String completion(String content) {
    return "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":"
        + new Gson().toJson(content)
        + "}}]}";
  }

  /** Blocks until the test is over. */
  void hang() throws InterruptedException {
    testIsOver.await();
  }

  @Override
  public void close() {
    testIsOver.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
