"""A flavor as another package may have it: only what `Model.log` asks of its module."""

from pathlib import Path
from typing import Any


def save_model(words: str, path: str, mlflow_model: Any, *, excited: bool = False) -> None:
    """Write words into a file, and say what they are."""
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "words.txt").write_text(words + "!" * excited, encoding="utf-8")
    mlflow_model.add_flavor("words", data="words.txt")
    mlflow_model.save(folder / "MLmodel")
