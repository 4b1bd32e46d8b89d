"""What the documents say can be typed is there: commands with their options, and names of the Python API."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import headwater as hw
from headwater.cli._root import root

REPOSITORY = Path(__file__).parents[2]
PAGES = [REPOSITORY / "README.md", *sorted(REPOSITORY.glob("docs/*/*.md")), REPOSITORY / "examples" / "README.md"]
WRITTEN_BY_HAND = [page for page in PAGES if page.parent.name not in {"reference", "decisions", "changelog.d"}]
_BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def blocks(page: Path, *languages: str) -> Iterator[str]:
    for language, text in _BLOCK.findall(page.read_text(encoding="utf-8")):
        if language in languages:
            yield text


def commands(page: Path) -> Iterator[list[str]]:
    """Yield the words of each of our commands, without what stands around it in a shell."""
    texts = [text.replace("\\\n", " ") for text in blocks(page, "sh", "console")]
    lines = [line.strip().removeprefix("$ ") for text in texts for line in text.splitlines()]
    lines += re.findall(r"`(headwater [^`\n]*)`", page.read_text(encoding="utf-8"))
    for line in lines:
        for part in re.split(r" && | \| | > ", line):
            words = shlex.split(part.replace("…", "x"), comments=True)
            while words and "=" in words[0]:
                words.pop(0)
            if words and words[0] == "headwater":
                yield words[1:]


def refuse(words: list[str]) -> str:
    """Return why a command would be refused before it does anything; nothing is carried out."""
    command: click.Command = root
    context = click.Context(root, info_name="headwater")
    try:
        while isinstance(command, click.Group) and words and not words[0].startswith("-"):
            name, found, words = command.resolve_command(context, words)
            assert found is not None, "an unknown one is a usage error"
            command = found
            context = click.Context(command, parent=context, info_name=name)
        for word in words:
            if word.startswith("--"):
                known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
                if word.partition("=")[0] not in known | {"--help"}:
                    return f"{context.command_path} has no option {word}"
    except click.UsageError as error:
        return error.format_message()
    return ""


@pytest.mark.parametrize("page", WRITTEN_BY_HAND, ids=lambda page: page.name)
def test_commands_and_names_of_a_page_exist(page: Path) -> None:
    wrong = [f"headwater {shlex.join(words)}: {why}" for words in commands(page) if (why := refuse(words))]
    for text in blocks(page, "python"):
        for node in ast.walk(ast.parse(text.replace("…", "..."))):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id in {"hw", "headwater"}
            ):
                wrong += [] if hasattr(hw, node.attr) else [f"hw.{node.attr}"]

    assert not wrong
