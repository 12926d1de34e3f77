import base64
import json
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from papers.identity import names_in
from papers.sources import feed
from papers.sources.wire.fetch import Reply
from papers.wrappers import unwrap

PAGE = "https://blog.example/post?b=1&c=2"
_Q = quote(PAGE, safe="")


def _b64(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "wrapped",
    [
        f"https://www.google.com/url?rct=j&sa=t&url={_Q}&ct=ga&usg=x",
        f"https://www.google.co.uk/url?q={_Q}&sa=D",
        f"https://scholar.google.com/scholar_url?url={_Q}&hl=en",
        f"http://feedproxy.google.com/~r/name/~3/abc/{PAGE}",
        f"https://eur01.safelinks.protection.outlook.com/?url={_Q}&data=05%7C&reserved=0",
        f"https://l.facebook.com/l.php?u={_Q}&h=AT0",
        f"https://lm.facebook.com/l.php?u={_Q}",
        f"https://l.instagram.com/?u={_Q}&e=1",
        f"https://substack.com/redirect/2/{_b64(json.dumps({'e': PAGE, 'p': 1}))}.signature?",
        f"https://www.youtube.com/redirect?event=video&q={_Q}",
        f"https://slack-redir.net/link?url={_Q}",
        f"https://www.linkedin.com/safety/go?url={_Q}&trk=x",
        f"https://out.reddit.com/t3_x?url={_Q}",
        f"https://disq.us/url?url={_Q}%3AabcdefghijklmnopqrstuVWXYZ&cuid=1",
        f"https://duckduckgo.com/l/?uddg={_Q}",
        f"https://www.bing.com/ck/a?!&&p=1&u=a1{_b64(PAGE)}&ntb=1",
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__blog.example_post-3Fb-3D1-26c-3D2&d=Dw",
        "https://urldefense.com/v3/__https://blog.example/post?b=1&c=2__;!!Abc!xyz$",
        f"https://urldefense.com/v3/__https://blog.example/post*b=1*c=2__;{_b64('?&')}!!Abc!xyz$",
        f"https://tracking.tldrnewsletter.com/CL0/{quote(PAGE, safe=':')}/1/0100/abc",
        f"https://secure-web.cisco.com/1abc/{_Q}",
    ],
)
def test_wrapped_link_opens_to_its_target(wrapped):
    assert unwrap(wrapped) == PAGE


def test_wrappers_within_wrappers_open_too():
    inner = f"https://www.google.com/url?url={_Q}"
    assert unwrap(f"https://l.facebook.com/l.php?u={quote(inner, safe='')}") == PAGE


def test_endless_nesting_ends():
    address = PAGE
    for _ in range(8):
        address = f"https://slack-redir.net/link?url={quote(address, safe='')}"
    assert unwrap(address).startswith("https://slack-redir.net/")


@pytest.mark.parametrize(
    "address",
    [
        "https://t.co/abc",
        "https://www.google.com/search?q=https://blog.example",
        "https://www.google.com/url?q=javascript:alert(1)",
        "https://www.google.com/url?q=two+words",
        "https://www.google.com.evil.example/url?url=https://blog.example",
        "https://notgoogle.com/url?url=https://blog.example",
        "https://slack-redir.net/link?url=file:///etc/passwd",
        "https://slack-redir.net/link?url=https://",
        "https://substack.com/redirect/2/notbase64!.x",
        "https://substack.com/redirect/2/W10.x",
        "https://www.bing.com/ck/a?u=a1%FF",
        "https://urldefense.com/v3/__no",
        "https://feedproxy.google.com/~r/name/~3/abc/",
        "https://[bad/url?url=x",
        PAGE,
    ],
)
def test_other_addresses_stay(address):
    assert unwrap(address) == address


def test_two_alerts_about_one_page_give_one_name():
    first, second = (f"https://www.google.com/url?url={_Q}&cd={cd}&usg={cd}" for cd in ("A", "B"))
    assert names_in(first) == names_in(second) == names_in(PAGE)


def test_wrapped_arxiv_link_names_the_paper():
    assert names_in("https://www.google.com/url?url=https://arxiv.org/abs/2401.12345&ct=ga")[0].value == "2401.12345"


def test_feeds_entry_leads_to_the_page_itself():
    alert = (
        '<rss version="2.0"><channel><title>Alert</title><item><title>Hens again</title>'
        f"<link>https://www.google.com/url?url={_Q}&amp;cd=A</link></item></channel></rss>"
    )
    reply = Reply(200, "https://www.google.com/alerts/feeds/1/2", {"content-type": "text/xml"}, alert.encode())
    assert feed.parse(reply, datetime(2026, 3, 4, tzinfo=UTC)).items[0].link == PAGE
