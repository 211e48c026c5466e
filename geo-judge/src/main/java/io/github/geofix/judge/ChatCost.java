package io.github.geofix.judge;

import java.util.Locale;

/**
 * What the requests of a {@link ChatClient} cost.
 *
 * @param requests the number of requests, repeated ones included
 * @param promptTokens the tokens that the endpoint counted in questions and photos; 0 if it counts
 *     none
 * @param answerTokens the tokens that the endpoint counted in answers; 0 if it counts none
 * @param seconds the time spent waiting for answers, over all threads
 */
public record ChatCost(int requests, long promptTokens, long answerTokens, double seconds) {

  /** Returns the cost in words. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%,d requests, %,d tokens asked, %,d answered, %.1f s",
        requests,
        promptTokens,
        answerTokens,
        seconds);
  }
}
