"""insight.draw: one chart as a picture: a Vega-Lite specification in, SVG out.

Drawing takes 100 MB, which a short-lived child gives back.
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
_one = threading.BoundedSemaphore(1)  # child at a time and process


def picture(spec: dict) -> bytes:
    """The chart as SVG, drawn in a child of our own."""
    if not _one.acquire(timeout=SECONDS):
        raise TooMuch("Too many charts are being drawn. Try again in a moment.")
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", CHILD],
            input=json.dumps(spec).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise TooMuch("The chart could not be drawn. The table beneath says the same.") from error
    finally:
        _one.release()
    return done.stdout
