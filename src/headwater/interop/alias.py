"""The switch that lets `import mlflow` give Headwater; what it switches on is in `stand_in`."""

import sys

from headwater.protocol.errors import ResourceConflict


def install_as_mlflow() -> None:
    """Let `import mlflow` and its modules give Headwater, in this process, from now on.

    What was written for MLflow then runs unchanged: scripts, and the MLflow callbacks of PyTorch Lightning,
    Transformers, Optuna and others. `mlflow.__version__` is the version of MLflow whose verbs are spoken. An installed
    MLflow is left alone and hidden. Calling it again changes nothing.

    Raises `ResourceConflict` if MLflow itself has been imported already.

    Example:
        >>> import headwater as hw
        >>> hw.install_as_mlflow()
        >>> import mlflow
        >>> mlflow.set_experiment("as before")  # doctest: +SKIP
    """
    from headwater.stand_in.finder import Finder, Mirror  # loads much of Python's import system

    if any(type(finder) is Finder for finder in sys.meta_path):
        return
    loaded = sys.modules.get("mlflow")
    if loaded is not None and not isinstance(loaded, Mirror):
        raise ResourceConflict(
            f"MLflow was imported already, from '{loaded.__spec__.origin if loaded.__spec__ else loaded}'. "
            "Call install_as_mlflow() before anything imports mlflow, or start with `python -m headwater.mlflow`."
        )
    sys.meta_path.insert(0, Finder())
