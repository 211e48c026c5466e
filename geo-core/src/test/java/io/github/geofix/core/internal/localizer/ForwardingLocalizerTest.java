package io.github.geofix.core.internal.localizer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Photo;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ForwardingLocalizerTest {
  private static final LatLng PLACE = new LatLng(48.1, 11.6);
  private static final Location LOCATION =
      new Location(PLACE, List.of(new Candidate(PLACE, 1, 1, S2Cell.around(PLACE, 1))));

  /** Methods by which {@link Localizer} defines others: what they reach instead of themselves. */
  private static final Map<String, String> DEFINED_BY =
      Map.of(
          "locate(Path)", "locateAll",
          "locate(BufferedImage)", "locateImages",
          "locateEach(List, Duration, Consumer)", "locateEach");

  /** Those that need a model provider, and the wrapper, which is no call of the localizer. */
  private static final List<String> OTHERS =
      List.of("locate(byte[])", "locate(InputStream)", "withMetrics(LocateMetrics)");

  private static final Map<Class<?>, Object> ARGUMENTS =
      Map.of(
          Path.class, Path.of("photo.jpg"),
          BufferedImage.class, new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB),
          Photo.class, Photo.of(Path.of("photo.jpg")),
          Explanation.Options.class, Explanation.Options.defaults(),
          List.class, List.of(),
          Consumer.class, (Consumer<Object>) outcome -> {},
          Duration.class, Duration.ofSeconds(1));

  private static final Map<Class<?>, Object> RESULTS =
      Map.of(
          Location.class, LOCATION,
          Explanation.class,
              new Explanation(LOCATION, new Explanation.Candidates(LOCATION.candidates())),
          List.class, List.of(LOCATION),
          Optional.class, Optional.of(new float[1]),
          Photo.Limits.class, Photo.Limits.defaults());

  static Stream<Method> methods() {
    return Arrays.stream(Localizer.class.getMethods())
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(method -> !OTHERS.contains(signature(method)));
  }

  private static String signature(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .map(Class::getSimpleName)
        .collect(Collectors.joining(", ", method.getName() + "(", ")"));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void forwardsEveryMethod(Method method) throws ReflectiveOperationException {
    List<String> called = new ArrayList<>();
    List<Object> given = new ArrayList<>();
    Localizer localizer =
        (Localizer)
            Proxy.newProxyInstance(
                Localizer.class.getClassLoader(),
                new Class<?>[] {Localizer.class},
                (proxy, call, arguments) -> {
                  called.add(call.getName());
                  given.addAll(arguments == null ? List.of() : List.of(arguments));
                  return RESULTS.get(call.getReturnType());
                });
    Object[] arguments = Arrays.stream(method.getParameterTypes()).map(ARGUMENTS::get).toArray();
    try (Localizer wrapper = new ForwardingLocalizer(localizer) {}) {
      Object result = method.invoke(wrapper, arguments);
      String reached = DEFINED_BY.get(signature(method));
      assertThat(called).containsExactly(reached == null ? method.getName() : reached);
      assertThat(result).isSameAs(RESULTS.get(method.getReturnType()));
      if (reached == null) {
        assertThat(given).containsExactly(arguments);
      }
    }
  }
}
