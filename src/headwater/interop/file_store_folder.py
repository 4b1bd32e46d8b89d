"""Writing what MLflow's file store is made of: a `meta.yaml` in each folder, and one file a param, tag or metric."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import yaml

from headwater.interop.source import Problem
from headwater.protocol.errors import HeadwaterError, InvalidParameterValue
from headwater.protocol.names import check_key
from headwater.stores.interface import Store
from headwater.tracking.artifact_files import download_tree


class StoreFolder:
    """The folder to be `mlruns`; what cannot be written is told to `problem` and left out."""

    def __init__(self, root: Path, problem: Problem) -> None:
        self.root = root
        self.problem = problem
        self._experiments: dict[str, Path] = {}

    @property
    def experiments(self) -> Mapping[str, Path]:
        """Return the folder of each experiment that was added."""
        return self._experiments

    def add_experiment(self, experiment_id: str, *, is_deleted: bool) -> Path:
        """Return the folder of an experiment, which is to be made."""
        folder = (self.root / ".trash" if is_deleted else self.root) / experiment_id
        self._experiments[experiment_id] = folder
        return folder

    def download(self, store: Store, uri: str, target: Path, owner: str) -> None:
        """Copy the artifacts at a URI into a folder."""
        try:
            download_tree(store, uri, "", target)
        except (HeadwaterError, OSError) as error:
            self.problem(f"The artifacts of {owner} are not complete: {error}")

    def write_texts(self, folder: Path, texts: Mapping[str, str]) -> None:
        """Write one file for each text."""
        folder.mkdir()
        for key, text in texts.items():
            path = self.place(folder, key)
            if path is not None:
                path.write_bytes(text.encode())

    def place(self, folder: Path, key: str) -> Path | None:
        """Return the file of a key, whose `/` make folders; None, after telling why, if another key is in its way."""
        try:
            check_key("key", key)
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError, InvalidParameterValue):
            path = folder
        if path.is_dir():
            self.problem(f"'{key}' in '{folder}' is left out: MLflow's folders cannot hold it beside the other keys.")
            return None
        return path

    def location(self, uri: str, own: str) -> str:
        """Return where the exported artifacts are, or the URI as it is if they stay elsewhere."""
        return f"file://{quote(str(self.root / own))}" if is_held(uri) else uri


def is_held(uri: str) -> bool:
    """Return whether the store itself keeps what is at the URI."""
    return uri.startswith(("mlflow-artifacts:", "file:", "/")) or not uri


def write_meta(folder: Path, meta: Mapping[str, object]) -> None:
    """Make a folder with this meta.yaml."""
    folder.mkdir(parents=True)
    # Escaped rather than as it is: a line separator of Unicode would be read back as a blank.
    text = yaml.dump(dict(meta), Dumper=yaml.SafeDumper, default_flow_style=False)
    (folder / "meta.yaml").write_text(text, encoding="ascii")
