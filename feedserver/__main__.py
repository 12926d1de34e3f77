"""python -m feedserver: serve invented papers until Ctrl-C. POST /control moves its clock and makes it misbehave."""

import argparse
import signal
from datetime import datetime, timedelta

from . import FeedServer


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m feedserver", description=__doc__)
    parser.add_argument("--port", type=int, default=8200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--now", type=datetime.fromisoformat, help="stop the clock at this time; needs an offset from UTC"
    )
    parser.add_argument("--days", type=int, default=62, help="days of papers to invent")
    parser.add_argument("--a-day", type=int, default=40, help="papers announced a day on arXiv, roughly")
    options = parser.parse_args()
    if options.now and options.now.tzinfo is None:
        parser.error("--now needs an offset, such as 2026-03-04T15:00:00+00:00")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = FeedServer(
        seed=options.seed, now=options.now, port=options.port, history=timedelta(days=options.days), a_day=options.a_day
    )
    with server:
        print(f"Invented papers at {server.url}", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("Stopped.")


if __name__ == "__main__":
    main()
