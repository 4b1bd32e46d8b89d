"""`headwater deployments predict`."""

import click

from headwater.cli._deployments import (
    client_for,
    input_options,
    read_inputs,
    target_option,
    write_answer,
)


@click.command("predict")
@input_options
@target_option
def command(*, name: str | None, endpoint: str | None, target: str, input_path: str, output_path: str) -> None:
    """Ask a deployed model for predictions for a file."""
    answer = client_for(target).predict(deployment_name=name, inputs=read_inputs(input_path), endpoint=endpoint)
    write_answer(answer, output_path)
