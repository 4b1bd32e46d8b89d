"""What is special to Diffusers, and what autologging keeps of Spark ML and TensorFlow; runs beside the frameworks."""

from functools import partial
from typing import Any

import numpy as np
import torch
from deep_details import make_folder  # type: ignore[import-not-found]  # beside it
from deep_rows import FRAME, Net, X, Y, get_spark, make_image_pipeline  # type: ignore[import-not-found]
from position_checks import compare_positions  # type: ignore[import-not-found]

import headwater as hw
import headwater.diffusers
import headwater.pyspark.ml
import headwater.spark
import headwater.tensorflow
import headwater.transformers
from headwater.models.pyfunc import load_model
from headwater.protocol.errors import InvalidParameterValue, PermissionDenied, ResourceDoesNotExist
from headwater.testing.contract_flavors import a_stranger, expect_refusal

# Diffusers


def check_an_adapter_changes_the_images_of_its_pipeline() -> None:
    base_model, adapter = make_image_pipeline()
    small: Any = {"height": 16, "width": 16, "num_inference_steps": 2}
    with make_folder() as folder:
        hw.diffusers.save_model(adapter, folder / "model", base_model=base_model)
        model = load_model(folder / "model")

        first, second = model.predict({"prompt": ["day", "night"]}, params=small)

        pipeline = model.get_raw_model().load_pipeline()
        assert first[:4] == second[:4] == b"\x89PNG"
        with_adapter = np.asarray(pipeline("day", **small).images[0])
        pipeline.unload_lora_weights()
        assert not np.array_equal(np.asarray(pipeline("day", **small).images[0]), with_adapter)


def check_weights_of_an_adapter_that_are_pickles_need_consent() -> None:
    with make_folder() as folder:
        (folder / "weights").mkdir()
        torch.save({"unet.weight": torch.ones(1)}, folder / "weights" / "pytorch_lora_weights.bin")
        hw.diffusers.save_model(folder / "weights", folder / "model", base_model="some/pipeline")

        with a_stranger(folder):
            expect_refusal(PermissionDenied, lambda: hw.diffusers.load_model(folder / "model"), "pytorch_lora_weights")


def check_mistakes_with_adapters_are_told() -> None:
    base_model, adapter = make_image_pipeline()
    with make_folder() as folder:
        save = partial(hw.diffusers.save_model, path=folder / "model")
        wrong: Any = {"base_model": base_model, "adapter_type": "style"}

        expect_refusal(InvalidParameterValue, lambda: save(adapter, **wrong), "'style'")
        expect_refusal(InvalidParameterValue, lambda: save(folder / "none", base_model=base_model), "none")
        expect_refusal(InvalidParameterValue, lambda: save(adapter, base_model=""), "base_model")
        (folder / "empty").mkdir()
        expect_refusal(InvalidParameterValue, lambda: save(folder / "empty", base_model=base_model), "no weights")


# What callers of MLflow ask for besides


def check_defaults_of_requirements_take_the_arguments_of_mlflow() -> None:
    names = {line.partition("==")[0] for line in hw.transformers.get_default_pip_requirements(object())}
    assert names >= {"transformers", "torch", "accelerate"}
    assert hw.spark.get_default_pip_requirements(is_spark_connect_model=True)[0].startswith("pyspark[connect]==")
    (pip,) = [item["pip"] for item in hw.spark.get_default_conda_env()["dependencies"] if isinstance(item, dict)]
    assert any(line.startswith("pyspark==") for line in pip)
    assert hw.transformers.is_gpu_available() == torch.cuda.is_available()


def check_arguments_by_position_have_the_order_of_mlflow() -> None:
    for names in (
        "sklearn pyfunc xgboost lightgbm catboost onnx statsmodels prophet pmdarima spacy paddle",
        "pytorch keras tensorflow spark h2o shap diffusers transformers sentence_transformers",
    ):
        compare_positions(names.split())


def check_types_and_custom_objects_are_those_of_their_frameworks() -> None:
    import keras
    from pyspark.sql.types import LongType

    assert hw.types.DataType.long.to_spark() == LongType()
    keras.saving.get_custom_objects()["mine"] = Net
    assert hw.tensorflow.get_global_custom_objects()["mine"] is Net
    del keras.saving.get_custom_objects()["mine"]


# Models that autologging keeps


def check_spark_keeps_what_was_fitted_and_the_best_of_a_search() -> None:
    from pyspark.ml import Pipeline
    from pyspark.ml.evaluation import RegressionEvaluator
    from pyspark.ml.feature import VectorAssembler
    from pyspark.ml.regression import LinearRegression
    from pyspark.ml.tuning import ParamGridBuilder, TrainValidationSplit

    data = get_spark().createDataFrame(FRAME.assign(label=Y))
    line = LinearRegression(maxIter=1)
    pipeline = Pipeline(stages=[VectorAssembler(inputCols=["a", "b", "c"], outputCol="features"), line])
    grid = ParamGridBuilder().addGrid(line.regParam, [0.0, 10.0]).build()
    search = TrainValidationSplit(estimator=pipeline, estimatorParamMaps=grid, evaluator=RegressionEvaluator(), seed=1)
    hw.pyspark.ml.autolog(log_datasets=False, log_input_examples=True)
    with hw.start_run() as run:
        fitted = search.fit(data)
    hw.pyspark.ml.autolog(log_model_allowlist=["pyspark.ml.classification.*"])
    with hw.start_run() as other:
        pipeline.fit(data)
    hw.pyspark.ml.autolog(disable=True)
    hw.flush()

    models = {
        name: load_model(f"runs:/{run.info.run_id}/{name}", suppress_warnings=True) for name in ("model", "best_model")
    }

    expected = [row.prediction for row in fitted.transform(data).limit(3).collect()]
    for model in models.values():
        assert np.allclose(model.predict(FRAME.head(3)), expected)
        schema = model.metadata.get_input_schema()
        assert schema is not None
        assert schema.input_names() == ["a", "b", "c"]
    assert list(models["model"].input_example.columns) == ["a", "b", "c"]
    expect_refusal(ResourceDoesNotExist, lambda: load_model(f"runs:/{other.info.run_id}/model"))


def check_tensorflow_keeps_what_was_trained() -> None:
    import keras

    net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    net.compile("adam", "mse")
    hw.tensorflow.autolog(checkpoint=False)
    with hw.start_run() as run:
        net.fit(X, X[:, :2], verbose=0)
    hw.tensorflow.autolog(disable=True)
    hw.flush()

    model = load_model(f"runs:/{run.info.run_id}/model", suppress_warnings=True)

    assert np.allclose(model.predict(X), net.predict(X, verbose=0), atol=1e-5)
    assert model.metadata.flavors.keys() == {"tensorflow", "python_function"}
    schema = model.metadata.get_input_schema()
    assert schema is not None
    assert schema.inputs[0].shape == (-1, 3)
