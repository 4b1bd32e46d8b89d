"""The load of graphics cards: NVIDIA's by `nvidia-ml-py`, AMD's by `pyrsmi`, whichever is installed and finds some."""

import importlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

MEGABYTE = 1_000_000
GIGABYTE = 1_000_000_000

_log = logging.getLogger(__name__)


class NvidiaGpus:
    """Every NVIDIA card that answers; raises what the library raises if there is no driver."""

    def __init__(self) -> None:
        self._nvml: Any = importlib.import_module("pynvml")
        self._nvml.nvmlInit()
        self._cards: list[tuple[int, Any]] = []
        for index in range(self._nvml.nvmlDeviceGetCount()):
            with suppress(self._nvml.NVMLError):  # a card that was lost, or that we may not see
                self._cards.append((index, self._nvml.nvmlDeviceGetHandleByIndex(index)))

    def read(self) -> dict[str, float]:
        """Return memory, utilization and power of each card; what a card does not tell is left out."""
        values: dict[str, float] = {}
        for index, card in self._cards:
            for read in (self._read_memory, self._read_utilization, self._read_power):
                with suppress(self._nvml.NVMLError):
                    values |= read(f"gpu_{index}_", card)
        return values

    def _read_memory(self, prefix: str, card: Any) -> dict[str, float]:
        memory = self._nvml.nvmlDeviceGetMemoryInfo(card)
        values = {f"{prefix}memory_usage_megabytes": memory.used / MEGABYTE}
        if memory.total:
            values[f"{prefix}memory_usage_percentage"] = memory.used / memory.total * 100
        return values

    def _read_utilization(self, prefix: str, card: Any) -> dict[str, float]:
        return {f"{prefix}utilization_percentage": float(self._nvml.nvmlDeviceGetUtilizationRates(card).gpu)}

    def _read_power(self, prefix: str, card: Any) -> dict[str, float]:
        milliwatts = self._nvml.nvmlDeviceGetPowerUsage(card)
        values = {f"{prefix}power_usage_watts": milliwatts / 1000}
        with suppress(self._nvml.NVMLError):  # laptops know no limit
            if limit := self._nvml.nvmlDeviceGetEnforcedPowerLimit(card):
                values[f"{prefix}power_usage_percentage"] = milliwatts / limit * 100
        return values


class AmdGpus:
    """Every AMD card; raises what the library raises if there is no driver.

    The library answers -1 where it cannot tell, and writes its remarks to the root logger.
    """

    def __init__(self) -> None:
        with _untouched_logging():
            self._rocml: Any = importlib.import_module("pyrsmi.rocml")
            self._rocml.smi_initialize()
            self._count = self._rocml.smi_get_device_count()

    def read(self) -> dict[str, float]:
        """Return memory, utilization and power of each card; what a card does not tell is left out."""
        values: dict[str, float] = {}
        with _untouched_logging():
            for index in range(self._count):
                values |= {f"gpu_{index}_{name}": value for name, value in self._read_card(index).items()}
        return values

    def _read_card(self, index: int) -> dict[str, float]:
        used = self._ask(self._rocml.smi_get_device_memory_used, index)
        total = self._ask(self._rocml.smi_get_device_memory_total, index)
        values = {
            "memory_usage_gigabytes": used / GIGABYTE,
            "memory_usage_percentage": used / total * 100 if total > 0 else -1,
            "utilization_percentage": self._ask(self._rocml.smi_get_device_utilization, index),
            "power_usage_watts": self._ask(self._rocml.smi_get_device_average_power, index),
        }
        return {name: value for name, value in values.items() if value >= 0}

    def _ask(self, question: Callable[[int], float], index: int) -> float:
        try:
            return float(question(index))
        except Exception as error:  # noqa: BLE001 - a driver raises what it likes, and the other cards go on
            _log.debug("No answer of AMD card %d: %s", index, error)
            return -1.0


@contextmanager
def _untouched_logging() -> Iterator[None]:
    """Take away the handler that a library's first remark to the root logger puts there: that is the user's choice."""
    before = list(logging.root.handlers)
    try:
        yield
    finally:
        for handler in [handler for handler in logging.root.handlers if handler not in before]:
            logging.root.removeHandler(handler)


def open_gpus() -> list[NvidiaGpus | AmdGpus]:
    """Return the cards that can be read; without a library or a driver there are none, which is no error."""
    found: list[NvidiaGpus | AmdGpus] = []
    for kind in (NvidiaGpus, AmdGpus):
        try:
            found.append(kind())
        except Exception as error:  # noqa: BLE001 - each library has its own way to say that there is no card
            _log.debug("No GPU metrics: %s", error)
    return found
