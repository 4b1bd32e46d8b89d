"""What other libraries' callbacks for MLflow log; runs in an environment of these libraries.

With `HEADWATER_STANDS_IN=1`, `import mlflow` gives Headwater; otherwise the real client. Each `check_…` trains
something small, and reads back what arrived.
"""

import os
from pathlib import Path

if os.environ.get("HEADWATER_STANDS_IN"):
    import headwater

    headwater.install_as_mlflow()

import mlflow
import numpy as np
from mlflow.entities import Run
from reporting import report_checks  # type: ignore[import-not-found]  # beside it

X = np.linspace(0, 1, 64, dtype=np.float32).reshape(16, 4)
Y = X.sum(axis=1, keepdims=True)


def runs_of(experiment: str) -> list[Run]:
    found: list[Run] = mlflow.search_runs(experiment_names=[experiment], output_format="list")
    return found


def check_optuna_logs_each_trial() -> None:
    import optuna
    from optuna_integration import MLflowCallback

    callback = MLflowCallback(tracking_uri=mlflow.get_tracking_uri(), metric_name="loss")
    study = optuna.create_study(study_name="optuna")
    study.optimize(lambda trial: trial.suggest_float("x", -1, 1) ** 2, n_trials=3, callbacks=[callback])

    runs = runs_of("optuna")
    assert len(runs) == 3
    assert min(run.data.metrics["loss"] for run in runs) == study.best_value
    assert {float(run.data.params["x"]) for run in runs} == {trial.params["x"] for trial in study.trials}
    assert {run.info.status for run in runs} == {"FINISHED"}


def check_lightning_logs_params_metrics_and_checkpoints() -> None:
    import lightning
    import torch
    from lightning.pytorch.loggers import MLFlowLogger

    class Line(lightning.LightningModule):  # type: ignore[misc]  # not installed where types are checked
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(4, 1)
            self.save_hyperparameters({"rate": 0.125})

        def training_step(self, batch: list[torch.Tensor], _index: int) -> torch.Tensor:
            loss = ((self.layer(batch[0]) - batch[1]) ** 2).mean()
            self.log("loss", loss)
            return loss

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.SGD(self.parameters(), 0.125)

    data = torch.utils.data.TensorDataset(torch.from_numpy(X), torch.from_numpy(Y))
    logger = MLFlowLogger("lightning", tracking_uri=mlflow.get_tracking_uri(), log_model=True, tags={"team": "red"})
    trainer = lightning.Trainer(
        max_epochs=2, logger=logger, log_every_n_steps=1, enable_progress_bar=False, default_root_dir=str(Path.cwd())
    )
    trainer.fit(Line(), torch.utils.data.DataLoader(data, 4))

    run = mlflow.get_run(logger.run_id)
    client = mlflow.MlflowClient()
    assert run.info.status == "FINISHED"
    assert (run.data.params["rate"], run.data.tags["team"]) == ("0.125", "red")
    assert [point.step for point in client.get_metric_history(logger.run_id, "loss")] == list(range(8))
    (folder,) = client.list_artifacts(logger.run_id)
    names = {Path(file.path).name for file in client.list_artifacts(logger.run_id, folder.path)}
    assert any(name.endswith(".ckpt") for name in names), names


def check_transformers_log_arguments_and_losses() -> None:
    import torch
    from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

    os.environ["MLFLOW_EXPERIMENT_NAME"] = "transformers"
    os.environ["MLFLOW_TAGS"] = '{"team": "red"}'
    config = BertConfig(vocab_size=16, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8)
    data = [{"input_ids": torch.arange(8), "labels": torch.tensor(index % 2)} for index in range(16)]
    arguments = TrainingArguments(
        str(Path.cwd() / "out"),
        num_train_epochs=2,
        logging_steps=1,
        report_to=["mlflow"],
        use_cpu=True,
        save_strategy="no",
        disable_tqdm=True,
    )
    Trainer(BertForSequenceClassification(config), arguments, train_dataset=data).train()
    mlflow.end_run()

    (run,) = runs_of("transformers")
    assert run.info.status == "FINISHED"
    assert run.data.tags["team"] == "red"
    assert run.data.params["num_train_epochs"] == "2"
    assert len(run.data.params) > 100
    assert [point.step for point in mlflow.MlflowClient().get_metric_history(run.info.run_id, "loss")] == [1, 2, 3, 4]


if __name__ == "__main__":
    report_checks(globals())
