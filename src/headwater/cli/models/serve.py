"""`headwater models serve`."""

import click

from headwater.cli._scoring import ScoringOptions, prepare_environment, scoring_options, serve
from headwater.models.scoring.settings import MEBIBYTE


@click.command("serve")
@scoring_options
def command(*, max_body_mb: float, no_conda: bool, install_mlflow: bool, **options: object) -> None:  # noqa: ARG001  # see its help
    """Serve a model over HTTP: MLflow's scoring protocol, the Open Inference Protocol, and a page to try it.

    A URI with an alias, such as models:/churn@champion, is followed when the alias moves.
    """
    if no_conda:
        options["env_manager"] = "local"
    chosen = ScoringOptions(max_body_bytes=int(max_body_mb * MEBIBYTE), **options)  # type: ignore[arg-type]  # click checked them
    prepare_environment(chosen)
    serve(chosen)
