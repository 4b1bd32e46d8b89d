"""What an environment consists of, in a form whose digest names it."""

import hashlib
import platform
import re
import sys
from dataclasses import dataclass, field

from headwater.protocol.errors import InvalidParameterValue

_OURS = re.compile(r"headwater(?![\w.-])(\[[\w,\s.-]*\])?")
_OPTION = re.compile(r"--?[a-z]")
_OPTIONS = re.compile(r"(--pre|--no-binary|--only-binary|--hash)\b|(--index-url|--extra-index-url|-i)[ =]+https://\S+$")
_PYTHON = re.compile(r"\d+(\.\d+){0,2}")


@dataclass(frozen=True)
class Description:
    """A Python and what is installed in it.

    Attributes:
        python: a version such as "3.11" or "3.11.7"; "" for that of this process.
        requirements: lines of a requirements file, in order.
        constraints: lines of a constraints file.
        conda: the text of a `conda.yaml` that is made as it is, instead of all the others; "" otherwise.
        notes: what was changed on the way here, for people; no part of the environment.
    """

    python: str = ""
    requirements: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    conda: str = ""
    notes: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if self.python and not _PYTHON.fullmatch(self.python):
            raise InvalidParameterValue(f"Invalid Python version '{self.python}'. Give one such as 3.11 or 3.11.7.")
        for line in (*self.requirements, *self.constraints):
            if "\n" in line or "\0" in line or (_OPTION.match(line) and not _OPTIONS.match(line)):
                raise InvalidParameterValue(f"The requirement '{line}' is not one that can be installed. Correct it.")

    @property
    def needs_headwater(self) -> bool:
        """Return whether Headwater itself is among the requirements."""
        return any(_OURS.match(line) for line in self.requirements)

    def others(self) -> list[str]:
        """Return the requirements without Headwater, which is installed as the copy that is running."""
        return [line for line in self.requirements if not _OURS.match(line)]

    def summary(self) -> str:
        """Return what it is, in a few words for people."""
        if self.conda:
            return "as conda.yaml describes it"
        python = f"Python {self.python or platform.python_version()}"
        count = len(self.requirements)
        return f"{python}, {count} requirement{'' if count == 1 else 's'}" if count else python

    def digest(self) -> str:
        """Return a name that is the same for the same content on the same kind of machine."""
        machine = f"{sys.platform}-{platform.machine()}-{self.python or platform.python_version()}"
        text = "\n".join([machine, *self.requirements, "--", *self.constraints, *([self.conda] if self.conda else [])])
        return hashlib.sha256(text.encode()).hexdigest()[:20]
