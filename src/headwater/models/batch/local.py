"""Predictions for a file in this process, a chunk at a time."""

from collections.abc import Callable
from pathlib import Path

from headwater.models.batch.csv_types import Retyped
from headwater.models.batch.formats import find_format
from headwater.models.batch.reading import Source, open_source
from headwater.models.batch.scorer import ChunkScorer
from headwater.models.batch.writing import Sink, writing

CHUNK_CELLS = 2_000_000
_MIN_ROWS, _MAX_ROWS = 1_000, 200_000
_USUAL_WIDTH = 20

Watch = Callable[[int, int | None], None]
"""Told after each chunk how many rows are done, and how many there are if that is known."""


def predict_locally(
    scorer: ChunkScorer,
    input_path: Path,
    output_path: Path,
    *,
    input_format: str = "",
    output_format: str = "",
    chunk_rows: int | None = None,
    watch: Watch | None = None,
) -> int:
    """Write the predictions for a file into another one and return for how many rows.

    Memory holds a chunk of rows, however large the file is. The output appears when it is complete.
    """
    form = find_format(output_path, output_format)
    source = _open(scorer, input_path, input_format)
    while True:
        try:
            with writing(output_path, form) as sink:
                return _score_all(scorer, source, sink, chunk_rows, watch)
        except Retyped:  # the source knows better now
            continue


def predict_into(
    scorer: ChunkScorer,
    input_path: Path,
    input_format: str,
    sink: Sink,
    *,
    chunk_rows: int | None = None,
    watch: Watch | None = None,
) -> int:
    """Do the same with an output that takes back nothing, such as a pipe: the input is looked through before."""
    source = _open(scorer, input_path, input_format)
    while True:
        try:
            for _ in source.chunks(_rows(source, chunk_rows)) if source.may_retype else ():
                pass
        except Retyped:
            continue
        return _score_all(scorer, source, sink, chunk_rows, watch)


def _open(scorer: ChunkScorer, path: Path, given_format: str) -> Source:
    return open_source(path, given_format, scorer.model().metadata.get_input_schema(), scorer.kept)


def _score_all(scorer: ChunkScorer, source: Source, sink: Sink, chunk_rows: int | None, watch: Watch | None) -> int:
    done = 0
    for frame in source.chunks(_rows(source, chunk_rows)):
        sink.write(scorer.score(frame), len(frame))
        done += len(frame)
        if watch is not None:
            watch(done, source.total)
    return done


def _rows(source: Source, chosen: int | None) -> int:
    """Return how many rows to predict at once: those chosen, else about as many as have the values of a chunk."""
    schema = source.schema
    width = len(schema.inputs) if schema is not None and not schema.is_tensor_spec() else _USUAL_WIDTH
    return chosen or max(_MIN_ROWS, min(_MAX_ROWS, CHUNK_CELLS // width))
