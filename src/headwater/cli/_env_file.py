"""Files of environment variables, one `NAME=value` a line, as Docker and others write them."""

import re
from pathlib import Path

import click

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*", re.ASCII)
_QUOTED = re.compile(r"""(?:'(?P<plain>[^']*)'|"(?P<escaped>(?:[^"\\]|\\.)*)")\s*(?:#.*)?""")
_ESCAPE = re.compile(r"\\(.)")
_LETTERS = {"n": "\n", "r": "\r", "t": "\t"}


def read_env_file(file: str) -> dict[str, str]:
    """Return the variables of a file.

    Empty lines and those that begin with `#` say nothing, and neither does what follows ` #`. A value may stand in
    quotes: as it is in single ones, with `\\n`, `\\"` and the like in double ones. `export` may stand before a name.
    A line that is none of this is a usage error, and so is a file that is no text.
    """
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"'{file}' cannot be read as text in UTF-8.") from error
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text and not text.startswith("#"):
            name, mark, value = text.removeprefix("export ").partition("=")
            if not mark or not _NAME.fullmatch(name.strip()):
                raise click.BadParameter(f"Line {number} of '{file}' is not NAME=value.")
            found[name.strip()] = _unquote(value.strip(), f"Line {number} of '{file}'")
    return found


def _unquote(value: str, where: str) -> str:
    if not value.startswith(("'", '"')):
        return re.split(r"(?:^|\s)#", value, maxsplit=1)[0].rstrip()
    parts = _QUOTED.fullmatch(value)
    if parts is None:
        raise click.BadParameter(f"{where} has a value whose quotes do not end where it does.")
    if parts["plain"] is not None:
        return parts["plain"]
    return _ESCAPE.sub(lambda escape: _LETTERS.get(escape[1], escape[1]), parts["escaped"])
