"""feedserver.huggingface: Hugging Face's list of daily papers, `/api/daily_papers`, in its JSON."""

import json
import re
import zlib
from datetime import UTC, date, datetime, time
from typing import Any

from .reply import Reply
from .world import Paper, World

PICKED = 12  # papers of a day


def reply(world: World, now: datetime, query: dict[str, str]) -> Reply:
    """Answer with the papers picked for a day; a day without papers is an empty list."""
    asked, limit = query.get("date", ""), query.get("limit") or "50"
    try:
        day = date.fromisoformat(asked) if asked else world.today(now)
        if not re.fullmatch(r"\d{1,3}", limit):
            raise ValueError
    except ValueError:
        return _json({"error": "Invalid query"}, 400)
    announced = [paper for paper in world.papers(day) if paper.announced == day]
    picked = sorted(announced, key=_liked)[:PICKED]
    hours = max(0, int((now - datetime.combine(day, time(), UTC)).total_seconds() // 3600))
    return _json([_entry(paper, hours) for paper in picked[: int(limit)]])


def _liked(paper: Paper) -> int:
    return zlib.crc32(paper.id.encode())


def _entry(paper: Paper, hours: int) -> dict[str, Any]:
    text, chance = paper.text, _liked(paper)
    published = paper.versions[0].submitted.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    inside: dict[str, Any] = {
        "id": paper.id,
        "authors": [{"_id": f"{n:024x}", "name": each.name, "hidden": False} for n, each in enumerate(text.authors)],
        "publishedAt": published,
        "submittedOnDailyAt": published,
        "title": text.title,
        "summary": text.abstract,
        "upvotes": chance % 60 + min(hours, 48),
        "discussionId": f"{chance:024x}",
    }
    slug = re.sub(r"[^a-z0-9]+", "-", text.title.lower()).strip("-")[:30].strip("-")
    if chance % 2:
        inside |= {"githubRepo": f"https://github.com/invented/{slug}", "githubStars": chance % 900}
    if chance % 3 == 0:
        inside["projectPage"] = f"https://{slug}.github.io"
    if chance % 4 == 0:
        inside["linkedModels"] = [{"id": f"invented/{slug}-7b", "likes": chance % 50}]
    return {
        "paper": inside,
        "publishedAt": published,
        "title": text.title,
        "summary": text.abstract,
        "numComments": chance % 5,
        "isAuthorParticipating": False,
    }


def _json(value: Any, status: int = 200) -> Reply:
    return Reply(status=status, body=json.dumps(value).encode(), content_type="application/json; charset=utf-8")
