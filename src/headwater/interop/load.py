"""Put what a source holds into a store, and read it back to prove it.

There is no state between attempts but the store itself: each request is one transaction that may be repeated, and
before a run's points are sent the store is asked which series it has already. So an import that was killed is started
again as it was, and one that is repeated changes nothing.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Protocol

import msgspec

from headwater.interop.copying import Artifacts, Copier, FileFacts, find_files
from headwater.interop.load_logged_models import count_logged_models, import_logged_models
from headwater.interop.load_models import import_models
from headwater.interop.report import ExperimentReport, Facts, Report, differences, info_of, links_of, restrict
from headwater.interop.sending import Sender, clean_points, clean_run
from headwater.interop.source import Source, SourceFile
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.imports import PutExperiment, PutRun, SummarizeRuns
from headwater.protocol.runs import GetRun
from headwater.stores.interface import Store
from headwater.stores.sql.blocks import digest_points

_BATCH_RUNS = 100

SeriesFacts = dict[str, tuple[int, str]]


class Progress(Protocol):
    """Is told how far an import is."""

    def begin(self, experiment: str, runs: int) -> None:
        """An experiment begins; `runs` is 0 if it is not known how many it has."""

    def advance(self, runs: int, points: int) -> None:
        """Some more runs, with so many points, are in the store."""


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What to import: the experiments of these names or ids (all, if there are none), and which artifacts."""

    experiments: Sequence[str] = ()
    artifacts: Artifacts = Artifacts.AUTO


def import_source(source: Source, store: Store | None, report: Report, progress: Progress, choices: Choices) -> None:
    """Bring what was chosen into the store; without a store, only read it. `report` takes the outcome.

    Raises `InvalidParameterValue` if a chosen experiment does not exist; what fails within a run is reported.
    """
    started = time.monotonic()
    copier = None if store is None else Copier(store, report, choices.artifacts)
    for experiment, runs in _choose(source, choices.experiments):
        progress.begin(experiment.name, runs)
        found = ExperimentReport(experiment.name, experiment.experiment_id)
        report.experiments.append(found)
        if store is None or copier is None:
            _read_only(source, found, report, progress, choices)
            count_logged_models(source, found, report, choices.artifacts)
        else:
            _Loader(source, store, report, copier).load(experiment, found, progress)
    if store is not None and copier is not None:  # when all runs are there, which measured them
        for found in (found for found in report.experiments if found.experiment_id):
            import_logged_models(source, store, report, found, copier)
    if copier is not None and copier.kept_elsewhere:
        report.notes.append(
            f"{copier.kept_elsewhere} runs and models keep the artifact URIs they have; no file was copied."
        )
    if choices.experiments:
        report.notes.append("Registered models were left out, because only some experiments were chosen.")
    else:
        import_models(source, store, report)
    report.notes += source.left_out()
    report.seconds = round(time.monotonic() - started, 3)


def _choose(source: Source, wanted: Sequence[str]) -> list[tuple[PutExperiment, int]]:
    every = source.experiments()
    known = {name for experiment, _ in every for name in (experiment.name, experiment.experiment_id)}
    absent = [name for name in wanted if name not in known]
    if absent:
        raise InvalidParameterValue(f"There is no experiment '{absent[0]}' in '{source.name}'. Give its name or id.")
    return [
        (experiment, runs)
        for experiment, runs in every
        if not wanted or experiment.name in wanted or experiment.experiment_id in wanted
    ]


def _read_only(source: Source, found: ExperimentReport, report: Report, progress: Progress, choices: Choices) -> None:
    """Count what an experiment holds, as it would be imported."""
    for given in source.runs(found.source_id):
        run = clean_run(given, report.add_problem)
        if run is None:
            continue
        series: SeriesFacts = {}
        for key, points in source.series(given):
            kept = clean_points(run, key, points, report.add_problem)
            if kept is not None:
                series[key] = (len(kept), digest_points(kept))
        read = partial(source.artifacts, given)
        files = find_files(choices.artifacts, given.artifact_uri, given.run_id, read, report.add_problem)
        found.source.add(_facts(run, series, {}))
        found.source.files += len(files or ())
        progress.advance(1, sum(count for count, _ in series.values()))


class _Loader:
    """Loads one experiment after the other, some runs at a time."""

    def __init__(self, source: Source, store: Store, report: Report, copier: Copier) -> None:
        self._source = source
        self._store = store
        self._report = report
        self._copier = copier

    def load(self, experiment: PutExperiment, found: ExperimentReport, progress: Progress) -> None:
        """Load an experiment with all its runs."""
        try:
            found.experiment_id = self._put_experiment(experiment)
        except InvalidParameterValue as error:
            self._report.add_problem(f"Experiment '{found.name}' is left out: {error.message}")
            return
        if experiment.experiment_id.isdecimal() and found.experiment_id != experiment.experiment_id:
            self._report.notes.append(
                f"Experiment '{found.name}' has the id {found.experiment_id} here, {found.source_id} in the source."
            )
        for batch in _batches(self._source.runs(experiment.experiment_id), _BATCH_RUNS):
            points = self._load_batch(batch, found)
            progress.advance(len(batch), points)

    def _put_experiment(self, experiment: PutExperiment) -> str:
        location = self._copier.location(experiment.artifact_location)
        try:
            CreateExperiment("any", location).check()
        except InvalidParameterValue as error:
            self._report.add_problem(f"Artifact location of '{experiment.name}' is not kept: {error.message}")
            location = ""
        wanted = experiment.experiment_id if experiment.experiment_id.isdecimal() else ""
        request = msgspec.structs.replace(experiment, experiment_id=wanted, artifact_location=location)
        return self._store.imports.put_experiment(request).experiment_id

    def _load_batch(self, batch: Sequence[PutRun], found: ExperimentReport) -> int:
        """Put some runs, their artifacts last, and compare; return how many points they have."""
        stored = self._summaries([run.run_id for run in batch])
        sender = Sender(self._store)
        loaded: list[tuple[str, Facts, list[SourceFile]]] = []
        for given in batch:
            kept = clean_run(
                msgspec.structs.replace(given, experiment_id=found.experiment_id), self._report.add_problem
            )
            if kept is None:
                continue
            read = partial(self._source.artifacts, given)
            root = _root(found.experiment_id, kept.run_id)
            uri, files = self._copier.place(kept.artifact_uri, kept.run_id, root, read)
            kept = msgspec.structs.replace(kept, artifact_uri=uri)
            sender.add_run(kept)
            series = self._send_series(sender, given, kept, stored.get(kept.run_id, {}))
            loaded.append((kept.run_id, _facts(kept, series, {}), files))
        sender.flush()
        found.new_runs += sender.created
        facts = {
            run_id: msgspec.structs.replace(
                fact, files=self._copier.copy(_root(found.experiment_id, run_id), fact.owner, files)
            )
            for run_id, fact, files in loaded
        }
        self._compare(facts, found)
        return sum(count for fact in facts.values() for count, _ in fact.series.values())

    def _send_series(self, sender: Sender, given: PutRun, run: PutRun, stored: SeriesFacts) -> SeriesFacts:
        """Send the series that the store has not, or has otherwise; return what the source has."""
        series: SeriesFacts = {}
        for key, points in self._source.series(given):
            kept = clean_points(run, key, points, self._report.add_problem)
            if kept is None:
                continue
            series[key] = (len(kept), digest_points(kept))
            if stored.get(key) != series[key]:
                sender.add_series(run, key, kept)
        return series

    def _compare(self, facts: Mapping[str, Facts], found: ExperimentReport) -> None:
        """Read the runs back and note every difference."""
        summaries = self._summaries(list(facts))
        for run_id, fact in facts.items():
            found.source.add(fact)
            stored = self._read_back(run_id, fact, found.experiment_id, summaries.get(run_id, {}))
            found.store.add(stored)
            for difference in differences(fact, stored):
                self._report.add_difference(difference)

    def _read_back(self, run_id: str, fact: Facts, experiment_id: str, series: SeriesFacts) -> Facts:
        run = self._store.runs.get(GetRun(run_id=run_id)).run
        files = self._copier.read_back(_root(experiment_id, run_id), fact.files)
        put = PutRun(
            run_id=run_id,
            experiment_id=run.info.experiment_id,
            run_name=run.info.run_name,
            user_id=run.info.user_id,
            status=run.info.status,
            start_time=run.info.start_time,
            end_time=run.info.end_time,
            lifecycle_stage=run.info.lifecycle_stage,
            params=run.data.params,
            tags=run.data.tags,
            inputs=run.inputs,
            outputs=run.outputs,
        )
        return restrict(_facts(put, series, files), fact)

    def _summaries(self, run_ids: list[str]) -> dict[str, SeriesFacts]:
        answer = self._store.imports.summarize(SummarizeRuns(run_ids))
        return {run.run_id: {series.key: (series.count, series.digest) for series in run.series} for run in answer.runs}


def _root(experiment_id: str, run_id: str) -> str:
    return f"{experiment_id}/{run_id}/artifacts"


def _facts(run: PutRun, series: SeriesFacts, files: FileFacts) -> Facts:
    params = {param.key: param.value for param in run.params}
    tags = {tag.key: tag.value for tag in run.tags}
    return Facts(f"Run '{run.run_id}'", info_of(run), params, tags, links_of(run.inputs, run.outputs), series, files)


def _batches(runs: Iterable[PutRun], size: int) -> Iterator[list[PutRun]]:
    iterator = iter(runs)
    while batch := list(islice(iterator, size)):
        yield batch
