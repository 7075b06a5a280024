package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Priority;
import io.leukocyte.events.config.Config;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.NoAlertPresentException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/**
 * The operator's page in a browser: a whole responder over an engine in memory. A browser drops
 * what it asks for when the host's addresses change, as they do with each network of another test.
 */
@Tag("alone")
class WebPageIT {
  private static final Path SCREENSHOT = Path.of("target/responder.png");
  private static final String EVIL =
      "<script>document.title='owned'</script><img src=x onerror=alert(1)>";

  @TempDir Path folder;
  private final InMemoryEngine docker = new InMemoryEngine();
  private final InMemoryNetworkFilter filter = new InMemoryNetworkFilter();
  private static ChromeDriver browser;
  private Responder responder;

  @BeforeAll
  static void open() {
    browser = browser();
  }

  @AfterAll
  static void quit() {
    browser.quit();
  }

  @BeforeEach
  void start() throws IOException {
    browser.manage().window().setSize(new Dimension(1100, 1200));
    Path policies = Files.createDirectories(Path.of("target/policies")).resolve("web.yaml");
    Files.writeString(
        policies,
        """
        - policy: shell in a web container
          match: {rules: ["Terminal shell in container"]}
          actions: [quarantine: {for: 15m}, notify: {log: {}}]
          guard: {mode: approve}
        """);
    Config config =
        Config.parse(
            "test",
            "responder.policies: " + policies + "\nresponder.web.port: 0\n",
            Map.of(),
            ResponderSettings.KEYS);
    responder =
        new Responder(
            ResponderSettings.from(config),
            folder.resolve("responder"),
            TestAlerts.HOST,
            LiveResponder.NOWHERE,
            Ward.host(docker, filter),
            new SimpleMeterRegistry(),
            Clock.systemUTC());
    responder.start();
  }

  private static ChromeDriver browser() {
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
        "--disable-background-networking");
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(new File("/usr/bin/chromedriver"))
            .usingAnyFreePort()
            .build();
    return new ChromeDriver(service, options);
  }

  @AfterEach
  void stop() {
    browser.get("about:blank");
    responder.close();
    docker.close();
  }

  private ContainerId run(String name, String image) {
    return docker.run(ContainerSpec.of(name, image));
  }

  private void alert(ContainerId container, String shownAs, String rule, Priority priority) {
    ContainerFacts facts = docker.inspect(container).orElseThrow();
    ContainerRef ref =
        new ContainerRef(container, shownAs, facts.container().image(), "1", null, false);
    responder.alert(
        AlertJson.write(
            TestAlerts.alert(
                TestAlerts.HOST, rule, priority, ref, Map.of(), Nanos.now(Clock.systemUTC()))));
  }

  private String text(String id) {
    try {
      return browser.findElement(By.id(id)).getText();
    } catch (StaleElementReferenceException e) {
      return "";
    }
  }

  private void awaitText(String id, String... parts) {
    await()
        .atMost(Duration.ofSeconds(5))
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(() -> assertThat(text(id)).contains(parts));
  }

  private void signIn(String name) {
    browser.get(responder.link().orElseThrow());
    WebElement field = browser.findElement(By.id("name"));
    field.clear();
    field.sendKeys(name, Keys.ENTER);
    awaitText("link-state", "live");
  }

  private void click(By button) {
    await()
        .atMost(Duration.ofSeconds(5))
        .ignoreException(StaleElementReferenceException.class)
        .until(() -> {
          List<WebElement> found = browser.findElements(button);
          if (found.isEmpty() || !found.getFirst().isEnabled()) {
            return false;
          }
          found.getFirst().click();
          return true;
        });
  }

  private boolean isClosed(ContainerId container) {
    return filter.isClosed(ContainerProcess.of(docker.inspect(container).orElseThrow()), Scope.ALL);
  }

  @Test
  void anOperatorApprovesUndoesAndStopsFromTheBrowser() throws IOException {
    ContainerId web = run("shop-web-1", "shop/web:4.2");
    run("shop-database-1", "postgres:17");
    run("shop-worker-7", "shop/worker:1.9");
    signIn("alice");
    assertThat(browser.getCurrentUrl())
        .as("the token is not left in the bar")
        .doesNotContain("token");
    awaitText("waiting", "Nothing waits");
    awaitText("alerts", "No alerts on this host.");

    alert(web, "shop-web-1", "Terminal shell in container", Priority.WARNING);
    awaitText("alerts", "Terminal shell in container", "shop-web-1");
    awaitText("waiting", "quarantine of shop-web-1", "web.yaml:1");
    assertThat(isClosed(web)).isFalse();
    assertThat(browser.getTitle()).isEqualTo("(1) Leukocyte");

    click(By.cssSelector("#waiting button.primary"));
    awaitText("message-text", "Approved and done: quarantine of shop-web-1");
    awaitText("actions", "verified", "by web:alice", "the packet filter drops everything");
    awaitText("containers", "quarantined");
    assertThat(isClosed(web)).isTrue();

    click(By.cssSelector("#incidents details summary"));
    awaitText("incidents", "1 alert", "quarantine by web:alice");
    alert(web, "shop-web-1", "Terminal shell in container", Priority.WARNING);
    awaitText("incidents", "2 alerts");
    save();

    click(By.cssSelector("#containers button[id^=undo]"));
    awaitText("message-text", "Taken back: quarantine of shop-web-1");
    awaitText("actions", "undone");
    assertThat(isClosed(web)).isFalse();

    click(By.id("stop"));
    browser.findElement(By.id("ask-reason")).sendKeys("a drill", Keys.ENTER);
    awaitText("stopped", "Emergency stop by web:alice", "a drill");
    click(By.id("resume"));
    await().atMost(Duration.ofSeconds(5)).until(() -> text("stopped").isEmpty());

    click(By.id("sign-out"));
    await()
        .atMost(Duration.ofSeconds(5))
        .until(() -> browser.findElement(By.id("sign-in")).isDisplayed());
    assertThat(text("main")).doesNotContain("shop-web-1");
    assertThat(complaints()).isEmpty();
  }

  @Test
  void aContainerIsQuarantinedByHandWithTheKeyboardAloneOnANarrowScreen() {
    ContainerId web = run("web", "shop/web:1");
    browser.manage().window().setSize(new Dimension(800, 900));
    signIn("bob");
    awaitText("containers", "web", "running");
    assertThat(
            (Long)
                browser.executeScript("return document.documentElement.scrollWidth - innerWidth"))
        .as("nothing is cut off at 800 pixels")
        .isLessThanOrEqualTo(0);
    browser.findElement(By.id("quarantine-" + web.value())).sendKeys(Keys.ENTER);
    WebElement reason = browser.switchTo().activeElement();
    assertThat(reason.getDomAttribute("id")).isEqualTo("ask-reason");
    reason.sendKeys("looks bad", Keys.ENTER);
    awaitText("containers", "quarantined");
    assertThat(isClosed(web)).isTrue();
    OpenAction held = responder.orders().actions().getFirst();
    assertThat(held.until()).as("a quarter of an hour").isNotNull();
    awaitText("actions", "by web:bob");
  }

  @Test
  void whatAContainerIsCalledStaysText() {
    ContainerId evil = run(EVIL, EVIL);
    alert(evil, EVIL, "Terminal shell in container", Priority.CRITICAL);
    signIn("carol");
    for (String part : List.of("containers", "alerts", "incidents")) {
      awaitText(part, EVIL);
    }
    awaitText("waiting", "quarantine of " + EVIL);
    click(By.cssSelector("#waiting button.primary"));
    awaitText("message-text", "quarantine of " + EVIL);
    assertThat(isClosed(evil)).isTrue();
    assertThat(browser.findElements(By.cssSelector("img[onerror], main script"))).isEmpty();
    await().atMost(Duration.ofSeconds(5)).until(() -> "Leukocyte".equals(browser.getTitle()));
    assertThat(hasDialogOfABrowser()).isFalse();
    assertThat(complaints()).isEmpty();
  }

  @Test
  void aWrongTokenIsSaidAndNothingIsShown() {
    browser.get(responder.link().orElseThrow().replaceAll("#.*", ""));
    browser.findElement(By.id("token")).sendKeys("wrong", Keys.ENTER);
    awaitText("sign-in-error", "This is not the token");
    assertThat(browser.findElement(By.id("content")).isDisplayed()).isFalse();
  }

  private boolean hasDialogOfABrowser() {
    try {
      browser.switchTo().alert();
      return true;
    } catch (NoAlertPresentException e) {
      return false;
    }
  }

  /** What the browser complains of, but for answers that say no. */
  private List<String> complaints() {
    return browser.manage().logs().get("browser").getAll().stream()
        .map(Object::toString)
        .filter(line -> !line.contains("Failed to load resource"))
        .toList();
  }

  private void save() throws IOException {
    Files.createDirectories(SCREENSHOT.toAbsolutePath().getParent());
    Files.write(SCREENSHOT, browser.getScreenshotAs(OutputType.BYTES));
    assertThat(Files.size(SCREENSHOT)).isBetween(10_000L, 400_000L);
  }
}
