"""What autologging of networks promises beside what mlflow does too; runs beside Lightning and Keras."""

import contextlib
import json
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import keras
import lightning
import numpy as np
import pytorch_lightning
import torch
from deep_cases import QUIET, Line, X, Y, load, make_net  # type: ignore[import-not-found]  # beside it
from reporting import report_checks  # type: ignore[import-not-found]

import headwater as hw
from headwater.flavors import keras as keras_flavor
from headwater.flavors import pytorch as pytorch_flavor
from headwater.flavors import tensorflow as tensorflow_flavor
from headwater.models.pyfunc import load_model
from headwater.protocol.errors import InvalidParameterValue, PermissionDenied, ResourceDoesNotExist
from headwater.testing.contract_flavors import expect_refusal
from headwater.tracking.autolog import engine
from headwater.tracking.autolog.imports import ImportWatch


def start() -> None:
    """Log to a store of its own, with no autologging in force."""
    folder = Path(tempfile.mkdtemp())
    hw.set_tracking_uri(f"sqlite:///{folder / 'runs.db'}")
    for flavor in (pytorch_flavor, keras_flavor, tensorflow_flavor):
        flavor.autolog(disable=True)
    engine._engine.cache_clear()  # which keeps the options of a flavor before general ones
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, ImportWatch)]


def only_run() -> hw.Run:
    hw.flush()
    runs: list[hw.Run] = hw.search_runs(search_all_experiments=True, output_format="list")
    assert len(runs) == 1
    return runs[0]


def kept() -> Any:
    hw.flush()
    (model,) = hw.search_logged_models(output_format="list")
    return load_model(model.model_uri, allow_pickle=True)


def files(folder: str) -> set[str]:
    return {info.path for info in hw.Client().list_artifacts(only_run().info.run_id, folder)}


def check_modules_and_nets_are_kept_as_they_were_trained() -> None:
    start()
    hw.autolog()
    module = Line()
    trainer = lightning.Trainer(max_epochs=1, **QUIET)
    trainer.fit(module, load(), load())
    model = kept()
    with torch.no_grad():
        assert np.allclose(model.predict(X), module(torch.tensor(X)).numpy())
    assert model.metadata.signature.inputs.inputs[0].shape == (-1, 4)
    assert not any("Recorder" in type(callback).__name__ for callback in trainer.callbacks)

    start()
    hw.autolog(log_input_examples=True)
    net = make_net()
    net.fit(X, Y, epochs=1, verbose=0)
    model = kept()
    assert np.allclose(model.predict(X), net.predict(X, verbose=0), atol=1e-5)
    assert np.array_equal(model.input_example, X[:5])


def check_checkpoints_are_kept_as_asked() -> None:
    start()
    pytorch_flavor.autolog(log_models=False, checkpoint_save_best_only=False, checkpoint_save_freq=3)
    lightning.Trainer(max_epochs=2, **QUIET).fit(Line(), load(), load())
    assert files("checkpoints") == {"checkpoints/global_step_3", "checkpoints/global_step_6"}
    path = hw.Client().download_artifacts(only_run().info.run_id, "checkpoints/global_step_6/checkpoint.pth")
    assert Line.load_from_checkpoint(path).layer.weight.shape == (1, 4)

    start()
    keras_flavor.autolog(
        log_models=False, checkpoint=True, checkpoint_monitor="loss", checkpoint_save_weights_only=True
    )
    net = make_net()
    net.fit(X, Y, epochs=2, verbose=0)
    path = hw.Client().download_artifacts(only_run().info.run_id, "checkpoints/latest_checkpoint.weights.h5")
    other = make_net()
    other.load_weights(path)
    assert np.allclose(other.predict(X, verbose=0), net.predict(X, verbose=0))


def check_checkpoints_are_loaded_again() -> None:
    start()
    pytorch_flavor.autolog(log_models=False, checkpoint_save_best_only=False)
    module = Line()
    lightning.Trainer(max_epochs=2, **QUIET).fit(module, load(), load())
    run_id = only_run().info.run_id
    newest = pytorch_flavor.load_checkpoint(Line, run_id)
    oldest = pytorch_flavor.load_checkpoint(Line, run_id, epoch=0, kwargs={"rate": 0.5})
    assert torch.equal(newest.layer.weight, module.layer.weight)
    assert not torch.equal(oldest.layer.weight, module.layer.weight)
    assert oldest.rate == 0.5
    expect_refusal(
        ResourceDoesNotExist, lambda: pytorch_flavor.load_checkpoint(Line, run_id, epoch=7), "epoch_7", "epoch_0, "
    )
    expect_refusal(InvalidParameterValue, lambda: pytorch_flavor.load_checkpoint(Line, run_id, 1, 2), "not both")
    expect_refusal(InvalidParameterValue, lambda: pytorch_flavor.load_checkpoint(Line), "run_id")

    start()
    tensorflow_flavor.autolog(log_models=False, checkpoint_monitor="loss")
    net = make_net()
    with hw.start_run():
        net.fit(X, Y, epochs=2, verbose=0)
        found = tensorflow_flavor.load_checkpoint()
    assert np.allclose(found.predict(X, verbose=0), net.predict(X, verbose=0))

    start()
    tensorflow_flavor.autolog(log_models=False, checkpoint_save_weights_only=True, checkpoint_monitor="loss")
    net.fit(X, Y, epochs=1, verbose=0)
    run_id = only_run().info.run_id
    found = tensorflow_flavor.load_checkpoint(make_net(), run_id)
    assert np.allclose(found.predict(X, verbose=0), net.predict(X, verbose=0))
    expect_refusal(InvalidParameterValue, lambda: tensorflow_flavor.load_checkpoint(run_id=run_id), "weights only")


def check_a_checkpoint_with_code_is_refused() -> None:
    start()
    net = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda value: value * 2)])
    net.compile("adam", "mse")
    keras_flavor.autolog(log_models=False, checkpoint=True, checkpoint_monitor="loss")
    net.fit(X, X, epochs=1, verbose=0)
    run_id = only_run().info.run_id

    refused = partial(tensorflow_flavor.load_checkpoint, run_id=run_id)

    expect_refusal(PermissionDenied, refused, "Lambda")


def check_the_flavor_that_was_asked_last_logs_what_both_see() -> None:
    start()
    hw.autolog(log_models=False)
    tensorflow_flavor.autolog(log_models=False, checkpoint=False)
    make_net().fit(X, Y, epochs=1, verbose=0)
    run = only_run()
    assert run.data.tags["mlflow.autologging"] == "tensorflow"
    assert "opt_learning_rate" in run.data.params

    start()
    tensorflow_flavor.autolog(log_models=False, checkpoint=False)
    keras_flavor.autolog(log_models=False)
    make_net().fit(X, Y, epochs=1, verbose=0)
    assert only_run().data.tags["mlflow.autologging"] == "keras"


def check_loaders_that_hold_their_data_are_described() -> None:
    start()
    pytorch_flavor.autolog(log_models=False, checkpoint=False)

    lightning.Trainer(max_epochs=1, **QUIET).fit(Line(), load(), load())

    found = {entry.tags[0].value: json.loads(entry.dataset.profile) for entry in only_run().inputs.dataset_inputs}
    assert found["train"]["features_shape"] == list(X.shape)
    assert found["train"]["targets_shape"] == list(Y.shape)


def check_metrics_of_every_few_steps() -> None:
    start()
    pytorch_flavor.autolog(log_models=False, checkpoint=False, log_every_n_step=3)
    lightning.Trainer(max_epochs=2, limit_val_batches=0, **QUIET).fit(Line(), load())
    points = hw.Client().get_metric_history(only_run().info.run_id, "train_loss_step")
    assert [point.step for point in points] == [3, 6]

    start()
    keras_flavor.autolog(log_models=False, log_every_n_steps=2)
    make_net().fit(X, Y, epochs=2, batch_size=16, verbose=0)
    points = hw.Client().get_metric_history(only_run().info.run_id, "loss")
    assert [point.step for point in points] == [2, 4, 6, 8]


def check_both_names_of_lightning_are_seen() -> None:
    start()
    hw.autolog(log_models=False)

    class Twin(pytorch_lightning.LightningModule):  # type: ignore[misc]  # Lightning has no types
        __init__ = Line.__init__
        forward, training_step, configure_optimizers = Line.forward, Line.training_step, Line.configure_optimizers

    twin = pytorch_lightning.LightningModule.__new__(Twin)
    pytorch_lightning.LightningModule.__init__(twin)
    twin.layer, twin.rate = torch.nn.Linear(4, 1), 0.1
    pytorch_lightning.Trainer(max_epochs=1, limit_val_batches=0, **QUIET).fit(twin, load())

    assert only_run().data.params["optimizer_name"] == "Adam"


def check_a_training_that_pickles_its_trainer_is_left_alone() -> None:
    start()
    hw.autolog()
    settings = {**QUIET, "strategy": "ddp_spawn", "devices": 1}

    lightning.Trainer(max_epochs=1, limit_val_batches=0, **settings).fit(Line(), load())

    assert hw.search_runs(search_all_experiments=True, output_format="list") == []


def check_an_evaluation_is_logged_to_the_active_run() -> None:
    start()
    keras_flavor.autolog(log_models=False)
    net = make_net()

    net.evaluate(X, Y, verbose=0)
    with hw.start_run():
        loss, mae = net.evaluate(X, Y, verbose=0)

    metrics = only_run().data.metrics
    assert np.allclose([metrics["validation_loss"], metrics["validation_mae"]], [loss, mae])


def check_a_training_that_fails_fails_its_run() -> None:
    start()
    keras_flavor.autolog()

    class Fail(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            raise KeyError("mine")

    with contextlib.suppress(KeyError):
        make_net().fit(X, Y, epochs=2, verbose=0, callbacks=[Fail()])

    assert only_run().info.status == "FAILED"
    assert "loss" in only_run().data.metrics


def check_a_callback_logs_without_autologging() -> None:
    start()
    with hw.start_run() as run:
        net = make_net()
        history = net.fit(X, Y, epochs=3, verbose=0, callbacks=[keras_flavor.MlflowCallback()]).history
        loss, _ = net.evaluate(X, Y, verbose=0, callbacks=[keras_flavor.MlflowCallback()])

    found = only_run()
    assert found.data.params["optimizer_name"] == net.optimizer.name
    points = hw.Client().get_metric_history(run.info.run_id, "loss")
    assert [point.step for point in points] == [0, 1, 2]
    assert np.allclose([point.value for point in points], history["loss"])
    assert np.isclose(found.data.metrics["validation_loss"], loss)
    assert {info.path for info in hw.Client().list_artifacts(run.info.run_id)} == {"model_summary.txt"}


def check_a_callback_logs_steps_and_not_twice_with_autologging() -> None:
    start()
    keras_flavor.autolog(log_models=False)
    callback = tensorflow_flavor.MlflowCallback(log_every_epoch=False, log_every_n_steps=1)
    make_net().fit(X, Y, batch_size=32, epochs=2, verbose=0, callbacks=[callback])

    run = only_run()
    assert (run.info.status, run.data.tags["mlflow.autologging"]) == ("FINISHED", "keras")
    points = hw.Client().get_metric_history(run.info.run_id, "loss")
    assert [point.step for point in points] == [1, 2, 3, 4]
    assert "opt_name" in run.data.params


def check_options_are_checked() -> None:
    refuse = partial(expect_refusal, InvalidParameterValue)
    refuse(lambda: pytorch_flavor.autolog(checkpoint_mode="up"), "'up'")
    refuse(lambda: pytorch_flavor.autolog(checkpoint_save_freq=0), "checkpoint_save_freq")
    refuse(lambda: pytorch_flavor.autolog(log_every_n_epoch=0), "log_every_n_epoch")
    refuse(lambda: keras_flavor.autolog(log_every_n_steps=-1), "'-1'")
    refuse(lambda: keras_flavor.MlflowCallback(log_every_epoch=False), "log_every_n_steps")
    refuse(lambda: keras_flavor.MlflowCallback(log_every_n_steps=0), "'0'")


if __name__ == "__main__":
    report_checks(globals())
