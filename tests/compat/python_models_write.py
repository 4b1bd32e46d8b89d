"""Saves Python models of every kind: `python_models_write.py mlflow|headwater|standing-in FOLDER`.

The same program runs with MLflow, with Headwater, and with Headwater in place of MLflow.
"""

import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pydantic


def choose(library: str) -> types.ModuleType:
    """Return the module whose models are saved."""
    if library == "headwater":
        import headwater

        return headwater
    if library == "standing-in":
        import headwater

        headwater.install_as_mlflow()
    import mlflow

    return mlflow  # type: ignore[no-any-return]  # whichever it is


library = choose(sys.argv[1])
folder = Path(sys.argv[2])
PythonModel = library.pyfunc.PythonModel
FRAME = pd.DataFrame({"a": [1, 2]})
sys.path.insert(0, str(folder))
(folder / "word.txt").write_text("word")
(folder / "own_module.py").write_text("def twice(frame): return frame * 2\n")
(folder / "code_model.py").write_text(
    f"import {library.__name__} as library\n"
    "config = library.models.ModelConfig(development_config={'n': 3})\n"
    "class Code(library.pyfunc.PythonModel):\n"
    "    def predict(self, context, model_input): return [config.get('n'), len(model_input)]\n"
    "library.models.set_model(Code())\n"
)


class Message(pydantic.BaseModel):
    role: str
    tokens: typing.Optional[int] = None  # noqa: UP045  # both MLflows read it


class AddN(PythonModel):  # type: ignore[misc, valid-type]  # of whichever library
    def __init__(self, n: int) -> None:
        self.n = n

    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
        return model_input.apply(lambda column: column + self.n)


class WithArtifact(PythonModel):  # type: ignore[misc, valid-type]
    def load_context(self, context: Any) -> None:
        self.word = Path(context.artifacts["word"]).read_text()
        self.config = context.model_config

    def predict(self, context: Any, model_input: Any) -> Any:
        return [self.word, self.config["k"]]


class WithParams(PythonModel):  # type: ignore[misc, valid-type]
    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
        return [params["k"], params["share"]]


class Hinted(PythonModel):  # type: ignore[misc, valid-type]
    def predict(self, context: Any, model_input: list[Message], params: Any = None) -> list[str]:
        return [message.role for message in model_input]


class Streams(PythonModel):  # type: ignore[misc, valid-type]
    def predict(self, context: Any, model_input: Any) -> Any:
        return list(model_input)

    def predict_stream(self, context: Any, model_input: Any, params: Any = None) -> Iterator[Any]:
        yield from model_input


class WithModule(PythonModel):  # type: ignore[misc, valid-type]
    def predict(self, context: Any, model_input: Any) -> Any:
        import own_module  # type: ignore[import-not-found]  # written above

        return own_module.twice(model_input)


def shout(model_input: list[str]) -> list[str]:
    return [text.upper() for text in model_input]


def roles(model_input: list[Message]) -> list[str]:
    return [message.role for message in model_input]


def count(model_input: Any) -> Any:
    return [len(model_input)]


def save(name: str, **options: Any) -> None:
    """Save one model; what it needs is given, so that no time is spent on finding it."""
    library.pyfunc.save_model(path=str(folder / name), pip_requirements=["cloudpickle"], **options)


signature = library.models.infer_signature(FRAME, [1], params={"k": 3, "share": 0.5})
save("class", python_model=AddN(5), input_example=FRAME)
save("artifact", python_model=WithArtifact(), artifacts={"word": str(folder / "word.txt")}, model_config={"k": 1})
save("params", python_model=WithParams(), signature=signature)
save("hinted", python_model=Hinted())
save("hinted-function", python_model=shout, input_example=["a"])
save("pydantic-function", python_model=roles)
save("function", python_model=count)
save("stream", python_model=Streams(), streamable=True)
save("module", python_model=WithModule(), code_paths=[str(folder / "own_module.py")])
if sys.argv[1] != "headwater":  # whose code model no MLflow can run
    save("code", python_model=str(folder / "code_model.py"), model_config={"n": 7})
(folder / "own_module.py").unlink()
(folder / "code_model.py").unlink()
