"""`headwater registry lineage`."""

import click

from headwater.cli._options import json_option, registry_uri_in_force, registry_uri_option, tracking_uri_in_force
from headwater.cli._output import print_json, print_records


@click.command("lineage")
@click.argument("uri", metavar="URI")
@json_option
@registry_uri_option
def command(*, uri: str, as_json: bool, registry_uri: str) -> None:
    """Show what led to a model version and what came of it: run, data, code, environment, aliases, deployments.

    URI is models:/<name>/<version>, models:/<name>@<alias>, models:/m-<id>, runs:/<run_id> or dataset:/<digest>.
    """
    from headwater.tracking.client import Client

    graph = Client(tracking_uri_in_force(registry_uri), registry_uri_in_force(registry_uri)).get_lineage(uri)
    if as_json:
        print_json(graph)
        return
    labels = {node.id: f"{node.kind.value} {node.label}" for node in graph.nodes}
    print_records(
        graph.edges,
        {
            "from": lambda edge: labels[edge.source],
            "how": lambda edge: edge.kind.value,
            "to": lambda edge: labels[edge.target],
        },
    )
