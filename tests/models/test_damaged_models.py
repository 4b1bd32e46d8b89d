"""Models of strangers that compiled code reads: honest ones predict, and damaged ones are refused before they do."""

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
import yaml
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingRegressor,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    StackingRegressor,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import (
    KernelDensity,
    KNeighborsClassifier,
    KNeighborsRegressor,
    LocalOutlierFactor,
    RadiusNeighborsClassifier,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC, SVR, OneClassSVM
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import headwater as hw

RNG = np.random.default_rng(0)
X = RNG.random((60, 4)).astype(np.float32)
Y = (X[:, 0] * 3).astype(int)


@pytest.fixture
def save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str], Path]:
    """Return what saves an estimator as somebody else would."""

    def save_model(estimator: Any, name: str = "model") -> Path:
        monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "stranger"))
        hw.sklearn.save_model(estimator, tmp_path / name, serialization_format="skops")
        monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
        return tmp_path / name

    return save_model


HONEST = [
    DecisionTreeClassifier(),
    DecisionTreeRegressor(max_leaf_nodes=7),
    DecisionTreeRegressor(max_depth=1, ccp_alpha=0.9),
    RandomForestClassifier(5),
    ExtraTreesRegressor(5),
    GradientBoostingClassifier(n_estimators=3),
    GradientBoostingRegressor(n_estimators=3, loss="huber", init="zero"),
    HistGradientBoostingClassifier(max_iter=3),
    HistGradientBoostingRegressor(max_iter=3, loss="poisson"),
    IsolationForest(n_estimators=5, max_features=0.5, random_state=0),
    AdaBoostClassifier(DecisionTreeClassifier(max_depth=2), n_estimators=3),
    BaggingRegressor(n_estimators=3, max_features=0.5),
    CalibratedClassifierCV(DecisionTreeClassifier(), cv=2),
    KNeighborsClassifier(),
    KNeighborsRegressor(algorithm="ball_tree", p=3),
    RadiusNeighborsClassifier(radius=9),
    LocalOutlierFactor(novelty=True),
    GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1, 2]}, cv=2),
    VotingClassifier([("a", DecisionTreeClassifier()), ("b", KNeighborsClassifier())]),
    StackingRegressor([("a", DecisionTreeRegressor()), ("b", KNeighborsRegressor())], cv=2),
    make_pipeline(
        make_column_transformer((StandardScaler(), [0, 1]), remainder="passthrough"), RandomForestClassifier(3)
    ),
    SVC(),
    SVC(probability=True, kernel="poly"),
    SVR(),
    OneClassSVM(),
    KMeans(2, n_init=1),
]


@pytest.mark.parametrize("estimator", HONEST, ids=lambda estimator: type(estimator).__name__)
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_a_strangers_model_is_loaded_without_consent_and_predicts_the_same(save: Any, estimator: Any) -> None:
    fitted = estimator.fit(X, Y)

    loaded = hw.sklearn.load_model(save(fitted))

    np.testing.assert_array_equal(loaded.predict(X), fitted.predict(X))


def test_trees_of_many_outputs_and_weights_of_neighbours_are_loaded(save: Any) -> None:
    both = np.stack([Y, Y[::-1]], axis=1)
    forest = RandomForestClassifier(3).fit(X, both)
    density = KernelDensity(kernel="linear", bandwidth=0.5).fit(X, sample_weight=np.arange(1.0, 61))

    np.testing.assert_array_equal(hw.sklearn.load_model(save(forest, "a")).predict(X), forest.predict(X))
    np.testing.assert_array_equal(hw.sklearn.load_model(save(density, "b")).score_samples(X), density.score_samples(X))


def test_what_cannot_be_checked_needs_consent(save: Any) -> None:
    started = GradientBoostingClassifier(n_estimators=2, init=LogisticRegression()).fit(X, Y)
    model = save(started)

    with pytest.raises(hw.PermissionDenied, match="it starts from another model, its init_"):
        hw.sklearn.load_model(model)

    assert hw.sklearn.load_model(model, allow_pickle=True).predict(X).shape == (60,)


# --- damaged on purpose -----------------------------------------------------------------------------------------------

FAR = 10**8
Damage = Callable[[Any], object]


def tree(**changes: Any) -> Damage:
    """Return what rewrites fields of the nodes of a decision tree, or its `max_depth` and `node_count`."""

    def damage(estimator: Any) -> None:
        old = estimator.tree_
        state = copy.deepcopy(old.__getstate__())
        for key, value in changes.items():
            if key in state:
                state[key] = value(state[key]) if callable(value) else value
            else:
                index, number = value
                state["nodes"][key][index] = number
        estimator.tree_ = type(old)(old.n_features, old.n_classes, old.n_outputs)
        estimator.tree_.__setstate__(state)

    return damage


def first(damage: Damage) -> Damage:
    return lambda forest: damage(forest.estimators_[0])


def boosted(index: int, **changes: Any) -> Damage:
    """Return what rewrites fields of a node of the first tree on histograms."""

    def damage(ensemble: Any) -> None:
        nodes = ensemble._predictors[0][0].nodes
        for name, value in changes.items():
            nodes[name][index] = value

    return damage


def search(position: int, change: Callable[[Any], Any]) -> Damage:
    """Return what changes one part of the state of a tree of neighbours."""

    def damage(estimator: Any) -> None:
        state = list(estimator._tree.__getstate__())
        state[position] = change(copy.deepcopy(state[position]))
        made = estimator._tree.__new__(type(estimator._tree))
        made.__setstate__(tuple(state))
        estimator._tree = made

    return damage


def put(name: str, value: Any) -> Damage:
    """Return what sets an attribute, to what a function makes of it if it is one."""
    return lambda estimator: setattr(estimator, name, value(getattr(estimator, name)) if callable(value) else value)


def at(index: Any, value: Any, field: str = "") -> Callable[[Any], Any]:
    """Return what sets an item of a copy of an array."""

    def change(values: Any) -> Any:
        changed = np.array(values)
        (changed[field] if field else changed)[index] = value
        return changed

    return change


def wide(values: Any) -> Any:
    return values[:, :1].copy()


def hidden_in(estimator: Any) -> None:
    estimator.steps[-1] = ("last", estimator.steps[-1][1].tree_)


TREE = DecisionTreeClassifier(max_depth=3, random_state=0)
HISTOGRAMS = HistGradientBoostingClassifier(max_iter=2)
NEIGHBOURS = KNeighborsClassifier(algorithm="kd_tree", leaf_size=5)
BALLS = KNeighborsRegressor(algorithm="ball_tree", leaf_size=5)
BRUTE = KNeighborsClassifier(algorithm="brute")
GRADIENTS = GradientBoostingClassifier(n_estimators=2)

DAMAGED: dict[str, tuple[Any, Damage]] = {
    "child beyond": (TREE, tree(left_child=(0, FAR))),
    "child just beyond": (TREE, lambda e: tree(right_child=(0, e.tree_.node_count))(e)),
    "child below": (TREE, tree(right_child=(0, -FAR))),
    "child is undefined": (TREE, tree(left_child=(0, -2))),
    "child is the root": (TREE, tree(left_child=(0, 0))),
    "cycle": (TREE, tree(left_child=(1, 1))),
    "cycle of two": (TREE, tree(left_child=(2, 1), right_child=(2, 1))),
    "two parents": (TREE, tree(right_child=(0, 1))),
    "one child": (TREE, tree(right_child=(0, -1))),
    "leaf with a child": (TREE, tree(left_child=(0, -1))),
    "feature beyond": (TREE, tree(feature=(0, FAR))),
    "feature just beyond": (TREE, tree(feature=(0, 4))),
    "feature below": (TREE, tree(feature=(0, -FAR))),
    "leaf's feature at a node": (TREE, tree(feature=(0, -2))),
    "depth understated": (TREE, tree(max_depth=0)),
    "depth below": (TREE, tree(max_depth=-FAR)),
    "no nodes": (TREE, tree(nodes=lambda nodes: nodes[:0], values=lambda values: values[:0], node_count=0)),
    "nodes not counted": (TREE, tree(node_count=2)),
    "features beyond": (TREE, put("n_features_in_", FAR)),
    "fewer features": (TREE, put("n_features_in_", 1)),
    "features unsaid": (TREE, lambda e: delattr(e, "n_features_in_")),
    "features as text": (TREE, put("n_features_in_", "4")),
    "another object as the tree": (TREE, put("tree_", "tree")),
    "a check of its own": (TREE, lambda e: setattr(e, "_validate_X_predict", np.maximum)),
    "tree in a forest": (RandomForestClassifier(2), first(tree(left_child=(0, FAR)))),
    "forest of fewer features": (RandomForestClassifier(2), put("n_features_in_", 1)),
    "tree of another forest": (
        RandomForestClassifier(2),
        put("estimators_", [DecisionTreeClassifier().fit(np.hstack([X, X]), Y)]),
    ),
    "forest of neighbours": (RandomForestClassifier(2), put("estimators_", [NEIGHBOURS])),
    "isolated": (IsolationForest(n_estimators=2), first(tree(feature=(0, 4)))),
    "isolated with fewer features": (
        IsolationForest(n_estimators=2, max_features=3),
        put("estimators_features_", [np.arange(1)] * 2),
    ),
    "isolated by a mask": (
        IsolationForest(n_estimators=2, max_features=3),
        put("estimators_features_", [np.array([True, False, False])] * 2),
    ),
    "isolated features unsaid": (IsolationForest(n_estimators=2, max_features=3), put("_max_features", 4)),
    "bare tree at the end": (make_pipeline(TREE), hidden_in),
    "bare tree in an array": (
        make_pipeline(StandardScaler(), TREE),
        lambda e: setattr(e[0], "mean_", np.array([e[1].tree_, 1], dtype=object)),
    ),
    "outputs beyond": (GRADIENTS, put("estimators_", lambda trees: np.hstack([trees] * 9))),
    "output unsaid": (
        GradientBoostingClassifier(n_estimators=2, init="zero"),
        put("n_trees_per_iteration_", 1),
    ),
    "gradients of no trees": (GRADIENTS, put("estimators_", lambda trees: trees[:0])),
    "gradients of other trees": (
        GRADIENTS,
        lambda e: e.estimators_.__setitem__((1, 0), DecisionTreeRegressor().fit(np.hstack([X, X]), Y)),
    ),
    "gradients with a bad start": (GRADIENTS, put("init_", NEIGHBOURS)),
    "histogram child beyond": (HISTOGRAMS, boosted(0, left=2**32 - 1)),
    "histogram cycle": (HISTOGRAMS, boosted(0, right=0)),
    "histogram leaf goes on": (HISTOGRAMS, boosted(-1, is_leaf=0)),
    "histogram feature beyond": (HISTOGRAMS, boosted(0, feature_idx=FAR)),
    "histogram feature below": (HISTOGRAMS, boosted(0, feature_idx=-1)),
    "histogram categories": (HISTOGRAMS, boosted(0, is_categorical=1)),
    "histogram of more features": (HISTOGRAMS, put("n_features_in_", 9)),
    "histogram in training": (HISTOGRAMS, put("_in_fit", True)),
    "histogram prepared": (HISTOGRAMS, put("_preprocessor", StandardScaler())),
    "histogram without nodes": (
        HISTOGRAMS,
        lambda e: setattr(e._predictors[0][0], "nodes", e._predictors[0][0].nodes[:0]),
    ),
    "histogram of other nodes": (HISTOGRAMS, lambda e: setattr(e._predictors[0][0], "raw_left_cat_bitsets", X)),
    "histogram tree elsewhere": (
        make_pipeline(HISTOGRAMS),
        lambda e: setattr(e, "steps", [("a", e[0]._predictors[0][0])]),
    ),
    "row beyond": (NEIGHBOURS, search(1, at(0, FAR))),
    "row below": (NEIGHBOURS, search(1, at(0, -1))),
    "fewer rows": (NEIGHBOURS, search(1, lambda rows: rows[:3].copy())),
    "node ends beyond": (NEIGHBOURS, search(2, at(-1, FAR, "idx_end"))),
    "node starts below": (NEIGHBOURS, search(2, at(-1, -FAR, "idx_start"))),
    "node ends before": (NEIGHBOURS, search(2, at(-1, 61, "idx_start"))),
    "leaves go on": (NEIGHBOURS, search(2, at(-1, 0, "is_leaf"))),
    "fewer nodes": (NEIGHBOURS, search(2, lambda nodes: nodes[:2].copy())),
    "more nodes": (NEIGHBOURS, search(6, lambda count: count + FAR)),
    "more levels": (NEIGHBOURS, search(5, lambda levels: levels + 40)),
    "fewer bounds": (NEIGHBOURS, search(3, lambda bounds: bounds[:, :1, :1].copy())),
    "balls of fewer bounds": (BALLS, search(3, lambda bounds: bounds[:, :1].copy())),
    "no rows in a leaf": (NEIGHBOURS, search(4, lambda _: 0)),
    "fewer weights": (NEIGHBOURS, search(12, lambda _: np.ones(2))),
    "more columns": (NEIGHBOURS, search(0, lambda data: np.zeros((60, 9)))),
    "weights of a metric": (
        KNeighborsRegressor(algorithm="ball_tree", p=3, metric_params={"w": np.ones(4)}),
        search(11, lambda metric: metric.__setstate__((3.0, np.ones(1), np.zeros((1, 1)))) or metric),
    ),
    "no neighbours": (NEIGHBOURS, put("n_neighbors", 0)),
    "rows of fewer columns": (BRUTE, put("_fit_X", wide)),
    "class beyond": (BRUTE, put("_y", at(0, 3))),
    "class below": (BRUTE, put("_y", at(0, -FAR))),
    "fewer classes of rows": (BRUTE, put("_y", lambda classes: classes[:3])),
    "vectors of fewer columns": (SVC(), put("support_vectors_", wide)),
    "fewer vectors": (SVC(), put("support_vectors_", lambda vectors: vectors[:3].copy())),
    "vectors of classes": (SVC(), put("_n_support", lambda each: np.array([FAR, -FAR, each.sum()], np.int32))),
    "vectors of no class": (SVR(), put("_n_support", np.zeros(0, np.int32))),
    "more vectors of a class": (SVC(), put("_n_support", lambda each: each + np.int32(FAR))),
    "fewer coefficients": (SVC(), put("_dual_coef_", wide)),
    "fewer intercepts": (SVC(), put("_intercept_", lambda values: values[:1])),
    "odd probabilities": (SVC(), put("_probA", np.ones(1))),
    "vectors of a regression": (SVR(), put("support_vectors_", wide)),
    "another machine": (SVR(), put("_impl", "c_svc")),
    "centres of fewer columns": (KMeans(2, n_init=1), put("cluster_centers_", wide)),
}

_CHILD = """
import json, sys
import numpy as np, headwater as hw
X = np.load(sys.argv[1])
for path in sys.argv[2:]:
    try:
        print(json.dumps([path, "predicts", str(hw.sklearn.load_model(path).predict(X)[:1])]), flush=True)
    except hw.HeadwaterError as error:
        print(json.dumps([path, type(error).__name__, str(error)]), flush=True)
"""


def write(estimator: Any, folder: Path) -> None:
    """Write a model without the checks and files of `save_model`."""
    folder.mkdir()
    skops.io.dump(estimator, folder / "model.skops")
    section = {"pickled_model": "model.skops", "serialization_format": "skops"}
    types = skops.io.get_untrusted_types(file=folder / "model.skops")
    flavors = {"flavors": {"sklearn": {**section, "skops_trusted_types": types}}}
    (folder / "MLmodel").write_text(yaml.safe_dump(flavors))


def test_no_damaged_model_gets_as_far_as_predicting(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    names = dict(zip((f"m{index}" for index in range(len(DAMAGED))), DAMAGED, strict=True))
    for folder, name in names.items():
        estimator, damage = DAMAGED[name]
        fitted = copy.deepcopy(estimator if hasattr(estimator, "n_features_in_") else estimator.fit(X, Y))
        damage(fitted)
        write(fitted, tmp_path / folder)

    child = subprocess.run(
        [sys.executable, "-c", _CHILD, tmp_path / "x.npy", *(tmp_path / folder for folder in names)],
        capture_output=True,
        check=False,
        env={**os.environ, "HEADWATER_HOME": str(tmp_path / "home")},
    )

    assert child.returncode == 0, child.stderr
    outcomes = {names[Path(path).name]: (kind, text) for path, kind, text in map(json.loads, child.stdout.splitlines())}
    assert outcomes.keys() == DAMAGED.keys()
    assert {name: said for name, said in outcomes.items() if said[0] == "predicts"} == {}
    assert all("made to do harm" in text or "can run any code" in text for _, text in outcomes.values())


def test_the_error_names_the_place_and_what_is_wrong(save: Any) -> None:
    model = make_pipeline(StandardScaler(), RandomForestClassifier(2)).fit(X, Y)
    tree(feature=(0, 77))(model[-1].estimators_[1])

    with pytest.raises(
        hw.InvalidParameterValue,
        match=r"'DecisionTreeClassifier' at 'model.steps.1.1.estimators_.1' in 'model.skops' is damaged.*: a feature "
        r"that its tree asks for is 77, and there are 4. Do not use the model",
    ):
        hw.sklearn.load_model(save(model))


def test_arrays_that_were_checked_are_nobody_elses(save: Any) -> None:
    neighbours = KNeighborsClassifier(algorithm="kd_tree").fit(X, Y)
    rows = neighbours._tree.get_arrays()[1]
    writing = FunctionTransformer(np.negative, kw_args={"out": rows, "casting": "unsafe"})
    model = make_pipeline(writing, neighbours)

    loaded = hw.sklearn.load_model(save(model))

    assert not np.shares_memory(loaded[0].kw_args["out"], loaded[1]._tree.get_arrays()[1])
