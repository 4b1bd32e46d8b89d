"""The switch that lets `import mlflow` give Headwater; what it switches on is in `stand_in`."""

import sys
from pathlib import Path

from headwater.config import prepend_python_path
from headwater.protocol.errors import ResourceConflict

CHILDREN = Path(__file__).parents[1] / "stand_in" / "children"


def install_as_mlflow(*, children: bool = True) -> None:
    """Let `import mlflow` and its modules give Headwater, in this process and those that it starts, from now on.

    What was written for MLflow then runs unchanged: scripts, and the MLflow callbacks of PyTorch Lightning,
    Transformers, Optuna and others. `mlflow.__version__` is the version of MLflow whose verbs are spoken. An installed
    MLflow is left alone and hidden. Calling it again changes nothing.

    Python processes that this one starts (with `multiprocessing`, joblib, `subprocess`, a data loader's workers)
    inherit it by a folder on `PYTHONPATH`. Not those started with `-I`, `-E` or `-S` or with another `PYTHONPATH`,
    those whose environment lacks Headwater, and those on other machines.

    Args:
        children: whether started processes inherit it; without, `PYTHONPATH` stays as it is.

    Raises `ResourceConflict` if MLflow itself has been imported already.

    Example:
        >>> import headwater as hw
        >>> hw.install_as_mlflow()
        >>> import mlflow
        >>> mlflow.set_experiment("as before")  # doctest: +SKIP
    """
    from headwater.stand_in.finder import Finder, Mirror  # loads much of Python's import system

    loaded = sys.modules.get("mlflow")
    if loaded is not None and not isinstance(loaded, Mirror):
        raise ResourceConflict(
            f"MLflow was imported already, from '{loaded.__spec__.origin if loaded.__spec__ else loaded}'. "
            "Call install_as_mlflow() before anything imports mlflow, or start with `python -m headwater.mlflow`."
        )
    if not any(type(finder) is Finder for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder())
    if children:
        prepend_python_path(str(CHILDREN))
