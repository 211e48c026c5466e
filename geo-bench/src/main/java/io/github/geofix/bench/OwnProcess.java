package io.github.geofix.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process has used up: memory (Linux only) and time of the processors. */
final class OwnProcess {
  private OwnProcess() {}

  /** Returns the memory that the process holds, heap and native. */
  static double residentMiB() {
    return mebibytes("VmRSS:");
  }

  /** Returns the most memory that the process has held so far, heap and native. */
  static double peakResidentMiB() {
    return mebibytes("VmHWM:");
  }

  /** Returns the seconds that all its threads have taken, garbage collection and all. */
  static double cpuSeconds() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime()
        / 1e9;
  }

  private static double mebibytes(String field) {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith(field))
          .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024.0)
          .findFirst()
          .orElse(Double.NaN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
