"""What an engine is told to do."""

from dataclasses import dataclass, replace
from typing import Any

from headwater.models.batch.csv_types import named_columns
from headwater.models.batch.formats import Format
from headwater.models.batch.reading import cast_frame
from headwater.models.batch.scorer import ChunkScorer
from headwater.models.schema.types import Schema


@dataclass(frozen=True, kw_only=True)
class Job:
    """One file to predict for; it may be sent to other processes.

    Attributes:
        scorer: what predicts.
        schema: of the model's inputs.
        input_path, output_path: paths or URIs that the engine knows.
        address: of the cluster, "" for this machine or what the engine is set to.
    """

    scorer: ChunkScorer
    schema: Schema | None
    input_path: str
    input_format: Format
    output_path: str
    output_format: Format
    address: str = ""
    chunk_rows: int | None = None

    def writing_to(self, path: str) -> "Job":
        """Return the same job with another output."""
        return replace(self, output_path=path)

    @property
    def known_columns(self) -> list[str]:
        """Return the columns whose types the signature says; engines read them as text from text files."""
        return [str(name) for name in named_columns(self.schema)]

    @property
    def columns(self) -> list[str] | None:
        """Return the columns to read, None for all."""
        known = self.known_columns
        return list(dict.fromkeys([*known, *self.scorer.kept])) if known else None

    def predict(self, frame: Any) -> Any:
        """Return the output for a frame as an engine read it."""
        if self.input_format is not Format.PARQUET:
            frame = cast_frame(frame, self.schema, self.input_format)
        return self.scorer.score_frame(frame)
