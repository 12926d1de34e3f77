"""After twelve months: kept, superseded or retired."""

from datetime import timedelta

import pytest

from papers.ledger import applications, reviews
from papers.models import Application
from papers.refused import Refused
from tests.makers import NOW, make_application, make_paper

from .conftest import fresh

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("verdict", ["retired", "superseded"])
def test_what_is_over_moves_on_only_when_a_review_keeps_it(ada, application, verdict):
    reviews.review(ada, application, verdict, "Nobody calls it.", NOW)
    with pytest.raises(Refused, match=f"Pilot still needs a review that keeps it: it is {verdict}"):
        applications.advance(ada, application, "pilot", NOW, note="It ran.")
    reviews.review(ada, application, "kept", "Somebody does.", NOW)
    applications.advance(ada, application, "pilot", NOW, note="It ran.")
    assert fresh(application).review_due


def test_a_kept_application_is_due_again_after_twelve_months(ada, application):
    reviews.review(ada, application, "kept", "", NOW)
    assert fresh(application).review_due == NOW.replace(year=NOW.year + 1)


def test_a_superseded_one_names_its_successor_and_is_due_no_more(ada, application):
    with pytest.raises(Refused, match="Say what superseded it"):
        reviews.review(ada, application, "superseded", "", NOW)
    with pytest.raises(Refused, match="cannot supersede itself"):
        reviews.review(ada, application, "superseded", "", NOW, by=application.paper)
    better = make_paper("A better one")
    reviews.review(ada, application, "superseded", "", NOW, by=better)
    assert (fresh(application).superseded_by, fresh(application).review_due) == (better, None)


def test_retiring_needs_a_reason(ada, application):
    with pytest.raises(Refused, match="why it is retired"):
        reviews.review(ada, application, "retired", "", NOW)
    reviews.review(ada, application, "retired", "Nobody calls it.", NOW)
    assert fresh(application).is_over


def test_due_for_review_are_those_whose_time_has_come():
    late, _ = make_application(review_due=NOW), make_application(review_due=NOW + timedelta(days=1))
    make_application(review_due=None)
    assert list(Application.objects.due_for_review(NOW)) == [late]
