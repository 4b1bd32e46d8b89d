"""`headwater demo`."""

import shutil
from importlib.util import find_spec
from pathlib import Path

import click

from headwater.cli._options import tracking_uri_in_force, tracking_uri_option
from headwater.cli._output import say
from headwater.cli._serve import ServeOptions, is_server, open_browser


@click.command("demo")
@click.option("--epochs", type=click.IntRange(1), default=30, show_default=True, help="How long each model trains.")
@click.option("--no-serve", is_flag=True, help="End after the training, without serving the UI.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.option("--port", "-p", type=click.IntRange(0, 65535), help="Port of the UI.")
@click.option("--copy", is_flag=True, help="Only copy the training's code to headwater_demo.py, as a start for yours.")
@tracking_uri_option
def command(*, epochs: int, no_serve: bool, no_browser: bool, port: int | None, copy: bool, tracking_uri: str) -> None:
    """Train classifiers on real data, track every run, and look at them in the UI."""
    from headwater.cli.ui import show

    if copy:
        _copy_code()
        return
    uri = tracking_uri_in_force(tracking_uri)
    _train(uri, epochs)
    if no_serve:
        where = "" if uri == tracking_uri_in_force("") else f"--tracking-uri '{uri}' "
        say(f"Look at them with: headwater {where}ui")
    elif is_server(uri):
        say(f"Look at them at {uri}")
        if not no_browser:
            open_browser(uri)
    else:
        show(ServeOptions(backend_store_uri=uri, port=port), tracking_uri=uri, browser=not no_browser)


def _copy_code() -> None:
    source = find_spec("headwater.demo")
    assert source is not None
    assert source.origin is not None
    target = Path("headwater_demo.py")
    if target.exists():
        raise click.ClickException(f"'{target}' exists already. Move it away, or work in another folder.")
    shutil.copyfile(source.origin, target)
    click.echo(f"Copied to {target}. Run it with: python {target}")


def _train(tracking_uri: str, epochs: int) -> None:
    if find_spec("sklearn") is None:
        raise click.ClickException("The demo needs scikit-learn. Install it with: pip install 'headwater[demo]'")
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    import headwater as hw
    from headwater.demo import CANDIDATES, train_all

    hw.set_tracking_uri(tracking_uri)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("training", total=len(CANDIDATES))
        for trained in train_all(CANDIDATES, epochs):
            progress.console.print(f"{trained.accuracy:.3f}  {trained.name}", highlight=False)
            progress.advance(task)
