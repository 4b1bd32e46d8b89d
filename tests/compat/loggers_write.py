"""Write what TensorBoard and Weights & Biases users have on disk, by the real packages in their own environment.

Argument: `tensorboard` or `wandb`; everything is written below the working folder.
"""

import sys
from pathlib import Path


def write_tensorboard() -> None:
    import numpy as np
    from tensorboardX import SummaryWriter
    from tensorboardX.summary import hparams as summarise

    for rate in (0.1, 0.01):
        with SummaryWriter(f"runs/rate={rate}", write_to_disk=True) as writer:
            for step in range(50):
                writer.add_scalar("loss/train", rate / (step + 1), step, walltime=1_700_000_000 + step / 4)
            writer.add_scalar("special/nan", float("nan"), 3, walltime=1_700_000_000)
            writer.add_scalar("special/inf", float("inf"), 3, walltime=1_700_000_000)
            writer.add_text("notes", "some *text*", 1, walltime=1_700_000_000)
            image = np.zeros((3, 4, 4), np.uint8)
            image[0] = 255
            writer.add_image("samples/x", image, 2, walltime=1_700_000_000)
            writer.add_histogram("weights", np.arange(9), 1)
        with SummaryWriter(f"runs/rate={rate}/hparams") as writer:
            hparams = {"rate": rate, "layers": 3, "name": "small", "bias": True}
            for summary in summarise(hparams, {"accuracy": 0.5}):
                writer.file_writer.add_summary(summary)
            writer.add_scalar("accuracy", 0.5, 0, walltime=1_700_000_000)


def write_wandb() -> None:
    import numpy as np
    import wandb

    run = wandb.init(
        project="demo",
        mode="offline",
        config={"rate": 0.1, "layers": [1, 2], "nested": {"a": 1, "b": "x"}},
        name="mine",
        tags=["t1", "t2"],
        notes="a note",
        group="g",
        settings=wandb.Settings(console="off"),
    )
    for step in range(300):
        run.log({"loss": 1 / (step + 1), "val/acc": step, "nested": {"x": step}, "word": "hello"})
    pixels = np.zeros((4, 4, 3), np.uint8)
    run.log({"one": wandb.Image(pixels), "two": [wandb.Image(pixels), wandb.Image(pixels + 9)]}, step=400)
    run.log({"spread": wandb.Histogram([1, 2, 3]), "rows": wandb.Table(columns=["a"], data=[[1]])}, step=401)
    run.log({"late": float("inf"), "lost": float("nan")}, step=1000)
    run.summary["best"] = 0.5
    Path("model.txt").write_text("weights", encoding="utf-8")
    run.save("model.txt")
    run.finish()
    failed = wandb.init(project="other", mode="offline", name="bad", settings=wandb.Settings(console="off"))
    failed.log({"loss": 1})
    failed.finish(exit_code=1)


if __name__ == "__main__":
    write_tensorboard() if sys.argv[1] == "tensorboard" else write_wandb()
