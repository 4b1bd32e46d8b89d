"""Learners of fastai that its flavor saves; each `row_…` makes one."""

import warnings
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from headwater.testing.contract_flavors import FlavorCase

warnings.simplefilter("ignore")
_RANDOM = np.random.default_rng(7)
FRAME = pd.DataFrame(_RANDOM.normal(size=(64, 3)), columns=["a", "b", "c"])
Y = FRAME["a"] * 2 - FRAME["b"]


def row_fastai_tabular() -> FlavorCase:
    from fastai.data.transforms import Normalize
    from fastai.tabular.data import TabularDataLoaders
    from fastai.tabular.learner import tabular_learner

    import_module("fastai.callback.progress")  # gives learners `no_bar`
    data = TabularDataLoaders.from_df(
        FRAME.assign(y=Y), y_names="y", cont_names=list(FRAME), procs=[Normalize], bs=16, num_workers=0
    )
    learner = tabular_learner(data, layers=[4])
    with learner.no_bar(), learner.no_logging():
        learner.fit(1)

    def answer(found: Any, rows: Any) -> Any:
        with found.no_bar(), found.no_logging():
            values, _ = found.get_preds(dl=found.dls.test_dl(rows))
        return pd.DataFrame({"predictions": list(values.numpy())})

    return FlavorCase(
        flavor="fastai",
        model=learner,
        data=FRAME.head(4),
        answer=answer,
        files=("model.fastai",),
        keys={"data": "model.fastai"},
        requirements=("fastai",),
        allowed_requirements=("torch", "fasttransform", "fastcore", "numpy", "cloudpickle", "pyarrow", "pandas"),
        runs_code=True,
    )


def make_case(row: str) -> FlavorCase:
    """Return the case of a row by its name."""
    return globals()[f"row_{row}"]()  # type: ignore[no-any-return]
