"""reading.comments: plain text, rendered safely, with undo."""

import pytest

from papers.models import Comment, Event
from papers.reading import acts, comments
from tests.makers import NOW, make_paper, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def me():
    return make_person("Mira Lind")


@pytest.fixture
def comment(me):
    comments.add(me, make_paper(), "Worth it.", NOW)
    return Comment.objects.get()


def test_edit_is_dated(me, comment):
    comments.edit(comment, "Worth it, mostly.", NOW)
    comment.refresh_from_db()
    assert (comment.text, comment.edited_at) == ("Worth it, mostly.", NOW)


def test_deletion_is_in_the_history(comment):
    admin = make_person(role="admin")
    comments.delete(admin, comment, NOW)
    assert not Comment.objects.exists()
    event = Event.objects.get(kind="comment_deleted")
    assert (event.person, event.data) == (admin, {"by": "Mira Lind"})


def test_undoing_a_deletion_restores_the_same_comment(me, comment):
    pk = comment.pk
    changes = [acts.Change(**change.plain()) for change in comments.delete(me, comment, NOW)]
    acts.undo(me, changes)
    back = Comment.objects.get()
    assert (back.pk, back.text, back.at, back.person) == (pk, "Worth it.", NOW, me)
    assert not Event.objects.exists()


def test_undoing_a_comment_removes_it(me):
    acts.undo(me, comments.add(me, make_paper(), "Hm.", NOW))
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("$n<m$ & co", "$n&lt;m$ &amp; co"),
        ("hi @Bo Li!", 'hi <span class="mention">@Bo Li</span>!'),
        ("hi @bo li", 'hi <span class="mention">@bo li</span>'),
        ("me@Bo, @Bob", "me@Bo, @Bob"),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_text_is_escaped_and_mentions_are_marked(text, shown):
    assert comments.as_html(text, ["Bo Li", "Bo"]) == shown


def test_links_are_links_and_hold_no_mentions():
    html = comments.as_html("see https://example.org/@Bo?a=1&b=2", ["Bo"])
    assert html == (
        'see <a href="https://example.org/@Bo?a=1&amp;b=2" rel="nofollow">https://example.org/@Bo?a=1&amp;b=2</a>'
    )


def test_name_cannot_inject_html():
    assert "<img" not in comments.as_html("@<img src=x onerror=alert(1)>", ["<img src=x onerror=alert(1)>"])
