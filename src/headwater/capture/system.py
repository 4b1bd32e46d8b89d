"""The load of this machine: processors, memory, disk, network and GPUs, under the names that MLflow's users know."""

import logging
import os
from typing import Protocol

from headwater.capture.gpu import open_gpus

MEGABYTE = 1_000_000

_log = logging.getLogger(__name__)


class Source(Protocol):
    """Something that can be measured again and again."""

    def read(self) -> dict[str, float]:
        """Return the present values by name."""


class Machine:
    """Processors, memory, the disk of the working folder, and the network since this object was made."""

    def __init__(self) -> None:
        import psutil  # by those who measure only

        self._psutil = psutil
        psutil.cpu_percent()  # the first answer is about nothing, later ones about the time since the one before
        self._network = psutil.net_io_counters()

    def read(self) -> dict[str, float]:
        """Return the present values by name."""
        memory = self._psutil.virtual_memory()
        values = {
            "cpu_utilization_percentage": self._psutil.cpu_percent(),
            "system_memory_usage_megabytes": memory.used / MEGABYTE,
            "system_memory_usage_percentage": memory.used / memory.total * 100,
        }
        disk = self._psutil.disk_usage(os.sep)
        values["disk_usage_percentage"] = disk.percent
        values["disk_usage_megabytes"] = disk.used / MEGABYTE
        values["disk_available_megabytes"] = disk.free / MEGABYTE
        network = self._psutil.net_io_counters()
        if None not in {network, self._network}:  # a container may have no network
            values["network_receive_megabytes"] = (network.bytes_recv - self._network.bytes_recv) / MEGABYTE
            values["network_transmit_megabytes"] = (network.bytes_sent - self._network.bytes_sent) / MEGABYTE
        return values


class Sampler:
    """Averages samples of every source that works here; a source that fails is left out from then on."""

    def __init__(self, sources: list[Source]) -> None:
        self._sources = sources
        self._sums: dict[str, float] = {}
        self._counts: dict[str, int] = {}

    def sample(self) -> None:
        """Take one sample."""
        for source in list(self._sources):
            try:
                values = source.read()
            except Exception as error:  # noqa: BLE001 - drivers raise what they like, and training must go on
                _log.warning("System metrics of %s end here: %s", type(source).__name__, error)
                self._sources.remove(source)
                continue
            for name, value in values.items():
                self._sums[name] = self._sums.get(name, 0.0) + value
                self._counts[name] = self._counts.get(name, 0) + 1

    def take_means(self) -> dict[str, float]:
        """Return the mean of each value since the last call."""
        means = {name: total / self._counts[name] for name, total in self._sums.items()}
        self._sums.clear()
        self._counts.clear()
        return means


def open_sampler() -> Sampler:
    """Return a sampler of what this machine has."""
    sources: list[Source] = []
    try:
        sources.append(Machine())
    except Exception as error:  # noqa: BLE001 - a system that psutil cannot read
        _log.warning("No system metrics of this machine: %s", error)
    return Sampler([*sources, *open_gpus()])
