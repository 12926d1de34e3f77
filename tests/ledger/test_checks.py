"""A second pair of eyes: never one's own."""

import pytest
from django.db import IntegrityError, transaction

from papers.ledger import checks, results
from papers.models import Check
from papers.refused import Refused
from tests.makers import NOW, make_result

pytestmark = pytest.mark.django_db


def test_nobody_checks_their_own(ada, bo, application):
    by_bo = results.record(bo, application, NOW, note="Bo measured.")
    for person in (ada, bo):  # who applied it, who measured it
        with pytest.raises(Refused, match="You cannot check your own result"):
            checks.check(person, by_bo, True, "", NOW)


def test_the_database_refuses_a_check_of_ones_own(ada, application):
    result = make_result(application)
    with pytest.raises(IntegrityError, match="nobody_checks_their_own"), transaction.atomic():
        Check.objects.create(result=result, person=ada, applied_by=ada, measured_by=ada, holds=True, at=NOW)


def test_saying_that_it_does_not_hold_needs_a_reason(bo, application):
    with pytest.raises(Refused, match="Say what does not hold"):
        checks.check(bo, make_result(application), False, "", NOW)
