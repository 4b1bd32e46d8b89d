"""Models of every kind: `import headwater.pyfunc` is the same as using `headwater.pyfunc` after `import headwater`."""

from headwater.flavors.pyfunc import (
    PyFuncModel,
    PythonModel,
    PythonModelContext,
    TypeFromExample,
    add_to_model,
    get_default_conda_env,
    get_default_pip_requirements,
    get_model_dependencies,
    load_model,
    load_pyfunc,
    log_model,
    save_model,
)
from headwater.models.batch.udf import spark_udf

__all__ = [
    "PyFuncModel",
    "PythonModel",
    "PythonModelContext",
    "TypeFromExample",
    "add_to_model",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "get_model_dependencies",
    "load_model",
    "load_pyfunc",
    "log_model",
    "save_model",
    "spark_udf",
]
