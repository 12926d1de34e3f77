"""access: permission to see or change things, with the same refusal for every kind of thing."""

import pytest
from django.urls import reverse

from papers import access
from papers.models import Comment
from papers.refused import NotYours
from papers.sharing import links
from tests.makers import NOW, make_paper, make_person, make_share

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_person("Ada")


@pytest.fixture
def hers(ada):
    """Return Ada's comment, message and public link, each with its access function, row and the URLs of its actions."""
    comment = Comment.objects.create(paper=make_paper(), person=ada, text="Worth it.", at=NOW)
    share = make_share(person=ada)
    of_share = [reverse(name, args=[share.pk]) for name in ("share_cancel", "share_again")]
    link = links.link_for(ada, make_paper(), NOW)
    return {
        "comment": (access.comment_for, comment, [reverse("comment_delete", args=[comment.pk])]),
        "message": (access.share_for, share, of_share),
        "link": (access.link_for, link, [reverse("link_revoke", args=[link.pk])]),
    }


def test_things_are_open_to_their_owner_and_to_admins(ada, hers):
    admin, other = make_person(role="admin"), make_person()
    for thing, (hand_out, row, _) in hers.items():
        assert hand_out(ada, row.pk) == hand_out(admin, row.pk) == row
        with pytest.raises(NotYours, match=f"somebody else’s {thing}. They or an admin can do that"):
            hand_out(other, row.pk)


def test_only_the_author_edits_a_comment(ada, hers):
    _, comment, _ = hers["comment"]
    assert access.comment_for(ada, comment.pk, edit=True) == comment
    with pytest.raises(NotYours, match="Only they can"):
        access.comment_for(make_person(role="admin"), comment.pk, edit=True)


def test_acting_on_somebody_elses_things_is_always_refused_alike(client, hers):
    client.force_login(make_person())
    addresses = [address for _, _, acts in hers.values() for address in acts]
    addresses.append(reverse("comment_edit", args=[hers["comment"][1].pk]))
    for address in addresses:
        plain, htmx = client.post(address), client.post(address, headers={"HX-Request": "true"})
        program = client.post(address, headers={"Accept": "application/json"})
        assert {plain.status_code, htmx.status_code, program.status_code} == {403}, address
        assert htmx.content.decode() == program.json()["error"]
        assert htmx.content.decode() in plain.content.decode()
        assert "somebody else’s" in htmx.content.decode()


def test_missing_things_are_not_found(client, ada):
    client.force_login(ada)
    for name in ("comment_delete", "share_cancel", "link_revoke"):
        assert client.post(reverse(name, args=[999_999])).status_code == 404
