"""Values that are made quickly are like any other frozen dataclass."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any

import pytest

from models.quick import quick
from models.views import LineView, OrderView, Person


@dataclass(frozen=True, slots=True)
class Plain:
    name: str
    kind: str = "shelf"  # also what the maker calls something
    notes: dict[str, int] = field(default_factory=dict)


@quick
@dataclass(frozen=True, slots=True)
class Quick:
    name: str
    kind: str = "shelf"
    notes: dict[str, int] = field(default_factory=dict)


@pytest.mark.parametrize("given", [("a",), ("a", "b"), ("a", "b", {"c": 1})])
def test_it_holds_and_says_what_the_plain_one_does(given: tuple[Any, ...]) -> None:
    plain, made = Plain(*given), Quick(*given)
    assert [getattr(made, one.name) for one in fields(made)] == [getattr(plain, one.name) for one in fields(plain)]
    assert repr(made) == repr(plain).replace("Plain", "Quick")
    assert type(made) is Quick
    assert made == Quick(**{one.name: getattr(plain, one.name) for one in fields(plain)})
    assert made != Quick("other")


def test_nobody_shares_what_is_made_for_each() -> None:
    assert Quick("a").notes is not Quick("a").notes


def test_it_is_as_frozen() -> None:
    made = Quick("a")
    with pytest.raises(FrozenInstanceError):
        made.name = "b"  # type: ignore[misc]
    with pytest.raises(TypeError):
        made.__class__ = Plain  # type: ignore[assignment]
    with pytest.raises(TypeError):
        made.other = 1  # type: ignore[attr-defined]


def test_it_is_copied_stored_and_changed_like_any_other() -> None:
    made = Quick("a", "b", {"c": 1})
    for other in (copy.deepcopy(made), pickle.loads(pickle.dumps(made)), replace(replace(made, kind="x"), kind="b")):
        assert other == made
        assert type(other) is Quick


@pytest.mark.parametrize("wrong", [(), ("a", "b", {}, "d")])
def test_what_is_missing_or_too_much_is_refused(wrong: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError, match="__init__"):
        Quick(*wrong)


@pytest.mark.parametrize("kind", [OrderView, LineView, Person])
def test_views_keep_their_fields_apart(kind: type[Any]) -> None:
    made = kind(**{one.name: one.name for one in fields(kind)})
    assert all(getattr(made, one.name) == one.name for one in fields(kind))


def test_what_it_cannot_do_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Child(Plain):
        more: int = 0

    with pytest.raises(TypeError, match="other fields"):
        quick(Child)
