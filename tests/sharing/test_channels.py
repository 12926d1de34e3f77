"""sharing.channels: the channels that shares go to."""

import base64
from datetime import timedelta

import pytest

from papers.models import Channel, Project, Share
from papers.refused import Refused
from papers.sharing import channels
from tests.makers import NOW, make_application, make_channel, make_paper, make_person, make_project, make_share

pytestmark = pytest.mark.django_db
ADDRESS = "https://hooks.example/services/verysecretindeed"


def test_a_channel_for_a_chat_needs_no_key_and_a_signed_webhook_gets_one():
    admin = make_person(role="admin")
    assert channels.create(admin, NOW, kind="slack", name="papers", address=ADDRESS).signing_key == ""
    key = channels.create(admin, NOW, kind="webhook", name="lab", address=ADDRESS).signing_key
    assert len(base64.b64decode(key.removeprefix("whsec_"))) == 32


def test_two_channels_of_one_name_are_refused_with_a_sentence():
    make_channel("papers")
    with pytest.raises(Refused, match="There is already a channel with this name"):
        channels.create(make_person(), NOW, kind="slack", name="Papers", address=ADDRESS)
    other = make_channel("other")
    with pytest.raises(Refused, match="There is already a channel with this name"):
        channels.change(other, name="PAPERS")


def test_an_empty_address_leaves_it_as_it_was():
    channel = make_channel("papers", address=ADDRESS)
    channels.change(channel, name="reading")
    assert Channel.objects.get().address == ADDRESS
    assert Channel.objects.get().name == "reading"


def test_a_new_address_opens_a_closed_channel():
    channel = make_channel(closed_at=NOW, closed_because="It answered 404.")
    channels.change(channel, name=channel.name, address=ADDRESS)
    assert Channel.objects.get().is_open


def test_a_closed_channel_opens_again():
    channel = make_channel(closed_at=NOW, closed_because="It answered 404.")
    channels.reopen(channel)
    assert Channel.objects.get().is_open


def test_a_new_key_is_another_one():
    channel = make_channel(kind="webhook", signing_key="whsec_old")
    channels.new_key(channel)
    assert Channel.objects.get().signing_key not in {"", "whsec_old"}


def test_removing_a_channel_forgets_its_secrets_and_keeps_what_was_sent():
    channel = make_channel("papers", address=ADDRESS, signing_key="whsec_x")
    project = make_project(channel=channel)
    sent = make_share(channel=channel, state="sent", sent_at=NOW)
    waiting = make_share(channel=channel)
    channels.remove(channel, NOW)
    gone = Channel.objects.get()
    assert (gone.removed_at, gone.address, gone.signing_key) == (NOW, "", "")
    assert Project.objects.get(pk=project.pk).channel is None
    assert Share.objects.get(pk=sent.pk).state == "sent"
    failed = Share.objects.get(pk=waiting.pk)
    assert (failed.state, failed.last_error) == ("failed", "The channel was removed.")
    assert not channels.listed()


def test_the_list_counts_what_became_of_the_messages():
    channel = make_channel()
    make_share(channel=channel, state="sent", sent_at=NOW)
    make_share(channel=channel, state="sent", sent_at=NOW + timedelta(hours=1))
    make_share(channel=channel)
    make_share(channel=channel, state="failed")
    (row,) = channels.listed()
    assert (row.sent, row.waiting, row.failed) == (2, 1, 1)
    assert row.last_sent == NOW + timedelta(hours=1)


# ── the channel that the form begins with ────────────────────────────────────────────────────


def first_for(person, paper):
    return channels.offered(person, paper)[1]


def test_the_channel_that_somebody_used_last_is_offered_first():
    ada, paper = make_person("Ada"), make_paper()
    alpha, beta = make_channel("alpha"), make_channel("beta")
    make_channel("closed", closed_at=NOW, closed_because="Gone.")
    make_share(person=ada, channel=beta)
    make_share(channel=alpha, state="sent", sent_at=NOW)  # somebody else's
    assert channels.offered(ada, paper) == ([alpha, beta], beta)


def test_else_the_channel_of_a_project_where_the_paper_is_applied():
    ada, paper = make_person("Ada"), make_paper()
    make_channel("alpha")
    beta = make_channel("beta")
    make_application(paper, make_project("Atlas", channel=beta))
    assert first_for(ada, paper) == beta


def test_else_the_one_that_worked_last_and_never_one_whose_last_message_failed():
    ada, paper, later = make_person("Ada"), make_paper(), NOW + timedelta(hours=1)
    broken, untried, old, new = (make_channel(name) for name in ("alpha", "beta", "gamma", "zeta"))
    make_share(channel=broken, state="sent", sent_at=later, at=NOW)
    make_share(channel=broken, state="failed", at=later)
    assert first_for(ada, paper) == untried
    make_share(channel=old, state="sent", sent_at=NOW)
    make_share(channel=new, state="sent", sent_at=later)
    assert first_for(ada, paper) == new


def test_without_a_channel_there_is_none_to_begin_with():
    assert channels.offered(make_person(), make_paper()) == ([], None)
