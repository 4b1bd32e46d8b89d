"""System metrics of graphics cards: the vendors' own Python libraries, over a driver that is played here.

No card is needed, and none was: what a driver answers is as the libraries document it.
"""

import ctypes
import logging
import re
from collections.abc import Callable

import pynvml
import pytest
from pyrsmi import rocml

from headwater.capture.gpu import AmdGpus, NvidiaGpus, open_gpus
from headwater.capture.system import Sampler

OK, NOT_SUPPORTED, GPU_IS_LOST = 0, 3, 15


class NvidiaDriver:
    """What `libnvidia-ml` exports of what is read: three cards, of which one is lost and one tells less."""

    def __init__(self) -> None:
        self.is_there = True

    def __getattr__(self, name: str) -> Callable[..., int]:
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.removeprefix("nvml").partition("_v")[0]).lower()
        answer: Callable[..., int] = getattr(type(self), f"answer_{words}")
        return lambda *arguments: answer(self, *arguments)

    def answer_init_with_flags(self, _flags: int) -> int:
        return OK

    def answer_device_get_count(self, count: object) -> int:
        return self._put(count, 3)

    def answer_device_get_handle_by_index(self, index: ctypes.c_uint, handle: object) -> int:
        if index.value == 1:
            return GPU_IS_LOST
        target = handle._obj  # type: ignore[attr-defined]  # what ctypes.byref refers to
        ctypes.memmove(ctypes.byref(target), ctypes.byref(ctypes.c_void_p(index.value + 1)), 8)
        return OK

    def answer_device_get_memory_info(self, _card: object, memory: object) -> int:
        target = memory._obj  # type: ignore[attr-defined]
        target.total, target.free, target.used = 16_000_000_000, 12_000_000_000, 4_000_000_000
        return OK if self.is_there else GPU_IS_LOST

    def answer_device_get_utilization_rates(self, card: object, rates: object) -> int:
        if self._number(card) == 2:
            return NOT_SUPPORTED
        rates._obj.gpu, rates._obj.memory = 93, 40  # type: ignore[attr-defined]
        return OK if self.is_there else GPU_IS_LOST

    def answer_device_get_power_usage(self, _card: object, milliwatts: object) -> int:
        return self._put(milliwatts, 150_000) if self.is_there else GPU_IS_LOST

    def answer_device_get_enforced_power_limit(self, card: object, milliwatts: object) -> int:
        return NOT_SUPPORTED if self._number(card) == 2 else self._put(milliwatts, 300_000)

    @staticmethod
    def _put(reference: object, value: int) -> int:
        reference._obj.value = value  # type: ignore[attr-defined]
        return OK

    @staticmethod
    def _number(card: object) -> int:
        """Return a card's number from its handle."""
        return int(ctypes.cast(card, ctypes.c_void_p).value or 0) - 1  # type: ignore[arg-type]


@pytest.fixture
def nvidia(monkeypatch: pytest.MonkeyPatch) -> NvidiaDriver:
    """Put a driver where NVIDIA's library looks for its functions."""
    driver = NvidiaDriver()
    monkeypatch.setattr(pynvml, "nvmlLib", driver)
    monkeypatch.setattr(pynvml, "_nvmlGetFunctionPointer_cache", {})
    return driver


def test_nvidia_cards_are_read_and_what_one_does_not_tell_is_left_out(nvidia: NvidiaDriver) -> None:
    values = NvidiaGpus().read()

    assert values == {
        "gpu_0_memory_usage_percentage": 25.0,
        "gpu_0_memory_usage_megabytes": 4000.0,
        "gpu_0_utilization_percentage": 93.0,
        "gpu_0_power_usage_watts": 150.0,
        "gpu_0_power_usage_percentage": 50.0,
        "gpu_2_memory_usage_percentage": 25.0,
        "gpu_2_memory_usage_megabytes": 4000.0,
        "gpu_2_power_usage_watts": 150.0,
    }


def test_cards_that_are_lost_half_way_and_found_again_disturb_nothing(
    nvidia: NvidiaDriver, caplog: pytest.LogCaptureFixture
) -> None:
    sampler = Sampler([NvidiaGpus()])
    sampler.sample()
    before = sampler.take_means()
    nvidia.is_there = False
    sampler.sample()
    lost = sampler.take_means()
    nvidia.is_there = True
    sampler.sample()

    assert lost == {}
    assert sampler.take_means() == before
    assert caplog.text == ""


def test_amd_cards_are_read_and_minus_one_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    def utilization(card: int) -> int:
        if card == 2:
            raise OSError("the driver went away")
        return -1 if card else 37

    for name, answer in {
        "smi_initialize": lambda: None,
        "smi_get_device_count": lambda: 3,
        "smi_get_device_memory_used": lambda card: -1 if card == 1 else 8_000_000_000,
        "smi_get_device_memory_total": lambda card: -1 if card else 64_000_000_000,
        "smi_get_device_utilization": utilization,
        "smi_get_device_average_power": lambda card: -1 if card else 210.0,
    }.items():
        assert callable(getattr(rocml, name))
        monkeypatch.setattr(rocml, name, answer)

    values = AmdGpus().read()

    assert values == {
        "gpu_0_memory_usage_gigabytes": 8.0,
        "gpu_0_memory_usage_percentage": 12.5,
        "gpu_0_utilization_percentage": 37.0,
        "gpu_0_power_usage_watts": 210.0,
        "gpu_2_memory_usage_gigabytes": 8.0,
    }


def test_without_a_driver_there_are_no_cards_and_the_users_logging_is_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])

    assert open_gpus() == []
    assert logging.root.handlers == []
