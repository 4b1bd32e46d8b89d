"""The language that runs, experiments and models are searched by: text in, tree of conditions out.

Grammar (EBNF; keywords in any case, blanks between tokens are free, everything else is case-sensitive):

    filter     = alternative ;
    alternative = sequence , { "OR" , sequence } ;
    sequence   = { "AND" } , term , { { "AND" } , term } , { "AND" } ;
    term       = "NOT" , term | "(" , alternative , ")" | condition ;
    condition  = key , comparison , value
               | key , [ "NOT" ] , ( "LIKE" | "ILIKE" ) , string
               | key , [ "NOT" ] , "IN" , "(" , value , { "," , value } , [ "," ] , ")"
               | key , [ "NOT" ] , "BETWEEN" , value , "AND" , value
               | key , "IS" , [ "NOT" ] , "NULL" ;
    comparison = "=" | "!=" | ">" | ">=" | "<" | "<=" ;
    key        = [ entity , "." ] , name , [ context ] ;
    context    = "{" , label , { "," , label } , "}" ;
    label      = word , "=" , string ;
    name       = bare | "`" , text , "`" | '"' , text , '"' | "'" , text , "'" ;
    bare       = ( letter | digit | "_" ) , { letter | digit | "_" | "." | "-" | "/" | ":" } ;
    value      = number | string ;
    number     = [ "-" ] , ( digits , [ "." , [ digits ] ] | "." , digits ) , [ "e" , [ "+" | "-" ] , digits ] ;
    string     = "'" , text , "'" | '"' , text , '"' ;
    order_by   = key , [ "ASC" | "DESC" ] ;

What it means:

- Entities of runs: `metrics.`, `params.`, `tags.`, `attributes.` (or nothing), `datasets.`, and the singular of each;
  also `parameters.`, `attr.`, `run.`. Entities of experiments, registered models and model versions: `attribute.` (or
  nothing), `tags.`, `tag.`. Entities of logged models: `attributes.` (or nothing), `metrics.`, `params.`, `tags.`.
- A metric's name stands for all its points, `metrics.loss{split="val"}` for those of one context; labels may come in
  any order. The context may also stand inside the quotes of the name.
- A string has no escapes: use the other kind of quote for a text with a quote in it. A doubled quote, and a
  backslash with a quote before a letter, stand for themselves.
- Metrics and numeric attributes compare with numbers. A run's metric is its latest value; a logged model's is any
  value that was measured on the datasets in question. NaN matches `!=`, NOT IN and NOT BETWEEN only.
- Times are milliseconds since 1970, or dates in quotes, in UTC unless they say otherwise:
  `start_time >= '2026-03-01'`, `end_time < '2026-03-01T09:30:00+02:00'`.
- Texts compare with strings, in the order of their code points. A param compares with a number, too, if the number
  is not in quotes: `params.lr > 0.01`; a value that is no number matches `!=`, NOT IN and NOT BETWEEN only.
- LIKE: `%` is any text, `_` one character, nothing escapes them; ILIKE also ignores case.
- A condition holds only for rows that have the key: `tags.team != 'red'` leaves out rows without that tag.
  IS NULL finds those. NOT turns a condition into its complement over all rows: `NOT tags.team = 'red'` finds both.
- AND binds tighter than OR. AND may be left out between conditions, repeated, and stand at either end.
- Datasets of runs have a `name`, a `digest` and a `context` (such as `training`); each condition may be met by another
  of a run's datasets.
- `status` of a logged model is PENDING, READY or FAILED, also as 1, 2, 3 or as MLflow's clients spell it.
- `duration` of a run is `end_time - start_time` in milliseconds, and missing while it has not ended.
- Ordering puts values first, then NaN, then rows without the key, in both directions.
"""

import re

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.filter_scanner import Literal, Scanner, parse_moment
from headwater.protocol.filter_tree import (
    EXPERIMENTS,
    LOGGED_MODELS,
    MODEL_VERSIONS,
    PATTERNS,
    REGISTERED_MODELS,
    RUNS,
    And,
    Between,
    Compare,
    Condition,
    Filter,
    Grammar,
    InList,
    IsNull,
    Key,
    Kind,
    Not,
    Operator,
    Or,
    OrderKey,
    Value,
    ValueType,
)
from headwater.protocol.names import check_no_nul

__all__ = [
    "EXPERIMENTS",
    "LOGGED_MODELS",
    "MAX_CONDITIONS",
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_ORDER_KEYS",
    "MAX_PATTERN",
    "MAX_VALUES",
    "MODEL_VERSIONS",
    "REGISTERED_MODELS",
    "RUNS",
    "And",
    "Between",
    "Compare",
    "Filter",
    "Grammar",
    "InList",
    "IsNull",
    "Key",
    "Kind",
    "Not",
    "Operator",
    "Or",
    "OrderKey",
    "Value",
    "parse_field",
    "parse_filter",
    "parse_order_by",
]

MAX_LENGTH = 200_000
MAX_CONDITIONS = 200
MAX_DEPTH = 50
MAX_VALUES = 10_000
MAX_PATTERN = 10_000
MAX_ORDER_KEYS = 16

_OPERATORS = {str(op): op for op in Operator}
_DIGITS = re.compile(r"[0-9]{1,18}", re.ASCII)
_EQUALITY = (Operator.EQ, Operator.NE)
_LESS_OR_GREATER = (Operator.GT, Operator.GE, Operator.LT, Operator.LE)


def parse_filter(text: str, grammar: Grammar) -> Filter | None:
    """Return the tree that `text` spells, or None for the empty text: no filter.

    Raises `InvalidParameterValue`, and nothing else, when the text is not in the language or beyond its limits.
    """
    if not text:
        return None
    check_no_nul("filter", text)
    if len(text) > MAX_LENGTH:
        raise InvalidParameterValue(
            f"The filter has {len(text)} characters; at most {MAX_LENGTH} are read. Split the search into several."
        )
    if text.isspace():
        raise InvalidParameterValue(f"Invalid filter '{text[:100]}'. Could not be parsed.")
    return _Parser(Scanner(text, grammar)).parse()


def parse_order_by(clauses: list[str], grammar: Grammar) -> list[OrderKey]:
    """Return the keys to order by, most significant first; raise `InvalidParameterValue` for anything else."""
    if len(clauses) > MAX_ORDER_KEYS:
        raise InvalidParameterValue(f"`order_by` has {len(clauses)} fields; at most {MAX_ORDER_KEYS} are possible.")
    keys = [_parse_order(clause, grammar) for clause in clauses]
    if len({order.key for order in keys}) < len(keys):
        raise InvalidParameterValue(f"`order_by` contains duplicate fields: {clauses}. Name each once.")
    return keys


def parse_field(field: str, grammar: Grammar) -> Key:
    """Return the key that a field's name alone says: an attribute, or `entity.name` with any name.

    Raises `InvalidParameterValue` for anything else.
    """
    check_no_nul("field_name", field)
    entity, _, name = field.partition(".")
    if len(name) > 1 and name[0] == name[-1] and name[0] in "`\"'":
        name = name[1:-1]
    kind = grammar.entities.get(entity) if name else Kind.ATTRIBUTE
    attribute = grammar.attributes.get(name or entity)
    if kind is Kind.ATTRIBUTE and attribute is not None:
        return Key(kind, attribute.name)
    if kind is None or kind is Kind.ATTRIBUTE or kind not in grammar.order_kinds:
        raise InvalidParameterValue(
            f"Invalid order by field name: {field[:300]}. Use an attribute, or a key such as metrics.accuracy."
        )
    return Key(kind, name)


def _parse_order(clause: str, grammar: Grammar) -> OrderKey:
    check_no_nul("order_by", clause)
    if len(clause) > MAX_PATTERN:
        raise InvalidParameterValue(f"An order_by clause may have at most {MAX_PATTERN} characters, not {len(clause)}.")
    scanner = Scanner(clause, grammar)
    if scanner.skip_blanks() == len(clause):
        raise InvalidParameterValue(f"Invalid order_by clause '{clause[:100]}'. Could not be parsed.")
    key = scanner.read_key()
    descending = scanner.take_word("DESC")
    if not descending:
        scanner.take_word("ASC")
    end = scanner.skip_blanks()
    if end < len(clause):
        if scanner.peek_word():
            raise scanner.error(f"Invalid ordering key in order_by clause '{clause[:1000]}'.")
        raise scanner.error(f"Invalid order_by clause '{clause[:1000]}'. Could not be parsed.")
    if key.kind not in grammar.order_kinds:
        word = "identifier type 'dataset'" if key.kind is Kind.DATASET else f"order_by entity: {key.kind}"
        raise scanner.error(f"Invalid {word}", 0)
    return OrderKey(key, descending)


class _Parser:
    """Recursive descent over one filter; the depth is bounded, so Python's stack is too."""

    def __init__(self, scanner: Scanner) -> None:
        self._scan = scanner
        self._conditions = 0
        self._values = 0

    def parse(self) -> Filter:
        tree = self._alternative(0)
        if self._scan.skip_blanks() < len(self._scan.text):
            raise self._misplaced()
        return tree

    def _misplaced(self) -> InvalidParameterValue:
        if self._scan.peek() == ";":
            text = self._scan.text[:1000]
            return self._scan.error(
                f"Search filter contained multiple expression '{text}'. Provide AND-ed expression list."
            )
        return self._scan.invalid_clause(self._scan.position)

    def _alternative(self, depth: int) -> Filter:
        parts = [self._sequence(depth)]
        while self._scan.take_word("OR"):
            parts.append(self._sequence(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _sequence(self, depth: int) -> Filter:
        parts: list[Filter] = []
        while True:
            while self._scan.take_word("AND"):
                pass
            self._scan.skip_blanks()
            if self._scan.peek() in {"", ")", ";"} or self._scan.peek_word() == "OR":
                break
            parts.append(self._term(depth))
        if not parts:
            raise self._scan.error("Invalid clause(s) in filter string: a condition is missing")
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _term(self, depth: int) -> Filter:
        if depth > MAX_DEPTH:
            raise self._scan.error(f"The filter nests more than {MAX_DEPTH} deep. Write it flatter.")
        if self._scan.peek_word() == "NOT":
            self._scan.take_word("NOT")
            self._scan.skip_blanks()
            return Not(self._term(depth + 1))
        start = self._scan.position
        if not self._scan.take_symbol("("):
            return self._condition()
        inner = self._alternative(depth + 1)
        if not self._scan.take_symbol(")"):
            if self._scan.peek():
                raise self._misplaced()
            raise self._scan.error("Invalid clause(s) in filter string: '(' is never closed", start)
        return inner

    def _condition(self) -> Condition:
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            raise self._scan.error(
                f"The filter has more than {MAX_CONDITIONS} conditions. Use IN, or split the search."
            )
        start = self._scan.position
        key = self._scan.read_key()
        at = self._scan.skip_blanks()
        operator = self._scan.read_operator()
        negated = operator == "NOT"
        if negated:
            operator = self._scan.read_operator()
        match operator:
            case "":
                raise self._scan.invalid_clause(start if at == len(self._scan.text) else at)
            case "IS" if not negated:
                return self._is_null(key, at)
            case "IN":
                return self._in_list(key, negated)
            case "BETWEEN":
                return self._between(key, negated)
        return self._compare(key, f"NOT {operator}" if negated else operator, start, at)

    def _is_null(self, key: Key, at: int) -> IsNull:
        negated = self._scan.take_word("NOT")
        if not self._scan.take_word("NULL"):
            raise self._scan.invalid_clause(at)
        return IsNull(key, negated)

    def _in_list(self, key: Key, negated: bool) -> InList:  # noqa: FBT001 - a word of the condition
        start = self._scan.skip_blanks()
        if not self._scan.take_symbol("("):
            raise self._scan.error("Invalid clause(s) in filter string: IN needs a list in parentheses")
        values: list[Value] = []
        while not self._scan.take_symbol(")"):
            if values and not self._scan.take_symbol(","):
                raise self._scan.error("While parsing a list in the query, expected ',' or ')'")
            if values and self._scan.take_symbol(")"):
                break
            values.append(self._value(key, in_list=True))
            self._count_value()
        if not values:
            raise self._scan.error(
                "While parsing a list in the query, expected a non-empty list of string values, but got empty list",
                start,
            )
        if len({isinstance(value, str) for value in values}) > 1:
            raise self._scan.error("A list cannot mix numbers and strings. Quote all of its values, or none", start)
        return InList(key, tuple(values), negated)

    def _count_value(self) -> None:
        self._values += 1
        if self._values > MAX_VALUES:
            raise self._scan.error(f"The filter lists more than {MAX_VALUES} values. Split the search.")

    def _between(self, key: Key, negated: bool) -> Between:  # noqa: FBT001 - a word of the condition
        start = self._scan.skip_blanks()
        if self._type(key) is ValueType.EXPERIMENT_ID:
            raise self._scan.error(f"Invalid comparator for {key.name}: BETWEEN", start)
        low = self._value(key)
        if not self._scan.take_word("AND"):
            raise self._scan.error("Invalid clause(s) in filter string: BETWEEN needs two values with AND between them")
        high = self._value(key)
        if isinstance(low, str) != isinstance(high, str):
            raise self._scan.error("BETWEEN cannot mix a number and a string. Quote both values, or none", start)
        return Between(key, low, high, negated)

    def _compare(self, key: Key, operator: str, start: int, at: int) -> Compare:
        op = _OPERATORS.get(operator)
        if op is None:
            if operator[0].isalpha() and not operator.endswith("LIKE"):
                raise self._scan.invalid_clause(start)
            raise self._invalid_comparator(operator, key, at)
        if op not in self._operators(key) and self._type(key) is ValueType.EXPERIMENT_ID:
            raise self._invalid_comparator(operator, key, at)
        literal_at = self._scan.skip_blanks()
        value = self._value(key)
        if op not in self._operators(key):
            raise self._invalid_comparator(operator, key, at)
        if op in PATTERNS:
            if not isinstance(value, str):
                raise self._scan.error(f"{op} needs a string in quotes. Got value {value}", literal_at)
            if len(value) > MAX_PATTERN:
                raise self._scan.error(f"A pattern may have at most {MAX_PATTERN} characters", literal_at)
        return Compare(key, op, value)

    def _invalid_comparator(self, operator: str, key: Key, at: int) -> InvalidParameterValue:
        if self._type(key) is ValueType.EXPERIMENT_ID:
            return self._scan.error(f"Invalid comparator for {key.name}: {operator}", at)
        valid = ", ".join(f"'{known}'" for known in self._operators(key))
        return self._scan.error(f"Invalid comparator '{operator}' not one of '{{{valid}}}'", at)

    def _type(self, key: Key) -> ValueType:
        if key.kind is Kind.ATTRIBUTE:
            return self._scan.grammar.attributes[key.name].type
        return ValueType.NUMBER if key.kind is Kind.METRIC else ValueType.TEXT

    def _operators(self, key: Key) -> tuple[Operator, ...]:
        match self._type(key):
            case ValueType.NUMBER | ValueType.TIME | ValueType.VERSION:
                return _EQUALITY + _LESS_OR_GREATER
            case ValueType.EXPERIMENT_ID:
                return _EQUALITY
            case ValueType.TEXT:
                return tuple(Operator)

    def _value(self, key: Key, *, in_list: bool = False) -> Value:
        literal = self._scan.read_value()
        if key.kind is Kind.ATTRIBUTE and (spellings := self._scan.grammar.attributes[key.name].spellings):
            if literal.value is None:
                raise self._unquoted(key, literal, in_list=in_list)
            return spellings.get(str(literal.value), str(literal.value))
        value_type = self._type(key)
        if value_type is ValueType.VERSION and isinstance(literal.value, str) and _DIGITS.fullmatch(literal.value):
            return int(literal.value)
        if value_type is ValueType.TIME and isinstance(literal.value, str):
            moment = parse_moment(literal.value)
            return self._number(key, literal) if moment is None else moment
        if value_type in {ValueType.NUMBER, ValueType.TIME, ValueType.VERSION}:
            return self._number(key, literal)
        if isinstance(literal.value, str):
            if value_type is ValueType.EXPERIMENT_ID:
                self._check_experiment_id(literal.value, literal.start)
            return literal.value
        if key.kind is Kind.PARAM and literal.value is not None:
            return literal.value
        raise self._unquoted(key, literal, in_list=in_list)

    def _number(self, key: Key, literal: Literal) -> int | float:
        if isinstance(literal.value, (int, float)):
            return literal.value
        shown = literal.raw[:100] if literal.value is None else f"'{str(literal.value)[:100]}'"
        what = "metric" if key.kind is Kind.METRIC else f"numeric attribute: {key.name}"
        raise self._scan.error(f"Expected numeric value type for {what}. Found {shown}", literal.start)

    def _check_experiment_id(self, text: str, start: int) -> None:
        if not (text.isascii() and text.isdigit() and len(text) <= 18):
            raise self._scan.error(
                f"Invalid experiment ID '{text[:100]}'. Experiment ID must be a valid integer.", start
            )

    def _unquoted(self, key: Key, literal: Literal, *, in_list: bool) -> InvalidParameterValue:
        raw = literal.raw[:100]
        if in_list:
            message = (
                "While parsing a list in the query, expected string value, punctuation, or whitespace, "
                f"but got different type in list: {raw}"
            )
        elif literal.value is not None or raw.upper() == "NULL" or raw == "(":
            what = "attributes" if key.kind is Kind.ATTRIBUTE else f"{key.kind} (e.g. 'my-value')"
            message = f"Expected a quoted string value for {what}. Got value {raw}"
        else:
            message = (
                "Parameter value is either not quoted or unidentified quote types used for string value "
                f"{raw}. Use either single or double quotes."
            )
        return self._scan.error(message, literal.start)
