"""Infer signatures and enforce them with MLflow and with Headwater, in one process of the peer's environment.

The last line is a JSON object: for each case, Headwater's outcome and MLflow's.
"""

import json
import logging
import re
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import mlflow.models
import mlflow.pyfunc
import mlflow.types.schema as peer
import numpy as np
import pandas as pd
import scipy.sparse as sp
import signature_data as data_of  # type: ignore[import-not-found]  # beside it
from mlflow.models import Model
from mlflow.pyfunc import PyFuncModel, PythonModel
from mlflow.pyfunc.scoring_server import infer_and_parse_data

from headwater.models.schema.enforce import enforce_params, enforce_schema
from headwater.models.schema.example import load_example, save_example, to_serving_input
from headwater.models.schema.frames import frame_from_columns
from headwater.models.schema.hints import infer_from_hints
from headwater.models.schema.infer import infer_signature
from headwater.models.schema.json_columns import columns_from_split
from headwater.models.schema.signature import ModelSignature
from headwater.models.schema.types import ParamSchema, Schema

Case: TypeAlias = tuple[str, str, str]
"""A name, Headwater's outcome and MLflow's."""

PHRASES = re.compile(
    r"Model is missing inputs \[.*?\]\.(?: Note that there were extra inputs: \[.*?\]\.)?"
    r"|Can not safely convert \S+ to [^\s.]+"
    r"|dtype of input \S+ does not match expected dtype \w+"
    r"|Shape of input \(.*?\) does not match expected shape \(.*?\)\."
    r"|Missing required properties: \{.*?\}|Invalid properties not defined in the schema found: \{.*?\}"
    r"|Expected data to be (?:list or numpy array|dictionary|a dict), got \w+"
    r"|Expected input to be DataFrame\. Found: \w+"
    r"|Model inference is missing inputs\. The model signature declares \d inputs  but the provided value only has \d"
    r"|Parameters must be a dictionary\. Got type '\w+'|Invalid parameters found: "
    r"|Value must be a 1D array with shape \(-1,\)"
    r"|an input of type <class '\w+'> was found|a dict with value type <class '\w+'> was found"
    r"|Unsupported type hint `\w+|Dictionary key type must be str|Failed to convert column a to type"
)


def plain(value: Any) -> Any:
    """Return data as text that is the same whichever library made it."""
    if isinstance(value, pd.DataFrame):
        return {str(name): [kind(value[name].dtype), plain(value[name].tolist())] for name in value}
    if isinstance(value, np.ndarray):
        return [kind(value.dtype), plain(value.tolist())]
    if sp.issparse(value):
        return [value.format, plain(value.toarray())]
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return None
    return value if isinstance(value, bool | int | float | str) else str(value)


def kind(dtype: Any) -> str:
    """Return the name of a column's type; texts have many."""
    return {"str": "object", "string": "object"}.get(str(dtype), str(dtype))


def outcome(call: Callable[..., Any], *arguments: Any, **options: Any) -> str:
    """Return what a call gives, or which of the known phrases its error has, one a line."""
    try:
        return json.dumps(plain(call(*arguments, **options)), sort_keys=True)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the outcome
        text = str(error).replace("<U0", "str").replace("|S0", "bytes").replace("'<class 'object'>", "'object")
        return "\n".join(["error:", *dict.fromkeys(PHRASES.findall(text))])


def own_inference(**given: Any) -> Any:
    """Return the signature that Headwater infers."""
    return infer_signature(**given).to_dict()


def peer_inference(**given: Any) -> Any:
    """Return the signature that MLflow infers."""
    return mlflow.models.infer_signature(**given).to_dict()


def inference() -> Iterator[Case]:
    """Yield the cases of inference."""
    named = [(f"infer {type(data).__name__} {data!r:.60}".replace("\n", " "), data) for data in data_of.INFERRED]
    named += [(f"frame {dtype}", pd.DataFrame({"t": pd.Series([1, 0]).astype(dtype)})) for dtype in data_of.DTYPES]
    named += [
        (f"frame of {values!r}", pd.DataFrame({"a": pd.Series(values, dtype=object)})) for values in data_of.OBJECTS
    ]
    for name, data in named:
        for place in ("model_input", "model_output"):
            given = {place: data}
            yield f"{place} {name}", outcome(own_inference, **given), outcome(peer_inference, **given)
    for params in data_of.PARAMS:
        given = {"params": params}
        yield f"infer params {params!r:.60}", outcome(own_inference, **given), outcome(peer_inference, **given)
    yield "infer nothing", outcome(own_inference), outcome(peer_inference)


def own_hints(predict: Callable[..., Any]) -> Any:
    """Return the signature that Headwater reads from hints."""
    signature = infer_from_hints(predict)
    return signature and signature.to_dict()


def peer_hints(predict: Callable[..., Any]) -> Any:
    """Return the signature that MLflow reads from hints when it saves a function."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "model"
        mlflow.pyfunc.save_model(place, python_model=predict, pip_requirements=[])
        signature = Model.load(place).signature
        return signature and signature.to_dict()


def hints() -> Iterator[Case]:
    """Yield the cases of type hints."""
    for hint in data_of.HINTS:

        def predict(model_input: Any) -> Any:
            return model_input

        predict.__annotations__ = {"model_input": hint}
        yield f"hint {hint}", outcome(own_hints, predict), outcome(peer_hints, predict)


class Echo:
    """A model that gives back what reaches it."""

    def __init__(self) -> None:
        self.seen: Any = None

    def predict(self, data: Any, params: Any = None) -> Any:
        """Keep both."""
        self.seen = (data, params)
        return [1]


def peer_enforces(inputs: str | None, params: str | None, data: Any, given: Any = None) -> Any:
    """Return what reaches a model of MLflow's behind a signature."""
    signature = mlflow.models.ModelSignature.from_dict({"inputs": inputs, "outputs": None, "params": params})
    model = Model(signature=signature)
    model.add_flavor("python_function", loader_module="x")
    echo = Echo()
    PyFuncModel(model_meta=model, model_impl=echo).predict(data, given)
    return echo.seen[0 if inputs else 1]


def own_enforces(inputs: str, data: Any) -> Any:
    """Return what reaches a model of Headwater's behind a signature."""
    return enforce_schema(data, Schema.from_json(inputs))


def enforcement() -> Iterator[Case]:
    """Yield the cases of enforcement."""
    structures = list(data_of.structures())
    for name, values in data_of.COLUMNS.items():
        for kind_name in data_of.PLAIN:
            for required in (True, False):
                text = data_of.schema(data_of.column(kind_name, required=required))
                mark = "" if required else "?"
                structures.append((f"{name} -> {kind_name}{mark}", text, pd.DataFrame({"a": values})))
    for name, text, data in structures:
        yield name, outcome(own_enforces, text, data), outcome(peer_enforces, text, None, data)


def own_params(given: Any, text: str) -> Any:
    """Return what Headwater gives a model for params."""
    return enforce_params(given, ParamSchema.from_json(text))


def params() -> Iterator[Case]:
    """Yield the cases of params."""
    text = json.dumps([{"shape": None, **spec} for spec in data_of.SPECS])
    for given in data_of.GIVEN:
        yield f"params {given!r}", outcome(own_params, given, text), outcome(peer_enforces, None, text, None, given)


def own_request(split: Any, text: str) -> Any:
    """Return the frame that a request to Headwater becomes."""
    return frame_from_columns(columns_from_split(split, Schema.from_json(text)))


def peer_request(split: Any, text: str) -> Any:
    """Return the frame that a request to MLflow becomes."""
    return infer_and_parse_data({"dataframe_split": split}, peer.Schema.from_json(text))


def requests() -> Iterator[Case]:
    """Yield the cases of requests in JSON."""
    for kind_name in data_of.PLAIN:
        text = data_of.schema(data_of.column(kind_name))
        for values in data_of.JSON_VALUES:
            split = {"columns": ["a"], "data": [[value] for value in values]}
            yield f"json {values} -> {kind_name}", outcome(own_request, split, text), outcome(peer_request, split, text)


def examples() -> Iterator[Case]:
    """Yield what is kept of examples, how requests look, and what each reads of the other's files."""
    for number, example in enumerate(data_of.EXAMPLES):
        with tempfile.TemporaryDirectory() as folder:
            ours, theirs = Path(folder) / "ours", Path(folder) / "theirs"
            ours.mkdir()
            info = save_example(example, ours)
            is_table = isinstance(example, pd.DataFrame | np.ndarray)
            signature = mlflow.models.infer_signature(example) if is_table else None
            mlflow.pyfunc.save_model(
                theirs, python_model=PythonModel(), input_example=example, signature=signature, pip_requirements=[]
            )
            yield from compare_examples(f"example {number}", example, info, ours, theirs)


def compare_examples(name: str, example: Any, info: dict[str, Any], ours: Path, theirs: Path) -> Iterator[Case]:
    """Yield the cases of one example, which both have saved."""
    model = Model.load(theirs)
    saved = model.saved_input_example_info
    schema = Schema.from_json(model.signature.inputs.to_json()) if model.signature else None
    yield f"{name} info", json.dumps(info, sort_keys=True), json.dumps(saved, sort_keys=True)
    for file in ("input_example.json", "serving_input_example.json"):
        own, other = (json.dumps(json.loads((place / file).read_text())) for place in (ours, theirs))
        yield f"{name} {file}", own, other
    request = mlflow.models.convert_input_example_to_serving_input(example)
    yield f"{name} request", json.dumps(json.loads(to_serving_input(example))), json.dumps(json.loads(request))
    for place, found in ((theirs, saved), (ours, info)):
        model.saved_input_example_info = found
        own, other = outcome(load_example, place, found, schema), outcome(model.load_input_example, str(place))
        yield f"{name} of {place.name} read back", own, other


def read_back(kind: Any, text: str) -> Any:
    """Return a signature that was read and written again."""
    return kind.from_dict(json.loads(text)).to_dict()


def readings(report: dict[str, tuple[str, str]]) -> Iterator[Case]:
    """Yield, for every signature that either inferred, what each makes of its text: it must be the same."""
    for text in sorted({text for pair in report.values() for text in pair if text.startswith('{"inputs"')}):
        own, other = (outcome(read_back, kind, text) for kind in (ModelSignature, mlflow.models.ModelSignature))
        yield f"read {text}", own, other


def main() -> None:
    """Compare every case."""
    warnings.simplefilter("ignore")
    logging.disable()
    report: dict[str, tuple[str, str]] = {}
    for part in (inference, hints, enforcement, params, requests, examples):
        report |= {name: (own, other) for name, own, other in part()}
    report |= {name: (own, other) for name, own, other in readings(report)}
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
