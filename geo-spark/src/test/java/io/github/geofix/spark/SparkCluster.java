package io.github.geofix.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A master and workers of Spark on this machine, each in a JVM of its own. */
final class SparkCluster implements AutoCloseable {
  /** A JVM of Spark may take long to start on a busy machine. */
  private static final long MINUTES = 7;

  private static final Pattern URL = Pattern.compile("spark://127\\.0\\.0\\.1:\\d+");

  private final Path home;
  private final Path jar;
  private final List<Path> application;
  private final Path logs;
  private final Process master;
  private final String url;
  private final List<Process> workers = new ArrayList<>();
  private int started;

  /**
   * Starts a master.
   *
   * @param home of Spark, whose libraries are in its folder jars
   * @param jar that is submitted
   * @param application a folder with the other jars that it needs
   * @param logs a folder for logs
   */
  SparkCluster(Path home, Path jar, Path application, Path logs) throws IOException {
    this.home = home.toAbsolutePath();
    this.jar = jar.toAbsolutePath();
    this.logs = logs;
    try (Stream<Path> jars = Files.list(application.toAbsolutePath())) {
      this.application = jars.filter(each -> each.toString().endsWith(".jar")).sorted().toList();
    }
    Path log = logs.resolve("master.log");
    master = start(log, daemon("master.Master", "--port", "0"));
    await("the master", () -> URL.matcher(text(log)).find() && text(log).contains("ALIVE"));
    Matcher found = URL.matcher(text(log));
    assertThat(found.find()).isTrue();
    url = found.group();
  }

  /** Starts a worker of one core. */
  void addWorker() throws IOException {
    started++;
    Path log = logs.resolve("worker-" + started + ".log");
    List<String> command =
        daemon(
            "worker.Worker",
            "--cores",
            "1",
            "--memory",
            "1G",
            "--work-dir",
            logs.resolve("work-" + started).toString());
    command.add(url);
    workers.add(start(log, command));
    await("a worker", () -> text(log).contains("Successfully registered with master"));
  }

  /** Kills the first worker and its executors. */
  void killWorker() {
    Process worker = workers.remove(0);
    List<ProcessHandle> all = new ArrayList<>(worker.descendants().toList());
    all.add(worker.toHandle());
    assertThat(all).hasSizeGreaterThan(1);
    all.forEach(process -> assertThat(process.destroyForcibly()).isTrue());
  }

  /**
   * Submits a job, as {@code bin/spark-submit} does.
   *
   * @param meanwhile is asked with the log while the job runs, until it returns true
   * @return the log of the driver
   */
  String submit(String name, List<String> settings, List<String> job, Predicate<String> meanwhile)
      throws IOException, InterruptedException {
    List<String> submission =
        new ArrayList<>(
            List.of(
                "org.apache.spark.deploy.SparkSubmit",
                "--class",
                "io.github.geofix.spark.internal.Main",
                "--master",
                url,
                "--jars",
                application.stream().map(Path::toString).collect(Collectors.joining(","))));
    for (String setting : settings) {
      submission.addAll(List.of("--conf", setting));
    }
    submission.add(jar.toString());
    submission.addAll(job);
    List<String> launcher = java("org.apache.spark.launcher.Main");
    launcher.addAll(submission);
    Path command = logs.resolve(name + ".command");
    Process launching =
        process(launcher)
            .redirectOutput(command.toFile())
            .redirectError(new File(command + ".err"))
            .start();
    assertThat(launching.waitFor()).isZero();
    Path log = logs.resolve(name + ".log");
    Process driver =
        start(
            log,
            Arrays.stream(text(command).split("[\0\n]"))
                .filter(argument -> !argument.isEmpty())
                .toList());
    try {
      boolean done = false;
      while (driver.isAlive() && !done) {
        done = meanwhile.test(text(log));
        driver.waitFor(10, TimeUnit.MILLISECONDS);
      }
      assertThat(driver.waitFor(MINUTES, TimeUnit.MINUTES)).as(name).isTrue();
      assertThat(driver.exitValue()).as(text(log)).isZero();
      assertThat(done).as("what was to happen while %s ran", name).isTrue();
    } finally {
      driver.destroyForcibly();
    }
    return text(log);
  }

  private List<String> daemon(String type, String... options) {
    List<String> command = java("org.apache.spark.deploy." + type, options);
    command.addAll(List.of("--host", "127.0.0.1", "--webui-port", "0"));
    return command;
  }

  private List<String> java(String type, String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--") || flag.startsWith("-XX:+Ignore"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            home.resolve("jars") + "/*",
            type));
    command.addAll(List.of(options));
    return command;
  }

  private ProcessBuilder process(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(logs.toFile());
    builder.environment().put("SPARK_HOME", home.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
    return builder;
  }

  private Process start(Path log, List<String> command) throws IOException {
    return process(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  private static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("time that %s took", what).isLessThan(end);
      try {
        TimeUnit.MILLISECONDS.sleep(50);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    workers.forEach(
        worker -> {
          worker.descendants().forEach(ProcessHandle::destroyForcibly);
          worker.destroyForcibly();
        });
    master.destroyForcibly();
  }
}
