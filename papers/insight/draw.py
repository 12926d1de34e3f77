"""insight.draw: one chart as a picture: a Vega-Lite specification in, SVG out.

Run as a program by its path: drawing takes 100 MB, which a short-lived child gives back.
"""

import json
import subprocess
import sys
import threading

SECONDS = 20
_one = threading.BoundedSemaphore(1)  # child at a time and process


class NotDrawn(Exception):  # noqa: N818
    """There is no picture; the table beneath says the same."""


def picture(spec: dict) -> bytes:
    """The chart as SVG, drawn in a child of our own."""
    if not _one.acquire(timeout=SECONDS):
        raise NotDrawn("Too many charts are being drawn. Try again in a moment.")
    try:
        done = subprocess.run(
            [sys.executable, "-I", __file__],
            input=json.dumps(spec).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise NotDrawn("The chart could not be drawn. The table beneath says the same.") from error
    finally:
        _one.release()
    return done.stdout


def main() -> None:
    import vl_convert  # noqa: PLC0415 (90 MB: only here, in the child)

    svg = vl_convert.vegalite_to_svg(json.load(sys.stdin), allowed_base_urls=[])
    sys.stdout.buffer.write(svg.encode())


if __name__ == "__main__":
    main()
