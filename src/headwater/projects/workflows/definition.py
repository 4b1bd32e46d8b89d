"""What a workflow consists of: steps, each an entry point of a project, that need one another's results."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from headwater.projects.project_file import DEFAULT_ENTRY_POINT
from headwater.projects.workflows.references import list_places, split_reference
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist

FILE_NAME = "headwater.yaml"
Value = str | int | float | bool
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_MAX_BYTES = 1_000_000


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One step: a run of a project.

    Attributes:
        project: a folder of the workflow's own code, or the URI of another project; "" for the workflow's folder.
        version: branch, tag or commit of another project.
        entry_point: its name, or a script.
        parameters: values, in which `{…}` stands for parameters of the workflow and for results of other steps.
        needs: steps that must be done before, besides those whose results are in `parameters`.
        outputs: artifacts that the step must leave, or it failed.
        code: files, folders or patterns that decide whether it must run again; default: the whole project.
        env_manager: as for `headwater.projects.run`.
        backend: where it runs.
        backend_config: what the backend takes.
    """

    project: str = ""
    version: str = ""
    entry_point: str = DEFAULT_ENTRY_POINT
    parameters: dict[str, Value] = {}
    needs: list[str] = []
    outputs: list[str] = []
    code: list[str] = []
    env_manager: str = ""
    backend: str = "local"
    backend_config: dict[str, Any] = {}

    def list_needs(self) -> set[str]:
        """Return the names of the steps that must be done before."""
        return {*self.needs, *(place.partition(".")[0] for place in self._list_places() if "." in place)}

    def _list_places(self) -> Iterator[str]:
        for value in self.parameters.values():
            if isinstance(value, str):
                yield from list_places(value)


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A workflow.

    Attributes:
        steps: by name.
        name: of the workflow.
        parameters: with their defaults; None for one that must be given.
        parallel: how many steps at once.
    """

    steps: dict[str, Step]
    name: str = ""
    parameters: dict[str, Value | None] = {}
    parallel: int = 1

    def order(self) -> list[str]:
        """Return the names of the steps, each after those it needs; raise `InvalidParameterValue` for a circle."""
        ordered: list[str] = []
        while len(ordered) < len(self.steps):
            found = [name for name in self.steps if name not in ordered]
            ready = [name for name in found if self.steps[name].list_needs() <= set(ordered)]
            if not ready:
                raise InvalidParameterValue(f"The steps {', '.join(found)} need one another in a circle. Break it.")
            ordered += ready
        return ordered


def read_definition(folder: Path) -> Definition:
    """Read the file `headwater.yaml` of a folder.

    Raises:
        ResourceDoesNotExist: there is none.
        InvalidParameterValue: it cannot be understood.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        raise ResourceDoesNotExist(f"There is no file '{FILE_NAME}' in '{folder}'. Describe the steps in one.")
    if path.stat().st_size > _MAX_BYTES:
        raise InvalidParameterValue(f"The file '{path}' is larger than {_MAX_BYTES} bytes. It is no workflow.")
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidParameterValue(f"The file '{path}' is not YAML: {error}.") from error
    return parse_definition(found, str(path))


def parse_definition(found: Any, where: str) -> Definition:
    """Return the workflow that a mapping describes; raise `InvalidParameterValue`, which names the key, else."""
    try:
        definition = msgspec.convert(found, Definition)
    except msgspec.ValidationError as error:
        raise InvalidParameterValue(f"'{where}' is no workflow: {error}. See the keys of a step.") from error
    check_definition(definition, where)
    return definition


def check_definition(definition: Definition, where: str) -> None:
    """Raise `InvalidParameterValue` unless names can be names and everything that is referred to is there."""
    if not definition.steps:
        raise InvalidParameterValue(f"'{where}' has no steps. Give one.")
    if definition.parallel < 1:
        raise InvalidParameterValue(f"'{where}' has parallel: {definition.parallel}. Give a number of at least 1.")
    for name in (*definition.parameters, *definition.steps):
        if not _NAME.fullmatch(name):
            raise InvalidParameterValue(f"'{name}' in '{where}' is no name. Use letters, digits, '_' and '-'.")
    for name, step in definition.steps.items():
        try:
            _check_step(definition, step)
        except InvalidParameterValue as error:
            raise InvalidParameterValue(f"Step '{name}' of '{where}': {error.message}") from error
    definition.order()


def choose_parameters(definition: Definition, given: Mapping[str, object]) -> dict[str, str]:
    """Return the value of each parameter of a workflow as text; raise `InvalidParameterValue` for a missing one."""
    if unknown := [name for name in given if name not in definition.parameters]:
        known = ", ".join(definition.parameters) or "none"
        raise InvalidParameterValue(f"The workflow has no parameter '{unknown[0]}'. Its parameters: {known}.")
    values = {**definition.parameters, **given}
    if missing := [name for name, value in values.items() if value is None]:
        raise InvalidParameterValue(f"No value for parameter '{missing[0]}'. Give -P {missing[0]}=VALUE.")
    return {name: str(value) for name, value in values.items()}


def _check_step(definition: Definition, step: Step) -> None:
    for name in step.needs:
        if name not in definition.steps:
            raise InvalidParameterValue(
                f"it needs '{name}', which is no step. The steps: {', '.join(definition.steps)}."
            )
    for text in (value for value in step.parameters.values() if isinstance(value, str)):
        for place in list_places(text):
            if place not in definition.parameters and split_reference(place)[0] not in definition.steps:
                known = ", ".join([*definition.parameters, *definition.steps])
                raise InvalidParameterValue(f"'{{{place}}}' names no parameter and no step. There are: {known}.")
