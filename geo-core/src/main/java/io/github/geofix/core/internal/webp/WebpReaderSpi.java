package io.github.geofix.core.internal.webp;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.stream.IntStream;
import javax.imageio.IIOException;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;
import org.jspecify.annotations.Nullable;

/** {@link Webp} as a reader of ImageIO, in which it is not registered. */
public final class WebpReaderSpi extends ImageReaderSpi {
  private static final int START_BYTES = 12;

  /** Creates a provider. */
  public WebpReaderSpi() {
    super(
        "GeoFix",
        "1",
        new String[] {"webp"},
        new String[] {"webp"},
        new String[] {"image/webp"},
        Reader.class.getName(),
        new Class<?>[] {ImageInputStream.class},
        null,
        false,
        null,
        null,
        null,
        null,
        false,
        null,
        null,
        null,
        null);
  }

  @Override
  public boolean canDecodeInput(Object source) throws IOException {
    if (!(source instanceof ImageInputStream in)) {
      return false;
    }
    byte[] start = new byte[START_BYTES];
    in.mark();
    try {
      int length = 0;
      for (int count = 0; count >= 0 && length < START_BYTES; length += Math.max(0, count)) {
        count = in.read(start, length, START_BYTES - length);
      }
      return length == START_BYTES && WebpChunk.isWebp(start);
    } finally {
      in.reset();
    }
  }

  @Override
  public ImageReader createReaderInstance(@Nullable Object extension) {
    return new Reader(this);
  }

  @Override
  public String getDescription(Locale locale) {
    return "WebP";
  }

  private static final class Reader extends ImageReader {
    private static final int BUFFER_BYTES = 1 << 16;

    private @Nullable Webp webp;

    Reader(ImageReaderSpi provider) {
      super(provider);
    }

    @Override
    public void setInput(Object source, boolean isForwardOnly, boolean ignoresMetadata) {
      super.setInput(source, isForwardOnly, ignoresMetadata);
      webp = null;
    }

    private Webp webp(int index) throws IOException {
      if (index != 0) {
        throw new IndexOutOfBoundsException(index);
      }
      if (webp == null) {
        webp = Webp.of(bytes((ImageInputStream) getInput()));
      }
      return webp;
    }

    private static byte[] bytes(ImageInputStream in) throws IOException {
      long length = in.length() - in.getStreamPosition();
      if (length >= 0 && length < Integer.MAX_VALUE - 8) {
        byte[] bytes = new byte[(int) length];
        in.readFully(bytes);
        return bytes;
      }
      if (length >= 0) {
        throw new IIOException("a file of " + length + " bytes");
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int count = 0; count >= 0; count = in.read(buffer)) {
        bytes.write(buffer, 0, count);
      }
      return bytes.toByteArray();
    }

    @Override
    public int getNumImages(boolean allowsSearch) {
      return 1;
    }

    @Override
    public int getWidth(int index) throws IOException {
      return webp(index).width();
    }

    @Override
    public int getHeight(int index) throws IOException {
      return webp(index).height();
    }

    @Override
    public Iterator<ImageTypeSpecifier> getImageTypes(int index) throws IOException {
      webp(index);
      return IntStream.of(
              BufferedImage.TYPE_3BYTE_BGR,
              BufferedImage.TYPE_4BYTE_ABGR,
              BufferedImage.TYPE_INT_ARGB)
          .mapToObj(ImageTypeSpecifier::createFromBufferedImageType)
          .iterator();
    }

    @Override
    public @Nullable IIOMetadata getStreamMetadata() {
      return null;
    }

    @Override
    public @Nullable IIOMetadata getImageMetadata(int index) {
      return null;
    }

    @Override
    public BufferedImage read(int index, @Nullable ImageReadParam param) throws IOException {
      return webp(index).decode();
    }
  }
}
