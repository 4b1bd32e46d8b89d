"""What autologging of trainers of Transformers promises; runs beside Transformers and PyTorch."""

import contextlib
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import torch
from reporting import report_checks  # type: ignore[import-not-found]  # beside it
from sklearn.linear_model import LinearRegression
from transformers import Trainer, TrainerCallback, TrainingArguments

import headwater as hw

X = torch.linspace(0, 1, 64).reshape(16, 4)
ROWS = [{"x": row, "labels": row.sum()} for row in X]


class Line(torch.nn.Module):  # type: ignore[misc]  # of a library without types
    """A model as a trainer takes it: it returns its loss."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer = torch.nn.Linear(4, 1)

    def forward(self, x: Any, labels: Any = None) -> dict[str, Any]:
        found = self.layer(x)[:, 0]
        return {"loss": torch.nn.functional.mse_loss(found, labels), "logits": found}


@cache
def folder() -> Path:
    return Path(tempfile.mkdtemp())


def start(name: str) -> None:
    """Log to an experiment of its own."""
    hw.set_tracking_uri(f"sqlite:///{folder() / 'runs.db'}")
    hw.set_experiment(name)
    hw.transformers.autolog()


def make_trainer(**options: Any) -> Any:
    usual = {"num_train_epochs": 2, "per_device_train_batch_size": 8, "logging_steps": 1, "disable_tqdm": True}
    quiet = {"report_to": [], "save_strategy": "no", "use_cpu": True, "output_dir": str(folder())}
    callbacks = options.pop("callbacks", None)
    metrics = options.pop("compute_metrics", None)
    return Trainer(
        Line(),
        TrainingArguments(**{**usual, **quiet, **options}),
        train_dataset=ROWS,
        eval_dataset=ROWS,
        callbacks=callbacks,
        compute_metrics=metrics,
    )


def runs() -> list[hw.Run]:
    hw.flush()
    found: list[hw.Run] = hw.search_runs(output_format="list")
    return found


def check_a_training_is_a_run_with_params_and_metrics_of_each_step() -> None:
    start("training")
    trainer = make_trainer(learning_rate=0.5, hub_token="correcthorse9")
    trainer.train()
    measured = trainer.evaluate()

    (run,) = runs()
    assert (run.info.status, run.data.tags["mlflow.autologging"]) == ("FINISHED", "transformers")
    told = ("model_class", "learning_rate", "num_train_epochs", "per_device_train_batch_size", "logging_steps")
    assert [run.data.params[name] for name in told] == ["Line", "0.5", "2", "8", "1"]
    assert len(run.data.params) < 30, run.data.params
    assert "correcthorse9" not in str(run.data.params)
    points = hw.Client().get_metric_history(run.info.run_id, "loss")
    assert [point.step for point in points] == [1, 2, 3, 4]
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    assert [point.value for point in points] == losses
    assert run.data.metrics["eval_loss"] == measured["eval_loss"]
    assert run.data.metrics["train_loss"] > 0
    assert not any("Recorder" in type(callback).__name__ for callback in trainer.callback_handler.callbacks)


def check_what_is_trained_on_the_way_is_part_of_it() -> None:
    start("parts")
    hw.sklearn.autolog()

    def probe(_predictions: Any) -> dict[str, float]:
        return {"fit": float(LinearRegression().fit(X, X.sum(1)).score(X, X.sum(1)))}

    with hw.start_run() as mine:
        make_trainer(eval_strategy="epoch", compute_metrics=probe).train()
    hw.sklearn.autolog(disable=True)

    (run,) = runs()
    assert run.info.run_id == mine.info.run_id
    assert run.data.metrics["eval_fit"] == 1.0
    assert "estimator_class" not in run.data.tags


def check_a_training_that_fails_fails_its_run() -> None:
    start("failure")

    class Fail(TrainerCallback):  # type: ignore[misc]  # of a library without types
        def on_step_end(self, *_args: Any, **_options: Any) -> None:
            raise KeyError("mine")

    with contextlib.suppress(KeyError):
        make_trainer(callbacks=[Fail()]).train()

    assert [run.info.status for run in runs()] == ["FAILED"]


def check_a_trainer_that_logs_itself_is_left_to_it() -> None:
    start("itself")

    class MLflowCallback(TrainerCallback):  # type: ignore[misc]
        pass

    make_trainer(callbacks=[MLflowCallback()]).train()

    assert runs() == []


def check_nothing_is_logged_once_it_is_disabled() -> None:
    start("disabled")
    hw.transformers.autolog(disable=True)
    make_trainer().train()

    assert runs() == []


if __name__ == "__main__":
    report_checks(globals())
