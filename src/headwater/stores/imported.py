"""What a store does with things that were made elsewhere; a part of `headwater.stores.interface`."""

from typing import Protocol

from headwater.protocol.endpoint import Empty
from headwater.protocol.imports import (
    PutExperiment,
    PutExperimentResponse,
    PutLoggedModel,
    PutModel,
    PutRuns,
    PutRunsResponse,
    ReadPoints,
    ReadPointsResponse,
    SummarizeRuns,
    SummarizeRunsResponse,
)


class Imports(Protocol):
    """What was made elsewhere on its way in, and whole series on their way out."""

    def put_experiment(self, request: PutExperiment) -> PutExperimentResponse:
        """See `PutExperiment`."""

    def put_runs(self, request: PutRuns) -> PutRunsResponse:
        """See `PutRuns`."""

    def put_logged_model(self, request: PutLoggedModel) -> Empty:
        """See `PutLoggedModel`."""

    def put_model(self, request: PutModel) -> Empty:
        """See `PutModel`."""

    def summarize(self, request: SummarizeRuns) -> SummarizeRunsResponse:
        """See `SummarizeRuns`."""

    def read_points(self, request: ReadPoints) -> ReadPointsResponse:
        """See `ReadPoints`."""
