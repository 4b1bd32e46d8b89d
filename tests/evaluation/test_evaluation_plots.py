"""Plots: every one can be drawn of odd outcomes, and shows what it is given."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from headwater.models.drawing import Line, draw_bars, draw_lines, draw_matrix, draw_points, draw_swarm
from headwater.models.drawing.sheet import make_axis, write_number
from headwater.models.evaluation.default import draw
from headwater.models.evaluation.options import Options
from headwater.models.measuring.outcome import Outcome, classify, regress


def open_picture(data: bytes) -> Any:
    picture = Image.open(io.BytesIO(data))
    assert picture.size == (960, 720)
    return np.asarray(picture.convert("RGB")).astype(int)


def make_classified(rows: int, classes: int) -> Outcome:
    random = np.random.default_rng(0)
    names = [f"class number {number:02d}" for number in range(classes)]
    truth = random.integers(0, classes, rows)
    chances = random.dirichlet(np.ones(classes), rows)
    labels = np.array(names)
    return classify(labels[truth], labels[chances.argmax(1)], probabilities=chances, classes=labels)


@pytest.mark.parametrize("rows", [1, 10, 10_000])
@pytest.mark.parametrize("classes", [2, 3, 12])
def test_all_plots_of_a_classifier_are_drawn_on_white(rows: int, classes: int) -> None:
    outcome = make_classified(rows, classes)

    drawn = dict(draw({"model": outcome}, Options(max_classes_for_multiclass_roc_pr=12)))

    assert {"confusion_matrix", "calibration_curve_plot"} <= set(drawn)
    assert ("roc_curve_plot" in drawn) == (rows > 1)
    for data in drawn.values():
        picture = open_picture(data)
        assert picture[2, 2].tolist() == picture[-3, -3].tolist() == [255, 255, 255]
        assert (picture.sum(axis=2) < 300).sum() > 500  # there is ink


@pytest.mark.parametrize("rows", [1, 10, 10_000])
def test_plots_of_a_regressor_are_drawn(rows: int) -> None:
    random = np.random.default_rng(0)
    truth = random.normal(size=rows)

    drawn = dict(draw({"model": regress(truth, truth + 1)}, Options()))

    assert set(drawn) == {"residuals_plot", "predicted_vs_actual_plot"}
    for data in drawn.values():
        open_picture(data)


def test_curves_of_many_classes_are_drawn_only_if_asked_for() -> None:
    outcome = make_classified(100, 11)

    drawn = dict(draw({"model": outcome}, Options()))

    assert set(drawn) == {"confusion_matrix"}


def test_a_cell_of_the_matrix_is_as_dark_as_its_share_of_the_row() -> None:
    picture = open_picture(draw_matrix("", "", "", [[1, 0], [3, 3]], ["a", "b"]))

    corners = [picture[80, 225], picture[80, 845], picture[570, 225], picture[570, 845]]

    assert [corner.tolist() for corner in corners] == [[8, 48, 107], [255, 255, 255], [132, 152, 181], [132, 152, 181]]


def test_a_curve_passes_through_its_points() -> None:
    picture = open_picture(draw_lines("", "", "", [Line("", [0, 0.5, 1], [0, 0.25, 0.25])]))

    def ink(x: float, y: float) -> bool:
        column, row = round(110 + x * 550), round(620 - y * 550)
        return bool((picture[row - 2 : row + 3, column] - [31, 119, 180]).__abs__().sum(axis=1).min() < 40)

    assert ink(0.25, 0.125)
    assert ink(0.75, 0.25)
    assert not ink(0.75, 0.6)


@pytest.mark.parametrize("rows", [3, 5000])
def test_a_single_point_far_off_is_seen(rows: int) -> None:
    x = np.zeros(rows)
    x[-1] = 100.0

    picture = open_picture(draw_points("", "", "", x, x, reference="zero"))

    corner = picture[70:160, 840:920]
    assert (corner.sum(axis=2) < 600).sum() >= 16


def test_plots_survive_what_is_not_finite_and_what_is_constant() -> None:
    odd = np.array([np.nan, np.inf, 1.0])

    for reference in ("zero", "diagonal"):
        open_picture(draw_points("", "", "", odd, odd, reference=reference))
        open_picture(draw_points("", "", "", [], [], reference=reference))
        open_picture(draw_points("", "", "", [5, 5], [5, 5], reference=reference))
    open_picture(draw_bars("", "", ["nothing"], [0.0]))
    open_picture(draw_swarm("", "", ["one", "two"], np.zeros((5, 2)), np.full((5, 2), np.nan)))


def test_long_names_are_cut_and_stay_on_the_paper() -> None:
    names = ["a very long name of a class that has no room " * 3, "b"]

    picture = open_picture(draw_matrix(names[0] * 3, "x", "y", [[1, 2], [3, 4]], names))

    assert (picture[:, :4] == 255).all()
    assert (picture[:, -4:] == 255).all()


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [(0, 1, (0, 1)), (0.3, 9.7, (0, 10)), (-3, 17, (-5, 20)), (5, 5, (2, 8)), (0, 0, (-0.6, 0.6))],
)
def test_an_axis_ends_at_round_numbers(low: float, high: float, ends: tuple[float, float]) -> None:
    axis = make_axis(low, high)

    assert axis.low <= low <= high <= axis.high
    assert 3 <= len(axis.ticks) <= 8
    if low != high:
        assert (axis.low, axis.high) == pytest.approx(ends)


def test_an_axis_with_a_margin_has_its_ticks_within() -> None:
    axis = make_axis(0, 97, margin=0.04)

    assert (axis.low, axis.high) == pytest.approx((-3.88, 100.88))
    assert axis.ticks == pytest.approx((0, 20, 40, 60, 80, 100))


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (0.25, "0.25"), (1234.5, "1,234.5"), (2e7, "2e+07"), (1e-7, "1e-07")]
)
def test_numbers_are_written_shortly(value: float, text: str) -> None:
    assert write_number(value) == text
