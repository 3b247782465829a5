"""Style and files of figures: SVG and PNG with the same bytes every time, SVG to stand inside a page."""

from __future__ import annotations

import io
import re
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Style of every figure; ``svg.hashsalt`` and ``svg.fonttype`` make files repeat and keep text as text.
STYLE: Final[dict[str, Any]] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "figure.facecolor": "white",
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "tvaers",
}


def house_style() -> AbstractContextManager[None]:
    """The style in which every figure is drawn and written."""
    return mpl.rc_context(STYLE)  # type: ignore[arg-type]  # its keys are typed as literals


def to_svg(figure: Figure) -> str:
    """SVG with text as text, no date and no creator: the same bytes from the same figure."""
    with house_style():
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return file.getvalue()


def to_png(figure: Figure, dots_per_inch: int = 150) -> bytes:
    """PNG without a software line."""
    with house_style():
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=dots_per_inch, metadata={"Software": None})
    return file.getvalue()


def inline_svg(svg: str, prefix: str, heading: str, description: str) -> str:
    """An SVG to stand inside a page: no prologue, ids of its own, a title and a description for those who listen."""
    from html import escape

    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r'\bid="', f'id="{prefix}-', body)
    body = re.sub(r"url\(#", f"url(#{prefix}-", body)
    body = re.sub(r'href="#', f'href="#{prefix}-', body)
    opening = re.sub(r' (width|height)="[^"]*"', "", body[: body.index(">")])
    label = f'role="img" aria-labelledby="{prefix}-title {prefix}-text"'
    words = f'<title id="{prefix}-title">{escape(heading)}</title><desc id="{prefix}-text">{escape(description)}</desc>'
    return f"{opening} {label}>{words}{body[body.index('>') + 1 :]}"
