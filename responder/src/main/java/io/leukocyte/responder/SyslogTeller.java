package io.leukocyte.responder;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leukocyte.events.Priority;
import io.leukocyte.events.Text;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends messages of RFC 5424: one line of text, and rule, policy, container and alert as structured
 * data.
 */
final class SyslogTeller implements Teller {
  private static final Logger LOG = LoggerFactory.getLogger(SyslogTeller.class);

  /** What every receiver of datagrams should take, RFC 5424 6.1. */
  private static final int MOST_DATAGRAM = 2_048;

  private static final int MOST_STREAM = 8_192;
  private static final int MOST_VALUE = 200;
  private static final int DEADLINE = (int) Duration.ofSeconds(10).toMillis();

  /** Security messages that only few should read. */
  private static final int AUTHPRIV = 10;

  private final SyslogServer server;
  private final SSLContext trust;

  /**
   * Makes it.
   *
   * @param trust whom TLS trusts
   */
  SyslogTeller(SyslogServer server, SSLContext trust) {
    this.server = server;
    this.trust = trust;
  }

  @Override
  public Told tell(Message message) {
    byte[] line = line(message);
    try {
      InetAddress[] addresses = InetAddress.getAllByName(server.address().host());
      switch (server.transport()) {
        case UDP -> datagram(addresses[0], clipped(line, MOST_DATAGRAM));
        case TCP -> {
          try (Socket socket = open(addresses)) {
            write(socket, clipped(line, MOST_STREAM));
          }
        }
        case TLS -> {
          try (Socket plain = open(addresses);
              SSLSocket socket = secured(plain)) {
            write(socket, clipped(line, MOST_STREAM));
          }
        }
      }
      return new Told.Taken();
    } catch (IOException e) {
      return new Told.NotNow("it does not take it (" + e.getClass().getSimpleName() + ")");
    }
  }

  private void datagram(InetAddress address, byte[] line) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.send(new DatagramPacket(line, line.length, address, server.address().port()));
    }
  }

  /** To the first of the addresses that answers. */
  private Socket open(InetAddress[] addresses) throws IOException {
    for (int i = 0; i < addresses.length - 1; i++) {
      try {
        return open(addresses[i]);
      } catch (IOException e) {
        LOG.debug("{} does not answer: {}", addresses[i], e.getMessage());
      }
    }
    return open(addresses[addresses.length - 1]);
  }

  private Socket open(InetAddress address) throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(new InetSocketAddress(address, server.address().port()), DEADLINE);
      socket.setSoTimeout(DEADLINE);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private SSLSocket secured(Socket plain) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            trust
                .getSocketFactory()
                .createSocket(plain, server.address().host(), server.address().port(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private static void write(Socket socket, byte[] line) throws IOException {
    ByteArrayOutputStream framed = new ByteArrayOutputStream();
    framed.writeBytes((line.length + " ").getBytes(UTF_8));
    framed.writeBytes(line);
    socket.getOutputStream().write(framed.toByteArray());
    socket.getOutputStream().flush();
    socket.shutdownOutput();
  }

  /** A message of which the end is cut, not within a character. */
  private static byte[] clipped(byte[] line, int most) {
    if (line.length <= most) {
      return line;
    }
    int end = most;
    while (end > 0 && (line[end] & 0xc0) == 0x80) {
      end--;
    }
    return Arrays.copyOf(line, end);
  }

  private static byte[] line(Message message) {
    AlertText alert = AlertText.of(message);
    var action = message.action();
    var target = action.target();
    String data =
        "[leukocyte@32473"
            + parameter("rule", alert.rule())
            + parameter("policy", String.valueOf(action.policy()))
            + parameter("alert", String.valueOf(action.alert()))
            + (target == null
                ? ""
                : parameter("container", target.name())
                    + parameter("containerId", target.id().value()))
            + "]";
    return "<%d>1 %s %s leukocyte %d alert %s %s"
        .formatted(
            AUTHPRIV * 8 + severity(alert.priority()),
            Nanos.instant(action.time()).truncatedTo(ChronoUnit.MILLIS),
            name(alert.host()),
            ProcessHandle.current().pid(),
            data,
            alert.title() + "; " + alert.output())
        .getBytes(UTF_8);
  }

  /** A host's name may have printable ASCII only, without blanks. */
  private static String name(String host) {
    String name = host.replaceAll("[^!-~]", "_");
    return name.isEmpty() ? "-" : name.substring(0, Math.min(255, name.length()));
  }

  private static String parameter(String name, String value) {
    String shown = Text.clip(Text.printable(value), MOST_VALUE);
    String escaped = shown.replace("\\", "\\\\").replace("\"", "\\\"").replace("]", "\\]");
    return " " + name + "=\"" + escaped + "\"";
  }

  /** Syslog's own, 0 the worst. */
  private static int severity(String priority) {
    return Priority.parse(priority)
        .map(p ->
            switch (p) {
              case EMERGENCY -> 0;
              case ALERT -> 1;
              case CRITICAL -> 2;
              case ERROR -> 3;
              case WARNING -> 4;
              case NOTICE -> 5;
              case INFORMATIONAL -> 6;
              case DEBUG -> 7;
            })
        .orElse(4);
  }
}
