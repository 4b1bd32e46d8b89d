"""Trainings that are logged by the real `mlflow` and by us, side by side in one environment, to be compared.

Called as `python training_cases.py mlflow|headwater`; prints one JSON object: what the run of each case holds.
"""

import sys
import warnings
from typing import Any

import lightgbm
import numpy as np
import statsmodels.api as sm
import statsmodels.formula.api as smf
import xgboost
from case_logging import log_cases  # type: ignore[import-not-found]  # beside it
from sklearn import metrics
from sklearn.datasets import load_breast_cancer, load_diabetes
from statsmodels.tsa.arima.model import ARIMA

warnings.simplefilter("ignore")
BINARY = load_breast_cancer(return_X_y=True)
X, Y = load_diabetes(return_X_y=True)
FRAME, TARGET = load_diabetes(return_X_y=True, as_frame=True)
GRADES = np.arange(len(Y)) % 3
GROUPS = [100, len(Y) - 100]
FAST = {"learning_rate": 0.9, "verbose": -1}


def matrices() -> tuple[Any, Any]:
    return xgboost.DMatrix(X[:300], Y[:300]), xgboost.DMatrix(X[300:], Y[300:])


def sets() -> tuple[Any, Any]:
    train = lightgbm.Dataset(X[:300], Y[:300])
    return train, train.create_valid(X[300:], Y[300:])


def case_xgboost_rounds() -> None:
    train, valid = matrices()
    sets = [(train, "train"), (valid, "valid")]
    xgboost.train({"max_depth": 2, "eval_metric": ["rmse", "mae"]}, train, 5, evals=sets, verbose_eval=False)


def case_xgboost_stops_early() -> None:
    train, valid = matrices()
    params = {"max_depth": 8, "eta": 0.9}
    xgboost.train(params, train, 50, evals=[(valid, "valid")], early_stopping_rounds=3, verbose_eval=False)


def case_xgboost_runs_out_before_it_stops() -> None:
    train, valid = matrices()
    xgboost.train({"eta": 0.1}, train, 4, evals=[(valid, "v")], early_stopping_rounds=9, verbose_eval=False)


def case_xgboost_calls_the_users_callbacks() -> None:
    train, _ = matrices()
    rates = xgboost.callback.LearningRateScheduler(lambda _round: 0.1)
    stop = xgboost.callback.EarlyStopping(2, metric_name="mae")
    params = {"eval_metric": ["mae", "rmse"], "max_depth": 2}
    xgboost.train(params, train, 3, evals=[(train, "t")], verbose_eval=False, callbacks=[rates, stop])


def case_xgboost_linear() -> None:
    xgboost.train({"booster": "gblinear"}, matrices()[0], 3)


def case_xgboost_classifier() -> None:
    train = xgboost.DMatrix(*BINARY)
    xgboost.train({"objective": "binary:logistic", "eval_metric": "ndcg@3"}, train, 3, evals=[(train, "t")])


def case_xgboost_estimator() -> None:
    xgboost.XGBClassifier(n_estimators=4, max_depth=2).fit(*BINARY, eval_set=[BINARY], verbose=False)


def case_xgboost_estimator_is_evaluated() -> None:
    model = xgboost.XGBRegressor(n_estimators=40, max_depth=8, learning_rate=0.9, early_stopping_rounds=2)
    model.fit(FRAME[:300], TARGET[:300], eval_set=[(FRAME[300:], TARGET[300:])], verbose=False)
    some = FRAME[300:]
    metrics.r2_score(TARGET[300:], model.predict(some))
    model.score(some, TARGET[300:])


def case_xgboost_ranker() -> None:
    xgboost.XGBRanker(n_estimators=3).fit(X, GRADES, group=GROUPS)


def case_xgboost_forest() -> None:
    xgboost.XGBRFRegressor(n_estimators=3, max_depth=2).fit(X, Y)


def case_xgboost_cross_validation() -> None:
    xgboost.cv({"max_depth": 2}, matrices()[0], 2, nfold=2)


def case_lightgbm_rounds() -> None:
    train, valid = sets()
    params = {"num_leaves": 4, "metric": ["l2", "l1"], "verbose": -1}
    lightgbm.train(params, train, 5, valid_sets=[train, valid], valid_names=["training", "v"])


def case_lightgbm_stops_early() -> None:
    train, valid = sets()
    stop = lightgbm.early_stopping(3, verbose=False)
    lightgbm.train({**FAST, "metric": "l2"}, train, 50, valid_sets=[valid], callbacks=[stop])


def case_lightgbm_stops_early_by_a_param() -> None:
    train, valid = sets()
    lightgbm.train({**FAST, "metric": "l2", "early_stopping_round": 2}, train, 50, valid_sets=[valid])


def case_lightgbm_custom_metric() -> None:
    train, _ = sets()
    lightgbm.train(dict(FAST), train, 3, valid_sets=[train], feval=lambda _p, _d: ("my@x", 1.0, True))


def case_lightgbm_estimator() -> None:
    lightgbm.LGBMClassifier(n_estimators=4, verbose=-1).fit(*BINARY, eval_set=[BINARY])


def case_lightgbm_estimator_is_evaluated() -> None:
    model = lightgbm.LGBMRegressor(n_estimators=40, learning_rate=0.9, verbose=-1)
    held_out = (FRAME[300:], TARGET[300:])
    model.fit(FRAME[:300], TARGET[:300], eval_set=[held_out], callbacks=[lightgbm.early_stopping(2, verbose=False)])
    some = FRAME[300:]
    metrics.r2_score(TARGET[300:], model.predict(some))
    model.score(some, TARGET[300:])


def case_lightgbm_cross_validation() -> None:
    lightgbm.cv({"verbose": -1}, sets()[0], 2, nfold=2, stratified=False)


def case_statsmodels_least_squares() -> None:
    sm.OLS(TARGET, sm.add_constant(FRAME)).fit()


def case_statsmodels_formula() -> None:
    smf.ols("y ~ age + bmi", FRAME.assign(y=TARGET)).fit(method="qr", cov_type="HC1")


def case_statsmodels_logit() -> None:
    sm.Logit(BINARY[1], sm.add_constant(BINARY[0][:, :2])).fit(disp=0, maxiter=50)


def case_statsmodels_general() -> None:
    sm.GLM(Y, X, family=sm.families.Gaussian()).fit()


def case_statsmodels_time_series() -> None:
    ARIMA(Y[:60], order=(1, 0, 0)).fit()


def case_statsmodels_robust() -> None:
    sm.RLM(TARGET, FRAME).fit(maxiter=20)


def case_statsmodels_regularized() -> None:
    sm.OLS(TARGET, FRAME).fit_regularized(alpha=0.1)


if __name__ == "__main__":
    log_cases(sys.argv[1], ("xgboost", "lightgbm", "statsmodels"), globals())
