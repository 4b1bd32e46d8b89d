"""The patching engine, on a small library made for each test."""

import importlib
import inspect
import logging
import pickle
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

import headwater as hw
from autolog.places import all_runs, only_run, own_engine
from headwater.tracking.autolog import Call, Hook, Integration, Options, Watch, configure
from headwater.tracking.autolog.runs import defer, log_new_params, training_run

LIBRARY = '''
__version__ = "1.2.3"

class Model:
    """A model."""

    def fit(self, data, *, depth: int = 3) -> "Model":
        """Fit the data."""
        if data is None:
            raise ValueError("no data")
        self.seen = data
        return self

class Stack(Model):
    def fit(self, data, *, depth: int = 3) -> "Stack":
        for _ in range(2):
            Model().fit(data)
        return super().fit(data)

def measure(model, *rest):
    """Measure."""
    return len(model.seen)
'''


@pytest.fixture(autouse=True)
def library_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "library"
    (folder / "tinylib").mkdir(parents=True)
    (folder / "tinylib" / "__init__.py").write_text(LIBRARY)
    monkeypatch.syspath_prepend(str(folder))
    with own_engine(tmp_path, monkeypatch):
        yield folder
        configure(integration(watch), Options(disable=True))
    sys.modules.pop("tinylib", None)


def load() -> ModuleType:
    return importlib.import_module("tinylib")


def watch(call: Call) -> Watch:
    with training_run(call) as run:
        if run is None:
            yield
            return
        log_new_params(call, run.writer, {"depth": call.arguments.get("depth", "default")})
        yield


def integration(watcher: Callable[[Call], Watch], *names: str) -> Integration:
    def find(module: ModuleType) -> Iterable[Hook]:
        for name in names or ("Model", "Stack"):
            found = getattr(module, name)
            yield Hook(found, "fit", watcher) if isinstance(found, type) else Hook(module, name, watcher)

    return Integration(flavor="tiny", package="tinylib", versions=("1.0", "2.0"), tested="1.5", find_hooks=find)


def test_library_is_not_imported_by_us_and_patched_when_the_user_imports_it() -> None:
    configure(integration(watch), Options())
    assert "tinylib" not in sys.modules

    load().Model().fit([1], depth=7)

    assert only_run().data.params == {"depth": "7"}


def test_library_that_is_imported_already_is_patched_too() -> None:
    library = load()

    configure(integration(watch), Options())
    library.Model().fit([1])

    assert only_run().data.params == {"depth": "default"}


def test_import_watch_leaves_no_trace_on_the_module() -> None:
    plain = type(load().__loader__)
    sys.modules.pop("tinylib")
    configure(integration(watch), Options())

    library = load()

    assert type(library.__loader__) is plain
    assert library.__spec__ is not None
    assert type(library.__spec__.loader) is plain
    assert importlib.util.find_spec("tinylib") is library.__spec__
    assert "class Model" in inspect.getsource(library)


def test_wrapped_method_looks_and_pickles_like_the_original() -> None:
    library = load()
    before = (inspect.signature(library.Model.fit), library.Model.fit.__doc__, library.Model.fit.__qualname__)
    configure(integration(watch), Options())

    method = library.Model.fit

    assert (inspect.signature(method), method.__doc__, method.__qualname__) == before
    assert pickle.loads(pickle.dumps(method)) is method
    assert pickle.loads(pickle.dumps(library.Model().fit)).__self__.__class__ is library.Model


def test_wrapped_function_reaches_modules_that_imported_it_before_and_pickles() -> None:
    library = load()
    globals()["measure"] = library.measure
    configure(integration(watch, "measure"), Options())
    try:
        assert globals()["measure"] is library.measure
        assert library.measure.__wrapped__ is not library.measure
        assert pickle.loads(pickle.dumps(library.measure)) is library.measure

        configure(integration(watch, "measure"), Options(disable=True))

        assert globals()["measure"] is library.measure
        assert not hasattr(library.measure, "__wrapped__")
    finally:
        del globals()["measure"]


def test_fits_within_a_fit_are_part_of_it() -> None:
    library = load()
    configure(integration(watch), Options())

    library.Stack().fit([1])

    assert only_run().info.status == "FINISHED"


def test_error_of_the_user_passes_unchanged_and_fails_the_run() -> None:
    library = load()
    configure(integration(watch), Options())

    with pytest.raises(ValueError, match=r"^no data$") as caught:
        library.Model().fit(None)

    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert only_run().info.status == "FAILED"


@pytest.mark.parametrize("place", ["before", "after"])
def test_error_of_ours_is_told_once_and_never_reaches_the_user(place: str, caplog: pytest.LogCaptureFixture) -> None:
    def broken(call: Call) -> Watch:
        if place == "before":
            raise RuntimeError("ours")
        yield
        raise RuntimeError("ours")

    library = load()
    configure(integration(broken), Options())

    with caplog.at_level(logging.INFO):
        models = [library.Model().fit([1]) for _ in range(3)]

    assert [model.seen for model in models] == [[1]] * 3
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "RuntimeError: ours" in caplog.text


def test_silence_holds_for_our_errors_too(caplog: pytest.LogCaptureFixture) -> None:
    def broken(call: Call) -> Watch:
        yield
        raise RuntimeError("ours")

    configure(integration(broken), Options(silent=True))

    with caplog.at_level(logging.INFO):
        load().Model().fit([1])

    assert not caplog.records


def test_failed_step_does_not_stop_the_others() -> None:
    def stumbling(call: Call) -> Watch:
        with training_run(call) as run:
            assert run is not None
            with call.step("first"):
                raise RuntimeError("ours")
            run.writer.log_params({"second": 1}, synchronous=None)
            yield

    configure(integration(stumbling), Options())

    load().Model().fit([1])

    run = only_run()
    assert (run.data.params, run.info.status) == ({"second": "1"}, "FINISHED")


def test_interrupt_of_the_user_passes_through_our_steps() -> None:
    def interrupted(call: Call) -> Watch:
        yield
        with call.step("slow"):
            raise KeyboardInterrupt

    configure(integration(interrupted), Options())

    with pytest.raises(KeyboardInterrupt):
        load().Model().fit([1])


def test_run_of_the_user_is_used_and_stays_open() -> None:
    configure(integration(watch), Options(extra_tags={"team": "a"}))

    with hw.start_run() as run:
        load().Model().fit([1])
        assert hw.active_run() == run

    found = only_run()
    assert found.info.run_id == run.info.run_id
    assert found.data.params == {"depth": "default"}
    assert "mlflow.autologging" not in found.data.tags


def test_exclusive_leaves_the_run_of_the_user_alone() -> None:
    configure(integration(watch), Options(exclusive=True))

    with hw.start_run():
        load().Model().fit([1])
    load().Model().fit([1], depth=2)

    assert [run.data.params for run in all_runs()] == [{}, {"depth": "2"}]


def test_own_run_carries_its_tag_and_the_extra_ones(caplog: pytest.LogCaptureFixture) -> None:
    configure(integration(watch), Options(extra_tags={"team": "a", "mlflow.autologging": "other"}))

    load().Model().fit([1])

    tags = only_run().data.tags
    assert (tags["mlflow.autologging"], tags["team"]) == ("tiny", "a")
    assert "mlflow.autologging" in caplog.text


def test_second_fit_in_one_run_keeps_the_first_params_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    configure(integration(watch), Options())

    with hw.start_run():
        load().Model().fit([1], depth=1)
        load().Model().fit([1], depth=2)

    assert only_run().data.params == {"depth": "1"}
    assert "depth" in caplog.text


def test_disabled_library_is_as_it_was() -> None:
    library = load()
    before = dict(vars(library.Model)), dict(vars(library.Stack)), dict(vars(library))
    configure(integration(watch), Options())
    assert dict(vars(library.Model)) != before[0]

    configure(integration(watch), Options(disable=True))
    library.Model().fit([1])

    assert (dict(vars(library.Model)), dict(vars(library.Stack)), dict(vars(library))) == before
    assert not all_runs()


def test_wrapper_that_somebody_put_over_ours_survives() -> None:
    library = load()
    configure(integration(watch), Options())
    ours = library.Model.fit
    library.Model.fit = lambda self, data: ours(self, data)
    theirs = library.Model.fit

    configure(integration(watch), Options(disable=True))
    library.Model().fit([1])

    assert library.Model.fit is theirs
    assert not all_runs()


@pytest.mark.parametrize("first", ["own", "general"])
def test_options_of_the_flavor_win_over_general_ones_at_any_time(first: str) -> None:
    calls: list[Callable[[], None]] = [
        lambda: configure(integration(watch), Options(extra_tags={"from": "own"})),
        lambda: configure(integration(watch), Options(extra_tags={"from": "general"}), general=True),
    ]
    for call in calls if first == "own" else reversed(calls):
        call()

    load().Model().fit([1])

    assert only_run().data.tags["from"] == "own"


@pytest.mark.parametrize(("refuse", "count"), [("yes", 0), ("no", 1)])
def test_untested_version_is_told_and_refused_if_asked(
    library_folder: Path, refuse: str, count: int, caplog: pytest.LogCaptureFixture
) -> None:
    (library_folder / "tinylib" / "__init__.py").write_text(LIBRARY.replace("1.2.3", "2.0.1"))
    importlib.invalidate_caches()
    configure(integration(watch), Options(disable_for_unsupported_versions=refuse == "yes"))

    load().Model().fit([1])

    assert len(all_runs()) == count
    assert caplog.text.count("2.0.1") == 1


def test_untested_version_is_let_go_when_that_is_asked_later(library_folder: Path) -> None:
    (library_folder / "tinylib" / "__init__.py").write_text(LIBRARY.replace("1.2.3", "0.9"))
    importlib.invalidate_caches()
    library = load()
    before = dict(vars(library.Model))
    configure(integration(watch), Options())
    assert dict(vars(library.Model)) != before

    configure(integration(watch), Options(disable_for_unsupported_versions=True))

    assert dict(vars(library.Model)) == before


def test_threads_get_runs_of_their_own() -> None:
    library = load()
    configure(integration(watch), Options())
    start = threading.Barrier(8)

    def work(depth: int) -> None:
        start.wait()
        for _ in range(3):
            library.Model().fit([1], depth=depth)

    threads = [threading.Thread(target=work, args=(depth,)) for depth in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    runs = all_runs()
    assert sorted(run.data.params["depth"] for run in runs) == sorted(str(depth) for depth in range(8) for _ in "123")
    assert {run.info.status for run in runs} == {"FINISHED"}


def test_run_ends_only_after_what_was_deferred_for_it() -> None:
    allowed = threading.Event()

    def late(call: Call) -> Watch:
        with training_run(call) as run:
            assert run is not None
            yield

            def work() -> None:
                assert allowed.wait(30)
                run.writer.log_bytes(b"x", "late.txt", synchronous=False)

            defer(call, run, "late.txt", work)

    configure(integration(late), Options())

    load().Model().fit([1])

    assert hw.active_run() is None
    allowed.set()
    run = only_run()
    assert run.info.status == "FINISHED"
    assert [info.path for info in hw.list_artifacts(run_id=run.info.run_id)] == ["late.txt"]


def test_end_of_the_users_run_waits_for_what_was_deferred() -> None:
    def late(call: Call) -> Watch:
        with training_run(call) as run:
            assert run is not None
            yield
            defer(call, run, "late", lambda: run.writer.log_params({"late": 1}, synchronous=False))

    configure(integration(late), Options())

    with hw.start_run():
        load().Model().fit([1])

    assert only_run().data.params == {"late": "1"}


@pytest.mark.parametrize(("wanted", "kept"), [("yes", ["Model"]), ("no", [])])
def test_model_is_handed_to_a_flavor_that_can_save_one_if_it_is_wanted(wanted: str, kept: list[str]) -> None:
    saved: list[str] = []

    def keeping(call: Call) -> Watch:
        with training_run(call) as run:
            assert run is not None
            yield
            call.keep_model(run, call.args[0])

    able = replace(integration(keeping), save_model=lambda call, run, model: saved.append(type(model).__name__))
    configure(able, Options(log_models=wanted == "yes"))

    load().Model().fit([1])

    assert saved == kept


def test_deferred_work_that_fails_is_told_and_the_run_ends(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    def failing(call: Call) -> Watch:
        with training_run(call) as run:
            assert run is not None
            yield
            defer(call, run, "drawing", fail)

    configure(integration(failing), Options())

    load().Model().fit([1])

    assert only_run().info.status == "FINISHED"
    assert "ZeroDivisionError" in caplog.text
