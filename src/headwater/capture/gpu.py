"""The load of graphics cards: NVIDIA's by `nvidia-ml-py`, AMD's by `pyrsmi`, whichever is installed and finds some."""

import importlib
import logging
from contextlib import suppress
from typing import Any

MEGABYTE = 1_000_000
GIGABYTE = 1_000_000_000

_log = logging.getLogger(__name__)


class NvidiaGpus:
    """Every NVIDIA card; raises what the library raises if there is no driver."""

    def __init__(self) -> None:
        self._nvml: Any = importlib.import_module("pynvml")
        self._nvml.nvmlInit()
        count = self._nvml.nvmlDeviceGetCount()
        self._cards = [self._nvml.nvmlDeviceGetHandleByIndex(index) for index in range(count)]

    def read(self) -> dict[str, float]:
        """Return memory, utilization and power of each card; what a card does not support is left out."""
        values: dict[str, float] = {}
        for index, card in enumerate(self._cards):
            for read in (self._read_memory, self._read_utilization, self._read_power):
                with suppress(self._nvml.NVMLError):
                    values |= read(f"gpu_{index}_", card)
        return values

    def _read_memory(self, prefix: str, card: Any) -> dict[str, float]:
        memory = self._nvml.nvmlDeviceGetMemoryInfo(card)
        return {
            f"{prefix}memory_usage_percentage": memory.used / memory.total * 100,
            f"{prefix}memory_usage_megabytes": memory.used / MEGABYTE,
        }

    def _read_utilization(self, prefix: str, card: Any) -> dict[str, float]:
        return {f"{prefix}utilization_percentage": float(self._nvml.nvmlDeviceGetUtilizationRates(card).gpu)}

    def _read_power(self, prefix: str, card: Any) -> dict[str, float]:
        milliwatts = self._nvml.nvmlDeviceGetPowerUsage(card)
        limit = self._nvml.nvmlDeviceGetEnforcedPowerLimit(card)
        return {
            f"{prefix}power_usage_watts": milliwatts / 1000,
            f"{prefix}power_usage_percentage": milliwatts / limit * 100,
        }


class AmdGpus:
    """Every AMD card; raises what the library raises if there is no driver."""

    def __init__(self) -> None:
        self._rocml: Any = importlib.import_module("pyrsmi.rocml")
        self._rocml.smi_initialize()
        self._count = self._rocml.smi_get_device_count()

    def read(self) -> dict[str, float]:
        """Return memory, utilization and power of each card."""
        values: dict[str, float] = {}
        for index in range(self._count):
            prefix = f"gpu_{index}_"
            used = self._rocml.smi_get_device_memory_used(index)
            values[f"{prefix}memory_usage_gigabytes"] = used / GIGABYTE
            values[f"{prefix}memory_usage_percentage"] = used / self._rocml.smi_get_device_memory_total(index) * 100
            values[f"{prefix}utilization_percentage"] = float(self._rocml.smi_get_device_utilization(index))
            values[f"{prefix}power_usage_watts"] = float(self._rocml.smi_get_device_average_power(index))
        return values


def open_gpus() -> list[NvidiaGpus | AmdGpus]:
    """Return the cards that can be read; without a library or a driver there are none, which is no error."""
    found: list[NvidiaGpus | AmdGpus] = []
    for kind in (NvidiaGpus, AmdGpus):
        try:
            found.append(kind())
        except Exception as error:  # noqa: BLE001 - each library has its own way to say that there is no card
            _log.debug("No GPU metrics: %s", error)
    return found
