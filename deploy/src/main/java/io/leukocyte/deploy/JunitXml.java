package io.leukocyte.deploy;

import java.io.ByteArrayOutputStream;
import java.util.List;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Outcomes of tests as build servers read them: a suite of JUnit's XML. */
final class JunitXml {
  private JunitXml() {}

  /** The document in UTF-8: a test case for each outcome, the rule as its class. */
  static byte[] of(String suite, List<RulesTestCommand.Outcome> outcomes) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      XMLStreamWriter xml = XMLOutputFactory.newInstance().createXMLStreamWriter(bytes, "UTF-8");
      xml.writeStartDocument("UTF-8", "1.0");
      xml.writeStartElement("testsuite");
      xml.writeAttribute("name", suite);
      xml.writeAttribute("tests", String.valueOf(outcomes.size()));
      xml.writeAttribute(
          "failures", String.valueOf(outcomes.stream().filter(o -> !o.passed()).count()));
      for (RulesTestCommand.Outcome outcome : outcomes) {
        write(xml, outcome);
      }
      xml.writeEndElement();
      xml.writeEndDocument();
      xml.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("XML cannot be written to memory", e);
    }
    return bytes.toByteArray();
  }

  private static void write(XMLStreamWriter xml, RulesTestCommand.Outcome outcome)
      throws XMLStreamException {
    xml.writeStartElement("testcase");
    xml.writeAttribute("classname", outcome.test().rule());
    xml.writeAttribute("name", outcome.test().title());
    xml.writeAttribute("file", outcome.test().at().file());
    xml.writeAttribute("line", String.valueOf(outcome.test().at().line()));
    if (!outcome.passed()) {
      xml.writeStartElement("failure");
      xml.writeAttribute("message", outcome.failure().get(1).strip());
      xml.writeCharacters(String.join("\n", outcome.failure()));
      xml.writeEndElement();
    }
    xml.writeEndElement();
  }
}
