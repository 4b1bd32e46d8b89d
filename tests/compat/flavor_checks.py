"""The names of the checks that scripts with rows of flavors make."""

from pathlib import Path

from compat.client_process import checks_in
from headwater.testing.contract_flavors import CHECKS

BESIDE_MLFLOW = ("mlflow_loads_what_we_saved", "we_load_what_mlflow_saved", "both_describe_a_model_alike")


def list_checks(rows: Path) -> list[str]:
    """Return the name of each check of each row of a script."""
    names = [row.removeprefix("row_") for row in checks_in(rows, "row_")]
    return [f"{row}.{check}" for row in names for check in (*CHECKS, *BESIDE_MLFLOW)]
