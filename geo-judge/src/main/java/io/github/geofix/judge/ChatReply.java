package io.github.geofix.judge;

/** The reply of a chat endpoint to one question. */
sealed interface ChatReply {

  /** What the model wrote. */
  record Text(String text) implements ChatReply {}

  /** The model or a content filter refuses. */
  record Refusal(String reason) implements ChatReply {}

  /** There is no answer. */
  record Failure(String reason) implements ChatReply {}
}
