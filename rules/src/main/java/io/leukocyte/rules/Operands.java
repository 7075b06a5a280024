package io.leukocyte.rules;

import io.leukocyte.events.config.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks up what stands on the sides of a comparison: fields, and functions of them. */
final class Operands {
  private Operands() {}

  /**
   * Functions of one text of one field.
   *
   * @param functions the innermost first
   */
  record OneText(Expr.FieldName field, List<Transformer> functions, Field.Type type) {
    OneText {
      functions = List.copyOf(functions);
    }

    /** How it is written. */
    String shown() {
      String shown = field.name();
      for (Transformer function : functions) {
        shown = function.text() + "(" + shown + ")";
      }
      return shown;
    }
  }

  /** A field that is there. */
  static Field field(Expr.FieldName name) {
    Field field = Fields.find(name.name());
    if (field == null) {
      throw new IllegalStateException("Not looked up: " + name);
    }
    return field;
  }

  /**
   * What stands in the way of a check: a field that no collector has, one that does not exist, or
   * one with something wrong in brackets.
   *
   * @param wrong reports a field; with an empty text one that does not exist
   */
  static Optional<Node> lacking(Expr.Check check, BiFunction<Expr.FieldName, String, Node> wrong) {
    Expr.Operand right = check.right();
    List<Expr.FieldName> fields = new ArrayList<>(fields(check.left()));
    if (right != null) {
      fields.addAll(fields(right));
    }
    for (Expr.FieldName name : fields) {
      Field field = Fields.find(name.name());
      if (field == null) {
        return Optional.of(
            ForeignFields.has(name.name())
                ? new Node.Needs("the field " + name.name(), name.at())
                : wrong.apply(name, ""));
      }
      String misfit = field.misfit(name.argument());
      if (!misfit.isEmpty()) {
        return Optional.of(wrong.apply(name, "the field " + name.name() + " " + misfit));
      }
      if (!field.isKept(name.argument())) {
        return Optional.of(
            new Node.Needs("the field " + name.name() + "[" + name.argument() + "]", name.at()));
      }
    }
    return Optional.empty();
  }

  /** The fields in an operand, in their order. */
  static List<Expr.FieldName> fields(Expr.Operand operand) {
    return switch (operand) {
      case Expr.FieldName name -> List.of(name);
      case Expr.Value value -> List.of();
      case Expr.Call call -> fields(call.arguments());
      case Expr.Items items -> fields(items.items());
    };
  }

  private static List<Expr.FieldName> fields(List<Expr.Operand> operands) {
    return operands.stream().flatMap(o -> fields(o).stream()).toList();
  }

  /** The operand as functions of one text of one field; null when it is more than that. */
  static @Nullable OneText oneText(Expr.Operand operand) throws SyntaxException {
    if (operand instanceof Expr.FieldName name) {
      return new OneText(name, List.of(), field(name).type());
    }
    if (!(operand instanceof Expr.Call call) || call.arguments().size() != 1) {
      return null;
    }
    OneText inner = oneText(call.arguments().getFirst());
    boolean ofOne = call.function().isOfOneText() || call.function() == Transformer.LEN;
    if (inner == null || !ofOne || isCountOfItems(call, inner)) {
      return null;
    }
    checkText(call, inner.type());
    checkOption(call);
    boolean count = call.function() == Transformer.LEN;
    List<Transformer> functions =
        Stream.concat(inner.functions().stream(), Stream.of(call.function())).toList();
    return new OneText(inner.field(), functions, count ? Field.Type.NUMBER : Field.Type.STRING);
  }

  private static boolean isCountOfItems(Expr.Call call, OneText inner) {
    return call.function() == Transformer.LEN
        && inner.functions().isEmpty()
        && inner.field().argument() == null
        && field(inner.field()).itemsIn().isPresent();
  }

  private static void checkText(Expr.Call call, Field.Type type) throws SyntaxException {
    if (type != Field.Type.STRING) {
      throw new SyntaxException(
          call.at(), call.function().text() + "( takes text, not a " + type.text(), "");
    }
  }

  private static void checkOption(Expr.Call call) throws SyntaxException {
    if (call.option() != null) {
      throw new SyntaxException(
          call.at(), call.function().text() + "(…) takes nothing in brackets", "");
    }
  }

  /** The operand as a term. */
  static Term term(Expr.Operand operand) throws SyntaxException {
    return switch (operand) {
      case Expr.FieldName name -> new Term.OfField(field(name), name.argument());
      case Expr.Value value -> new Term.Literal(value.text());
      case Expr.Items items -> new Term.Items(terms(items.items()));
      case Expr.Call call -> call(call);
    };
  }

  private static List<Term> terms(List<Expr.Operand> operands) throws SyntaxException {
    List<Term> terms = new ArrayList<>();
    for (Expr.Operand operand : operands) {
      terms.add(term(operand));
    }
    return terms;
  }

  private static Term call(Expr.Call call) throws SyntaxException {
    List<Term> arguments = terms(call.arguments());
    Transformer function = call.function();
    String option = call.option();
    if (function != Transformer.GETOPT) {
      checkOption(call);
    }
    return switch (function) {
      case TOLOWER, TOUPPER, B64, BASENAME -> {
        Term of = one(call, arguments);
        checkText(call, of.type());
        yield new Term.Mapped(function, of);
      }
      case LEN -> {
        Term of = one(call, arguments);
        if (!of.isList()) {
          checkText(call, of.type());
        }
        yield of.isList() ? new Term.Count(of) : new Term.Mapped(function, of);
      }
      case VAL -> {
        if (!(call.arguments().getFirst() instanceof Expr.FieldName)) {
          throw new SyntaxException(call.at(), "val( takes a field", "");
        }
        yield one(call, arguments);
      }
      case JOIN -> {
        Term separator = pair(call, arguments, "a separator and a list").getFirst();
        checkList(call, arguments.get(1), 1);
        yield new Term.Join(separator, arguments.get(1));
      }
      case CONCAT -> new Term.Concat(arguments);
      case GETOPT -> {
        Term words = pair(call, arguments, "a list and the letters of options").getFirst();
        checkList(call, words, 0);
        yield new Term.GetOpt(words, arguments.get(1), option);
      }
    };
  }

  private static Term one(Expr.Call call, List<Term> arguments) throws SyntaxException {
    if (arguments.size() != 1) {
      throw new SyntaxException(
          call.at(), call.function().text() + "( takes one field or function", "");
    }
    return arguments.getFirst();
  }

  private static List<Term> pair(Expr.Call call, List<Term> arguments, String what)
      throws SyntaxException {
    if (arguments.size() != 2) {
      throw new SyntaxException(call.at(), call.function().text() + "( takes " + what, "");
    }
    return arguments;
  }

  private static void checkList(Expr.Call call, Term term, int index) throws SyntaxException {
    if (!term.isList()) {
      Position at = call.arguments().get(index).at();
      throw new SyntaxException(
          at,
          term + " is not a list",
          "take a field of many values, getopt(…), or several in parentheses");
    }
  }

  /** Whether a side reads both ends of a connection. */
  static boolean isOfBothEnds(Term term) {
    return term instanceof Term.OfField field && field.field().bothEnds();
  }

  /** Two sides must be of one type, and the operator must be one for it. */
  static void checkTypes(Expr.Check check, Term left, Term right) throws SyntaxException {
    String operator = check.operator().text();
    if (!check.operator().comparesFields()) {
      throw new SyntaxException(
          check.at(), "'" + operator + "' compares with values, not with a field", "");
    }
    if (group(left.type()) != group(right.type())) {
      throw new SyntaxException(
          check.at(),
          left + " is a " + left.type().text() + ", " + right + " a " + right.type().text(),
          "compare fields of one type");
    }
    boolean fits =
        switch (check.operator()) {
          case EQUAL, NOT_EQUAL, IN, INTERSECTS -> true;
          case LESS, AT_MOST, GREATER, AT_LEAST -> left.type() == Field.Type.NUMBER;
          case CONTAINS, ICONTAINS, STARTSWITH, ENDSWITH, GLOB, IGLOB ->
              left.type() == Field.Type.STRING;
          case EXISTS, PMATCH, REGEX, BCONTAINS, BSTARTSWITH -> false;
        };
    if (!fits) {
      throw new SyntaxException(
          check.at(),
          "'" + operator + "' does not compare " + left + ", which is a " + left.type().text(),
          "");
    }
  }

  /** Addresses and networks are the same. */
  private static Field.Type group(Field.Type type) {
    return type == Field.Type.NETWORK ? Field.Type.ADDRESS : type;
  }
}
