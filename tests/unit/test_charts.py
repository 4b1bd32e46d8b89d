"""`hw.chart` without a notebook: as text, as a picture, and what it refuses."""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

import headwater as hw
from unit.tracking_places import own_place


@pytest.fixture(autouse=True)
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_place(tmp_path, monkeypatch) as place:
        yield place


def make_run(name: str, values: list[float], key: str = "loss") -> str:
    with hw.start_run(run_name=name) as run:
        for step, value in enumerate(values):
            hw.log_metric(key, value, step=step)
    return run.info.run_id


def test_a_terminal_shows_each_run_as_a_line_of_blocks() -> None:
    owl, fox = make_run("owl", [1.0, 0.5, 0.0]), make_run("fox", [2.0, math.nan, 2.0])

    text = repr(hw.chart([owl, fox]))

    assert text.splitlines() == [
        "Chart of 2 runs",
        "loss",
        "  owl █▅▁                       last 0, 0 to 1",
        "  fox ▁ ▁                       last 2, 2 to 2",
    ]


def test_a_picture_has_a_line_for_each_run_interrupted_where_there_is_no_number() -> None:
    run_ids = [make_run("owl", [1.0, math.nan, 0.5, 0.25]), make_run("fox", [3.0, 2.0, 1.0, 0.5])]

    picture = ElementTree.fromstring(hw.chart(run_ids).to_svg())

    lines = [path.attrib for path in picture.iter("{http://www.w3.org/2000/svg}path") if "fill" in path.attrib]
    assert [line["d"].count("M") for line in lines] == [2, 1]
    assert len({line["stroke"] for line in lines}) == 2
    assert [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")] == [
        *("loss", "0.25", "1.62", "3", "0", "3")
    ]


@pytest.mark.parametrize("x", ["step", "time", "relative"])
def test_a_picture_is_well_formed_on_every_axis(x: str) -> None:
    run_id = make_run("owl", [1.0, -1.0, math.inf])

    picture = hw.chart(run_id, x=x, log_y=True, smooth=0.5).to_svg()

    assert ElementTree.fromstring(picture).attrib["aria-label"] == "loss"
    assert "nan" not in picture


def test_a_notebook_without_widgets_gets_the_picture_with_links_and_everything_escaped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_id = make_run("<script>", [1.0, 0.5])
    shown = hw.chart(run_id)
    data, _ = shown._repr_mimebundle_()
    monkeypatch.setenv("HEADWATER_TRACKING_URI", "https://host.example")
    with_link, _ = shown._repr_mimebundle_()

    assert set(data) == {"text/plain", "text/html"}
    assert "<svg" in data["text/html"]
    assert "<script" not in data["text/html"]
    assert "anywidget" not in data["text/html"]  # the run has ended: a live chart would show no more
    assert f'href="https://host.example/#/experiments/0/runs/{run_id}"' in with_link["text/html"]


def test_a_running_run_without_widgets_says_how_to_see_it_live() -> None:
    with hw.start_run() as run:
        hw.log_metric("loss", 1)
        data, _ = hw.chart()._repr_mimebundle_()

    assert run.info.run_id in repr(hw.last_active_run())
    assert "pip install anywidget" in data["text/html"]
    assert data["text/plain"].startswith("Chart of 1 run (live)")


def test_the_first_metrics_are_shown_those_that_most_runs_have_first() -> None:
    with hw.start_run() as one:
        hw.log_metrics({f"m{number:02}": number for number in range(14)} | {"system/cpu": 1.0})
    other = make_run("fox", [1.0], key="z")
    with hw.start_run(run_id=one.info.run_id):
        hw.log_metric("z", 1.0)

    text = repr(hw.chart([one, other]))

    keys = re.findall(r"^\w\S+$|^z$", text, re.MULTILINE)
    assert keys == ["z", *(f"m{number:02}" for number in range(11))]
    assert text.endswith("and 3 more metrics: name those to show with keys=[…]")
    assert "system/cpu" in repr(hw.chart(one, keys="system/cpu"))


def test_runs_are_given_as_objects_ids_lists_or_a_frame() -> None:
    owl, fox = make_run("owl", [1.0]), make_run("fox", [2.0])

    texts = {
        repr(hw.chart(runs)) for runs in ([owl, fox], [hw.get_run(owl), fox, owl], pd.DataFrame({"run_id": [owl, fox]}))
    }

    assert len(texts) == 1


def test_a_chart_with_nothing_to_show_says_so() -> None:
    run_id = make_run("owl", [])

    assert repr(hw.chart(run_id)).splitlines() == ["Chart of 1 run", "no metrics yet"]
    assert "no points yet" in hw.chart(run_id, keys="loss").to_svg()


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (["0" * 32], {}, "0000"),
        ([[]], {}, "Got '0' runs"),
        ([[f"{number:032x}" for number in range(101)]], {}, "Got '101' runs"),
        ([7], {}, "Invalid runs of type 'int'"),
        (["no id"], {}, "no id"),
        ([], {"x": "epoch"}, "Invalid x 'epoch'"),
        ([], {"smooth": 1.0}, "Invalid smooth '1.0'"),
        ([], {"height": 5}, "Invalid height '5'"),
    ],
)
def test_what_cannot_be_charted_is_said(arguments: list[object], options: dict[str, object], message: str) -> None:
    with pytest.raises(hw.HeadwaterError, match=re.escape(message)):
        hw.chart(*arguments, **options)  # type: ignore[arg-type]  # wrong on purpose


def test_a_widget_needs_anywidget() -> None:
    with pytest.raises(hw.NotSupported, match="pip install anywidget"):
        _ = hw.chart(make_run("owl", [1.0])).widget
