/**
 * Judges that choose between the candidates of a localizer, such as a vision-language model behind
 * an OpenAI-style chat endpoint.
 */
@NullMarked
package io.github.geofix.judge;

import org.jspecify.annotations.NullMarked;
