"""A secret shows nowhere."""

import copy
import pickle

import pytest

from pushtui.base.secret import Secret

CANARY = "canary-4f1d"


def test_every_way_of_printing_shows_stars() -> None:
    secret = Secret(CANARY)
    shown = [str(secret), repr(secret), f"{secret}", f"{secret:>40}", repr([secret]), "%s" % secret]  # noqa: UP031  # the old way prints too
    assert [text for text in shown if CANARY in text] == []
    assert secret.reveal() == CANARY


@pytest.mark.parametrize("leak", [pickle.dumps, copy.copy, copy.deepcopy, hash])
def test_it_cannot_be_copied_or_kept_as_a_key(leak: object) -> None:
    with pytest.raises(TypeError):
        leak(Secret(CANARY))  # type: ignore[operator]


def test_it_has_no_attributes_to_look_into() -> None:
    assert not hasattr(Secret(CANARY), "__dict__")
