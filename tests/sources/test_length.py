import pytest

from papers.sources.length import whole

LONG = "word " * 300


@pytest.mark.parametrize(
    ("text", "is_content", "expected"),
    [
        ("A short note, complete.", True, 4),
        ("A short note, complete.", False, 0),
        (LONG, False, 300),
        (LONG + "…", True, 0),
        (LONG + "Continue reading A walk in the woods", True, 0),
        (LONG + "[...]", True, 0),
        ("The post A walk appeared first on Woods.", True, 0),
        ("There is more to it.", True, 5),
        ("", True, 0),
    ],
)
def test_only_the_whole_post_counts(text, is_content, expected):
    assert whole(text, is_content) == expected
