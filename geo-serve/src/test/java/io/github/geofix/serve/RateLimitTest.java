package io.github.geofix.serve;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RateLimitTest {
  private final AtomicLong now = new AtomicLong();

  @Test
  void fillsSteadily() {
    RateLimit limit = new RateLimit(6, now::get);
    for (int i = 0; i < 6; i++) {
      limit.take("a");
    }
    assertThatThrownBy(() -> limit.take("a"))
        .isInstanceOf(Refusal.class)
        .hasMessage("at most 6 photos a minute: wait");
    now.addAndGet(TimeUnit.SECONDS.toNanos(10));
    limit.take("a");
    assertThatThrownBy(() -> limit.take("a")).isInstanceOf(Refusal.class);
    assertThatCode(() -> limit.take("b")).as("of another client").doesNotThrowAnyException();
  }

  @Test
  void holdsNoMoreThanAMinute() {
    RateLimit limit = new RateLimit(2, now::get);
    now.addAndGet(TimeUnit.HOURS.toNanos(1));
    limit.take("a");
    limit.take("a");
    assertThatThrownBy(() -> limit.take("a")).isInstanceOf(Refusal.class);
  }

  @Test
  void forgetsAllButTheLastClients() {
    RateLimit limit = new RateLimit(1, now::get);
    limit.take("first");
    for (int i = 0; i < 10_000; i++) {
      limit.take("client " + i);
    }
    assertThatCode(() -> limit.take("first")).doesNotThrowAnyException();
  }

  @Test
  void zeroIsAnyNumber() {
    RateLimit limit = new RateLimit(0, now::get);
    for (int i = 0; i < 1000; i++) {
      limit.take("a");
    }
  }
}
