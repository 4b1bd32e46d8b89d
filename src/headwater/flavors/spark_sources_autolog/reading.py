"""What Spark read for a data frame, noted on the run that read it or on those that come after."""

import threading
from collections.abc import Iterator
from typing import Any

from headwater.capture.redaction import Redactor
from headwater.protocol.names import MAX_RUN_TAG_VALUE
from headwater.protocol.runs import GetRun
from headwater.tracking.active import ActiveRun, active_run
from headwater.tracking.autolog import Call, Watch
from headwater.tracking.autolog.memory import Memory
from headwater.tracking.session import current_session

TAG = "sparkDatasourceInfo"

_MAX_PATHS = 100
"""Of one read, as many as a tag has room for; each is a question to Spark's process."""

_LOCK = threading.Lock()
_TAGS = Memory()
"""The tag of each run that is active here."""


def watch_read(call: Call) -> Watch:
    """Note the files and tables behind the frame that a reader or a query returned."""
    yield
    if call.error is not None or call.options.exclusive:
        return
    redact = Redactor().redact
    lines = [redact(line) for line in _describe(call.result)]
    if lines:
        with _LOCK:
            _note(call, lines)


def _note(call: Call, lines: list[str]) -> None:
    run = active_run()
    if run is None:
        tags = current_session().start_tags
        tags[TAG] = _join(call, tags.get(TAG, ""), lines)
        return
    known = _known(call, run)
    joined = _join(call, known, lines)
    if joined != known:
        _TAGS.remember(run, joined)
        run.writer.set_tags({TAG: joined}, synchronous=None)


def _known(call: Call, run: ActiveRun) -> str:
    """Return the tag that a run has; the store is asked once about a run that is continued."""
    known: str | None = _TAGS.recall(run)
    if known is not None:
        return known
    known, session, uri = run.data.tags.get(TAG, ""), current_session(), run.writer.uri
    if not session.is_created(uri, run.info.run_id):
        with call.step(f"the tag '{TAG}' of a run that is continued"):
            found = session.store_for_start(uri).runs.get(GetRun(run_id=run.info.run_id)).run
            known = next((tag.value for tag in found.data.tags if tag.key == TAG), "")
    _TAGS.remember(run, known)
    return known


def _join(call: Call, known: str, lines: list[str]) -> str:
    """Return a tag with further lines, each once, as many as it has room for."""
    found, left = [], MAX_RUN_TAG_VALUE + 1
    for line in dict.fromkeys([*known.splitlines(), *lines]):
        if len(line) < left:
            found.append(line)
            left -= len(line) + 1
        else:
            call.tell("The tag '%s' has no room for '%s'.", TAG, line)
    return "\n".join(found)


def _describe(frame: Any) -> Iterator[str]:
    """Yield a line for each file or folder that a frame's plan begins with, as MLflow's listener writes it.

    The plan is Spark's own, in which tables, views and patterns are resolved already.
    """
    leaves = frame._jdf.queryExecution().analyzed().collectLeaves()  # noqa: SLF001 - PySpark has no other way
    for number in range(leaves.size()):
        leaf = leaves.apply(number)
        kind = leaf.getClass().getSimpleName()
        if kind == "LogicalRelation" and leaf.relation().getClass().getSimpleName() == "HadoopFsRelation":
            relation = leaf.relation()
            yield from _describe_files(relation.location(), relation.fileFormat())
        elif kind == "DataSourceV2Relation" and hasattr(leaf.table(), "formatName"):
            table = leaf.table()
            yield from _describe_files(table.fileIndex(), table.formatName())


def _describe_files(index: Any, file_format: Any) -> Iterator[str]:
    name, version = str(file_format if isinstance(file_format, str) else file_format.toString()).lower(), ""
    if not isinstance(file_format, str) and "Delta" in file_format.getClass().getSimpleName():
        name, version = "delta", f",version={index.tableVersion()}"
    paths = index.rootPaths()
    for number in range(min(paths.size(), _MAX_PATHS)):
        yield f"path={paths.apply(number).toString()}{version},format={name}"
