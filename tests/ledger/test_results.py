"""The results of a step: evidence and figures."""

import pytest

from papers.ledger import results
from papers.refused import Refused
from tests.makers import NOW

from .conftest import kinds

pytestmark = pytest.mark.django_db


def test_a_result_needs_a_link_or_a_note(ada, application):
    with pytest.raises(Refused, match=r"a link .* or a note"):
        results.record(ada, application, NOW, claimed="91 %", ours="88 %")
    assert kinds(application) == []
