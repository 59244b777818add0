"""The reference of every start: a Textual application that shows one Static, and answers a key."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.widgets import Static


class Hello(App[None]):
    BINDINGS: ClassVar = [("space", "answer", "answer"), ("q", "quit", "quit")]

    def compose(self) -> ComposeResult:
        yield Static("Hello")

    def action_answer(self) -> None:
        self.query_one(Static).update("Answered")


if __name__ == "__main__":
    Hello().run(mouse=False)
