"""Handles of log calls, and whose run a thread or task logs to."""

import asyncio
import io
import threading
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest

import headwater as hw
from unit.tracking_places import own_place


@pytest.fixture(autouse=True)
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_place(tmp_path, monkeypatch) as place:
        yield place


def test_a_call_that_must_not_wait_gives_a_handle_to_wait() -> None:
    client = hw.Client()
    with hw.start_run() as run:
        handles = [
            hw.log_metric("loss", 0.5, synchronous=False),
            hw.log_metrics({"a": 1, "b": 2}, synchronous=False),
            hw.log_params({"depth": 6}, synchronous=False),
            hw.set_tag("x", 1, synchronous=False),
            hw.set_tags({"y": 1}, synchronous=False),
            client.log_metric(run.info.run_id, "loss", 0.25, step=1, synchronous=False),
            client.set_tag(run.info.run_id, "z", 1, synchronous=False),
            client.log_batch(
                run.info.run_id, [hw.Metric("c", 3, 1)], [hw.Param("p", "1")], [hw.RunTag("t", "1")], synchronous=False
            ),
        ]
        assert hw.log_metric("loss", 0.1, step=2) is None

        assert all(isinstance(handle, hw.RunOperations) for handle in handles)
        for handle in handles:
            assert handle is not None
            handle.wait()
        stored = hw.get_run(run.info.run_id).data
        assert stored.metrics == {"loss": 0.1, "a": 1, "b": 2, "c": 3}
        assert stored.params == {"depth": "6", "p": "1"}
        assert {"x", "y", "z", "t"} <= set(stored.tags)


def test_a_handle_raises_what_the_store_refused() -> None:
    with hw.start_run() as run:
        hw.log_param("depth", 6)
        hw.flush()
    other = hw.Client()
    handle = other.log_batch(run.info.run_id, params=[hw.Param("depth", "7")], synchronous=False)

    assert handle is not None
    with pytest.raises(hw.InvalidParameterValue, match="depth"):
        handle.wait()


def test_async_logging_lets_every_call_of_the_next_run_give_a_handle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_ASYNC_LOGGING", "")
    hw.config.enable_async_logging()
    with hw.start_run() as run:
        handle = hw.log_metric("loss", 0.5)
        assert handle is not None
        handle.wait()
        hw.flush_async_logging()
        hw.flush_artifact_async_logging()
    hw.config.enable_async_logging(False)
    with hw.start_run():
        assert hw.log_metric("loss", 0.5) is None

    assert hw.get_run(run.info.run_id).data.metrics == {"loss": 0.5}


def test_a_thread_has_its_own_active_run() -> None:
    seen: list[str | None] = []

    def work() -> None:
        active = hw.active_run()
        seen.append(None if active is None else active.info.run_id)
        with hw.start_run() as own:
            hw.log_metric("inner", 1)
            seen.append(own.info.run_id)

    with hw.start_run() as outer:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        hw.log_metric("outer", 1)
        assert hw.active_run() is outer

    assert seen[0] is None
    assert hw.get_run(str(seen[1])).data.metrics == {"inner": 1}
    assert "mlflow.parentRunId" not in hw.get_run(str(seen[1])).data.tags
    assert hw.get_run(outer.info.run_id).data.metrics == {"outer": 1}


def test_tasks_each_have_their_own_run_below_the_one_they_started_in() -> None:
    async def work(number: int) -> str:
        with hw.start_run(nested=True) as run:
            await asyncio.sleep(0)
            hw.log_metric("number", number)
            await asyncio.sleep(0)
            assert hw.active_run() is run
        return run.info.run_id

    async def main() -> list[str]:
        return await asyncio.gather(*(work(number) for number in range(5)))

    with hw.start_run() as outer:
        run_ids = asyncio.run(main())
        assert hw.active_run() is outer

    found = [hw.get_run(run_id) for run_id in run_ids]
    assert [run.data.metrics for run in found] == [{"number": number} for number in range(5)]
    assert {run.data.tags["mlflow.parentRunId"] for run in found} == {outer.info.run_id}


def test_the_doctor_prints_versions_and_settings_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_TOKEN", "very-secret")
    monkeypatch.setenv("HEADWATER_TRACKING_URI", "http://ann:hidden@host:5000")
    output = io.StringIO()
    with redirect_stdout(output):
        hw.doctor()
        hw.doctor(mask_envs=True)

    text = output.getvalue()
    assert f"Headwater {hw.__version__}" in text
    assert "http://ann@host:5000" in text
    assert "  msgspec " in text
    assert "HEADWATER_TRACKING_URI: ***" in text
    assert "very-secret" not in text
    assert "hidden" not in text
