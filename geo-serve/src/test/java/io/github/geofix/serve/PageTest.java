package io.github.geofix.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.geofix.core.tile.TileSource;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page in a browser: a photo is dropped, and the answer read. */
@Timeout(120)
final class PageTest {
  private static final String NAME = "<img src=x onerror=document.title='run'>.png";

  @TempDir private Path profile;

  private static LocateServer start(LocateServer.Options options) {
    return LocateServer.start(
        List.of(
            LocateServer.Model.of("first", new FakeLocalizer()),
            LocateServer.Model.of("second", new FakeLocalizer())),
        options.withPort(0));
  }

  private Chromium chromium() throws Exception {
    Optional<Path> program = Chromium.program();
    assumeTrue(program.isPresent(), "no Chromium on the PATH: the page is not tested in a browser");
    Chromium chromium = new Chromium(program.orElseThrow(), profile);
    chromium.runFirst(
        "window.refused = [];"
            + "addEventListener('securitypolicyviolation', e => refused.push(e.violatedDirective + ' ' + e.blockedURI));"
            + "addEventListener('error', e => refused.push(e.message));"
            + "addEventListener('unhandledrejection', e => refused.push(String(e.reason)));");
    return chromium;
  }

  private static void drop(Chromium chromium, String name, byte[] photo) throws Exception {
    chromium.evaluate(
        """
        (() => {
          const bytes = Uint8Array.from(atob("%s"), c => c.charCodeAt(0));
          const data = new DataTransfer();
          data.items.add(new File([bytes], "%s", {type: "image/png"}));
          document.getElementById("drop").dispatchEvent(
            new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
        })()
        """
            .formatted(Base64.getEncoder().encodeToString(photo), name));
  }

  @Test
  void answersADroppedPhotoWithTwoModels() throws Exception {
    try (LocateServer server = start(LocateServer.Options.defaults());
        Chromium chromium = chromium()) {
      chromium.open(server.uri());
      chromium.await("document.body?.dataset.state === 'ready'");
      chromium.evaluate("document.getElementById('other').value = 'second'");
      drop(chromium, NAME, Client.photo(300));
      chromium.await("document.querySelector('article')?.dataset.state === 'done'");
      assertThat(chromium.evaluate("document.querySelector('article').innerText"))
          .contains(
              NAME, "first", "second", "30.00000, 20.00000", "50 % within", "0.700", "decode ")
          .contains("The answers are 0 km apart.");
      assertThat(chromium.evaluate("document.querySelectorAll('#map .marker').length"))
          .as("an answer and two candidates of each model")
          .isEqualTo("6");
      for (String id : List.of("model", "other", "top", "files")) {
        chromium.tab();
        assertThat(chromium.evaluate("document.activeElement.id")).isEqualTo(id);
      }
      chromium.tab();
      assertThat(chromium.evaluate("document.activeElement.textContent"))
          .isEqualTo("Show on the map");
      chromium.resize(390, 844);
      assertThat(chromium.evaluate("innerWidth + ' ' + (document.body.scrollWidth <= 390)"))
          .as("a phone need not scroll sideways")
          .isEqualTo("390 true");
      chromium.evaluate("document.querySelector('article details').open = true");
      chromium.await("document.querySelector('article details').dataset.state === 'done'");
      assertThat(chromium.evaluate("document.querySelector('.evidence').innerText"))
          .isEqualTo("This model gives no evidence but its candidates.");
      drop(chromium, "junk.png", new byte[9]);
      chromium.await("document.querySelector('article')?.dataset.state === 'failed'");
      assertThat(chromium.evaluate("document.querySelector('article').innerText"))
          .contains("cannot read photo junk.png");
      assertThat(chromium.evaluate("document.title")).isEqualTo("GeoFix");
      assertThat(chromium.evaluate("refused.join('; ')")).isEmpty();
      assertThat(
              chromium.evaluate(
                  "performance.getEntriesByType('resource').map(e => new URL(e.name).origin)"
                      + ".filter(origin => origin !== location.origin && origin !== 'null').join()"))
          .as("nothing comes from elsewhere")
          .isEmpty();
    }
  }

  @Test
  void asksForTheTokenAndShowsTheTilesOfTheServer() throws Exception {
    String token = "0123456789abcdef";
    TileSource map =
        TileSource.equirectangular(new BufferedImage(64, 32, BufferedImage.TYPE_INT_RGB));
    LocateServer.Options options = LocateServer.Options.defaults();
    try (LocateServer server = start(options.withAddress(options.address(), token).withMap(map));
        Chromium chromium = chromium()) {
      chromium.open(server.uri());
      chromium.await("document.getElementById('ask-token')?.open");
      chromium.evaluate(
          "document.getElementById('token').value = '"
              + token
              + "';"
              + "document.querySelector('#ask-token button').click()");
      chromium.await("document.body.dataset.state === 'ready'");
      chromium.await("document.querySelectorAll('#model option').length === 2");
      chromium.await(
          "performance.getEntriesByType('resource')"
              + ".some(e => e.name.includes('/tiles/') && e.responseStatus === 200)");
      assertThat(chromium.evaluate("refused.join('; ')")).isEmpty();
    }
  }
}
