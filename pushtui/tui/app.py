"""The application: puts the parts together, moves events from the bridge to the screen, ends well."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App, SystemCommand
from textual.command import CommandPalette
from textual.screen import Screen

from pushtui.base.clock import Clock
from pushtui.base.words import _
from pushtui.engine.events import LogLine
from pushtui.procedure.model import StepId
from pushtui.profile import Profile
from pushtui.reporting import sentences
from pushtui.settings.model import OWN_THEMES, TEXTUAL_THEMES, Settings
from pushtui.tui import beginning, keymap, results, screens, theme
from pushtui.tui.actions import Action, Where, actions, bindings
from pushtui.tui.conductor import Conductor
from pushtui.tui.ending import Ends
from pushtui.tui.handing_out import HandsOut
from pushtui.tui.inks import HasInks
from pushtui.tui.keys_in_turn import TakesKeysInTurn
from pushtui.tui.news import News
from pushtui.tui.painting import PaintsOnce
from pushtui.tui.preload import preload
from pushtui.tui.prompts import AddressRequest, SecretRequest
from pushtui.tui.screens.main import MainScreen
from pushtui.tui.stylesheets import add, style_sheets
from pushtui.tui.symbols import ASCII, UNICODE, plain
from pushtui.tui.terminal import Terminal
from pushtui.tui.watch import Watch

if TYPE_CHECKING:
    from pushtui.tui.session import SessionFactory

PRELOAD_AFTER = 0.1
"""Seconds after the first frame until what the first operation needs is loaded: a key that came with it goes first."""
PLAIN_TICK = 20.0
"""Seconds between two looks at the clock in plain mode: a screen reader speaks what changes."""


class PushtuiApp(HandsOut, Ends, TakesKeysInTurn, PaintsOnce, HasInks, App[int], inherit_bindings=False):
    """Made with a profile and a way to make sessions; returns the exit code."""

    TITLE = "pushtui"
    BINDINGS: ClassVar = bindings("any")
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"

    def __init__(
        self,
        profile: Profile,
        factory: SessionFactory,
        *,
        read_only: bool = False,
        clock: Clock | None = None,
        terminal: Terminal | None = None,
        settings: Settings | None = None,
        lab: Callable[[], Path] | None = None,
        welcome: bool = False,
    ) -> None:
        self.settings = settings or Settings()
        self._terminal = (terminal or Terminal.of(os.environ)).liked(self.settings)
        sheets = style_sheets(ascii_only=not self._terminal.unicode, plain=self.settings.plain)
        super().__init__(css_path=sheets)
        self.no_color = not self._terminal.colours
        self.ascii_only = not self._terminal.unicode
        self.set_keymap(keymap.use(self.settings.keys))
        self.symbols = UNICODE if self._terminal.unicode else ASCII
        if self.settings.plain:
            self.symbols = plain(self.symbols)
        self.conductor = Conductor(profile, factory, read_only=read_only, clock=clock)
        self.conductor.keeper.wait_seconds = self.settings.wait_seconds
        self.conductor.keeper.lab = lab
        self._welcome = welcome
        for each in theme.THEMES:
            self.register_theme(each)
        self._themed = True
        self.theme = self._terminal.theme
        self.stylesheet.set_variables(self.get_css_variables())
        self._parsed_anew = False
        self.animation_level = "none" if self.settings.plain else self.settings.animation
        self.set_class(not self._terminal.unicode, "-ascii")
        self.set_class(self.settings.plain, "-plain")
        self._secrets: list[tuple[SecretRequest, Screen[Any]]] = []
        self._stale: set[Screen[Any]] = set()
        self._preloading = False
        self._watch = Watch(self, self.conductor.bridge, self._terminal.frames, self.drain)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme.defaults(self.current_theme)

    _themed = False
    """Whether the theme was chosen; Textual asks for its variables before that, too."""

    def get_css_variables(self) -> dict[str, str]:
        """The theme's variables; those of Textual's themes are made to fit the inks that we write with."""
        if not self._themed:
            return {}
        self.theme_variables = theme.variables(super().get_css_variables(), self.current_theme)
        return self.theme_variables

    def refresh_css(self, animate: bool = True) -> None:
        """As Textual's own, but not for the theme of the start: the style sheets are parsed with it from the first."""
        if self._parsed_anew:
            super().refresh_css(animate)
        self._parsed_anew = True

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The command palette: the actions of the main screen, and the themes."""
        for action in actions():
            if action.palette:
                title = f"{action.description}  ({action.display})" if action.keys else action.description
                yield SystemCommand(title, "", partial(self._do, action))
        for name in () if self.no_color else (*OWN_THEMES, *TEXTUAL_THEMES):
            words = _("Colours: {name}").format(name=name.removeprefix("pushtui-"))
            yield SystemCommand(words, "", partial(self.choose_theme, name))

    def action_command_palette(self) -> None:
        """As Textual's own, in the person's language."""
        if self.use_command_palette and not CommandPalette.is_open(self):  # type: ignore[arg-type]  # Textual says object
            from pushtui.tui.palette import Palette  # the start does not need it

            self.push_screen(Palette())

    def push_screen(self, screen: Any, *arguments: Any, **options: Any) -> Any:
        """As Textual's own, with the style sheets that only this screen needs."""
        add(self.stylesheet, screen.css_path)
        return super().push_screen(screen, *arguments, **options)

    def choose_theme(self, name: str) -> None:
        """Show other colours, from now on and at the next start: the settings file keeps them."""
        self.theme = name
        self.conductor.keeper.keep_setting("theme", name)

    async def _do(self, action: Action) -> None:
        if action.where == "log":
            self.main.action_show_log()
        await self.run_action(action.name, self.main.log_pane if action.where == "log" else self.main)

    def get_default_screen(self) -> MainScreen:
        self.main = MainScreen(
            self.conductor, self.symbols, *self.size, log_lines=self.settings.log_lines, plain=self.settings.plain
        )
        return self.main

    def on_mount(self) -> None:
        self.hold()
        self._tick_timer = self.set_interval(PLAIN_TICK if self.settings.plain else 1, self._tick)
        self.app_suspend_signal.subscribe(self, self._suspended)
        self.app_resume_signal.subscribe(self, self._resumed)
        self.listen_to_signals()

    def painted(self) -> None:
        """With the first frame there, whatever takes time may begin."""
        if not self._preloading:
            self._preloading = True
            self._watch.begin()
            self.set_timer(PRELOAD_AFTER, partial(preload, self.conductor.look_back))
            if self._welcome:
                self.conductor.keeper.look_for_profiles(first=True)

    # --- from the engine to the screen -----------------------------------------------------------------------------

    def drain(self) -> bool:
        """Show what came since the last time; whether there is more to do by itself."""
        if not self._showing:
            return not self.leaving
        news = self.conductor.take()
        self.main.take(news)
        for request in news.secrets:
            self._ask_secret(request)
        if news.changed:
            self._show_what_waits()
            for screen in self.screen_stack:
                if isinstance(screen, screens.DoctorScreen):
                    screen.refresh_rows()
        results.show(self, news)
        self._go_on(news)
        self._retire()
        return bool(self.to_check or self._stale)

    def _go_on(self, news: News) -> None:
        """Do what follows from the news by itself."""
        if self.to_check and not self.conductor.runner.busy:
            steps, self.to_check = self.to_check, ()
            self.conductor.check(steps)
            self.main.show_state()
        if news.undone:
            self.conductor.check()
            self.main.show_state()
        if news.switched:
            self.main.switched()
        if news.profiles is not None:
            beginning.show(self, news.profiles)
        if news.interrupted is not None and not self.conductor.state.busy:
            results.interrupted(self, news.interrupted)

    to_check: tuple[StepId, ...] = ()
    """Steps that a task changed, and that are looked at again as soon as it is through."""

    @property
    def _showing(self) -> bool:
        """Whether there is a screen to show anything on: not before the first, nor after the last."""
        return not self.leaving and self.main.is_mounted and bool(self.screen_stack)

    def _tick(self) -> None:
        if self._showing:
            self.main.tick()

    def _ask_secret(self, request: SecretRequest) -> None:
        screen = (
            screens.BrowserScreen(request.url, request.problem, request.file, self._through())
            if isinstance(request, AddressRequest)
            else screens.SecretScreen(request.account, request.purpose)
        )
        self._secrets.append((request, screen))
        self.push_screen(screen, request.answer)

    def _through(self) -> str:
        """What a person signs in to the tenant with."""
        profile = self.conductor.profile
        return sentences.sign_in_through(profile.entra.client_id, profile.tenant_domain)

    def _show_what_waits(self) -> None:
        """Open what a person must see at once; close what is over."""
        state = self.conductor.state
        codes = [screen for screen in self.screen_stack if isinstance(screen, screens.DeviceCodeScreen)]
        self._stale |= {screen for screen in codes if screen.code is not state.code}
        asks = [screen for screen in self.screen_stack if isinstance(screen, screens.AskScreen)]
        self._stale |= {screen for screen in asks if screen.ask.id not in state.asks}
        if not state.busy:
            self._stale |= {screen for _request, screen in self._secrets}
            self._secrets.clear()
        if state.code is not None and state.code is not self._announced(codes):
            self._shown_code = state.code
            self.attend()
        elif state.asks and not asks and not self._seen(tuple(state.asks)):
            self.attend()

    _shown_code: Any = None
    _shown_asks: tuple[str, ...] = ()

    def _announced(self, codes: list[screens.DeviceCodeScreen]) -> Any:
        return codes[-1].code if codes else self._shown_code

    def _seen(self, asks: tuple[str, ...]) -> bool:
        seen = self._shown_asks == asks
        self._shown_asks = asks
        return seen

    def attend(self) -> None:
        """Open what waits for a person: a sign-in before something to do, then what went wrong."""
        state = self.conductor.state
        if state.code is not None:

            def left(given_up: bool | None) -> None:
                if given_up:
                    self.conductor.give_up_sign_in()
                    self.main.show_state()

            clock = self.conductor.clock
            since = state.code_since or clock.now()
            screen = screens.DeviceCodeScreen(state.code, since, clock, self._through(), self.symbols)
            self.push_screen(screen, left)
        elif state.asks:
            ask = next(iter(state.asks.values()))

            def heard(done: bool | None) -> None:
                if done is not None:
                    self.conductor.answer(ask.id, done)
                    self.main.show_state()

            self.push_screen(screens.AskScreen(ask, self.symbols), heard)
        elif state.message.ink not in {"ok", "plain"} and not state.busy:
            self.push_screen(screens.MessageScreen(state.message))
        else:
            self.main.say(_("Nothing waits for you"), "muted")

    def _retire(self) -> None:
        """Close screens whose reason has gone, from the top; one below another waits until that one is closed."""
        while self.screen in self._stale:
            screen = self.screen
            self._stale.discard(screen)
            screen.dismiss(None)
        self._stale &= set(self.screen_stack)

    def open_doctor(self) -> None:
        """Show what the doctor found; where it found nothing yet, let it begin."""
        screen = screens.DoctorScreen(self.conductor, self.symbols)
        if not self.conductor.state.examined:
            self.conductor.doctor()
        self.push_screen(screen, lambda _nothing: self.main.show_state())

    def open_picture(self) -> None:
        """Show the chain as a picture."""
        self.push_screen(screens.ChainScreen(self.conductor.state.reports, self.symbols))

    def open_papers(self) -> None:
        """Ask what is to be written down, and have it made."""

        def heard(form: str | None) -> None:
            if form:
                self.conductor.write(form)
                self.main.show_state()

        checked = any(report.findings for report in self.conductor.state.reports.values())
        self.push_screen(screens.PapersScreen(checked=checked), heard)

    def open_help(self, place: Where, step: StepId) -> None:
        """Show the help, beginning with where the person is."""
        session = self.conductor.runner.session
        self.push_screen(screens.HelpScreen(place, step, self.symbols, session.log_path if session else None))

    def open_entry(self, entry: LogLine) -> None:
        """Show an entry of the log in full."""
        self.push_screen(screens.EntryScreen(entry, self.symbols, self.conductor.find_call))

    def toggle_mouse(self) -> bool:
        """Take the mouse, or give it back to the terminal; whether it is ours now."""
        driver: Any = self._driver
        if not hasattr(driver, "_enable_mouse_support"):
            return False
        mine = not driver._mouse
        driver._mouse = True  # or it does neither
        (driver._enable_mouse_support if mine else driver._disable_mouse_support)()
        driver._mouse = mine
        driver.flush()
        return mine

    def _suspended(self, _app: App[Any]) -> None:
        self._tick_timer.pause()

    def _resumed(self, _app: App[Any]) -> None:
        self._tick_timer.resume()
        self.screen.refresh(layout=True)
        self.refresh(layout=True)
