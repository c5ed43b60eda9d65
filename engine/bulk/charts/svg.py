"""A chart as static SVG that stands in a page: no script, no address, text that stays text."""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import escape

import vl_convert

INK, SOFT, FAINT = "#1c1b19", "#5d5952", "#c9c4ba"
"""The inks of the plan pages: charts are read by shape and place, and print in black."""
FONT = "sans-serif"
VEGA_LITE = "6.1"
_ROOT = re.compile(r"<svg [^>]*?width=\"([\d.]+)\" height=\"([\d.]+)\"[^>]*>")
_CLIP = re.compile(r"(id=\"|url\(#)(clip|gradient)")


def svg_of(chart: dict[str, Any], name: str, title: str, description: str) -> str:
    """Return a Vega-Lite chart (its JSON object) as SVG to be put into a page.

    `name` sets the ids of this chart apart from those of others on the page; `title` and `description` are what a
    screen reader says. The width is that of the page at most.
    """
    drawn = vl_convert.vegalite_to_svg(chart, vl_version=VEGA_LITE, allowed_base_urls=[])
    drawn = _CLIP.sub(rf"\g<1>{name}-\g<2>", drawn)
    head = (
        rf'<svg class="chart" role="img" aria-labelledby="{name}-title {name}-desc" viewBox="0 0 \1 \2" '
        rf'style="max-width: \1px" xmlns="http://www.w3.org/2000/svg">'
    )
    told = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    return _ROOT.sub(lambda found: found.expand(head) + told, drawn, count=1)
