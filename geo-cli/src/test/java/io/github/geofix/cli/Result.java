package io.github.geofix.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** What a command left: its exit status and what it printed. */
record Result(int code, String out, String err) {

  /** Runs a command in this virtual machine. */
  static Result run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    return new Result(code, out.toString(), err.toString());
  }
}
