"""Figures: the same bytes, text as text, no trace of when they were made."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from matplotlib import colormaps

from experiments.comparison import Effects, compare
from experiments.figure_files import inline_svg, to_png, to_svg
from experiments.figures import _readable, report_figures
from tests.experiments import fake_runs


def test_the_same_effects_give_the_same_bytes(effects: Effects) -> None:
    once, again = report_figures(effects, "shared-savings"), report_figures(effects, "shared-savings")
    assert list(once) == ["effects", "who-pays", "by-month", "incentives"]
    for name in once:
        assert to_svg(once[name][0]) == to_svg(again[name][0])
        assert to_png(once[name][0]) == to_png(again[name][0])


def test_files_say_neither_when_nor_with_what_they_were_made(effects: Effects) -> None:
    figure = report_figures(effects, "shared-savings")["effects"][0]
    assert "<dc:date>" not in to_svg(figure)
    assert "<dc:creator>" not in to_svg(figure)
    assert b"Software" not in to_png(figure)
    assert b"Matplotlib" not in to_png(figure)


def test_text_stays_text_and_carries_units_and_fingerprint(effects: Effects) -> None:
    for name, (figure, _) in report_figures(effects, "shared-savings").items():
        words = " ".join(ElementTree.fromstring(to_svg(figure)).itertext())
        assert effects.fingerprint[:12] in words, name
    words = " ".join(
        ElementTree.fromstring(to_svg(report_figures(effects, "shared-savings")["who-pays"][0])).itertext()
    )
    assert "m DKK a year" in words
    assert "Prices of 2018" in words


def test_one_run_is_counted_as_one() -> None:
    base, other = fake_runs.BUILT_IN["denmark-2018"], fake_runs.BUILT_IN["shared-savings"]
    single = compare(base, other, seeds=1, workers=1, simulate=fake_runs.simulate)
    words = " ".join(to_svg(figure) for figure, _ in report_figures(single, "shared-savings").values())
    assert " 1 paired run. " in words
    assert " 1 run. " in words
    assert "1 runs" not in words
    assert "1 paired runs" not in words


def test_no_text_leaves_its_figure(effects: Effects) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    for name, (figure, _) in report_figures(effects, "shared-savings").items():
        renderer = FigureCanvasAgg(figure).get_renderer()
        figure.draw(renderer)
        for text in figure.findobj(lambda artist: hasattr(artist, "get_text")):
            if text.get_text() and text.get_visible():
                box = text.get_window_extent(renderer)
                assert box.x0 >= -1, (name, text.get_text())
                assert box.x1 <= figure.bbox.width + 1, (name, text.get_text())


def test_a_variant_with_a_wide_interval_does_not_press_all_effects_together(effects: Effects) -> None:
    def drawn(low: float) -> tuple[tuple[float, float], list[str]]:
        frame = effects.frame.copy()
        wide = (frame["scenario"] == "shared-savings (governance 0.6)") & (frame["indicator"] == "bed_day_rate")
        frame.loc[wide & (frame["group"] == "all") & (frame["part"] == "total"), "low"] = low
        axes = report_figures(replace(effects, frame=frame), "shared-savings")["effects"][0].axes[0]
        return axes.get_xlim(), [str(line.get_marker()) for line in axes.lines]

    limits, markers = drawn(-900.0)
    assert limits[0] > -5
    assert markers.count("<") == drawn(-1.0)[1].count("<") + 1
    assert drawn(-1.0)[0] == limits


def test_numbers_on_colours_have_the_contrast_that_small_text_needs() -> None:
    def luminance(colour: tuple[float, ...]) -> float:
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour[:3]]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    for place in range(101):
        colour = colormaps["PuOr_r"](place / 100)
        dark, light = sorted([luminance(colour), 0.0 if _readable(colour) == "black" else 1.0])
        assert (light + 0.05) / (dark + 0.05) >= 4.5, place


@pytest.mark.parametrize("prefix", ["one", "two"])
def test_an_inline_figure_has_ids_of_its_own_a_title_and_a_description(effects: Effects, prefix: str) -> None:
    figure, text = report_figures(effects, "shared-savings")["who-pays"]
    found = inline_svg(to_svg(figure), prefix, "Who pays", text)
    ElementTree.fromstring(found)
    assert all(name.startswith(f"{prefix}-") for name in re.findall(r'\bid="([^"]+)"', found))
    assert all(name.startswith(f"{prefix}-") for name in re.findall(r"url\(#([^)]+)\)", found))
    assert f'<title id="{prefix}-title">Who pays</title>' in found


def test_drawing_needs_no_pyplot() -> None:
    code = "import experiments.figures, sys; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
