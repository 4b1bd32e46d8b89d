"""System metrics: what is read here, what a card would add, and how a run logs them."""

import json
from pathlib import Path

import pytest

import headwater as hw
from faults.programs import run_program
from headwater import config
from headwater.capture.gpu import open_gpus
from headwater.capture.system import Machine, Sampler, open_sampler
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.metrics import GetHistory
from headwater.stores import open_store
from headwater.tracking.capture_choice import choose
from unit.tracking_places import own_place

OF_THE_MACHINE = {
    "cpu_utilization_percentage",
    "system_memory_usage_megabytes",
    "system_memory_usage_percentage",
    "disk_usage_percentage",
    "disk_usage_megabytes",
    "disk_available_megabytes",
    "network_receive_megabytes",
    "network_transmit_megabytes",
}


def test_the_machine_is_measured_in_plausible_units() -> None:
    values = Machine().read()

    assert set(values) == OF_THE_MACHINE
    assert 0 <= values["cpu_utilization_percentage"] <= 100
    assert 0 < values["system_memory_usage_percentage"] < 100
    assert 10 < values["system_memory_usage_megabytes"] < 100_000_000
    assert values["disk_available_megabytes"] > 0
    assert values["network_receive_megabytes"] >= 0


def test_samples_are_averaged_and_a_broken_source_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    class Counter:
        def __init__(self) -> None:
            self.count = 0

        def read(self) -> dict[str, float]:
            self.count += 1
            return {"count": self.count}

    class Broken:
        def read(self) -> dict[str, float]:
            raise OSError("the driver went away")

    sampler = Sampler([Broken(), Counter()])
    for _ in range(3):
        sampler.sample()

    assert sampler.take_means() == {"count": 2.0}
    assert sampler.take_means() == {}
    assert caplog.text.count("the driver went away") == 1


def test_without_a_card_there_are_no_gpu_metrics() -> None:
    sampler = open_sampler()
    sampler.sample()

    assert open_gpus() == []
    assert set(sampler.take_means()) == OF_THE_MACHINE


def test_a_run_logs_system_metrics_step_by_step_and_goes_on_when_resumed(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"
    code = (
        "hw.set_system_metrics_sampling_interval(0.1); hw.set_system_metrics_samples_before_logging(2)\n"
        "hw.set_system_metrics_node_id('n1')\n"
        "run = hw.start_run(sys.argv[1] if len(sys.argv) > 1 else os.environ.get('RESUME'), log_system_metrics=True)\n"
        "print(run.info.run_id); import threading; threading.Event().wait(0.5); hw.end_run()\n"
    )

    run_id = run_program(tmp_path, uri, code).stdout.strip()
    again = run_program(tmp_path, uri, code, RESUME=run_id)

    assert again.stdout.strip() == run_id, again.stderr
    store = open_store(uri)
    history = store.metrics.get_history(GetHistory("system/n1/cpu_utilization_percentage", run_id=run_id)).metrics
    store.close()
    steps = [point.step for point in history]
    assert steps == list(range(len(steps)))
    assert len(steps) >= 2, "a busy machine takes few samples, but each run has one point at least"


def test_a_short_run_has_one_point_of_each(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"
    code = (
        "import json; hw.enable_system_metrics_logging()\nwith hw.start_run() as run: pass\n"
        "hw.flush(); print(json.dumps(hw.get_run(run.info.run_id).data.metrics))"
    )

    done = run_program(tmp_path, uri, code)

    assert set(json.loads(done.stdout)) == {f"system/{name}" for name in OF_THE_MACHINE}


@pytest.mark.parametrize(
    ("capture", "log_system_metrics", "variables", "parts"),
    [
        (None, None, {}, ""),
        (None, None, {"HEADWATER_CAPTURE": "all"}, "code console system"),
        (None, None, {"HEADWATER_CAPTURE": "code, Console"}, "code console"),
        (None, None, {"MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING": "true"}, "system"),
        (None, None, {"HEADWATER_CAPTURE": "all", "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING": "false"}, "code console"),
        (None, False, {"HEADWATER_CAPTURE": "all"}, "code console"),
        (None, True, {}, "system"),
        ("none", None, {"HEADWATER_CAPTURE": "all", "HEADWATER_ENABLE_SYSTEM_METRICS_LOGGING": "1"}, ""),
        (True, None, {}, "code console system"),
        (False, True, {}, "system"),
        (["code"], None, {}, "code"),
    ],
)
def test_one_switch_and_its_parts(
    monkeypatch: pytest.MonkeyPatch,
    capture: bool | str | list[str] | None,  # noqa: FBT001 - a table of cases
    log_system_metrics: bool | None,  # noqa: FBT001
    variables: dict[str, str],
    parts: str,
) -> None:
    for setting in (config.CAPTURE, config.SYSTEM_METRICS):
        monkeypatch.delenv(setting.name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert sorted(choose(capture, log_system_metrics=log_system_metrics)) == parts.split()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HEADWATER_CAPTURE", "consol"),
        ("HEADWATER_SYSTEM_METRICS_SAMPLING_INTERVAL", "often"),
        ("HEADWATER_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING", "0"),
        ("HEADWATER_REDACT_PATTERNS", "("),
    ],
)
def test_a_wrong_setting_is_told_before_the_run_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with own_place(tmp_path, monkeypatch):
        monkeypatch.setenv("HEADWATER_CAPTURE", "system")
        monkeypatch.setenv(name, value)

        with pytest.raises(InvalidParameterValue) as raised:
            hw.start_run()

        assert raised.value.message.startswith(f"Invalid {name} '{value}")
        assert hw.active_run() is None


@pytest.mark.parametrize("value", [0, -1])
def test_a_sampling_interval_is_above_zero(value: float) -> None:
    with pytest.raises(InvalidParameterValue, match=f"Invalid interval '{value}'"):
        hw.set_system_metrics_sampling_interval(value)
    with pytest.raises(InvalidParameterValue, match=f"Invalid samples '{value}'"):
        hw.set_system_metrics_samples_before_logging(int(value))
