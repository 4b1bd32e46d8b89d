"""The contract of fastai's flavor, beside fastai and the last MLflow that had one."""

import fastai_rows  # type: ignore[import-not-found]  # beside it
import flavor_details  # type: ignore[import-not-found]
from flavor_contract import Checks  # type: ignore[import-not-found]
from reporting import report_checks  # type: ignore[import-not-found]

if __name__ == "__main__":
    report_checks(Checks(fastai_rows, flavor_details))
