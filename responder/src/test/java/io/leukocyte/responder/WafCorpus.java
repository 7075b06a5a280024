package io.leukocyte.responder;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * Requests as a web application firewall sees them: 500 attacks and 500 ordinary ones, made of the
 * seeds in {@code waf/attacks.txt} and {@code waf/texts.txt}, always the same.
 */
final class WafCorpus {
  private static final Pattern ESCAPED = Pattern.compile("%[0-9a-fA-F]{2}");
  private static final String AGENT =
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
          + "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
          + "Accept-Language: de-CH,de;q=0.9,en;q=0.7\r\nAccept-Encoding: gzip, deflate, br\r\n";
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String JSON = "application/json";

  private WafCorpus() {}

  /**
   * A request.
   *
   * @param kind of attack, or of ordinary request
   * @param name for people: where, and what
   * @param head request line and headers, without the host's and the body's
   * @param body a character for each byte; may be empty
   */
  record Request(String kind, String name, String head, String body) {
    /** As it goes over the wire. */
    byte[] wire(String host) {
      boolean asks = head.startsWith("GET ") || head.startsWith("HEAD ");
      String length = asks && body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n";
      String start = head + "Host: " + host + "\r\n" + length + "\r\n";
      return (bytes(start.getBytes(UTF_8)) + body).getBytes(ISO_8859_1);
    }

    boolean answersWithoutBody() {
      return head.startsWith("HEAD ");
    }
  }

  /** Each seed in the query, a form, JSON, and one of four other places. */
  static List<Request> attacks() {
    List<Request> all = new ArrayList<>();
    seeds("attacks.txt")
        .forEach((kind, seeds) -> {
          for (int i = 0; i < seeds.size(); i++) {
            String seed = seeds.get(i);
            all.add(get(kind, "query: " + seed, "/search?q=" + sent(seed) + "&page=1", ""));
            all.add(post(kind, "form: " + seed, FORM, "name=anna&comment=" + encoded(seed)));
            all.add(post(kind, "json: " + seed, JSON, "{\"id\":7,\"text\":" + quoted(seed) + "}"));
            all.add(elsewhere(kind, seed, i));
          }
        });
    return all;
  }

  private static Request elsewhere(String kind, String seed, int number) {
    return switch (number % 4) {
      case 0 ->
          get(kind, "cookie: " + seed, "/", "Cookie: lang=en; last=" + encoded(seed) + "\r\n");
      case 1 -> get(kind, "path: " + seed, "/item/" + sent(seed).replace("+", "%20"), "");
      case 2 -> multipart(kind, "multipart: " + seed, "note.txt", seed, "x".getBytes(UTF_8));
      default -> get(kind, "header: " + seed, "/", "X-Api-Version: " + seed + "\r\n");
    };
  }

  static List<Request> ordinary() {
    List<Request> all = new ArrayList<>();
    List<String> texts = seeds("texts.txt").getOrDefault("", List.of());
    Random random = new Random(20261127);
    for (int i = 0; i < texts.size(); i++) {
      String text = texts.get(i);
      all.add(post("form", text, FORM, form("name", text, "rating", "4", "accept", "on")));
      all.add(post("json", text, JSON, "{\"id\":" + i + ",\"note\":" + quoted(text) + "}"));
      all.add(get("search", text, "/search?q=" + encoded(text) + "&sort=-date&page=2", ""));
      all.add(change(i, text));
      all.add(special(i, text));
      byte[] file = new byte[2_000 + random.nextInt(20_000)];
      random.nextBytes(file);
      String name = text.replaceAll("[^\\p{L}\\p{N} ]", "") + ".jpg";
      all.add(multipart("upload", text, name, text, file));
      all.add(page(i));
      all.add(api(i));
      all.add(signedIn(i, random));
      all.add(order(i, text));
    }
    return all;
  }

  private static Request change(int i, String text) {
    String path = "/api/v2/orders/" + (1000 + i);
    String body = "{\"note\":" + quoted(text) + ",\"lines\":[{\"sku\":\"A-1\",\"n\":2}]}";
    return switch (i % 4) {
      case 0 -> with("PUT", path, JSON, body);
      case 1 -> with("PATCH", path, "application/merge-patch+json", body);
      case 2 -> with("DELETE", path, "", "");
      default ->
          with(
              "PATCH",
              path,
              "application/json-patch+json",
              "[{\"op\":\"replace\",\"path\":\"/note\",\"value\":" + quoted(text) + "}]");
    };
  }

  private static Request special(int i, String text) {
    return switch (i % 8) {
      case 0 ->
          post(
              "graphql",
              text,
              JSON,
              "{\"query\":\"query O($id: ID!) { order(id: $id) { id lines { sku n } } }\","
                  + "\"variables\":{\"id\":\"42\",\"note\":"
                  + quoted(text)
                  + "}}");
      case 1 ->
          post(
              "soap",
              text,
              "text/xml; charset=utf-8",
              "<?xml version=\"1.0\"?><e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\">"
                  + "<e:Body><note>"
                  + text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                  + "</note></e:Body></e:Envelope>");
      case 2 -> post("csv", text, "text/csv; charset=utf-8", "id;note\n1;" + text + "\n");
      case 3 ->
          post(
              "ndjson",
              text,
              "application/x-ndjson",
              "{\"index\":{}}\n{\"note\":" + quoted(text) + "}\n");
      case 4 -> post("text", text, "text/plain; charset=UTF-8", text);
      case 5 ->
          post(
              "image in json",
              text,
              JSON,
              "{\"avatar\":\"data:image/png;base64,"
                  + Base64.getEncoder().encodeToString(text.repeat(20).getBytes(UTF_8))
                  + "\"}");
      case 6 -> with("PUT", "/files/" + encoded(text).replace("+", "%20"), "image/png", text);
      default ->
          post(
              "event",
              text,
              "application/cloudevents+json",
              "{\"specversion\":\"1.0\",\"type\":\"org.example.note\",\"source\":\"/shop\",\"id\":\"a1\",\"data\":"
                  + quoted(text)
                  + "}");
    };
  }

  private static Request page(int i) {
    return switch (i % 5) {
      case 0 -> get("page", "start", "/", "Upgrade-Insecure-Requests: 1\r\nDNT: 1\r\n");
      case 1 ->
          get("page", "script", "/static/app.js?v=1.4." + i, "Referer: https://shop.example/\r\n");
      case 2 ->
          get("page", "part of a film", "/media/film.mp4", "Range: bytes=" + i + "00-99999\r\n");
      case 3 ->
          get(
              "page",
              "unchanged?",
              "/catalogue/shoes/" + i,
              "If-None-Match: \"5f-60a\"\r\nIf-Modified-Since: Mon, 02 Nov 2026 08:00:00 GMT\r\n");
      default -> new Request("page", "head", "HEAD /catalogue/" + i + " HTTP/1.1\r\n" + AGENT, "");
    };
  }

  private static Request api(int i) {
    String rest =
        "HTTP/1.1\r\nUser-Agent: shop-app/3.2 (Android 15)\r\nAccept: application/json\r\n";
    return switch (i % 5) {
      case 0 ->
          new Request(
              "api",
              "preflight",
              "OPTIONS /api/v2/orders "
                  + rest
                  + "Origin: https://shop.example\r\nAccess-Control-Request-Method: PUT\r\n"
                  + "Access-Control-Request-Headers: content-type,authorization\r\n",
              "");
      case 1 ->
          new Request(
              "api",
              "filter",
              "GET /api/v2/items?filter[price][gte]=10&filter[tag]=a,b&fields=id,name&limit="
                  + i
                  + "&include=reviews.author "
                  + rest,
              "");
      case 2 ->
          new Request(
              "api",
              "callback of a sign-in",
              "GET /oauth/callback?code=4%2F0AX"
                  + i
                  + "&state=eyJyIjoiL2NhcnQifQ%3D%3D&scope=openid%20email%20profile&iss=https%3A%2F%2Flogin.example%2F "
                  + rest,
              "");
      case 3 ->
          new Request(
              "api",
              "a time span",
              "GET /api/v2/stats?from=2026-11-01T00:00:00%2B01:00&to=2026-11-27T23:59:59Z&tz=Europe/Zurich&i="
                  + i
                  + " "
                  + rest,
              "");
      default ->
          new Request(
              "api",
              "by ids",
              "GET /api/v2/items/3f2b8c1e-5d0a-4e57-9f6b-0d8a1c2b3e"
                  + (10 + i)
                  + "/reviews "
                  + rest,
              "");
    };
  }

  /** With a session, a token, a basic password; all of them random. */
  private static Request signedIn(int i, Random random) {
    byte[] bytes = new byte[48];
    random.nextBytes(bytes);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    String header =
        switch (i % 4) {
          case 0 -> "Cookie: session=" + token + "; cart=%7B%22n%22%3A2%7D; consent=yes\r\n";
          case 1 -> "Authorization: Bearer eyJhbGciOiJSUzI1NiJ9." + token + "." + token + "\r\n";
          case 2 -> "Authorization: Basic YW5uYTphLWxvbmctcGFzc3dvcmQ=\r\n";
          default -> "X-Api-Key: " + token + "\r\nX-Request-Id: 7d0c-" + i + "\r\n";
        };
    return get("signed in", header, "/account/orders?page=" + i, header);
  }

  private static Request order(int i, String text) {
    if (i % 2 == 0) {
      return post(
          "sign-in",
          "form",
          FORM,
          form(
              "user",
              "anna.smith+" + i + "@example.org",
              "password",
              "Tr0ub4dor&3!x" + i,
              "next",
              "/cart?step=2",
              "csrf",
              "9f8e7d6c5b4a"));
    }
    return post(
        "checkout",
        text,
        FORM,
        form(
            "first",
            "Zoë",
            "last",
            "O'Brien-Müller",
            "street",
            "Rue de l'Église 12 bis",
            "city",
            "Genève",
            "zip",
            "1204",
            "phone",
            "+41 (0)22 555 01 " + (10 + i % 80),
            "items[0][sku]",
            "A-100/B",
            "items[0][n]",
            "2",
            "gift",
            text,
            "total",
            "1'250.00"));
  }

  private static Request get(String kind, String name, String target, String headers) {
    return new Request(kind, name, "GET " + target + " HTTP/1.1\r\n" + AGENT + headers, "");
  }

  private static Request post(String kind, String name, String type, String body) {
    return new Request(
        kind,
        name,
        "POST /notes HTTP/1.1\r\n" + AGENT + "Content-Type: " + type + "\r\n",
        bytes(body.getBytes(UTF_8)));
  }

  private static Request with(String method, String path, String type, String body) {
    String header = type.isEmpty() ? "" : "Content-Type: " + type + "\r\n";
    return new Request(
        method,
        path,
        method + " " + path + " HTTP/1.1\r\n" + AGENT + header,
        bytes(body.getBytes(UTF_8)));
  }

  private static Request multipart(
      String kind, String name, String fileName, String field, byte[] file) {
    String boundary = "----WebKitFormBoundary7MA4YWxkTrZu0gW";
    byte[] head =
        ("--%1$s\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n%2$s\r\n--%1$s\r\n"
                + "Content-Disposition: form-data; name=\"file\"; filename=\"%3$s\"\r\n"
                + "Content-Type: image/jpeg\r\n\r\n")
            .formatted(boundary, field, fileName)
            .getBytes(UTF_8);
    byte[] tail = ("\r\n--" + boundary + "--\r\n").getBytes(UTF_8);
    String body = bytes(head) + bytes(file) + bytes(tail);
    return new Request(
        kind,
        name,
        "POST /photos HTTP/1.1\r\n"
            + AGENT
            + "Content-Type: multipart/form-data; boundary="
            + boundary
            + "\r\n",
        body);
  }

  private static String bytes(byte[] bytes) {
    return new String(bytes, ISO_8859_1);
  }

  private static String form(String... pairs) {
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < pairs.length; i += 2) {
      fields.add(encoded(pairs[i]) + "=" + encoded(pairs[i + 1]));
    }
    return String.join("&", fields);
  }

  private static String encoded(String text) {
    return java.net.URLEncoder.encode(text, UTF_8);
  }

  /** What is escaped already goes as it is. */
  private static String sent(String text) {
    return ESCAPED.matcher(text).find() ? text.replace(" ", "%20") : encoded(text);
  }

  private static String quoted(String text) {
    return JournalLines.MAPPER.valueToTree(text).toString();
  }

  private static Map<String, List<String>> seeds(String file) {
    Map<String, List<String>> seeds = new LinkedHashMap<>();
    String kind = "";
    try (InputStream in =
        Objects.requireNonNull(WafCorpus.class.getResourceAsStream("/waf/" + file))) {
      for (String line : new String(in.readAllBytes(), UTF_8).lines().toList()) {
        if (line.startsWith("[") && line.endsWith("]")) {
          kind = line.substring(1, line.length() - 1);
        } else if (!line.isEmpty() && !line.startsWith("# ")) {
          seeds.computeIfAbsent(kind, k -> new ArrayList<>()).add(line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return seeds;
  }
}
