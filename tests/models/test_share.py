"""models.share: the outbox."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from papers.models import Share
from papers.models.share import CLAIM
from tests.makers import NOW, make_share

pytestmark = pytest.mark.django_db


def test_one_act_is_one_message():
    share = make_share()
    with pytest.raises(IntegrityError):
        make_share(act=share.act)


def test_only_one_of_two_workers_claims_it():
    share = make_share()
    other = Share.objects.get()
    assert share.claim(NOW)
    assert not other.claim(NOW)
    assert share.attempts == 1


def test_claim_of_a_crashed_worker_expires():
    share = make_share()
    assert share.claim(NOW)
    assert not share.claim(NOW + CLAIM / 2)
    assert share.claim(NOW + CLAIM + timedelta(seconds=1))


def test_message_that_is_not_due_is_not_claimed():
    share = make_share(next_attempt=NOW + timedelta(minutes=5))
    assert not share.claim(NOW)
    assert not Share.objects.due(NOW).exists()


def test_waiting_message_always_has_a_next_attempt():
    with pytest.raises(IntegrityError):
        make_share(next_attempt=None)
