"""What an import brought, told from both sides: what the source holds, and what the store answers afterwards."""

import hashlib
from collections.abc import Iterator, Mapping

import msgspec

from headwater.protocol.imports import PutModel, PutRun
from headwater.protocol.inputs import RunInputs, RunOutputs

MAX_LISTED = 1000
_MODULUS = 1 << 128


class Facts(msgspec.Struct, frozen=True):
    """All that is compared of a run or logged model: texts as they are, inputs and outputs in words,
    each series as count and digest, each file as digest and size."""

    owner: str
    info: dict[str, str | int | None]
    params: dict[str, str]
    tags: dict[str, str]
    links: dict[str, str]
    series: dict[str, tuple[int, str]]
    files: dict[str, tuple[str, int]]


class Tally(msgspec.Struct):
    """Counts of what runs hold, and a checksum that depends on every value but not on the runs' order."""

    runs: int = 0
    params: int = 0
    tags: int = 0
    inputs: int = 0
    metrics: int = 0
    points: int = 0
    files: int = 0
    bytes: int = 0
    checksum: str = f"{0:032x}"

    def add(self, facts: Facts) -> None:
        """Count one more run."""
        self.runs += 1
        self.params += len(facts.params)
        self.tags += len(facts.tags)
        self.inputs += len(facts.links)
        self.metrics += len(facts.series)
        self.points += sum(count for count, _ in facts.series.values())
        self.files += len(facts.files)
        self.bytes += sum(size for _, size in facts.files.values())
        self.checksum = _add_digest(self.checksum, facts)


class ModelTally(msgspec.Struct):
    """Counts of what logged models hold, and a checksum as that of runs."""

    models: int = 0
    params: int = 0
    tags: int = 0
    points: int = 0
    files: int = 0
    bytes: int = 0
    checksum: str = f"{0:032x}"

    def add(self, facts: Facts) -> None:
        """Count one more model."""
        self.models += 1
        self.params += len(facts.params)
        self.tags += len(facts.tags)
        self.points += sum(count for count, _ in facts.series.values())
        self.files += len(facts.files)
        self.bytes += sum(size for _, size in facts.files.values())
        self.checksum = _add_digest(self.checksum, facts)


class RegistryTally(msgspec.Struct):
    """Counts of registered models and versions, and a checksum as that of runs."""

    models: int = 0
    versions: int = 0
    checksum: str = f"{0:032x}"

    def add(self, put: PutModel) -> None:
        """Count one more model."""
        self.models += 1
        self.versions += len(put.versions)
        self.checksum = _add_digest(self.checksum, put)


class ExperimentReport(msgspec.Struct):
    """An experiment in the source and in the store; equal checksums mean that all is there as it was."""

    name: str
    source_id: str
    experiment_id: str = ""
    new_runs: int = 0
    source: Tally = msgspec.field(default_factory=Tally)
    store: Tally = msgspec.field(default_factory=Tally)
    source_models: ModelTally = msgspec.field(default_factory=ModelTally)
    store_models: ModelTally = msgspec.field(default_factory=ModelTally)

    @property
    def is_equal(self) -> bool:
        """Return whether everything in the source is in the store as it was."""
        return self.source == self.store and self.source_models == self.store_models


class Report(msgspec.Struct):
    """The outcome of an import.

    `differences` are facts of the source that the store answers otherwise, `problems` what could not be read or kept,
    `notes` what is good to know. `is_dry` says that nothing was written, so that nothing can be compared.
    """

    source: str
    is_dry: bool = False
    experiments: list[ExperimentReport] = []
    source_registry: RegistryTally = msgspec.field(default_factory=RegistryTally)
    store_registry: RegistryTally = msgspec.field(default_factory=RegistryTally)
    differences: list[str] = []
    problems: list[str] = []
    notes: list[str] = []
    seconds: float = 0.0

    @property
    def is_complete(self) -> bool:
        """Return whether everything in the source is in the store, unaltered."""
        return not self.problems and not self.differences

    def add_problem(self, text: str) -> None:
        """Note what could not be read or kept; beyond the first thousand only how many."""
        _add(self.problems, text)

    def add_difference(self, text: str) -> None:
        """Note what the store answers otherwise."""
        _add(self.differences, text)


def info_of(run: PutRun) -> dict[str, str | int | None]:
    """Return what is compared of a run besides its texts, points and files."""
    return {
        "name": run.run_name,
        "user": run.user_id,
        "status": str(run.status),
        "start_time": run.start_time,
        "end_time": run.end_time,
        "lifecycle_stage": str(run.lifecycle_stage),
    }


def links_of(inputs: RunInputs, outputs: RunOutputs) -> dict[str, str]:
    """Return what is compared of a run's inputs and outputs."""
    links = {}
    for entry in inputs.dataset_inputs:
        told = msgspec.structs.replace(entry, tags=sorted(entry.tags, key=lambda tag: tag.key))
        links[f"dataset {entry.dataset.name} {entry.dataset.digest}"] = msgspec.json.encode(told).decode()
    links |= {f"input {model.model_id}": "model" for model in inputs.model_inputs}
    return links | {f"output {model.model_id} at step {model.step}": "model" for model in outputs.model_outputs}


def restrict(stored: Facts, source: Facts) -> Facts:
    """Return the stored facts without what only the store has: keys and files that were added there later."""
    return Facts(
        stored.owner,
        stored.info,
        {key: stored.params[key] for key in source.params if key in stored.params},
        {key: stored.tags[key] for key in source.tags if key in stored.tags},
        {key: stored.links[key] for key in source.links if key in stored.links},
        {key: stored.series[key] for key in source.series if key in stored.series},
        {path: stored.files[path] for path in source.files if path in stored.files},
    )


def differences(source: Facts, stored: Facts) -> Iterator[str]:
    """Yield one sentence for each fact of the source that the store answers otherwise."""
    for what, theirs, ours in (
        ("", source.info, stored.info),
        ("param ", source.params, stored.params),
        ("tag ", source.tags, stored.tags),
        ("", source.links, stored.links),
        ("metric ", source.series, stored.series),
        ("artifact ", source.files, stored.files),
    ):
        yield from _differences_of(source.owner, what, theirs, ours)


def _differences_of(owner: str, what: str, theirs: Mapping[str, object], ours: Mapping[str, object]) -> Iterator[str]:
    for key, value in theirs.items():
        if key not in ours:
            yield f"{owner}: {what}'{key}' is missing in the store."
        elif ours[key] != value:
            yield f"{owner}: {what}'{key}' is {_show(value)} in the source, {_show(ours[key])} in the store."


def _show(value: object) -> str:
    if isinstance(value, tuple) and isinstance(value[0], int):
        return f"{value[0]} points with digest {value[1][:12]}"
    if isinstance(value, tuple):
        return f"{value[1]} bytes with digest {value[0][:12]}"
    return f"'{str(value)[:80]}'"


def _add_digest(checksum: str, facts: msgspec.Struct) -> str:
    digest = hashlib.blake2b(msgspec.json.encode(facts, order="deterministic"), digest_size=16).digest()
    return f"{(int(checksum, 16) + int.from_bytes(digest)) % _MODULUS:032x}"


def _add(texts: list[str], text: str) -> None:
    if len(texts) < MAX_LISTED:
        texts.append(text)
    elif len(texts) == MAX_LISTED:
        texts.append("… and more of the same kind.")
