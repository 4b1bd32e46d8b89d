"""Which of Spark ML's classes are hooked."""

from collections.abc import Iterator
from types import ModuleType

from headwater.flavors.spark_autolog.evaluation import watch_evaluate, watch_transform
from headwater.flavors.spark_autolog.fitting import watch_fit
from headwater.tracking.autolog import Hook


def find_hooks(module: ModuleType) -> Iterator[Hook]:
    """Yield the hooks of the classes that every estimator, model and evaluator is of."""
    if module.__name__ == "pyspark.ml.base":
        yield Hook(module.Estimator, "fit", watch_fit)
        yield Hook(module.Transformer, "transform", watch_transform)
    else:
        yield Hook(module.Evaluator, "evaluate", watch_evaluate)
