package io.github.geofix.core.internal;

import io.github.geofix.core.internal.webp.WebpReaderSpi;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.spi.ServiceRegistry;
import javax.imageio.stream.ImageInputStream;

/**
 * A fixed choice of image readers, apart from ImageIO's registry: what that finds depends on the
 * context class loader of the thread that asks first, and on other plug-ins. Thread-safe.
 */
public final class ImageReaders {
  private final List<ImageReaderSpi> providers;

  private ImageReaders(List<ImageReaderSpi> providers) {
    this.providers = providers;
  }

  /**
   * Returns readers of WebP, of the given kinds and those of the JDK: BMP, GIF, JPEG, PNG and TIFF.
   *
   * @param preferred asked before those of the JDK, in order; none of them reads WebP
   */
  public static ImageReaders preferring(List<? extends ImageReaderSpi> preferred) {
    // Two zeros begin a WBMP, an image of phones of 1999: what damaged files are taken for.
    List<ImageReaderSpi> standard = standard(names -> !names.contains("wbmp"));
    // Providers that build on one of the JDK find it in the registry they are registered with.
    ServiceRegistry registry =
        new ServiceRegistry(List.<Class<?>>of(ImageReaderSpi.class).iterator());
    standard.forEach(registry::registerServiceProvider);
    preferred.forEach(registry::registerServiceProvider);
    List<ImageReaderSpi> all = new ArrayList<>(List.of(new WebpReaderSpi()));
    all.addAll(preferred);
    all.addAll(standard);
    return new ImageReaders(List.copyOf(all));
  }

  /**
   * Returns those of the JDK for some formats.
   *
   * @param formats names such as jpeg, png, tiff
   */
  public static ImageReaders ofJdk(String... formats) {
    return new ImageReaders(
        standard(names -> Stream.of(formats).anyMatch(format -> names.contains(format))));
  }

  private static List<ImageReaderSpi> standard(Predicate<List<String>> formats) {
    List<ImageReaderSpi> standard = new ArrayList<>();
    Iterator<ImageReaderSpi> registered =
        IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, true);
    while (registered.hasNext()) {
      ImageReaderSpi provider = registered.next();
      if (provider.getClass().getModule().equals(ImageReader.class.getModule())
          && formats.test(List.of(provider.getFormatNames()))) {
        standard.add(provider);
      }
    }
    return standard;
  }

  /**
   * Returns a new reader for a stream, which stays where it is.
   *
   * @return empty if the stream holds no image of a kind that can be read
   */
  public Optional<ImageReader> find(ImageInputStream in) throws IOException {
    for (ImageReaderSpi provider : providers) {
      in.mark();
      boolean fits;
      try {
        fits = provider.canDecodeInput(in);
      } catch (EOFException e) {
        fits = false; // the file is shorter than what a provider reads
      } finally {
        in.reset();
      }
      if (fits) {
        return Optional.of(provider.createReaderInstance());
      }
    }
    return Optional.empty();
  }
}
