"""Where a person begins, and with which profile: the screens for it, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pushtui.base.files import config_folder
from pushtui.tui import screens
from pushtui.tui.news import ProfilesFound

if TYPE_CHECKING:
    from pushtui.tui.app import PushtuiApp


def show(app: PushtuiApp, found: ProfilesFound) -> None:
    """The profiles to choose from; or, to somebody who named none and has no default one, where to begin."""
    if not found.first:
        choose(app, found)
        return

    def heard(choice: str | None) -> None:
        match choice:
            case "choose":
                choose(app, found)
            case "lab":
                app.conductor.rehearse()
            case "new":
                make(app, found)
            case "doctor":
                app.open_doctor()
        app.main.show_state()

    lab = app.conductor.keeper.lab is not None
    app.push_screen(screens.WelcomeScreen(app.symbols, profiles=len(found.profiles), lab=lab), heard)


def choose(app: PushtuiApp, found: ProfilesFound) -> None:
    """One of the profiles, or a new one."""

    def heard(choice: str | None) -> None:
        if choice == "new":
            make(app, found)
        elif choice:
            app.conductor.keeper.use_profile(Path(choice))
            app.main.show_state()

    current, now = str(app.conductor.profile.path), app.conductor.clock.now()
    app.push_screen(screens.ProfilesScreen(found.profiles, current, app.symbols, now), heard)


def make(app: PushtuiApp, found: ProfilesFound) -> None:
    """A new profile, by the form."""

    def heard(values: Mapping[str, str] | None) -> None:
        if values is not None:
            app.conductor.keeper.make_profile(values)
            app.main.show_state()

    folder = config_folder()
    names = [each.path.stem for each in found.profiles if each.path.parent == folder]
    app.push_screen(screens.ProfileForm(names, app.symbols), heard)
