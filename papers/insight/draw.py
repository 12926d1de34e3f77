"""insight.draw: render pictures on the server: SVG from a Vega-Lite specification, PNG from SVG.

Rendering takes 100 MB, so it runs in a short-lived child process that gives them back.
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
_turn = threading.BoundedSemaphore(1)  # one child at a time per process


def picture(spec: dict) -> bytes:
    """Render a chart as SVG. Raises TooMuch."""
    return _in_a_child(CHART, json.dumps(spec), "The chart could not be drawn. The table below has the same numbers.")


def png(svg: str) -> bytes:
    """Render an SVG drawing as PNG, at its own size. Raises TooMuch."""
    return _in_a_child(PNG, svg, "The picture could not be drawn.")


def _in_a_child(code: str, text: str, message: str) -> bytes:
    if not _turn.acquire(timeout=SECONDS):
        raise TooMuch("Too many pictures are being drawn. Try again in a moment.")
    try:
        result = subprocess.run(
            [sys.executable, "-I", "-c", code], input=text.encode(), capture_output=True, timeout=SECONDS, check=True
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise TooMuch(message) from error
    finally:
        _turn.release()
    return result.stdout
