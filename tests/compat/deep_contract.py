"""The contract of the flavors of deep learning and of servers in Java; runs beside the frameworks."""

import deep_details  # type: ignore[import-not-found]  # beside it
import deep_more  # type: ignore[import-not-found]
import deep_rows  # type: ignore[import-not-found]
from flavor_contract import Checks  # type: ignore[import-not-found]
from reporting import report_checks  # type: ignore[import-not-found]

if __name__ == "__main__":
    report_checks(Checks(deep_rows, deep_details, deep_more))
