"""Saves models with an older MLflow, each with an example and what it predicts; runs in that MLflow's environment."""

import json
import sys
import warnings
from pathlib import Path

import lightgbm
import mlflow.lightgbm
import mlflow.sklearn
import mlflow.xgboost
import numpy as np
import pandas as pd
import xgboost
from mlflow.models import infer_signature
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.simplefilter("ignore")
folder = Path(sys.argv[1])
random = np.random.default_rng(7)
X = pd.DataFrame(random.normal(size=(60, 3)), columns=["a", "b", "c"])
Y = X["a"] * 2 - X["b"]
ROWS = X.head(4)

booster = xgboost.train({"max_depth": 2}, xgboost.DMatrix(X, Y), 5)
trees = lightgbm.train({"verbose": -1}, lightgbm.Dataset(X, Y), 5)
MODELS = {
    "sklearn_pipeline": (mlflow.sklearn, make_pipeline(StandardScaler(), LinearRegression()).fit(X, Y), ROWS),
    "xgboost_booster": (mlflow.xgboost, booster, xgboost.DMatrix(ROWS)),
    "xgboost_estimator": (mlflow.xgboost, xgboost.XGBRegressor(n_estimators=5).fit(X, Y), ROWS),
    "lightgbm_booster": (mlflow.lightgbm, trees, ROWS),
    "lightgbm_estimator": (mlflow.lightgbm, lightgbm.LGBMRegressor(n_estimators=5, verbose=-1).fit(X, Y), ROWS),
}
told = {}
for name, (flavor, model, data) in MODELS.items():
    prediction = model.predict(data)
    flavor.save_model(
        model,
        str(folder / name),
        signature=infer_signature(ROWS, prediction),
        input_example=ROWS,
        pip_requirements=["x"],
    )
    told[name] = prediction.tolist()
(folder / "told.json").write_text(json.dumps(told), encoding="utf-8")
