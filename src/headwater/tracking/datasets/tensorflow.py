"""Datasets of TensorFlow: tensors, and pipelines of `tf.data`."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from headwater.protocol.errors import InvalidParameterValue, NotSupported
from headwater.tracking.datasets.dataset import Dataset, PyFuncInputsOutputs
from headwater.tracking.datasets.digest import MAX_ROWS, digest_arrays, digest_elements
from headwater.tracking.datasets.schema import Schema, infer_tensors

_INFINITE = -1


class TensorFlowDataset(Dataset):
    """Tensors or `tf.data.Dataset`s; made by `from_tensorflow`."""

    def __init__(
        self,
        features: Any,
        source: object = None,
        targets: Any = None,
        name: str | None = None,
        digest: str | None = None,
    ) -> None:
        self._is_pipeline = _is_pipeline(features)
        if not self._is_pipeline and not _is_tensor(features):
            raise InvalidParameterValue(
                "'features' must be an instance of tf.data.Dataset or a TensorFlow Tensor. Found: "
                f"{type(features)}. Use from_numpy for arrays."
            )
        if targets is not None and not (_is_pipeline(targets) if self._is_pipeline else _is_tensor(targets)):
            kinds = ("an instance of tf.data.Dataset", "an instance of tf.data.Dataset")
            features_kind, targets_kind = kinds if self._is_pipeline else ("a TensorFlow Tensor", "a TensorFlow Tensor")
            raise InvalidParameterValue(
                f"If 'features' is {features_kind}, then 'targets' must also be {targets_kind}. Found: {type(targets)}."
            )
        self._features = features
        self._targets = targets
        super().__init__(source, name, digest)

    @property
    def data(self) -> Any:
        """Return the tensor or pipeline to learn from."""
        return self._features

    @property
    def features(self) -> Any:
        """Return the tensor or pipeline to learn from."""
        return self._features

    @property
    def targets(self) -> Any:
        """Return the tensor or pipeline to predict."""
        return self._targets

    @property
    def schema(self) -> Schema | None:
        """Return the type and shape of each tensor, of a pipeline those of its first element."""
        look = _first if self._is_pipeline else _array
        features = look(self._features)
        targets = None if self._targets is None else look(self._targets)
        return None if features is _NOTHING or targets is _NOTHING else infer_tensors(features, targets)

    @property
    def profile(self) -> dict[str, Any]:
        """Return the number of values of tensors, of elements of pipelines: -1 without end, -2 if it is not known."""
        parts = {"features": self._features, "targets": self._targets}
        return {f"{role}_cardinality": self._cardinality(part) for role, part in parts.items() if part is not None}

    def _cardinality(self, part: Any) -> int:
        if not self._is_pipeline:
            return int(_array(part).size) if not hasattr(part, "flat_values") else int(part.flat_values.shape[0])
        return int(part.cardinality())

    def to_pyfunc(self) -> PyFuncInputsOutputs:
        """Return the features and the targets."""
        return PyFuncInputsOutputs(self._features, self._targets)

    def _compute_digest(self) -> str:
        parts = [part for part in (self._features, self._targets) if part is not None]
        if self._is_pipeline:
            return digest_elements(_leaves(element) for part in parts for element in self._elements(part))
        return digest_arrays(map(_array, parts))

    def _elements(self, part: Any) -> Iterable[Any]:
        """Return what a pipeline yields; of one without end the beginning."""
        elements = part.as_numpy_iterator()
        return islice(elements, MAX_ROWS) if self._cardinality(part) == _INFINITE else elements


_NOTHING: Any = object()


def _first(pipeline: Any) -> Any:
    """Return the first element of a pipeline as an array or a mapping of arrays; `_NOTHING` if it is no such thing."""
    element = next(iter(pipeline.take(1).as_numpy_iterator()), _NOTHING)
    if isinstance(element, tuple):
        element = {str(index): item for index, item in enumerate(element)}
    arrays = element.values() if isinstance(element, Mapping) else [element]
    return element if all(hasattr(array, "ndim") and array.ndim for array in arrays) else _NOTHING


def _leaves(element: Any) -> list[Any]:
    """Return the arrays of an element, in TensorFlow's order: that of tuples, and mappings by key."""
    if isinstance(element, Mapping):
        return [leaf for key in sorted(element) for leaf in _leaves(element[key])]
    if isinstance(element, tuple | list):
        return [leaf for item in element for leaf in _leaves(item)]
    return [element]


def _array(tensor: Any) -> Any:
    return tensor.numpy()


def _tensorflow() -> Any:
    try:
        import tensorflow  # loaded by those who have tensors
    except ImportError as error:
        raise NotSupported("Describing tensors needs TensorFlow. Install it with: pip install tensorflow") from error
    return tensorflow


def _is_pipeline(data: Any) -> bool:
    return isinstance(data, _tensorflow().data.Dataset)


def _is_tensor(data: Any) -> bool:
    tensorflow = _tensorflow()
    return isinstance(data, tensorflow.RaggedTensor | tensorflow.Variable) or tensorflow.is_tensor(data)


def from_tensorflow(
    features: Any,
    source: object = None,
    targets: Any = None,
    name: str | None = None,
    digest: str | None = None,
) -> TensorFlowDataset:
    """Describe a tensor, or a pipeline of `tf.data`, as a dataset.

    The digest of a pipeline takes one pass over it, so give `digest` where that costs too much; of one without end only
    the beginning is read.

    Args:
        features: a tensor, or a `tf.data.Dataset`.
        source: where the data come from: a path, a URI, a `DatasetSource`; default: this program.
        targets: what to predict, of the same kind as `features`.
        name: what to call them; default "dataset".
        digest: a text that changes with the data; default: computed, equal to MLflow's for the same data.

    Raises:
        InvalidParameterValue: `features` and `targets` are not both tensors or both pipelines.
        NotSupported: TensorFlow is not installed.

    Example:
        >>> hw.log_input(hw.data.from_tensorflow(images.batch(32), "s3://bucket/images"), context="training")
    """
    return TensorFlowDataset(features, source, targets, name, digest)
