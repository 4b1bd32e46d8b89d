"""`headwater deployments explain`."""

import click

from headwater.cli._deployments import (
    client_for,
    input_options,
    read_inputs,
    target_option,
    write_answer,
)


@click.command("explain")
@input_options
@target_option
def command(*, name: str | None, endpoint: str | None, target: str, input_path: str, output_path: str) -> None:
    """Ask for explanations of predictions, where the target has some."""
    answer = client_for(target).explain(deployment_name=name, df=read_inputs(input_path), endpoint=endpoint)
    write_answer(answer, output_path)
