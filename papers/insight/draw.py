"""insight.draw: render a Vega-Lite specification as SVG.

Rendering takes 100 MB, so it runs in a short-lived child process that gives them back.
"""

import json
import subprocess
import sys
import threading

from ..refused import TooMuch

SECONDS = 20
CHILD = """
import json, sys, vl_convert
svg = vl_convert.vegalite_to_svg(json.load(sys.stdin), allowed_base_urls=[])
sys.stdout.buffer.write(svg.encode())
"""
_turn = threading.BoundedSemaphore(1)  # one child at a time per process


def picture(spec: dict) -> bytes:
    """Render a chart as SVG. Raises TooMuch."""
    if not _turn.acquire(timeout=SECONDS):
        raise TooMuch("Too many charts are being drawn. Try again in a moment.")
    try:
        result = subprocess.run(
            [sys.executable, "-I", "-c", CHILD],
            input=json.dumps(spec).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise TooMuch("The chart could not be drawn. The table below has the same numbers.") from error
    finally:
        _turn.release()
    return result.stdout
