"""One model of each kind that the flavors of deep learning and of servers in Java save; each `row_…` makes one."""

import io
import logging
import os
import string
import tempfile
import warnings
from functools import cache
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # read when TensorFlow is imported

import numpy as np
import pandas as pd
import torch

from headwater.testing.contract_flavors import FlavorCase

_RANDOM = np.random.default_rng(7)
X = _RANDOM.normal(size=(5, 3)).astype("float32")
FRAME = pd.DataFrame(_RANDOM.normal(size=(40, 3)), columns=["a", "b", "c"])
Y = FRAME["a"] * 2 - FRAME["b"]
WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "day", "night")


class Net(torch.nn.Module):  # type: ignore[misc]  # not installed here
    """A module of a class of one's own."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = torch.nn.Linear(3, 2)
        self.drop = torch.nn.Dropout(0.5)

    def forward(self, x: Any) -> Any:
        """Return twice what the layer returns."""
        return self.drop(self.inner(x)) * 2


def ask_torch(module: Any, data: Any) -> Any:
    """Return what a module answers."""
    with torch.no_grad():
        return module(torch.from_numpy(data)).numpy()


def row_pytorch_stock() -> FlavorCase:
    return FlavorCase(
        flavor="pytorch",
        model=torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2)),
        data=X,
        answer=ask_torch,
        files=("data/model.pth",),
        keys={"model_data": "data"},
        requirements=("torch", "cloudpickle"),
        options={"serialization_format": "pickle"},
    )


def row_pytorch_program() -> FlavorCase:
    return FlavorCase(
        flavor="pytorch",
        model=Net().eval(),  # MLflow traces it as it is
        data=X,
        answer=ask_torch,
        files=("data/model.pt2",),
        keys={"model_data": "data"},
        requirements=("torch",),
        options={"input_example": X},
        keeps_class=False,
    )


def row_pytorch_pickle() -> FlavorCase:
    return FlavorCase(
        flavor="pytorch",
        model=Net().eval(),  # MLflow traces it as it is
        data=X,
        answer=ask_torch,
        files=("data/model.pth",),
        keys={"model_data": "data"},
        requirements=("torch", "cloudpickle"),
        options={"serialization_format": "pickle"},
        runs_code=True,
    )


@cache
def make_keras() -> Any:
    """Return a compiled model that was fitted for a moment."""
    import keras

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "relu"), keras.layers.Dense(2)])
    model.compile("adam", "mse")
    model.fit(X, X[:, :2], verbose=0)
    return model


def ask_keras(model: Any, data: Any) -> Any:
    """Return what a model predicts."""
    return model.predict(data, verbose=0)


def row_keras_sequential() -> FlavorCase:
    return FlavorCase(
        flavor="keras",
        model=make_keras(),
        data=X,
        answer=ask_keras,
        files=("data/model.keras", "data/keras_module.txt"),
        keys={"data": "data", "keras_backend": "tensorflow", "save_exported_model": False},
        requirements=("keras", "tensorflow_cpu"),
    )


def row_tensorflow_keras() -> FlavorCase:
    return FlavorCase(
        flavor="tensorflow",
        model=make_keras(),
        data=X,
        answer=ask_keras,
        files=("data/model.keras", "data/keras_module.txt", "data/save_format.txt"),
        keys={"data": "data", "model_type": "keras", "save_format": "tf"},
        requirements=("keras", "tensorflow_cpu"),
    )


@cache
def make_module() -> Any:
    """Return a module of TensorFlow that can be called."""
    import tensorflow as tf

    class Doubler(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            self.factor = tf.Variable(2.0)

        @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])  # type: ignore[untyped-decorator]
        def __call__(self, x: Any) -> Any:
            return self.factor * x

    return Doubler()


def row_tensorflow_module() -> FlavorCase:
    return FlavorCase(
        flavor="tensorflow",
        model=make_module(),
        data=X,
        answer=lambda model, data: model(data).numpy(),
        files=("tf2model",),
        keys={"saved_model_dir": "tf2model", "model_type": "tf2-module"},
        requirements=("tensorflow_cpu",),
        runs_code=True,
        keeps_class=False,
    )


@cache
def make_tokenizer() -> Any:
    """Return a tokenizer of nine words."""
    import transformers
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    special = {f"{name}_token": f"[{name.upper()}]" for name in ("unk", "pad", "cls", "sep", "mask")}
    return transformers.PreTrainedTokenizerFast(tokenizer_object=words, **special)


@cache
def make_pipeline(task: str) -> Any:
    """Return a pipeline with a tiny model of random weights."""
    import transformers

    kinds = {
        "text-classification": "SequenceClassification",
        "zero-shot-classification": "SequenceClassification",
        "token-classification": "TokenClassification",
        "fill-mask": "MaskedLM",
    }
    torch.manual_seed(1)
    if task == "text-generation":
        size = {"n_embd": 8, "n_layer": 1, "n_head": 2, "n_positions": 32, "bos_token_id": 2, "eos_token_id": 3}
        model = transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=len(WORDS), **size))
    else:
        size = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}
        kind = f"BertFor{kinds[task]}" if task in kinds else "BertModel"
        labels = {"entailment": 0, "contradiction": 1}
        names = {"label2id": labels, "id2label": {number: label for label, number in labels.items()}}
        config = transformers.BertConfig(vocab_size=len(WORDS), **names, **size)
        model = getattr(transformers, kind)(config)
    return transformers.pipeline(task, model=model.eval(), tokenizer=make_tokenizer())


def row_transformers_classifier() -> FlavorCase:
    return FlavorCase(
        flavor="transformers",
        model=make_pipeline("text-classification"),
        data="good day",
        answer=lambda model, data: pd.DataFrame(model([data])),
        files=("model", "components/tokenizer"),
        keys={"task": "text-classification", "components": ["tokenizer"], "model_binary": "model"},
        requirements=("transformers", "torch", "accelerate"),
    )


def row_transformers_generator() -> FlavorCase:
    def answer(model: Any, data: Any) -> Any:
        return [found["generated_text"] for (found,) in model([data], max_new_tokens=3, do_sample=False)]

    return FlavorCase(
        flavor="transformers",
        model=make_pipeline("text-generation"),
        data="good day",
        answer=answer,
        files=("model", "components/tokenizer"),
        keys={"task": "text-generation", "pipeline_model_type": "GPT2LMHeadModel"},
        requirements=("transformers", "torch", "accelerate"),
        options={"model_config": {"max_new_tokens": 3, "do_sample": False}},
    )


@cache
def make_encoder() -> Any:
    """Return a sentence model with random weights."""
    from sentence_transformers import SentenceTransformer, models

    with tempfile.TemporaryDirectory() as folder:
        make_pipeline("feature-extraction").save_pretrained(folder)
        words = models.Transformer(folder)
    return SentenceTransformer(modules=[words, models.Pooling(8)], device="cpu")


def row_sentence_transformers() -> FlavorCase:
    return FlavorCase(
        flavor="sentence_transformers",
        model=make_encoder(),
        data=["good day", "bad night"],
        answer=lambda model, data: model.encode(data),
        files=("model.sentence_transformer",),
        keys={"pipeline_model_type": "BertModel"},
        requirements=("sentence-transformers", "transformers", "torch"),
    )


@cache
def get_spark() -> Any:
    """Return a Spark session on this machine."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "1").getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    return session


def row_spark_pipeline() -> FlavorCase:
    from pyspark.ml import Pipeline
    from pyspark.ml.feature import VectorAssembler
    from pyspark.ml.regression import LinearRegression

    session = get_spark()
    stages = [VectorAssembler(inputCols=["a", "b", "c"], outputCol="features"), LinearRegression(maxIter=2)]

    def answer(model: Any, data: Any) -> Any:
        return [row.prediction for row in model.transform(get_spark().createDataFrame(data)).collect()]

    return FlavorCase(
        flavor="spark",
        model=Pipeline(stages=stages).fit(session.createDataFrame(FRAME.assign(label=Y))),
        data=FRAME.head(4),
        answer=answer,
        files=("sparkml",),
        keys={"model_data": "sparkml", "model_class": "pyspark.ml.pipeline.PipelineModel"},
        requirements=("pyspark",),
    )


def row_h2o_boosting() -> FlavorCase:
    import h2o
    from h2o.estimators import H2OGradientBoostingEstimator

    h2o.init(nthreads=1, max_mem_size="1G", verbose=False, bind_to_localhost=True)
    h2o.no_progress()
    model = H2OGradientBoostingEstimator(ntrees=2, max_depth=2, min_rows=1)
    model.train(x=["a", "b"], y="y", training_frame=h2o.H2OFrame(FRAME.assign(y=Y)))
    return FlavorCase(
        flavor="h2o",
        model=model,
        data=FRAME.head(4),
        answer=lambda model, data: model.predict(h2o.H2OFrame(data)).as_data_frame(use_multi_thread=False),
        files=("model.h2o",),
        keys={"data": "model.h2o"},
        requirements=("h2o",),
    )


def row_shap_linear() -> FlavorCase:
    import shap
    from sklearn.linear_model import LinearRegression

    return FlavorCase(
        flavor="shap",
        model=shap.Explainer(LinearRegression().fit(FRAME.to_numpy(), Y), FRAME.to_numpy()),
        data=FRAME.head(4),
        answer=lambda explainer, data: explainer(data.to_numpy()).values,
        files=("explainer.shap",),
        keys={"serialized_explainer": "explainer.shap", "underlying_model_flavor": "unknown"},
        requirements=("shap",),
        allowed_requirements=("numpy", "scikit-learn", "cloudpickle"),
        runs_code=True,
    )


def row_shap_permutation() -> FlavorCase:
    import shap
    from sklearn.linear_model import LinearRegression

    fitted = LinearRegression().fit(FRAME.to_numpy(), Y)
    return FlavorCase(
        flavor="shap",
        model=shap.explainers.Permutation(fitted.predict, FRAME.to_numpy()),
        data=FRAME.head(4),
        answer=lambda explainer, data: explainer(data.to_numpy()).values,
        files=("explainer.shap", "underlying_model/MLmodel"),
        keys={"serialized_explainer": "explainer.shap", "underlying_model_flavor": "sklearn"},
        requirements=("shap",),
        allowed_requirements=("numpy", "scikit-learn", "cloudpickle", "skops"),
        runs_code=True,
    )


@cache
def make_image_pipeline() -> tuple[str, str]:
    """Return the folders of a tiny pipeline that makes images, and of an adapter for it."""
    import diffusers
    from diffusers.pipelines.stable_diffusion import pipeline_stable_diffusion as module
    from peft import LoraConfig
    from peft.utils import get_peft_model_state_dict
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    def draw_noise(shape: Any, **options: Any) -> Any:
        return torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=options.get("dtype"))

    module.randn_tensor = draw_noise  # the same at each call, so that images can be compared
    diffusers.utils.logging.set_verbosity_error()
    diffusers.utils.logging.disable_progress_bar()
    torch.manual_seed(1)
    letters = string.ascii_lowercase
    words = {word: number for number, word in enumerate(["[S]", "[E]", *letters, *(f"{one}</w>" for one in letters)])}
    special = {"bos_token": "[S]", "eos_token": "[E]", "unk_token": "[E]", "pad_token": "[E]"}
    size = {"hidden_size": 8, "intermediate_size": 8, "num_attention_heads": 2, "num_hidden_layers": 1}
    numbers = {"vocab_size": len(words), "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}
    pipeline = module.StableDiffusionPipeline(
        text_encoder=CLIPTextModel(CLIPTextConfig(max_position_embeddings=8, **size, **numbers)),
        tokenizer=CLIPTokenizer(vocab=words, merges=[], model_max_length=8, **special),
        unet=diffusers.UNet2DConditionModel(
            block_out_channels=(2, 2, 4),
            layers_per_block=1,
            sample_size=8,
            down_block_types=("DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D"),
            cross_attention_dim=8,
            norm_num_groups=2,
            attention_head_dim=2,
        ),
        vae=diffusers.AutoencoderKL(
            block_out_channels=[2] * 4,
            down_block_types=["DownEncoderBlock2D"] * 4,
            up_block_types=["UpDecoderBlock2D"] * 4,
            norm_num_groups=2,
            mid_block_add_attention=False,
        ),
        scheduler=diffusers.DDIMScheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    folder = tempfile.mkdtemp()
    pipeline.save_pretrained(f"{folder}/pipeline")
    pipeline.unet.add_adapter(LoraConfig(r=2, init_lora_weights=False, target_modules=["to_q", "to_k", "to_v"]))
    weights = get_peft_model_state_dict(pipeline.unet)
    pipeline.save_lora_weights(f"{folder}/adapter", unet_lora_layers={key: 20 * weights[key] for key in weights})
    return f"{folder}/pipeline", f"{folder}/adapter"


def row_diffusers_lora() -> FlavorCase:
    import diffusers

    base_model, adapter = make_image_pipeline()

    def answer(found: Any, data: Any) -> Any:
        if isinstance(found, str):
            pipeline = diffusers.DiffusionPipeline.from_pretrained(base_model)
            pipeline.load_lora_weights(found)
        else:
            pipeline = found.load_pipeline()
        pipeline.set_progress_bar_config(disable=True)
        images = []
        for text in data["prompt"]:
            stream = io.BytesIO()
            pipeline(text, num_inference_steps=30, height=512, width=512).images[0].save(stream, format="PNG")
            images.append(stream.getvalue())
        return images

    return FlavorCase(
        flavor="diffusers",
        model=adapter,
        data=pd.DataFrame({"prompt": ["a good day"]}),
        answer=answer,
        files=("adapter_weights",),
        keys={"adapter_type": "lora", "base_model": base_model},
        requirements=("diffusers", "transformers", "torch", "peft", "safetensors", "accelerate"),
        options={"base_model": base_model},
        has_signature=False,
        keeps_class=False,
        name_is_second=False,
    )


def make_case(row: str) -> FlavorCase:
    """Return the case of a row by its name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # how frameworks talk about small data
        return globals()[f"row_{row}"]()  # type: ignore[no-any-return]


logging.getLogger("py4j").setLevel(logging.ERROR)
