"""Profiles and settings, which are in files: found, read and kept on threads of their own, and told of as news."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from pushtui.base.errors import PushtuiError
from pushtui.base.words import _
from pushtui.profile import Profile, load, save_fields
from pushtui.tui.news import FieldsKept, ProfileChosen, ProfilesFound


class Keeper:
    """`emit` takes what came of it, on any thread."""

    def __init__(self, emit: Callable[[object], None]) -> None:
        self.wait_seconds: float | None = None
        """How long verification waits where a profile says nothing of its own."""
        self.lab: Callable[[], Path] | None = None
        """Starts the lab and tells where its profile is; takes a while. None where there is no lab to start."""
        self._emit = emit
        self._order = threading.Lock()

    def look_for_profiles(self, *, first: bool = False) -> None:
        """Find the profiles that there are."""
        from pushtui.profiles import known  # the start does not need it

        self._fetch("profiles", lambda: ProfilesFound(known(), first))

    def use_profile(self, path: Path) -> None:
        """Read another profile, to go on with."""
        self._fetch("profile", lambda: ProfileChosen(load(path, self.wait_seconds)))

    def make_profile(self, values: Mapping[str, str]) -> None:
        """Write a new profile, to go on with."""

        def make() -> ProfileChosen:
            from pushtui.new_profile import create

            return ProfileChosen(load(create(values), self.wait_seconds))

        self._fetch("profile", make)

    def start_lab(self) -> None:
        """Start the lab where there is one, and read its profile, to go on with."""
        lab = self.lab
        if lab is not None:
            self._fetch("lab", lambda: ProfileChosen(load(lab(), self.wait_seconds)))

    def keep_field(self, profile: Profile, name: str, value: str) -> None:
        """Keep a value that was edited in place, in the profile's file."""

        def save() -> FieldsKept:
            with self._order:
                save_fields(profile, **{name: value})
            return FieldsKept(_("Kept in the profile"))

        self._fetch("save", save)

    def keep_setting(self, name: str, value: str | bool) -> None:
        """Keep a setting for the next start, in the settings file."""
        from pushtui.settings.keeping import keep

        self._fetch("save", lambda: FieldsKept(_("Kept in {path}").format(path=keep(name, value))))

    def _fetch(self, name: str, find: Callable[[], object]) -> None:
        def fetch() -> None:
            try:
                self._emit(find())
            except PushtuiError as error:
                self._emit(FieldsKept(error=str(error)))

        threading.Thread(target=fetch, name=f"pushtui-{name}", daemon=True).start()
