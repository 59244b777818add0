"""What is shown. Only the main screen is needed at the start: each of the others is loaded when it is first named."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pushtui.tui.screens.chain import ChainScreen
    from pushtui.tui.screens.copying import CopyScreen
    from pushtui.tui.screens.doctor import DoctorScreen
    from pushtui.tui.screens.entry import EntryScreen
    from pushtui.tui.screens.help import HelpScreen
    from pushtui.tui.screens.keys import KeysScreen
    from pushtui.tui.screens.organization import OrganizationScreen
    from pushtui.tui.screens.papers import PapersScreen, WrittenScreen
    from pushtui.tui.screens.plan import PlanScreen
    from pushtui.tui.screens.profile_form import ProfileForm
    from pushtui.tui.screens.profiles import ProfilesScreen, WelcomeScreen
    from pushtui.tui.screens.questions import AskScreen, FileScreen, InterruptedScreen, QuitScreen
    from pushtui.tui.screens.reading import MessageScreen, OutcomeScreen
    from pushtui.tui.screens.runs import RunsScreen
    from pushtui.tui.screens.saving import SaveScreen
    from pushtui.tui.screens.sign_in import BrowserScreen, DeviceCodeScreen, SecretScreen

__all__ = [
    "AskScreen",
    "BrowserScreen",
    "ChainScreen",
    "CopyScreen",
    "DeviceCodeScreen",
    "DoctorScreen",
    "EntryScreen",
    "FileScreen",
    "HelpScreen",
    "InterruptedScreen",
    "KeysScreen",
    "MessageScreen",
    "OrganizationScreen",
    "OutcomeScreen",
    "PapersScreen",
    "PlanScreen",
    "ProfileForm",
    "ProfilesScreen",
    "QuitScreen",
    "RunsScreen",
    "SaveScreen",
    "SecretScreen",
    "WelcomeScreen",
    "WrittenScreen",
]

_MODULES = {
    "copying": ("CopyScreen",),
    "chain": ("ChainScreen",),
    "doctor": ("DoctorScreen",),
    "entry": ("EntryScreen",),
    "help": ("HelpScreen",),
    "keys": ("KeysScreen",),
    "organization": ("OrganizationScreen",),
    "papers": ("PapersScreen", "WrittenScreen"),
    "plan": ("PlanScreen",),
    "profile_form": ("ProfileForm",),
    "profiles": ("ProfilesScreen", "WelcomeScreen"),
    "questions": ("AskScreen", "FileScreen", "InterruptedScreen", "QuitScreen"),
    "reading": ("MessageScreen", "OutcomeScreen"),
    "runs": ("RunsScreen",),
    "saving": ("SaveScreen",),
    "sign_in": ("BrowserScreen", "DeviceCodeScreen", "SecretScreen"),
}


def __getattr__(name: str) -> Any:
    for module, screens in _MODULES.items():
        if name in screens:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(name)
