"""What every key does, place by place: the one definition that bindings, key bars, help and palette are made from.

Keys that tmux, screen or a terminal take for themselves (Ctrl with A, B, S, Z and the like, Alt, F10 and up) are left
alone, or have another beside them. A capital letter does to all steps what the small one does to the selected one.
"""

from __future__ import annotations

import gettext
from functools import lru_cache

from pushtui.base.words import _, catalogue
from pushtui.tui.action import Action
from pushtui.tui.action_table_screens import dialogs, screens, scrolling


def table() -> tuple[Action, ...]:
    """The table as it is without any settings, in the order in which help shows it."""
    return _table(catalogue())


@lru_cache(maxsize=1)
def _table(_spoken: gettext.NullTranslations) -> tuple[Action, ...]:
    return (*_main(), *_panes(), *_log(), *_entry(), *screens(), *dialogs())


def _main() -> tuple[Action, ...]:
    return (
        Action("check_all", "R,f5", _("check"), _("Check all steps; nothing is changed"), "main", bar=1, palette=True),
        Action("check_step", "r", _("re-check"), _("Check the selected step again"), "main", palette=True),
        Action("plan", "p", _("plan"), _("Check, then show all changes that are needed"), "main", bar=2, palette=True),
        Action(
            "apply_step",
            "a",
            _("apply"),
            _("Apply the selected step; what will change is shown first"),
            "main",
            bar=3,
            palette=True,
        ),
        Action(
            "apply_all",
            "A",
            _("all"),
            _("Apply all steps; what will change is shown first"),
            "main",
            bar=4,
            palette=True,
        ),
        Action(
            "undo_step",
            "u",
            _("undo step"),
            _("Take back what the last run did to the selected step; what that means is shown first"),
            "main",
            palette=True,
        ),
        Action(
            "undo_all",
            "U",
            _("undo"),
            _("Take back the last run; what that means is shown first"),
            "main",
            palette=True,
        ),
        Action(
            "runs",
            "C",
            _("changes"),
            _("Look at what runs changed, and take a run or one change back; what that means is shown first"),
            "main",
            palette=True,
        ),
        Action("cancel", "x", _("cancel"), _("Cancel what is running"), "main", bar=5, palette=True),
        Action(
            "attend",
            "o",
            _("open"),
            _("Open what waits for you: a sign-in, something to do, what went wrong"),
            "main",
            palette=True,
        ),
        Action(
            "sign_out",
            "O",
            _("sign out"),
            _("Sign out of both sides: passwords and tokens are forgotten, sessions are closed"),
            "main",
            palette=True,
        ),
        Action("skip_wait", "s", _("skip"), _("End a countdown early"), "main", palette=True),
        Action("renew", "W", _("renew"), _("Renew the Auth certificate, in steps over days"), "main", palette=True),
        Action(
            "keys",
            "K",
            _("keys"),
            _("List the service principal's keys, and remove those that should go"),
            "main",
            bar=11,
            palette=True,
        ),
        Action(
            "doctor",
            "d",
            _("doctor"),
            _("Test every leg of the way to both sides; nothing is changed"),
            "main",
            palette=True,
        ),
        Action(
            "edit",
            "e",
            _("edit"),
            _("Edit tenant domain, certificate file and Exchange server"),
            "main",
            bar=6,
            palette=True,
        ),
        Action(
            "copy",
            "c",
            _("copy"),
            _("Copy: a finding, a command, a value, the step, a report; in the log its lines"),
            "main",
            bar=7,
            palette=True,
        ),
        Action(
            "organization",
            "i",
            _("organization"),
            _("Look at every server, certificate and key, problems first; checks first where nothing was"),
            "main",
            bar=13,
            palette=True,
        ),
        Action(
            "picture",
            "m",
            _("chain"),
            _("Draw the chain: where the trust breaks, and between which two values"),
            "main",
            bar=12,
            palette=True,
        ),
        Action(
            "console",
            "greater_than_sign",
            _("console"),
            _("Ask Exchange with a Get- or Test- cmdlet of your own; the answer is in the log"),
            "main",
            palette=True,
        ),
        Action(
            "write",
            "w",
            _("write"),
            _("Write what is known down: a report for a ticket, or the plan as a script"),
            "main",
            palette=True,
        ),
        Action("show_log", "L,l", _("log"), _("Go to the log"), "main", bar=10, palette=True),
        Action("zoom", "z", _("zoom"), _("Show the step or the log alone, and back"), "main", palette=True),
        Action(
            "log_height(1)",
            "plus,equals_sign",
            _("higher log"),
            _("Give the log more lines"),
            "main",
            palette=True,
            shown="+",
            slug="higher-log",
        ),
        Action(
            "log_height(-1)",
            "minus",
            _("lower log"),
            _("Give the log fewer lines"),
            "main",
            palette=True,
            slug="lower-log",
        ),
        Action(
            "mouse",
            "percent_sign",
            _("mouse"),
            _("Use the mouse here, or give it back to the terminal for its own selection"),
            "main",
            palette=True,
        ),
        Action("next_pane", "tab", _("next"), _("Go to the next pane or field"), "main"),
        Action("previous_pane", "shift+tab", _("previous"), _("Go to the pane or field before"), "main"),
        Action("back", "escape", _("back"), _("Close what is open; cancel a check that is running"), "main"),
        Action("profiles", "P", _("profiles"), _("Choose another profile, or make one"), "main", palette=True),
        Action("palette", "ctrl+p,colon", _("commands"), _("Find a command by its name"), "main"),
        Action("help", "question_mark,f1", _("help"), _("Show this help"), "main", bar=99, palette=True),
        Action("repaint", "ctrl+l", _("repaint"), _("Paint the screen anew"), "main", palette=True),
        Action("suspend", "ctrl+z", _("suspend"), _("Back to the shell; fg returns"), "main", palette=True),
        Action("quit", "q", _("quit"), _("Quit; asks while something runs"), "main", bar=98, palette=True),
        Action("quit", "ctrl+q,ctrl+c", _("quit"), _("Quit from anywhere; pressed again, at once"), "any"),
    )


def _panes() -> tuple[Action, ...]:
    return (
        Action("move(-1)", "up,k", _("up"), _("Select the step before"), "steps", slug="up"),
        Action("move(1)", "down,j", _("down"), _("Select the next step"), "steps", slug="down"),
        Action("select(1)", "home,g,1", _("first"), _("Select the first step"), "steps", shown="Home g", slug="first"),
        Action("select(0)", "end,G", _("last"), _("Select the last step"), "steps", slug="last"),
        *(Action(f"select({number})", str(number), "", "", "steps") for number in range(2, 8)),
        Action("open", "enter", _("open"), _("Show what was found and what would be changed"), "steps"),
        *scrolling("detail"),
        Action("edit_field", "enter", _("edit"), _("Edit the field; Enter keeps, Esc restores"), "fields"),
    )


def _log() -> tuple[Action, ...]:
    return (
        *scrolling("log"),
        Action("scroll_sideways(-1)", "left,h", _("left"), _("Scroll long lines back"), "log", slug="left"),
        Action("scroll_sideways(1)", "right,l", _("right"), _("Scroll long lines sideways"), "log", slug="right"),
        Action("wrap", "w", _("wrap"), _("Let long lines go on below, or no longer"), "log", palette=True),
        Action("follow", "f", _("follow"), _("Go to the end and follow it"), "log", bar=1, palette=True),
        Action("find", "slash", _("find"), _("Search the log"), "log", bar=2, palette=True),
        Action("find_next(1)", "n", _("next hit"), _("Go to the next hit"), "log", bar=3, slug="find-next"),
        Action("find_next(-1)", "N", _("hit before"), _("Go to the hit before"), "log", slug="find-previous"),
        Action(
            "narrow",
            "v",
            _("levels"),
            _("Show all levels, commands and problems, or problems only"),
            "log",
            bar=4,
            palette=True,
        ),
        Action(
            "only_step",
            "t",
            _("step"),
            _("Show only the lines of the selected step, or all"),
            "log",
            bar=5,
            palette=True,
        ),
        Action("only_side", "b", _("side"), _("Show both sides, or the lines of one"), "log", bar=6, palette=True),
        Action("all_lines", "0", _("all lines"), _("Show all lines again"), "log", palette=True),
        Action(
            "go_to_step(1)",
            "1",
            _("step"),
            _("Go to the first line of this step in the last run"),
            "log",
            shown="1 - 7",
            slug="step-1",
        ),
        *(Action(f"go_to_step({number})", str(number), "", "", "log", slug=f"step-{number}") for number in range(2, 8)),
        Action("mark", "m", _("mark"), _("Begin to mark lines here, or mark none; moving marks more"), "log", bar=8),
        Action("extend(-1)", "shift+up", _("mark up"), _("Mark the line before, too"), "log", slug="mark-up"),
        Action("extend(1)", "shift+down", _("mark down"), _("Mark the next line, too"), "log", slug="mark-down"),
        Action("save", "S", _("save"), _("Write lines to a file"), "log", bar=9, palette=True),
        Action("open_entry", "enter", _("open"), _("Show what was sent and all that was answered"), "log", bar=7),
        Action("submit", "enter", _("ask"), _("Send what was typed, where it only reads"), "console", bar=1),
        Action("complete", "tab", _("complete"), _("Complete what was typed, as far as it is known"), "console", bar=2),
        Action("past(-1)", "up", _("before"), _("What was typed before"), "console", bar=3, slug="before"),
        Action("past(1)", "down", _("after"), _("What was typed after that"), "console", slug="after"),
        Action("scroll('page_up')", "pageup", _("page up"), _("Scroll the log up"), "console", slug="page-up"),
        Action(
            "scroll('page_down')", "pagedown", _("page down"), _("Scroll the log down"), "console", slug="page-down"
        ),
    )


def _entry() -> tuple[Action, ...]:
    """A command with its answer, in full."""
    return (
        *scrolling("entry"),
        Action("scroll_sideways(-1)", "left,h", _("left"), _("Scroll long lines back"), "entry", slug="left"),
        Action("scroll_sideways(1)", "right,l", _("right"), _("Scroll long lines sideways"), "entry", slug="right"),
        Action("wrap", "w", _("wrap"), _("Let long lines go on below, or no longer"), "entry", bar=5),
        Action("find", "slash", _("find"), _("Search the text"), "entry", bar=4),
        Action("find_next(1)", "n", _("next hit"), _("Go to the next hit"), "entry", slug="find-next"),
        Action("find_next(-1)", "N", _("hit before"), _("Go to the hit before"), "entry", slug="find-previous"),
        Action("mark", "m", _("mark"), _("Begin to mark lines here, or mark none; moving marks more"), "entry"),
        Action("extend(-1)", "shift+up", _("mark up"), _("Mark the line before, too"), "entry", slug="mark-up"),
        Action("extend(1)", "shift+down", _("mark down"), _("Mark the next line, too"), "entry", slug="mark-down"),
        Action("form", "v", "JSON/CLIXML", _("Show objects as JSON or as CLIXML"), "answer", bar=2),
        Action("copy", "c", _("copy"), _("Copy the marked lines, the command, or all of it"), "answer", bar=3),
        Action("save", "S", _("save"), _("Write all of it to a file"), "answer", bar=6),
        Action("leave", "escape,q,enter", _("back"), _("Close what is open, then go back"), "answer", bar=1),
        Action(
            "other_lines",
            "tab",
            _("other lines"),
            _("Write other lines: all, those shown, those marked"),
            "save",
            bar=2,
        ),
        Action("leave", "escape", _("write nothing"), _("Write nothing"), "save", bar=3),
    )
