"""Makes the pictures for the README: the real application on the lab, as SVG and PNG beside this file; and a recording.

Run from the root of the project: ``python screenshots/make.py [NAME]…``. PNG wants resvg-py and a monospace font.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from pushtui.commands.lab import Lab
from pushtui.profile import load
from pushtui.tui.app import PushtuiApp
from pushtui.tui.launch import session_factory
from pushtui.tui.terminal import Terminal

HERE = Path(__file__).resolve().parent
TERMINAL = Terminal(unicode=True, own_colours=True, frames=10, usable=True)
PATIENCE = 60.0
FONTS = ("Fira Code", "DejaVu Sans Mono", "Liberation Mono")


class Photographer:
    """The application without a terminal, driven by keys."""

    def __init__(self, app: PushtuiApp, press: Callable[..., Awaitable[None]]) -> None:
        self._app = app
        self.press = press

    async def until(self, words: str) -> None:
        """Wait until the words are on the screen."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while words not in self._text():
            if asyncio.get_running_loop().time() > end:
                raise TimeoutError(f"“{words}” did not appear:\n{self._text()}")
            await asyncio.sleep(0.05)

    def _text(self) -> str:
        return "\n".join(strip.text for strip in self._app.screen._compositor.render_strips())

    def take(self, name: str) -> None:
        """Keep the screen as it is now."""
        svg = re.sub(r"terminal-\d+", "pushtui", self._app.export_screenshot(title="pushtui"))
        path = HERE / f"{name}.svg"
        path.write_text(svg)
        write_png(path)
        sys.stderr.write(f"{name}\n")


def write_png(path: Path) -> None:
    """The same picture for those who cannot show SVG."""
    import resvg_py

    font = installed_font()
    svg = path.read_text().replace("Fira Code", font)
    path.with_suffix(".png").write_bytes(bytes(resvg_py.svg_to_bytes(svg_string=svg, monospace_family=font)))


def installed_font() -> str:
    """The first of the fonts that this machine has."""
    if shutil.which("fc-list") is None:
        return FONTS[0]
    listed = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=False).stdout  # noqa: S607  # wherever it is
    return next((font for font in FONTS if font in listed), FONTS[0])


async def from_fresh_to_all_ok(camera: Photographer) -> None:
    await camera.until("Ready")
    camera.take("first")
    await camera.press("R")
    await camera.until("need changes")
    await camera.press("A")
    await camera.until("Plan:")
    camera.take("plan")
    await camera.press("y")
    await camera.until("To agree")
    camera.take("consent")
    await camera.press(*"fabrikam.com", "enter")
    await camera.until("applying")
    camera.take("running")
    await camera.until("All steps ok")
    await camera.press("7")
    camera.take("all-ok")


async def failure(camera: Photographer) -> None:
    await camera.until("Ready")
    await camera.press("R")
    await camera.until("needs you")
    await camera.press("2")
    camera.take("failure")


STORIES: dict[str, tuple[str, Callable[[Photographer], Awaitable[None]]]] = {
    "story": ("fresh", from_fresh_to_all_ok),
    "failure": ("old-cu", failure),
}


async def tell(scenario: str, story: Callable[[Photographer], Awaitable[None]], width: int, height: int) -> None:
    """Play one story on a lab of its own."""
    with Lab(scenario) as lab:
        app = PushtuiApp(load(lab.profile), session_factory(read_only=False), terminal=TERMINAL)
        async with app.run_test(size=(width, height)) as pilot:
            await pilot.pause()
            await story(Photographer(app, pilot.press))
        app.conductor.runner.close(lambda: None)


def record_demo() -> None:
    """From a fresh organization to seven times *ok*, in a terminal: check, look closer, plan, apply."""
    from recording import Recording  # beside this file

    with tempfile.TemporaryDirectory() as home:
        environment = {
            "PATH": os.environ["PATH"], "HOME": home, "LANG": "C.UTF-8", "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
        }  # fmt: skip
        demo = Recording([sys.executable, "-m", "pushtui", "lab"], environment, 120, 36)
        demo.until("Ready")
        demo.wait(2)
        demo.press("R")
        demo.until("need changes")
        demo.wait(2)
        for step in "345":
            demo.press(step)
            demo.wait(1.5)
        demo.press("A")
        demo.until("Plan:")
        demo.wait(2.5)
        demo.press("   ", between=1.5)
        demo.press("y")
        demo.until("To agree")
        demo.wait(2)
        demo.press("fabrikam.com\r")
        demo.until("All steps ok")
        demo.press("7")
        demo.wait(4)
        demo.press("q")
        demo.end()
    demo.keep(HERE / "demo.cast", "pushtui on its lab: check, plan, apply")
    sys.stderr.write("demo\n")


def main(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as state:
        os.environ["XDG_STATE_HOME"] = state
        for name in names or [*STORIES, "demo"]:
            if name == "demo":
                record_demo()
                continue
            scenario, story = STORIES[name]
            asyncio.run(tell(scenario, story, 120, 40))


if __name__ == "__main__":
    main(sys.argv[1:])
