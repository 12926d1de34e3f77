"""sharing.shares: what people do with the outbox."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from papers.intake import merge
from papers.models import Event, Paper, Share, ShareLink
from papers.refused import Gone
from papers.sharing import links, shares
from tests.makers import NOW, make_channel, make_paper, make_person, make_share

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=1)


@pytest.fixture
def ada():
    return make_person("Ada")


def test_sharing_puts_a_message_into_the_outbox_and_tells_the_paper(ada):
    paper, channel = make_paper(), make_channel("papers")
    share = shares.share(ada, paper, channel, "Look at table 3.", uuid4(), NOW)
    assert (share.state, share.next_attempt, share.note) == ("waiting", NOW, "Look at table 3.")
    assert share.link.paper == paper
    event = Event.objects.get(paper=paper)
    assert (event.kind, event.person, event.data) == ("shared", ada, {"channel": "papers"})


def test_the_same_act_sent_twice_is_one_message(ada):
    paper, channel, act = make_paper(), make_channel(), uuid4()
    first = shares.share(ada, paper, channel, "", act, NOW)
    assert shares.share(ada, paper, channel, "", act, SOON) == first
    assert (Share.objects.count(), Event.objects.count(), ShareLink.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize("other", ["channel", "note", "paper", "person"])
def test_the_act_of_another_message_is_refused_and_sends_nothing(ada, other):
    said = {"person": ada, "paper": make_paper(), "channel": make_channel("papers"), "note": "one"}
    act = shares.share(**said, act=uuid4(), now=NOW).act
    said[other] = {"channel": make_channel, "note": lambda: "two", "paper": make_paper, "person": make_person}[other]()
    with pytest.raises(Gone, match="was sent already, to papers"):
        shares.share(**said, act=act, now=SOON)
    assert Share.objects.count() == Event.objects.count() == 1


def test_a_cancelled_message_is_not_taken_for_one_that_goes(ada):
    paper, channel, act = make_paper(), make_channel(), uuid4()
    shares.cancel(shares.share(ada, paper, channel, "", act, NOW), NOW)
    with pytest.raises(Gone, match="already"):
        shares.share(ada, paper, channel, "", act, SOON)


def test_a_paper_that_was_merged_away_meanwhile_is_said(ada):
    paper, keep = make_paper(arxiv_id="", link="https://a.example/1"), make_paper()
    stale = Paper.objects.get(pk=paper.pk)
    merge.merge(keep.pk, paper.pk, NOW)
    with pytest.raises(Gone, match="merged with another record"):
        shares.share(ada, stale, make_channel(), "", uuid4(), NOW)


@pytest.mark.django_db(transaction=True)
def test_a_double_click_that_two_web_processes_take_at_once_is_one_message(ada):
    paper, channel, act = make_paper(), make_channel(), uuid4()

    def click(_):
        try:
            return shares.share(ada, paper, channel, "", act, NOW).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(click, range(8)))) == 1
    assert (Share.objects.count(), Event.objects.count(), ShareLink.objects.count()) == (1, 1, 1)


def test_a_channel_that_turned_us_away_takes_nothing(ada):
    channel = make_channel("papers", closed_at=NOW, closed_because="It answered 404.")
    with pytest.raises(Gone, match=r"papers takes no messages: It answered 404\."):
        shares.share(ada, make_paper(), channel, "", uuid4(), NOW)
    assert not Share.objects.exists()


def test_what_waits_can_be_cancelled(ada):
    share = make_share(person=ada)
    shares.cancel(share, NOW)
    share.refresh_from_db()
    assert (share.state, share.next_attempt) == ("cancelled", None)


def test_what_a_worker_has_in_hand_cannot_be_cancelled_any_more(ada):
    share = make_share(person=ada)
    share.claim(NOW)
    with pytest.raises(Gone, match="too late"):
        shares.cancel(share, NOW)


def test_what_was_sent_is_neither_cancelled_nor_sent_again(ada):
    share = make_share(person=ada, state="sent", sent_at=NOW)
    with pytest.raises(Gone, match="too late"):
        shares.cancel(share, SOON)
    with pytest.raises(Gone, match="nothing to send again"):
        shares.send_again(share, SOON)


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_what_failed_or_was_cancelled_goes_again_from_the_start(ada, state):
    share = make_share(person=ada, state=state, attempts=10, last_error="It answered 500.")
    shares.send_again(share, SOON)
    share.refresh_from_db()
    assert (share.state, share.next_attempt, share.attempts, share.last_error) == ("waiting", SOON, 0, "")


def test_what_waits_for_hours_can_be_tried_at_once(ada):
    share = make_share(person=ada, attempts=5, next_attempt=NOW + timedelta(hours=5))
    shares.send_again(share, SOON)
    share.refresh_from_db()
    assert (share.next_attempt, share.attempts) == (SOON, 5)


def test_the_form_knows_what_went_to_the_same_channel_lately(ada):
    paper, channel = make_paper(), make_channel()
    assert shares.lately(paper, channel, SOON) is None
    sent = make_share(paper, ada, channel=channel, state="sent", sent_at=NOW)
    for other in ({"channel": make_channel()}, {"channel": channel, "state": "failed"}):
        make_share(paper, ada, **other)
    make_share(channel=channel)  # another paper
    assert shares.lately(paper, channel, SOON) == sent
    assert shares.lately(paper, channel, NOW + timedelta(days=8)) is None


def test_a_message_whose_link_was_revoked_leads_to_the_paper_itself(ada, settings):
    settings.PUBLIC_URL = "https://tenth.example"
    share = make_share(make_paper(), ada)
    links.revoke(share.link, NOW)
    said = shares.message(Share.objects.get())
    assert said.url == f"https://tenth.example{share.paper.get_absolute_url()}"


def test_the_message_carries_the_votes_of_now_and_the_address_that_everyone_can_open(ada, settings):
    settings.PUBLIC_URL = "https://tenth.example"
    share = make_share(make_paper("A title", byline="Ada Example; Bo Sample"), ada, note="Why not")
    share.paper.votes.create(person=ada, value=1, at=NOW)
    share.paper.votes.create(person=make_person(), value=-1, at=NOW)
    said = shares.message(share)
    assert (said.title, said.authors, said.note) == ("A title", ("Ada Example", "Bo Sample"), "Why not")
    assert said.up == 1  # nobody outside learns who voted against it
    assert said.url == f"https://tenth.example/s/{share.link.token}"
