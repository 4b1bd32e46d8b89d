"""Predictions for whole files: `predict_batch`."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, TypedDict, Unpack
from urllib.parse import urlsplit

from headwater.models.batch.engines import ENGINES, LOCAL
from headwater.models.batch.formats import Format, find_format
from headwater.models.batch.job import Job
from headwater.models.batch.local import Watch, predict_locally
from headwater.models.batch.pinning import open_pinned, pin_uri
from headwater.models.batch.scorer import ChunkScorer
from headwater.protocol.errors import InvalidParameterValue, NotSupported, ResourceAlreadyExists, ResourceDoesNotExist


class ModelOptions(TypedDict, total=False):
    """How a model is loaded to predict for a file.

    Attributes:
        allow_pickle: load it even if that runs code of somebody else.
        env_manager: "local", the default, or "uv" for an environment of the model's own, on each machine.
        install_mlflow, pip_requirements_override: of that environment; see `headwater.models.predict`.
        extra_envs: environment variables for the processes.
    """

    allow_pickle: bool | None
    env_manager: str
    install_mlflow: bool
    pip_requirements_override: Sequence[str]
    extra_envs: Mapping[str, str] | None


def predict_batch(
    model_uri: str | Path,
    input_path: str | Path,
    output_path: str | Path,
    *,
    engine: str = LOCAL,
    address: str = "",
    params: Mapping[str, Any] | None = None,
    keep: Sequence[str] = (),
    input_format: str = "",
    output_format: str = "",
    chunk_rows: int | None = None,
    watch: Watch | None = None,
    **options: Unpack[ModelOptions],
) -> int | None:
    """Write a model's predictions for the rows of a file.

    Args:
        model_uri: any that `load_model` takes.
        input_path: CSV, Parquet or JSON lines, or a folder with such files; an engine takes its URIs, too.
        output_path: where the predictions go: a file of the engine "local", a new folder of any other.
        engine: "local" for this process, or "ray", "dask" or "spark", which must be installed.
        address: of the engine's cluster; default: what the engine is set to, else the processors of this machine.
        params: of the prediction.
        keep: columns of the input, such as keys, to write beside the predictions.
        input_format, output_format: "csv", "parquet", "jsonl", and of the local output "json", which is MLflow's
            document; default: what the names end with.
        chunk_rows: how many rows to predict at once; default: about two million values.
        watch: told how many rows are done, and how many there are if that is known.
        options: how the model is loaded; see `ModelOptions`.

    Returns the number of rows, None where the engine does not say.

    Raises:
        ResourceDoesNotExist: there is no such file or model.
        InvalidParameterValue: the rows do not fit the model's signature, or the model failed on them.
        NotSupported: the engine, or what reads the format, is not installed.

    Example:
        >>> hw.models.predict_batch("models:/churn@champion", "customers.parquet", "scores.parquet", keep=["id"])
        10000000
    """
    if engine not in ENGINES:
        raise InvalidParameterValue(f"Unknown engine '{engine}'. Use one of {', '.join(ENGINES)}.")
    if chunk_rows is not None and chunk_rows < 1:
        raise InvalidParameterValue(f"Invalid chunk_rows '{chunk_rows}'. Give a whole number from 1.")
    scorer = make_scorer(model_uri, params, keep, **options)
    if engine == LOCAL:
        formats = {"input_format": input_format, "output_format": output_format}
        return predict_locally(
            scorer, Path(input_path), Path(output_path), **formats, chunk_rows=chunk_rows, watch=watch
        )
    both = (input_format, output_format)
    job = _make_job(scorer, str(input_path), str(output_path), both, address, chunk_rows)
    _run_into(job, partial(_find_engine(engine), watch=watch))
    return None


def make_scorer(
    model_uri: str | Path,
    params: Mapping[str, Any] | None = None,
    keep: Sequence[str] = (),
    **options: Unpack[ModelOptions],
) -> ChunkScorer:
    """Return what predicts for chunks of rows; for the arguments see `predict_batch`."""
    return ChunkScorer(
        str(model_uri),
        params,
        tuple(keep),
        options.get("allow_pickle"),
        environment=tuple(sorted((options.get("extra_envs") or {}).items())),
        env_manager=options.get("env_manager", LOCAL),
        install_mlflow=options.get("install_mlflow", False),
        requirements=tuple(options.get("pip_requirements_override", ())),
    )


def _make_job(
    scorer: ChunkScorer, given: str, output: str, formats: tuple[str, str], address: str, chunk_rows: int | None
) -> Job:
    pinned = pin_uri(scorer.model_uri)
    folder, is_allowed = open_pinned(pinned, scorer.allow_pickle)
    return Job(
        scorer=replace(scorer, model_uri=pinned, allow_pickle=is_allowed),
        schema=folder.model.get_input_schema(),
        input_path=_existing(given),
        input_format=_table_format(given, formats[0]),
        output_path=output,
        output_format=_table_format(output, formats[1]),
        address=address,
        chunk_rows=chunk_rows,
    )


def _find_engine(name: str) -> Callable[..., None]:
    try:
        run: Callable[..., None] = import_module(f"headwater.models.batch.engines.{name}_engine").run
    except ImportError as error:
        package = {"ray": "ray[data]", "dask": "dask[dataframe]", "spark": "pyspark"}[name]
        raise NotSupported(f"The engine '{name}' is not installed ({error}). Run: pip install '{package}'") from error
    return run


def _run_into(job: Job, run: Callable[[Job], None]) -> None:
    """Let an engine write into a folder beside the place of the output, and put it there if all went well."""
    if _is_remote(job.output_path):
        run(job)
        return
    place = Path(job.output_path).resolve()
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise ResourceAlreadyExists(f"'{place}' exists. An engine writes a folder of files: name a new one.")
    part = place.with_name(f".{place.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        run(job.writing_to(str(part)))
        if place.exists():
            place.rmdir()
        part.rename(place)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _existing(path: str) -> str:
    if _is_remote(path):
        return path
    if not Path(path).exists():
        raise ResourceDoesNotExist(f"No such file: '{path}'. Give a file, or a folder with files, of rows.")
    return str(Path(path).resolve())


def _table_format(path: str, given: str) -> Format:
    found = find_format(Path(path), given)
    if found is Format.JSON:
        raise InvalidParameterValue(
            f"'{path}' is one JSON document, which no engine can divide. Use JSON lines, CSV or Parquet."
        )
    return found


def _is_remote(path: str) -> bool:
    return len(urlsplit(path).scheme) > 1
