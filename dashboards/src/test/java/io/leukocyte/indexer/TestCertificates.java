package io.leukocyte.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A private authority and certificates that it signed, made by the JDK's own keytool. */
final class TestCertificates {
  private static final char[] PASSWORD = "changeit".toCharArray();

  private final Path folder;
  private final Path store;

  /** Makes an authority; the folder takes its files. */
  TestCertificates(Path folder, String name) throws Exception {
    this.folder = folder;
    this.store = folder.resolve(name + ".p12");
    keytool(List.of("-alias", "ca", "-dname", "CN=" + name, "-ext", "bc:c", "-validity", "365"));
  }

  /**
   * A TLS server's context with a certificate of this authority.
   *
   * @param alias its name, another for each
   * @param names subject alternative names, as {@code dns:localhost}
   * @param start as keytool has it: {@code -1d} is a day ago
   * @param days for which it is valid from then
   */
  SSLContext server(String alias, String names, String start, int days) throws Exception {
    keytool(
        List.of(
            "-alias",
            alias,
            "-dname",
            "CN=" + alias,
            "-signer",
            "ca",
            "-ext",
            "san=" + names,
            "-startdate",
            start,
            "-validity",
            String.valueOf(days)));
    KeyStore all = load();
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    own.setKeyEntry(alias, all.getKey(alias, PASSWORD), PASSWORD, all.getCertificateChain(alias));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  /** The authority's certificate as PEM. */
  Path pem() throws Exception {
    String text =
        Base64.getMimeEncoder(64, new byte[] {'\n'})
            .encodeToString(load().getCertificate("ca").getEncoded());
    return Files.writeString(
        folder.resolve(store.getFileName() + ".pem"),
        "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n");
  }

  private KeyStore load() throws Exception {
    KeyStore all = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      all.load(in, PASSWORD);
    }
    return all;
  }

  private void keytool(List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.add("-J-XX:TieredStopAtLevel=1");
    command.addAll(List.of("-genkeypair", "-keyalg", "EC", "-storetype", "PKCS12"));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", "changeit"));
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }
}
