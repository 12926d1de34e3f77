"""bench.insight: the time /insight takes at 10,000 and 100,000 papers, and whether applying is as fast as `/`.

It counts everything on every request, so these are plain figures without aims; `apply` has one: no slower than `/`.
Each size has a PostgreSQL and a process of its own, one after the other.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

SIZES = (10_000, 100_000)
EACH = 7
APPLIED = 400
PAGES = (
    "/insight",
    "/insight?measure=read",
    "/insight?measure=pulled",
    "/insight?measure=pulled&window=30",
    "/insight?measure=pulled&unit=category",
    "/insight?measure=pulled&unit=author&counting=fractional",
    "/projects",
)


def measure_size(size: int) -> bool:
    from ops.embedded import Cluster

    cluster = Cluster(Path(os.environ["TENTH_VAR"]))
    cluster.start()
    try:
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        return report(size)
    finally:
        cluster.stop()
        shutil.rmtree(cluster.sockets, ignore_errors=True)


def report(size: int) -> bool:
    from bench import house
    from bench.visitor import Visitor
    from config.wsgi import application
    from papers.ledger import applications, projects
    from papers.models import Paper, Person, Project

    house.furnish(size)
    people = list(Person.objects.order_by("name"))
    atlas = projects.create(people[0], house.NOW, "Atlas", members=people)
    applied = Random(size).sample(range(1, size + 1), APPLIED)
    for paper in Paper.objects.filter(pk__in=applied):
        applications.apply(people[0], paper, Project.objects.get(pk=atlas.pk), "A trick", paper.arrived_at)
    ada = Visitor(application, people[0])
    fresh = iter(number for number in range(size, 0, -1) if number not in applied)

    def act() -> float:
        return ada.act(f"/papers/{next(fresh)}/apply", project=atlas.pk, taken="A trick")[0]

    cases = {"/": lambda: ada.get("/")[0], "apply": act}
    cases |= {path: (lambda path=path: ada.get(path)[0]) for path in PAGES}
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(EACH + 1):
        for name, case in cases.items():
            times[name].append(case())
    print(f"\n{size:,} papers, {APPLIED} applied: median of {EACH}, and the first request")
    for name, values in times.items():
        print(f"  {statistics.median(values[1:]):8.1f} ms {values[0]:8.1f} ms  {name}")
    met = statistics.median(times["apply"][1:]) <= statistics.median(times["/"][1:])
    print(f"  apply is {'no slower' if met else 'SLOWER'} than /")
    return met


def main() -> int:
    if len(sys.argv) > 1:
        return 0 if measure_size(int(sys.argv[1])) else 1
    began, missed = time.monotonic(), 0
    for size in SIZES:
        with tempfile.TemporaryDirectory(prefix="tenth-bench-") as var:
            Path(var).chmod(0o711)
            env = {**os.environ, "TENTH_VAR": var, "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}
            env |= {"DATABASE_URL": "", "PUBLIC_URL": "", "DEBUG": ""}
            missed |= subprocess.run(
                [sys.executable, "-m", "bench.insight", str(size)], env=env, check=False
            ).returncode
    print(f"\nTook {time.monotonic() - began:.0f} s.")
    return missed


if __name__ == "__main__":
    sys.exit(main())
