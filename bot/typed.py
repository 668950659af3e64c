"""Plain data made into dataclasses by their annotations, and back: what a configuration says, what waits as JSON.

The annotations are those that `config` and `commands` use: text, numbers, truth, instants, paths, secrets, words of a
list, tuples, tables, one dataclass in another, and any of it or None.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

Place: TypeAlias = tuple[str | int, ...]
Read: TypeAlias = Callable[[Any, Place, "list[Fault]"], Any]
"""The value that was meant; what is wrong with it is put to the faults, and then the value is worth nothing."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where. It never holds the value: that may be a secret."""

    place: Place
    what: str

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.place))}: {self.what}"


class Faulty(ValueError):
    """All that is wrong with what was to be read."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


class Secret:
    """Text that is not shown by accident."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def get_secret_value(self) -> str:
        """The text."""
        return self._text

    def __repr__(self) -> str:
        return "Secret('**********')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


@dataclass(frozen=True, slots=True)
class Within:
    """Beside a number (`Annotated[int, Within(1, 10)]`): from where to where it may be."""

    least: float
    most: float = float("inf")
    is_more: bool = False  # than `least`

    def __call__(self, value: Any) -> Any:
        """The value. Raises ValueError."""
        if not self.least <= value <= self.most or (self.is_more and value == self.least):
            above = f"more than {self.least}" if self.is_more else f"at least {self.least}"
            raise ValueError(f"should be {above}" + (f" and at most {self.most}" if self.most < float("inf") else ""))
        return value


def read(kind: Any, value: Any, *, knows_all: bool = False) -> Any:
    """What `value` means as a `kind`. Raises Faulty, with every fault. `knows_all`: a key it does not have is one."""
    faults: list[Fault] = []
    found = _reader(kind, knows_all)(value, (), faults)
    if faults:
        raise Faulty(faults)
    return found


def plain(value: Any) -> Any:
    """The same in what JSON has."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{'-' if value < timedelta() else ''}PT{abs(value).total_seconds():f}S"
    return {field.name: plain(getattr(value, field.name)) for field in fields(value)}


@cache
def _reader(hint: Any, knows_all: bool) -> Read:
    if is_dataclass(hint):
        return _whole(hint, knows_all)
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _checked(_reader(inner[0], knows_all), inner[1:])
    if origin in {Union, types.UnionType} and len(inner) == 2 and inner[1] is types.NoneType:
        meant = _reader(inner[0], knows_all)
        return lambda value, place, faults: None if value is None else meant(value, place, faults)
    if origin is Literal:
        return _converted(lambda value: inner[inner.index(value)], f"should be one of {', '.join(map(str, inner))}")
    if origin is tuple:
        return _row(inner, knows_all)
    if origin is Mapping:
        return _table(_reader(inner[1], knows_all))
    return _converted(*_SINGLE[hint])


def _converted(make: Callable[[Any], Any], wrong: str) -> Read:
    def convert(value: Any, place: Place, faults: list[Fault]) -> Any:
        try:
            return make(value)
        except (TypeError, ValueError):
            return _say(faults, place, wrong)

    return convert


def _say(faults: list[Fault], place: Place, what: str) -> None:
    faults.append(Fault(place, what))


def _checked(meant: Read, checks: tuple[Callable[[Any], Any], ...]) -> Read:
    def check(value: Any, place: Place, faults: list[Fault]) -> Any:
        before = len(faults)
        found = meant(value, place, faults)
        try:
            for one in checks if len(faults) == before else ():
                found = one(found)
        except ValueError as error:
            return _say(faults, place, str(error))
        return found

    return check


def _row(inner: tuple[Any, ...], knows_all: bool) -> Read:
    """`tuple[X, ...]`, or one of a fixed length."""
    is_open = inner[-1] is Ellipsis
    each = [_reader(one, knows_all) for one in inner if one is not Ellipsis]

    def make(value: Any, place: Place, faults: list[Fault]) -> Any:
        if not isinstance(value, list | tuple) or not (is_open or len(value) == len(each)):
            return _say(faults, place, "should be a list" if is_open else f"should be a list of {len(each)}")
        readers = each * len(value) if is_open else each
        return tuple(
            [one(part, (*place, at), faults) for at, (one, part) in enumerate(zip(readers, value, strict=True))]
        )

    return make


def _table(meant: Read) -> Read:
    def make(value: Any, place: Place, faults: list[Fault]) -> Any:
        if not isinstance(value, Mapping):
            return _say(faults, place, "should be a table")
        return {key: meant(part, (*place, key), faults) for key, part in value.items()}

    return make


def _whole(kind: Any, knows_all: bool) -> Read:
    hints = get_type_hints(kind, include_extras=True)
    parts = {field.name: (_reader(hints[field.name], knows_all), _is_needed(field)) for field in fields(kind)}

    def make(value: Any, place: Place, faults: list[Fault]) -> Any:
        if isinstance(value, kind):
            return value
        if not isinstance(value, Mapping):
            return _say(faults, place, "should be a table")
        before, found = len(faults), {}
        for name, (meant, is_needed) in parts.items():
            if name in value:
                found[name] = meant(value[name], (*place, name), faults)
            elif is_needed:
                _say(faults, (*place, name), "is missing")
        if knows_all:
            faults += [Fault((*place, name), "there is no such key") for name in value if name not in parts]
        try:
            return kind(**found) if len(faults) == before else None
        except ValueError as error:
            return _say(faults, place, str(error))

    return make


def _is_needed(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: Any) -> int:
    """Text also: variables of the environment have nothing else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError
    return int(value)


def _fraction(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError
    return float(value)


_YES, _NO = {"true", "t", "yes", "y", "on", "1"}, {"false", "f", "no", "n", "off", "0"}


def _truth(value: Any) -> bool:
    said = str(value).lower()
    if not isinstance(value, bool | int | str) or said not in _YES | _NO:
        raise ValueError
    return said in _YES


_SPAN: Final = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


def _span(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    match = _SPAN.fullmatch(_text(value))
    if match is None:
        raise ValueError
    sign, *parts = match.groups()
    days, hours, minutes, seconds = (float(part or 0) for part in parts)
    span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -span if sign else span


def _of(kind: Any, make: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda value: value if isinstance(value, kind) else make(_text(value))


_SINGLE: Final[dict[Any, tuple[Callable[[Any], Any], str]]] = {
    str: (_text, "should be text"),
    int: (_number, "should be a whole number"),
    float: (_fraction, "should be a number"),
    bool: (_truth, "should be true or false"),
    datetime: (_of(datetime, datetime.fromisoformat), "should be an instant"),
    date: (_of(date, date.fromisoformat), "should be a day"),
    timedelta: (_span, "should be a span of time"),
    Path: (_of(Path, Path), "should be a path"),
    Secret: (_of(Secret, Secret), "should be text"),
}
