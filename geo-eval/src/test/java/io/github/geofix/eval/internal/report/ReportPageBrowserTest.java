package io.github.geofix.eval.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clicks through the page in headless Chromium, on machines that have it. */
class ReportPageBrowserTest {

  /** Uses every kind of section as a reader would, and leaves what it saw in the page. */
  private static final String READER =
      """
      <script>
      const seen = {errors: []};
      window.addEventListener('error', e => seen.errors.push(e.message));
      window.addEventListener('load', () => setTimeout(() => {
        const one = (selector, from) => (from ?? document).querySelector(selector);
        const key = (element, key) => element.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
        const curves = one('[data-chart=curves]');
        const slider = () => one('svg[role=slider]', curves);
        seen.curves = curves.querySelectorAll('.curve').length;
        seen.before = slider().getAttribute('aria-valuetext');
        key(slider(), 'ArrowRight');
        seen.after = slider().getAttribute('aria-valuetext');
        one('.readout button', curves).click();
        seen.curvesWithoutFirst = curves.querySelectorAll('.curve').length;

        const map = one('[data-chart=map]');
        const visible = () => [...map.querySelectorAll('.photo-arc')].filter(a => a.style.display !== 'none').length;
        seen.arcs = visible();
        one('.key input[value=far]', map).click();
        seen.arcsWithoutFar = visible();
        one('.zoom button', map).click();
        seen.zoom = one('svg > g', map).getAttribute('transform');

        one('.order input[value="worst first"]').click();
        const errors = [...document.querySelectorAll('.card')].map(c => Number(c.dataset.error));
        seen.worstFirst = errors.every((e, i) => i === 0 || errors[i - 1] >= e) && errors.length;
        const card = one('.card');
        card.dispatchEvent(new PointerEvent('pointerenter'));
        seen.lit = map.querySelectorAll('.lit').length;
        seen.heatMaps = document.querySelectorAll('.card .cell').length;
        seen.mapCells = document.querySelectorAll('.map-cell').length;
        seen.emptyCells = [...document.querySelectorAll('.map-cell')].filter(c => !c.getAttribute('d')).length;
        seen.cellColors = new Set([...document.querySelectorAll('.map-cell')].map(c => c.style.fill)).size;
        seen.regions = [...document.querySelectorAll('.card .region')].filter(r => r.getBBox().width > 0).length;
        seen.steps = document.querySelectorAll('.card .step').length;
        seen.reliabilityBins = document.querySelectorAll('[data-chart=reliability] circle').length;
        seen.tableWide = one('.comparison').parentElement.scrollWidth > one('.comparison').parentElement.clientWidth;
        seen.wide = document.documentElement.scrollWidth > window.innerWidth;
        document.body.setAttribute('data-seen', JSON.stringify(seen));
      }, 300));
      </script>
      """;

  /** The same with the page of a search for aerial images. */
  private static final String READER_OF_A_SEARCH =
      """
      <script>
      const seen = {errors: []};
      window.addEventListener('error', e => seen.errors.push(e.message));
      window.addEventListener('load', () => setTimeout(() => {
        const cards = () => [...document.querySelectorAll('.card')];
        const shown = () => cards().filter(card => card.offsetParent !== null);
        seen.cards = shown().length;
        seen.pictures = [...document.querySelectorAll('.card img')].filter(i => i.naturalWidth > 0).length;
        seen.right = document.querySelectorAll('.found .right').length;
        document.querySelector('.only-wrong').click();
        seen.misses = shown().length;
        seen.missesAreMisses = shown().every(card => Number(card.dataset.error) > 1);
        document.querySelector('.only-wrong').click();
        document.querySelector('.order input[value="worst first"]').click();
        const ranks = cards().map(card => Number(card.dataset.error));
        seen.worstFirst = ranks.every((rank, i) => i === 0 || ranks[i - 1] >= rank);
        const slider = document.querySelector('svg[role=slider]');
        seen.before = slider.getAttribute('aria-valuetext');
        slider.dispatchEvent(new KeyboardEvent('keydown', {key: 'End', bubbles: true}));
        seen.after = slider.getAttribute('aria-valuetext');
        document.querySelector('nav a').click();
        seen.wide = document.documentElement.scrollWidth > window.innerWidth;
        document.body.setAttribute('data-seen', JSON.stringify(seen));
      }, 300));
      </script>
      """;

  @Test
  void readersCanUseEveryControl(@TempDir Path folder) throws Exception {
    JsonObject seen = read(SampleReport.of(1, SampleReport.painted()), READER, folder);
    assertThat(seen.getAsJsonArray("errors")).isEmpty();
    assertThat(seen.get("curves").getAsInt()).isEqualTo(5);
    assertThat(seen.get("curvesWithoutFirst").getAsInt()).isEqualTo(4);
    assertThat(seen.get("before").getAsString()).startsWith("within 750 km: embed ");
    assertThat(seen.get("after").getAsString()).isNotEqualTo(seen.get("before").getAsString());
    assertThat(seen.get("arcs").getAsInt()).isEqualTo(80);
    assertThat(seen.get("arcsWithoutFar").getAsInt()).isBetween(1, 79);
    assertThat(seen.get("zoom").getAsString()).contains("scale(1.");
    assertThat(seen.get("worstFirst").getAsInt()).isEqualTo(12);
    assertThat(seen.get("lit").getAsInt()).isEqualTo(1);
    assertThat(seen.get("heatMaps").getAsInt()).isGreaterThan(100);
    assertThat(seen.get("mapCells").getAsInt()).isBetween(30, 100);
    assertThat(seen.get("emptyCells").getAsInt()).isZero();
    assertThat(seen.get("cellColors").getAsInt()).isBetween(5, 18);
    assertThat(seen.get("regions").getAsInt()).isEqualTo(2 * 11);
    assertThat(seen.get("steps").getAsInt()).isEqualTo(6);
    assertThat(seen.get("reliabilityBins").getAsInt()).isBetween(5, 10);
    assertThat(seen.get("tableWide").getAsBoolean()).as("the table scrolls sideways").isFalse();
    assertThat(seen.get("wide").getAsBoolean()).as("scrolls sideways").isFalse();
  }

  @Test
  void readersCanSortAndChooseWhatWasFound(@TempDir Path folder) throws Exception {
    JsonObject seen = read(SampleReport.ofSearch(1), READER_OF_A_SEARCH, folder);

    assertThat(seen.getAsJsonArray("errors")).isEmpty();
    assertThat(seen.get("cards").getAsInt()).isEqualTo(24);
    assertThat(seen.get("pictures").getAsInt()).isEqualTo(24 * 7);
    assertThat(seen.get("right").getAsInt()).isPositive();
    assertThat(seen.get("misses").getAsInt()).isBetween(1, 23);
    assertThat(seen.get("missesAreMisses").getAsBoolean()).isTrue();
    assertThat(seen.get("worstFirst").getAsBoolean()).isTrue();
    assertThat(seen.get("before").getAsString()).startsWith("among the best ");
    assertThat(seen.get("after").getAsString()).endsWith("100.0 %");
    assertThat(seen.get("wide").getAsBoolean()).as("scrolls sideways").isFalse();
  }

  private static JsonObject read(ReportPage report, String reader, Path folder) throws Exception {
    Optional<Path> chromium = chromium();
    assumeTrue(chromium.isPresent(), "no Chromium on the PATH");
    Path page = folder.resolve("report.html");
    Files.writeString(page, report.toHtml().replace("</head>", reader + "</head>"));
    return open(chromium.orElseThrow(), page, folder);
  }

  private static Optional<Path> chromium() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .flatMap(
            folder ->
                Stream.of("chromium", "chromium-browser", "google-chrome")
                    .map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static JsonObject open(Path chromium, Path page, Path folder)
      throws IOException, InterruptedException {
    Path output = folder.resolve("dom.html");
    Process browser =
        new ProcessBuilder(
                List.of(
                    chromium.toString(),
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--user-data-dir=" + folder.resolve("profile"),
                    "--window-size=390,800",
                    "--virtual-time-budget=20000",
                    "--dump-dom",
                    page.toUri().toString()))
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!browser.waitFor(120, TimeUnit.SECONDS)) {
      browser.destroyForcibly();
      throw new IOException("Chromium did not end within two minutes");
    }
    Matcher seen =
        Pattern.compile("data-seen=\"([^\"]*)\"")
            .matcher(Files.readString(output, StandardCharsets.UTF_8));
    assertThat(seen.find()).as("the page's script ran to its end").isTrue();
    return JsonParser.parseString(
            seen.group(1).replace("&quot;", "\"").replace("&lt;", "<").replace("&amp;", "&"))
        .getAsJsonObject();
  }
}
