"""Support vector machines and k-means, whose compiled code trusts the shapes of their arrays."""

from typing import Any

import numpy as np

from headwater.models.checking.arrays import Damaged, Unknown, integer, qualified, take, within

_CLASSIFIERS = frozenset({"sklearn.svm._classes.SVC", "sklearn.svm._classes.NuSVC"})
MACHINES = _CLASSIFIERS | {f"sklearn.svm._classes.{name}" for name in ("SVR", "NuSVR", "OneClassSVM")}
MEANS = frozenset(f"sklearn.cluster._kmeans.{name}" for name in ("KMeans", "MiniBatchKMeans"))


def check_machine(machine: Any) -> None:
    """Check a machine of LIBSVM: its vectors, their coefficients, and how many there are of each class."""
    own = vars(machine)
    if "support_" not in own:
        return
    if own.get("_sparse") or "_impl" in own or not isinstance(own.get("kernel"), str):
        raise Unknown("it compares rows in a way of its own")
    count = take(own, "support_", 1, np.int32).size
    if own["kernel"] == "precomputed":
        within(own["support_"], own["shape_fit_"][0], "row that it compares others with")
    else:
        _shape(own, "support_vectors_", (count, integer(machine, "n_features_in_")))
    of_class = take(own, "_n_support", 1, np.int32)
    if of_class.size < 2:
        raise Damaged("its _n_support is not for two classes or more")
    _shape(own, "_dual_coef_", (of_class.size - 1, count))
    if (of_class < 0).any() or (qualified(type(machine)) in _CLASSIFIERS and of_class.sum(dtype=np.int64) != count):
        raise Damaged(f"its _n_support are {of_class.tolist()}, and there are {count} vectors")
    pairs = of_class.size * (of_class.size - 1) // 2
    _shape(own, "_intercept_", (pairs,))
    sizes = {take(own, name, 1, np.float64).size for name in ("_probA", "_probB")}
    if len(sizes) > 1 or not sizes <= {0, pairs}:
        raise Damaged("its _probA and _probB are not for each pair of classes")


def check_means(means: Any) -> None:
    """Check that the centres have the features that are demanded of rows."""
    if "cluster_centers_" not in vars(means):
        return
    centres, features = take(vars(means), "cluster_centers_", 2), integer(means, "n_features_in_")
    if centres.shape[1] != features or not centres.size:
        raise Damaged(f"its {len(centres)} centres have {centres.shape[1]} features, and it asks for {features}")


def _shape(own: dict[str, Any], name: str, shape: tuple[int, ...]) -> None:
    found = take(own, name, len(shape), np.float64).shape
    if found != shape:
        raise Damaged(f"its {name} has the shape {found}, which is not {shape}")
