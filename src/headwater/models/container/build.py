"""Building an image by the container engine of this machine."""

import subprocess
import tempfile
from pathlib import Path

from headwater.environments.image_names import check_image
from headwater.environments.images import find_engine
from headwater.models.container.context import generate_dockerfile
from headwater.protocol.errors import HeadwaterError


def build_docker(
    model_uri: str | Path | None = None,
    name: str = "headwater-model",
    env_manager: str | None = None,  # noqa: ARG001 - for callers of MLflow; uv makes the environment
    mlflow_home: str | None = None,  # noqa: ARG001 - for callers of MLflow; nothing here needs it
    install_java: bool = False,  # noqa: FBT001 - the order that callers of MLflow know
    install_mlflow: bool = False,  # noqa: FBT001
    base_image: str | None = None,
    *,
    allow_pickle: bool | None = None,
) -> None:
    """Build an image that serves a model on port 8080, by docker or podman; see `generate_dockerfile`.

    Raises `NotSupported` if neither is installed, `HeadwaterError` if it fails; what it says is on stderr.

    Example:
        >>> hw.models.build_docker("models:/churn@champion", "churn:1")
    """
    check_image(name)
    engine = find_engine(
        "Write the folder by `headwater models generate-dockerfile` and build it where one of them is."
    )
    with tempfile.TemporaryDirectory(prefix="headwater-image-") as scratch:
        context = generate_dockerfile(
            model_uri,
            Path(scratch) / "context",
            base_image=base_image or "",
            install_java=install_java,
            install_mlflow=install_mlflow,
            allow_pickle=allow_pickle,
        )
        done = subprocess.run([engine, "build", "--tag", name, str(context)], check=False)
    if done.returncode:
        raise HeadwaterError(f"'{engine} build' failed with status {done.returncode}. What it said is above.")
