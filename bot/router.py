"""Command type -> handler. One router per module of handlers, joined into one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from bot.commands import Command

C = TypeVar("C", bound=Command)
Text = TypeVar("Text", bound="str | None")
Handler = Callable[[Any, Any], str | None]


class Router:
    """A table of handlers `(talk, command) -> text`."""

    def __init__(self, *parts: Router) -> None:
        self._handlers: dict[type[Command], Handler] = {}
        for part in parts:
            for kind, handler in part._handlers.items():
                self._add(kind, handler)

    def on(self, kind: type[C]) -> Callable[[Callable[[Any, C], Text]], Callable[[Any, C], Text]]:
        """Decorator: this function answers commands of that type."""

        def register(handler: Callable[[Any, C], Text]) -> Callable[[Any, C], Text]:
            self._add(kind, handler)
            return handler

        return register

    def answer(self, talk: Any, command: Command) -> str | None:
        """Run the handler of the command. Raises KeyError for a command nobody handles."""
        return self._handlers[type(command)](talk, command)

    @property
    def kinds(self) -> frozenset[type[Command]]:
        """Every command type with a handler."""
        return frozenset(self._handlers)

    def _add(self, kind: type[Command], handler: Handler) -> None:
        if kind in self._handlers:
            raise ValueError(f"{kind.__name__} has a handler already")
        self._handlers[kind] = handler
