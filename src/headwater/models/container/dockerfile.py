"""The text of a Dockerfile. Every command is a list of words, so that no shell reads what a model's author wrote."""

from dataclasses import dataclass

from headwater.environments.image_names import check_image
from headwater.environments.images import install_lines

MODEL_PATH = "/opt/model"
MOUNTED_PATH = "/opt/ml/model"
"""Where SageMaker puts a model, over whatever an image has there."""

PREFIX = "/opt/headwater"
PORT = 8080
USER_ID = 10001
_SYSTEM_PACKAGES = {
    "lightgbm": ("libgomp1",),
    "opencv-python": ("libgl1", "libglib2.0-0"),
    "prophet": ("libgomp1",),
}
"""What a slim image lacks for some packages."""
_JAVA = "default-jre-headless"
_ALIVE = (
    f'{PREFIX}/bin/python -c "import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5)" '
    f"http://127.0.0.1:${{PORT:-{PORT}}}/ping"
)


@dataclass(frozen=True, kw_only=True)
class Image:
    """What an image consists of.

    Attributes:
        base: an image with Python, which both stages start from.
        uv: the version of uv that installs.
        wheel: file name of the wheel of Headwater.
        system_packages: Debian packages besides those of the base.
        has_model: whether the model is in the image; else it is mounted at `MOUNTED_PATH`.
        allow_pickle: whether the model may run code when it is loaded; whoever builds the image has agreed.
    """

    base: str
    uv: str
    wheel: str
    system_packages: tuple[str, ...] = ()
    has_model: bool = True
    allow_pickle: bool = False

    def files(self) -> dict[str, str]:
        """Return what is written for the image besides what is copied into it, by names of files."""
        return {
            "Dockerfile": self.dockerfile(),
            ".dockerignore": self.ignore_file(),
            "serve": self.serve_script(),
        }

    def dockerfile(self) -> str:
        """Return the text of the Dockerfile."""
        base = check_image(self.base)
        variables = {
            "PATH": f"{PREFIX}/bin:$PATH",
            "HEADWATER_HOME": "/home/headwater/.headwater",
            "HEADWATER_ALLOWED_HOSTS": "*",
            "PYTHONUNBUFFERED": "1",
            **({"HEADWATER_ALLOW_PICKLE": "1"} if self.allow_pickle else {}),
        }
        lines = [
            "# Written by `headwater models generate-dockerfile`.",
            f"FROM {base} AS build",
            *install_lines(PREFIX, self.uv, self.wheel),
            "",
            f"FROM {base}",
            *self._system_lines(),
            f"RUN groupadd --gid {USER_ID} headwater && useradd --uid {USER_ID} --gid {USER_ID} -m headwater",
            f"COPY --from=build {PREFIX} {PREFIX}",
            "COPY serve /usr/local/bin/serve",
            *([f"COPY model {MODEL_PATH}"] if self.has_model else []),
            f"ENV {' '.join(f'{name}={value}' for name, value in variables.items())}",
            "WORKDIR /home/headwater",
            f"USER {USER_ID}:{USER_ID}",
            f"EXPOSE {PORT}",
            f"HEALTHCHECK --start-period=60s CMD {_ALIVE}",
            "ENTRYPOINT []",
            'CMD ["serve"]',
        ]
        return "\n".join(lines) + "\n"

    def ignore_file(self) -> str:
        """Return what keeps everything from the build that was not written for it."""
        names = ["requirements.lock", self.wheel, "serve", *(["model"] if self.has_model else [])]
        return "\n".join(["*", *(f"!{name}" for name in names)]) + "\n"

    def serve_script(self) -> str:
        """Return what starts the server; SageMaker runs it by its name, too."""
        path, manager = (MODEL_PATH, "local") if self.has_model else (MOUNTED_PATH, "uv")
        return (
            "#!/bin/sh\n"
            f"exec {PREFIX}/bin/headwater models serve --model-uri {path} --env-manager {manager} "
            f'--host 0.0.0.0 --port "${{PORT:-{PORT}}}" "$@"\n'
        )

    def _system_lines(self) -> list[str]:
        if not self.system_packages:
            return []
        names = " ".join(self.system_packages)
        install = f"apt-get install --yes --no-install-recommends {names}"
        return [f"RUN apt-get update && {install} && rm -rf /var/lib/apt/lists/*"]


def find_system_packages(distributions: set[str], *, with_java: bool) -> tuple[str, ...]:
    """Return the Debian packages that some Python packages need."""
    found = {package for name in distributions for package in _SYSTEM_PACKAGES.get(name, ())}
    return tuple(sorted(found | ({_JAVA} if with_java else set())))
