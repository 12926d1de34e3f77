"""insight.draw: pictures made by the server: a chart from its Vega-Lite specification, a PNG from SVG.

Drawing takes 100 MB, which a short-lived child gives back.
"""

import json
import subprocess
import sys
import threading

from ..refused import TooMuch

SECONDS = 20
CHART = """
import json, sys, vl_convert
svg = vl_convert.vegalite_to_svg(json.load(sys.stdin), allowed_base_urls=[])
sys.stdout.buffer.write(svg.encode())
"""
PNG = """
import sys, vl_convert
sys.stdout.buffer.write(vl_convert.svg_to_png(sys.stdin.buffer.read().decode()))
"""
_one = threading.BoundedSemaphore(1)  # child at a time and process


def picture(spec: dict) -> bytes:
    """The chart as SVG, drawn in a child of our own."""
    return _in_a_child(CHART, json.dumps(spec), "The chart could not be drawn. The table beneath says the same.")


def png(svg: str) -> bytes:
    """The drawing as PNG, of its own size."""
    return _in_a_child(PNG, svg, "The picture could not be drawn.")


def _in_a_child(code: str, text: str, sorry: str) -> bytes:
    if not _one.acquire(timeout=SECONDS):
        raise TooMuch("Too many pictures are being drawn. Try again in a moment.")
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", code], input=text.encode(), capture_output=True, timeout=SECONDS, check=True
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise TooMuch(sorry) from error
    finally:
        _one.release()
    return done.stdout
