"""The results that autologging of statsmodels keeps."""

from functools import partial
from typing import Any

from headwater.models.autolog import keep_trained
from headwater.models.flavor import find_flavor
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call


def keep_results(call: Call, run: ActiveRun, results: Any) -> None:
    """Log the results of a fit as a model."""
    from headwater.flavors.statsmodels import write_model  # which imports this package

    keep_trained(call, run, find_flavor("statsmodels"), results, partial(write_model, False), None)
