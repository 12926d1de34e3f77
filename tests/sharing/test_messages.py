"""sharing.messages: a share on the wire: what it says, and that nothing in it does harm."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from uuid import UUID

import pytest

from feedserver.hooks import mrkdwn
from papers.sharing import messages
from tests.makers import NOW

PLAIN = messages.Message(
    id=UUID("0b5c8f0e-6a8b-4c1e-9a53-0f1f3e1d2c4b"),
    sharer="Ada Example",
    title="Attention without heads",
    authors=("Bo Sample", "Cy Specimen"),
    note="It halves our memory.",
    up=3,
    url="https://tenth.example/s/abc",
    paper_url="https://tenth.example/p/2403.00001",
    original="https://arxiv.org/abs/2403.00001",
    arxiv_id="2403.00001",
    channel="papers",
    at=NOW,
)
EVIL = [
    "<!channel> look",
    "<!here|x>",
    "<@U123456> and @here, @all @channel",
    "a|b>c<d&e",
    "*bold* _italic_ ~struck~ `code`",
    "```\nblock\n```",
    "> a quote",
    "# a heading",
    "- a list",
    "1. a list",
    "[a link](https://evil.example)",
    "![a picture](https://evil.example/x.png)",
    "#general :tada:",
    "\u202egnihton\x00\x07",
]


def drawn(message):
    """The text that people see of the blocks."""
    (block,) = messages.slack(message)["blocks"]
    return "\n".join("".join(e.get("text", "") for e in part["elements"]) for part in block["elements"])


def test_a_message_says_who_what_why_and_what_the_team_thinks():
    assert drawn(PLAIN) == (
        "Ada Example shared Attention without heads\nBo Sample, Cy Specimen\nIt halves our memory.\n▲ 3"
    )
    assert messages.slack(PLAIN)["text"] == (
        "Ada Example shared <https://tenth.example/s/abc|Attention without heads>\n"
        "Bo Sample, Cy Specimen\n> It halves our memory.\n▲ 3"
    )


def test_what_is_not_there_takes_no_line():
    bare = replace(PLAIN, authors=(), note=" ", up=0)
    assert drawn(bare) == "Ada Example shared Attention without heads"
    assert messages.slack(bare)["text"].count("\n") == 0


def test_of_many_authors_three_are_named():
    crowd = replace(PLAIN, authors=tuple(f"Author {n}" for n in range(2_900)))
    assert crowd.byline == "Author 0, Author 1, Author 2 and 2,897 more"


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("place", ["title", "note", "sharer", "authors"])
def test_nothing_in_a_message_calls_or_formats(evil, place):
    message = replace(PLAIN, **{place: (evil,) if place == "authors" else evil})
    sent = messages.slack(message)
    seen = mrkdwn(sent["text"])
    assert "[calls" not in seen
    assert not any(f"[{word} " in seen for word in ("bold", "italic", "struck", "code"))
    assert sent["text"].count("<") == 1  # the link, which is ours
    assert sent["text"].count("|") == 1
    assert not {"[", "]", "`", "*"} & set(sent["text"])  # Mattermost reads Markdown
    assert "@here" not in sent["text"]
    assert "@all" not in sent["text"]
    elements = [element for part in sent["blocks"][0]["elements"] for element in part["elements"]]
    assert {element["type"] for element in elements} == {"text", "link"}
    assert [element["url"] for element in elements if element["type"] == "link"] == [PLAIN.url]


@pytest.mark.parametrize("evil", ["> a quote", "# a heading", "- a list", "1. a list", "=== line", "+ a list"])
def test_no_line_of_a_note_begins_a_heading_a_list_or_another_quote(evil):
    line = messages.slack(replace(PLAIN, note=evil))["text"].splitlines()[2]
    assert line.startswith(("> \u200b", "> &gt;"))


def test_what_is_meant_literally_stays_literal_for_slack():
    title = "p < 0.05 & *stars* in $a_b$ <MASK> | @all"
    assert title in drawn(replace(PLAIN, title=title))


def test_control_characters_and_turns_of_direction_are_left_out():
    assert replace(PLAIN, title="a\u202eb\x00c\nd").heading == "abc d"


def test_a_note_keeps_its_lines():
    assert "\n> one\n>\n> two\n" in messages.slack(replace(PLAIN, note="one\n\ntwo"))["text"]


def test_a_message_stays_within_the_limits_of_slack():
    huge = replace(PLAIN, title="t" * 9_000, note="n" * 90_000, authors=("a" * 5_000,) * 40)
    assert len(drawn(huge)) < 2_000
    assert len(json.dumps(messages.slack(huge))) < 13_000
    assert drawn(huge).count("…") == 2


def test_a_message_never_unfurls():
    sent = messages.slack(PLAIN)
    assert (sent["unfurl_links"], sent["unfurl_media"]) == (False, False)


def test_the_signed_webhook_names_its_type_and_carries_data():
    sent = messages.webhook(PLAIN)
    assert (sent["type"], sent["timestamp"]) == ("paper.shared", NOW.isoformat())
    assert sent["data"]["share"]["note"] == "It halves our memory."
    assert sent["data"]["paper"]["arxiv_id"] == "2403.00001"
    assert sent["data"]["votes"] == {"up": 3}


def test_the_signature_is_over_id_time_and_the_very_bytes():
    key = messages.new_signing_key(b"k" * 32)
    body, headers = messages.request("webhook", messages.webhook(PLAIN), PLAIN.id, key, NOW)
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(b"k" * 32, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))


def test_a_second_attempt_has_the_same_id_and_its_own_time():
    key = messages.new_signing_key(b"k" * 32)
    first = messages.request("webhook", {}, PLAIN.id, key, NOW)[1]
    second = messages.request("webhook", {}, PLAIN.id, key, NOW.replace(hour=10))[1]
    assert first["webhook-id"] == second["webhook-id"]
    assert first["webhook-signature"] != second["webhook-signature"]


def test_half_a_character_does_not_stop_a_message():
    body, _ = messages.request("slack", {"text": "\ud83d"}, PLAIN.id, "", NOW)
    assert json.loads(body) == {"text": "?"}
