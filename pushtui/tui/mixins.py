"""What a part of the application, or of a widget, derives from: the type checker sees the whole of it.

To Python it is a plain class. Each class that Textual makes costs a start as much as two modules: it looks through all
that the class inherits for keys, reactive values and handlers, of which these parts have none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen
    from textual.widget import Widget

    class AppPart(App[int]):
        """An application that returns its exit code."""

    class ScreenPart(Screen[None]):
        """A screen that answers nothing."""

    class WidgetPart(Widget):
        """Any widget."""

else:

    class AppPart: ...

    class ScreenPart: ...

    class WidgetPart: ...
