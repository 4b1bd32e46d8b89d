"""Reading the small pieces of a filter: keys, operators, values. Every pattern here is linear in its input."""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from headwater.protocol.contexts import normal_metric_key
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.filter_tree import DATASET_KEYS, Grammar, Key, Kind, Value

_BLANKS = re.compile(r"\s*")
_WORD = re.compile(r"\w+")
_BARE_KEY = re.compile(r"\w[\w.\-/:]*")
_CONTEXT = re.compile(r"""\{(?:[^{}"']|"[^"]*"|'[^']*')*\}""")
_SYMBOL = re.compile(r"[=!<>~&|]+")
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![\w.])")
_LOOSE = re.compile(r"[^\s,()]+|.", re.DOTALL)
_SNIPPET = 24
_MESSAGE = 1000
_INT_DIGITS = 18
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Literal(NamedTuple):
    """A value as it was written: `value` is None when it is neither a number nor a string in quotes."""

    value: Value | None
    raw: str
    start: int


def parse_moment(text: str) -> int | None:
    """Return the milliseconds since 1970 of a date, with or without a time and its distance from UTC; else None."""
    if not _DATE.match(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(milliseconds=1)


class Scanner:
    """A filter or order_by text and how far it has been read."""

    def __init__(self, text: str, grammar: Grammar) -> None:
        self.text = text
        self.grammar = grammar
        self.position = 0

    def error(self, message: str, start: int | None = None) -> InvalidParameterValue:
        """Return an error that points at character `start`, or at where reading stopped."""
        if len(message) > _MESSAGE:
            message = f"{message[:_MESSAGE]}…"
        at = self.position if start is None else start
        rest = self.text[at : at + _SNIPPET]
        where = f"'{rest}{'…' if at + _SNIPPET < len(self.text) else ''}'" if rest else "the end"
        return InvalidParameterValue(f"{message} (at position {at + 1}: {where})")

    def invalid_clause(self, start: int) -> InvalidParameterValue:
        """Return the error for a piece at `start` that fits nowhere."""
        found = _LOOSE.match(self.text, start)
        piece = found.group()[:_SNIPPET] if found else ""
        return self.error(f"Invalid clause(s) in filter string: '{piece}'", start)

    def skip_blanks(self) -> int:
        """Read over blanks and return the position."""
        found = _BLANKS.match(self.text, self.position)
        assert found is not None, "the pattern matches nothing at all, too"
        self.position = found.end()
        return self.position

    def peek(self) -> str:
        """Return the next character, or nothing at the end."""
        return self.text[self.position : self.position + 1]

    def peek_word(self) -> str:
        """Return the keyword that comes next in upper case, or nothing; a key with a dot is none."""
        found = _BARE_KEY.match(self.text, self.position)
        return found.group().upper() if found else ""

    def take_word(self, word: str) -> bool:
        """Read over `word` (upper case) if it comes next, after blanks, in any case."""
        start = self.skip_blanks()
        found = _WORD.match(self.text, start)
        if found is None or found.group().upper() != word:
            return False
        self.position = found.end()
        return True

    def take_symbol(self, symbol: str) -> bool:
        """Read over the character `symbol` if it comes next, after blanks."""
        self.skip_blanks()
        if self.peek() != symbol:
            return False
        self.position += 1
        return True

    def read_operator(self) -> str:
        """Read one symbol operator or word, in upper case; nothing if there is none."""
        self.skip_blanks()
        found = _SYMBOL.match(self.text, self.position) or _WORD.match(self.text, self.position)
        if found is None:
            return ""
        self.position = found.end()
        return found.group().upper()

    def read_key(self) -> Key:
        """Read `[entity.]name` and look it up."""
        start = self.position
        quote = self.peek()
        if quote == "'":
            raise self.error(f"Invalid comparison clause. Expected 'Identifier' found '{self.read_value().raw}'", start)
        if quote and quote in '`"':
            return self._read_quoted_key(quote, start)
        found = _BARE_KEY.match(self.text, start)
        if found is None:
            raise self.invalid_clause(start)
        self.position = found.end()
        entity, dot, name = found.group().partition(".")
        if not dot:
            return self._find_attribute(entity, start)
        return self._find_key(entity, name or self._read_name(start), start)

    def _read_quoted_key(self, quote: str, start: int) -> Key:
        name = self._read_quoted(quote, start)
        if self.peek() == ".":
            self.position += 1
            entity = name if quote == "`" else f'"{name}"'
            return self._find_key(entity, self._read_name(start), start)
        entity, dot, _ = name.partition(".")
        if dot:
            raise self._unknown_entity(quote + entity, start)
        return self._find_attribute(name, start)

    def _read_name(self, start: int) -> str:
        quote = self.peek()
        if quote and quote in "`\"'":
            return self._read_quoted(quote, start)
        found = _BARE_KEY.match(self.text, self.position)
        if found is None:
            raise self.invalid_clause(start)
        self.position = found.end()
        return found.group()

    def _read_quoted(self, quote: str, start: int) -> str:
        end = self.text.find(quote, self.position + 1)
        if end < 0:
            raise self.invalid_clause(start)
        name = self.text[self.position + 1 : end]
        self.position = end + 1
        return name

    def _find_key(self, entity: str, name: str, start: int) -> Key:
        kind = self.grammar.entities.get(entity)
        if kind is None:
            raise self._unknown_entity(entity, start)
        if kind is Kind.ATTRIBUTE:
            return self._find_attribute(name, start)
        if kind is Kind.DATASET and name not in DATASET_KEYS:
            raise self.error(f"Invalid dataset key '{name}' specified. Valid keys are '{set(DATASET_KEYS)}'", start)
        return Key(kind, self._with_context(name, start) if kind is Kind.METRIC else name)

    def _with_context(self, name: str, start: int) -> str:
        """Return a metric's key with the context that is in its name or follows it in braces, in its one form."""
        found = _CONTEXT.match(self.text, self.position) if "{" not in name else None
        if found is not None:
            self.position = found.end()
            name += found.group()
        try:
            return normal_metric_key(name)
        except InvalidParameterValue as error:
            raise self.error(error.message, start) from error

    def _find_attribute(self, name: str, start: int) -> Key:
        attribute = self.grammar.attributes.get(name)
        if attribute is None:
            valid = ", ".join(f"'{known}'" for known in self.grammar.attributes)
            message = f"Invalid attribute key '{name}' specified. Valid keys are '{{{valid}}}'"
            if Kind.METRIC in self.grammar.entities.values():
                message += f". A metric is written metrics.{name[:100]}, a param params.{name[:100]}"
            raise self.error(message, start)
        return Key(Kind.ATTRIBUTE, attribute.name)

    def _unknown_entity(self, entity: str, start: int) -> InvalidParameterValue:
        return self.error(f"Invalid entity type '{entity}'. {self.grammar.valid_entities}", start)

    def read_value(self) -> Literal:
        """Read a number, a string in quotes, or whatever else stands there up to a blank."""
        start = self.skip_blanks()
        quote = self.peek()
        if quote in {"'", '"'}:
            return self._read_string(quote, start)
        number = _NUMBER.match(self.text, start)
        if number is not None:
            self.position = number.end()
            return Literal(_to_number(number.group()), number.group(), start)
        loose = _LOOSE.match(self.text, start)
        if loose is None:
            raise self.error("Invalid clause(s) in filter string: a value is missing")
        self.position = loose.end()
        return Literal(None, loose.group(), start)

    def _read_string(self, quote: str, start: int) -> Literal:
        # As in the reference, a doubled quote, and a backslash with a quote inside a word, stand for themselves.
        text, end = self.text, start
        while (end := text.find(quote, end + 1)) >= 0:
            if text.startswith(quote, end + 1) and text.find(quote, end + 2) >= 0:
                end += 1
            elif text[end - 1] != "\\" or not _WORD.match(text, end + 1) or text.find(quote, end + 1) < 0:
                self.position = end + 1
                return Literal(text[start + 1 : end], text[start : end + 1], start)
        raise self.invalid_clause(start)


def _to_number(digits: str) -> int | float:
    if len(digits) <= _INT_DIGITS and digits.removeprefix("-").isdigit():
        return int(digits)
    return float(digits)
