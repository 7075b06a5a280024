package io.leukocyte.indexer;

import co.elastic.clients.json.jackson.JacksonJsonpMapper;
import co.elastic.clients.transport.ElasticsearchTransport;
import co.elastic.clients.transport.rest_client.RestClientTransport;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.http.Header;
import org.apache.http.HttpHost;
import org.apache.http.auth.AuthScope;
import org.apache.http.auth.UsernamePasswordCredentials;
import org.apache.http.client.CredentialsProvider;
import org.apache.http.impl.client.BasicCredentialsProvider;
import org.apache.http.impl.nio.client.HttpAsyncClientBuilder;
import org.apache.http.message.BasicHeader;
import org.elasticsearch.client.RestClient;
import org.elasticsearch.client.RestClientBuilder;

/**
 * A connection to Elasticsearch; its threads keep the process alive until it is closed.
 *
 * @param rest for requests whose bodies are files
 * @param transport for bulk requests
 */
record ElasticsearchConnection(RestClient rest, ElasticsearchTransport transport)
    implements AutoCloseable {
  private static final int CONNECT_MILLIS = 5_000;
  private static final int ANSWER_MILLIS = 60_000;

  /**
   * Makes the connection; nothing is sent yet.
   *
   * @throws IllegalArgumentException when the CA file cannot be used; the message says why
   */
  static ElasticsearchConnection open(IndexerSettings settings) {
    RestClientBuilder builder =
        RestClient.builder(settings.urls().stream().map(HttpHost::create).toArray(HttpHost[]::new));
    builder.setRequestConfigCallback(
        config -> config.setConnectTimeout(CONNECT_MILLIS).setSocketTimeout(ANSWER_MILLIS));
    settings
        .apiKey()
        .ifPresent(key ->
            builder.setDefaultHeaders(
                new Header[] {new BasicHeader("Authorization", "ApiKey " + key)}));
    Optional<SSLContext> tls = settings.caFile().map(ElasticsearchConnection::trusting);
    Optional<CredentialsProvider> credentials =
        settings.username().map(user -> credentials(user, settings.password().orElse("")));
    builder.setHttpClientConfigCallback(http -> configure(http, tls, credentials));
    RestClient rest = builder.build();
    return new ElasticsearchConnection(
        rest, new RestClientTransport(rest, new JacksonJsonpMapper()));
  }

  private static HttpAsyncClientBuilder configure(
      HttpAsyncClientBuilder http,
      Optional<SSLContext> tls,
      Optional<CredentialsProvider> credentials) {
    tls.ifPresent(http::setSSLContext);
    credentials.ifPresent(http::setDefaultCredentialsProvider);
    return http;
  }

  private static CredentialsProvider credentials(String user, String password) {
    CredentialsProvider provider = new BasicCredentialsProvider();
    provider.setCredentials(AuthScope.ANY, new UsernamePasswordCredentials(user, password));
    return provider;
  }

  /** A TLS context that trusts the certificates of a PEM file alone. */
  static SSLContext trusting(Path caFile) {
    try (InputStream in = Files.newInputStream(caFile)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca-" + number++, certificate);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "Cannot use elasticsearch.ca-file "
              + caFile
              + ": "
              + e.getMessage()
              + "; it must be PEM certificates that this user may read",
          e);
    }
  }

  @Override
  public void close() {
    try {
      rest.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot close the connection to Elasticsearch", e);
    }
  }
}
