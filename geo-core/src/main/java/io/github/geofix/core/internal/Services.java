package io.github.geofix.core.internal;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Service providers by {@link ServiceLoader}, found from any thread. The context class loader of a
 * pool's thread often is the system's, which does not find classes in the jars inside an executable
 * jar; so the class loader of the library is tried too.
 */
public final class Services {
  private Services() {}

  /**
   * Returns the providers of a service: those that the thread's context class loader finds, then
   * those of the library's class loader that are of other classes.
   *
   * @param library a class of the library that looks the service up
   * @throws ServiceConfigurationError if there are providers, but none can be created
   */
  public static <T> List<T> load(Class<T> service, Class<?> library) {
    Set<@Nullable ClassLoader> loaders = new LinkedHashSet<>();
    loaders.add(Thread.currentThread().getContextClassLoader());
    loaders.add(library.getClassLoader());
    Map<String, T> found = new LinkedHashMap<>();
    ServiceConfigurationError failure = null;
    for (ClassLoader loader : loaders) {
      try {
        for (T provider : ServiceLoader.load(service, loader)) {
          found.putIfAbsent(provider.getClass().getName(), provider);
        }
      } catch (ServiceConfigurationError e) {
        // The context may hold another copy of the library, whose providers are none of this one.
        failure = e;
      }
    }
    Collection<T> providers = found.values();
    if (failure != null && (providers.isEmpty() || loaders.size() == 1)) {
      throw failure;
    }
    return List.copyOf(providers);
  }
}
