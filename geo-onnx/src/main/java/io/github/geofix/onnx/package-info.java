/** Photo encoders exported to ONNX, run by ONNX Runtime. */
@NullMarked
package io.github.geofix.onnx;

import org.jspecify.annotations.NullMarked;
