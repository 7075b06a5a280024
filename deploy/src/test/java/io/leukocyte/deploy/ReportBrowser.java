package io.leukocyte.deploy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** A report's page in a real browser, opened as a file. */
final class ReportBrowser implements AutoCloseable {
  /** What each panel shows: of charts what was drawn, of tables what stands in them. */
  private static final String PANELS =
      """
      const text = cell => {
        const time = cell.querySelector('time');
        return time ? time.dateTime.slice(11, 16)
            : cell.dataset.value || cell.textContent || '-';
      };
      const lines = panel => {
        const place = panel.querySelector('.chart');
        if (place) {
          const chart = Chart.getChart(place.querySelector('canvas'));
          if (place.dataset.look === 'bars-of-figures') {
            return [...place.querySelectorAll('tbody tr')]
                .map((row, j) => [row.className, [chart.data.labels[j].slice(-5),
                    ...chart.data.datasets.map(set => set.data[j])].join(' | ')])
                .filter(row => row[0] !== 'gap').map(row => row[1]);
          }
          return chart.data.datasets.flatMap((set, i) => set.data
              .map((value, j) => [set.label, chart.data.labels[j], value,
                  chart.getDatasetMeta(i).data[j]])
              .filter(bar => bar[2] > 0)
              .map(bar => {
                const drawn = place.dataset.look === 'donut'
                    ? bar[3].circumference > 0 : bar[3].height > 0 && bar[3].width > 0;
                const names = place.dataset.look === 'donut' ? [bar[1]]
                    : chart.data.datasets.length > 1 || panel.querySelectorAll('thead th').length > 1
                      ? [bar[0], bar[1].slice(-5)] : [bar[1].slice(-5)];
                return [...names, String(bar[2])].join(' | ') + (drawn ? '' : ' NOT DRAWN');
              }));
        }
        const figure = panel.querySelector('.figure');
        if (figure) {
          return [text(figure)];
        }
        return [...panel.querySelectorAll('tbody tr')]
            .map(row => [...row.cells].map(text).join(' | '));
      };
      return Object.fromEntries([...document.querySelectorAll('[data-panel]')]
          .map(panel => [panel.dataset.panel, lines(panel)]));
      """;

  /** How many colours the points of a canvas have. */
  private static final String COLOURS =
      """
      return [...document.querySelectorAll('canvas')]
          .filter(canvas => canvas.offsetParent)
          .map(canvas => {
            const data = canvas.getContext('2d')
                .getImageData(0, 0, canvas.width, canvas.height).data;
            return new Set(new Uint32Array(data.buffer)).size;
          });
      """;

  private final ChromeDriver driver;

  private ReportBrowser(ChromeDriver driver) {
    this.driver = driver;
  }

  /**
   * Starts a browser.
   *
   * @param arguments beside the usual ones
   */
  static ReportBrowser start(String... arguments) {
    ChromeOptions options = new ChromeOptions();
    options.setBinary("/usr/bin/chromium");
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-extensions",
        "--disable-component-update",
        "--disable-background-networking",
        "--hide-scrollbars");
    options.addArguments(arguments);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(new File("/usr/bin/chromedriver"))
            .usingAnyFreePort()
            .build();
    return new ReportBrowser(new ChromeDriver(service, options));
  }

  /** Shows a page in a window of that size, pixels. */
  void show(Path file, int width, int height) {
    driver.manage().window().setSize(new Dimension(width, height));
    driver.get(file.toUri().toString());
  }

  /** Puts a section at the top of the window. */
  void scrollTo(String section) {
    driver.executeScript(
        "document.getElementById(arguments[0]).scrollIntoView({behavior: 'instant'})", section);
  }

  /** Opens the sections of containers, and waits until their charts have their size. */
  void openAll() {
    driver.executeAsyncScript(
        """
        const done = arguments[0];
        document.querySelectorAll('details.container').forEach(each => { each.open = true; });
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 100)));
        """);
  }

  /** What each panel shows, by its section and name: a line for each bar, piece or row. */
  Map<String, List<String>> panels() {
    Map<?, ?> found = (Map<?, ?>) Objects.requireNonNull(driver.executeScript(PANELS));
    Map<String, List<String>> panels = new TreeMap<>();
    found.forEach((name, lines) -> {
      List<String> texts = new ArrayList<>();
      ((List<?>) lines).forEach(line -> texts.add(String.valueOf(line)));
      panels.put(String.valueOf(name), texts);
    });
    return new LinkedHashMap<>(panels);
  }

  /** Of each canvas that is seen, how many colours its points have. */
  List<Long> colours() {
    List<Long> colours = new ArrayList<>();
    ((List<?>) Objects.requireNonNull(driver.executeScript(COLOURS)))
        .forEach(colour -> colours.add(((Number) colour).longValue()));
    return colours;
  }

  /** The value of an expression. */
  Object value(String expression) {
    return Objects.requireNonNull(driver.executeScript("return " + expression));
  }

  /** What the page's script or the policy of the page complained of. */
  List<String> complaints() {
    return driver.manage().logs().get("browser").getAll().stream().map(Object::toString).toList();
  }

  /** A picture of what is in the window. */
  void picture(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
  }

  @Override
  public void close() {
    driver.quit();
  }
}
