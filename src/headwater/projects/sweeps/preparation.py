"""What a sweep was asked to do, checked before there is a run: its definition, and what carries out its trials."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headwater.projects.backends import find_backend
from headwater.projects.environment import choose_manager
from headwater.projects.plan import plan_source
from headwater.projects.project_file import DEFAULT_ENTRY_POINT, read_project
from headwater.projects.source import fetch_source
from headwater.projects.sweeps.attempts import Attempts, FunctionProcesses, FunctionThreads, ProjectAttempts
from headwater.projects.sweeps.definition import parse_definition, read_file, read_table
from headwater.projects.sweeps.engines import ENGINES, EngineAttempts
from headwater.projects.sweeps.parent import read_parent
from headwater.projects.sweeps.study import Study
from headwater.projects.sweeps.trial import Value
from headwater.projects.sweeps.worker import Call
from headwater.protocol.errors import InvalidParameterValue
from headwater.tracking.client import Client

WORKERS = ("processes", "threads", "ray", "dask")
_CHANGEABLE = {"trials", "parallel"}


@dataclass(frozen=True)
class Request:
    """What the user said.

    Attributes:
        what: a project or a function, None for the one of the sweep that is resumed.
        space: parameters, a file, or None for the project's own table.
        settings: that replace those of the table.
        parameters: that are fixed.
        source: version, env_manager, backend and backend_config of a project, as far as they are given.
        workers: what carries out a function.
        resources: that each call takes of a cluster.
    """

    what: str | Path | Callable[..., object] | None
    space: Mapping[str, Any] | str | Path | None
    settings: dict[str, Any]
    parameters: dict[str, Value]
    source: dict[str, Any]
    workers: str
    resources: Mapping[str, Any]


@dataclass(frozen=True)
class Prepared:
    """A sweep that can begin.

    Attributes:
        study: of the definition of the sweep.
        attempts: what carries out its trials.
        record: the same, as it is kept with the run of the sweep.
        uri: of the project, "" for a function.
    """

    study: Study
    attempts: Attempts
    record: dict[str, Any]
    uri: str = ""


def prepare(client: Client, asked: Request) -> Prepared:
    """Check a new sweep; fetch its project."""
    if callable(asked.what):
        if asked.source or "entry_point" in asked.settings:
            raise InvalidParameterValue("A function has no version, environment, backend or entry_point. Leave it out.")
        if asked.space is None:
            raise InvalidParameterValue("A function has no search space of its own. Give one.")
        return _prepare_function(client, asked.what, *_choose_table(asked, None), asked)
    if asked.what is None:
        raise InvalidParameterValue("Nothing to sweep over. Give a project, a function, or a sweep to resume.")
    return _prepare_project(client, str(asked.what), asked.source, lambda own: _choose_table(asked, own))


def prepare_again(client: Client, asked: Request, run_id: str) -> Prepared:
    """Check a sweep that goes on; its project may be elsewhere now."""
    if asked.space is not None or asked.parameters or asked.source or asked.settings.keys() - _CHANGEABLE:
        raise InvalidParameterValue(
            f"Only trials and parallel of the sweep '{run_id}' can be changed. Begin another sweep for the rest."
        )
    _, record = read_parent(client, run_id)
    table, where = {**record["definition"], **asked.settings}, f"sweep {run_id}"
    if "project" not in record:
        if not callable(asked.what):
            raise InvalidParameterValue(
                f"The sweep '{run_id}' tries the function '{record['function']}'. Resume it in Python with it."
            )
        return _prepare_function(client, asked.what, table, where, asked)
    if callable(asked.what):
        raise InvalidParameterValue(f"The sweep '{run_id}' tries a project. Leave out the function.")
    source = dict(record["project"])
    uri = source.pop("uri")
    return _prepare_project(client, str(asked.what or uri), source, lambda _own: (table, where))


def _choose_table(asked: Request, own: Any) -> tuple[dict[str, Any], str]:
    """Return the settings, with what the user gave in their place, and where they are from."""
    if isinstance(asked.space, Mapping):
        table, where = {"parameters": asked.space}, "space"
    elif asked.space is not None:
        table, where = read_file(Path(asked.space)), str(asked.space)
    elif own is None:
        raise InvalidParameterValue(
            f"The project '{asked.what}' has no table 'sweep'. Add one, or give the file of a search space."
        )
    else:
        table, where = read_table(own, f"sweep of {asked.what}"), f"sweep of {asked.what}"
    table |= asked.settings
    if asked.parameters and isinstance(table.get("parameters", {}), Mapping):
        table["parameters"] = {**table.get("parameters", {}), **asked.parameters}
    return table, where


def _prepare_project(
    client: Client, uri: str, source: dict[str, Any], choose: Callable[[Any], tuple[dict[str, Any], str]]
) -> Prepared:
    manager = choose_manager(source.get("env_manager", ""))
    code = fetch_source(uri, source.get("version", ""))
    definition = parse_definition(*choose(read_project(code.folder).sweep))
    point = definition.entry_point or DEFAULT_ENTRY_POINT
    plan = plan_source(code, point, definition.space.find_example(), manager)
    backend, config = source.get("backend", "local"), dict(source.get("backend_config", {}))
    find_backend(backend)
    project = {
        "uri": code.uri,
        "version": code.commit if code.is_fetched else "",
        "env_manager": manager,
        "backend": backend,
        "backend_config": config,
    }
    record = {"definition": definition.to_dict(), "project": project}
    return Prepared(Study(definition), ProjectAttempts(client, plan, backend, config), record, code.uri)


def _prepare_function(
    client: Client, function: Callable[..., object], table: dict[str, Any], where: str, asked: Request
) -> Prepared:
    workers = asked.workers
    if workers not in WORKERS:
        raise InvalidParameterValue(f"Invalid workers '{workers}'. Use {', '.join(map(repr, WORKERS))}.")
    if asked.resources and workers not in ENGINES:
        raise InvalidParameterValue(f"workers='{workers}' takes no resources. They are for 'ray' and 'dask'.")
    definition = parse_definition(table, where)
    if definition.early_stopping and workers in {"threads", "dask"}:
        raise InvalidParameterValue(
            f"workers='{workers}' cannot end a trial early. Use 'processes' or 'ray', or no early_stopping."
        )
    name = getattr(function, "__qualname__", type(function).__name__)
    example = definition.space.find_example()
    try:
        inspect.signature(function).bind(**example)
    except TypeError as error:
        raise InvalidParameterValue(
            f"The function '{name}' cannot be called with {', '.join(example)}: {error}. Name its arguments so."
        ) from error
    record = {"definition": definition.to_dict(), "function": name}
    return Prepared(Study(definition), _make_attempts(client, Call(function, definition.metric), asked), record)


def _make_attempts(client: Client, call: Call, asked: Request) -> Attempts:
    if asked.workers in ENGINES:
        return EngineAttempts(client, call, ENGINES[asked.workers](asked.resources))
    return FunctionProcesses(client, call) if asked.workers == "processes" else FunctionThreads(client, call)
