package io.leukocyte.responder;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Authenticator;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;

/** Sends mail: the alert in words, and its document below. */
final class MailTeller implements Teller {
  private static final String DEADLINE = String.valueOf(Duration.ofSeconds(10).toMillis());

  private final MailServer server;
  private final List<String> to;
  private final Session session;

  /**
   * Makes it.
   *
   * @param to addresses
   * @param trust whom TLS trusts
   */
  MailTeller(MailServer server, List<String> to, SSLContext trust) {
    this.server = server;
    this.to = List.copyOf(to);
    session = Session.getInstance(properties(server, trust), login(server));
  }

  private static Properties properties(MailServer server, SSLContext trust) {
    Properties properties = new Properties();
    properties.put("mail.transport.protocol", "smtp");
    properties.put("mail.smtp.host", server.address().host());
    properties.put("mail.smtp.port", String.valueOf(server.address().port()));
    properties.put("mail.smtp.auth", String.valueOf(server.user().isPresent()));
    for (String limit : List.of("connectiontimeout", "timeout", "writetimeout")) {
      properties.put("mail.smtp." + limit, DEADLINE);
    }
    properties.put("mail.smtp.ssl.socketFactory", trust.getSocketFactory());
    properties.put("mail.smtp.ssl.checkserveridentity", "true");
    switch (server.tls()) {
      case STARTTLS -> {
        properties.put("mail.smtp.starttls.enable", "true");
        properties.put("mail.smtp.starttls.required", "true");
      }
      case TLS -> properties.put("mail.smtp.ssl.enable", "true");
      case NONE -> {}
    }
    return properties;
  }

  private static Authenticator login(MailServer server) {
    return new Authenticator() {
      @Override
      protected PasswordAuthentication getPasswordAuthentication() {
        return new PasswordAuthentication(server.user().orElse(""), server.password().orElse(""));
      }
    };
  }

  @Override
  public Told tell(Message message) {
    try {
      Transport.send(mail(message));
      return new Told.Taken();
    } catch (AuthenticationFailedException e) {
      return new Told.Never("the mail server does not take the user and password");
    } catch (SendFailedException e) {
      return isForEver(e)
          ? new Told.Never("the mail server refuses an address for good")
          : new Told.NotNow("the mail server does not take it");
    } catch (MessagingException e) {
      return new Told.NotNow("the mail server does not answer as it should (" + cause(e) + ")");
    }
  }

  private static boolean isForEver(SendFailedException e) {
    for (Exception next = e.getNextException(); next instanceof MessagingException m; ) {
      if (m instanceof SMTPAddressFailedException refused) {
        return refused.getReturnCode() >= 500;
      }
      next = m.getNextException();
    }
    return false;
  }

  private static String cause(MessagingException e) {
    Exception next = e.getNextException();
    return (next == null ? e : next).getClass().getSimpleName();
  }

  private MimeMessage mail(Message message) throws MessagingException {
    AlertText alert = AlertText.of(message);
    MimeMessage mail = new MimeMessage(session);
    mail.setFrom(new InternetAddress(server.from()));
    for (String address : to) {
      mail.addRecipient(RecipientType.TO, new InternetAddress(address));
    }
    mail.setSubject(alert.title(), StandardCharsets.UTF_8.name());
    mail.setHeader(
        "Date",
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            Nanos.instant(message.action().time()).atOffset(ZoneOffset.UTC)));
    mail.setHeader("Auto-Submitted", "auto-generated");
    mail.setText(
        "%s%n%n%s%n%npolicy %s (%s)%nalert %s%n%n%s%n"
            .formatted(
                alert.title(),
                alert.output(),
                message.action().policy(),
                message.action().source(),
                message.action().alert(),
                message.document()),
        StandardCharsets.UTF_8.name());
    return mail;
  }
}
