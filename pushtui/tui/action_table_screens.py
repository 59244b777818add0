"""What keys do on the screens and dialogs that open over the main one: the second half of the one definition."""

from __future__ import annotations

from pushtui.base.words import _
from pushtui.tui.action import Action, Where


def screens() -> tuple[Action, ...]:
    """What fills the whole screen, one below another."""
    return (
        Action(
            "agree", "y", _("apply this plan"), _("Apply the plan; consents are asked for after that"), "plan", bar=1
        ),
        Action("copy", "c", _("copy"), _("Copy a command of the plan, or all of it"), "plan", bar=3),
        Action("leave", "escape,n,q", _("back, change nothing"), _("Go back; nothing is changed"), "plan", bar=2),
        Action("move(-1)", "up,k", _("up"), _("Go to the key before"), "keys", slug="up"),
        Action("move(1)", "down,j", _("down"), _("Go to the next key"), "keys", slug="down"),
        Action("choose", "space", _("choose"), _("Choose the key, or no longer"), "keys", bar=1),
        Action("choose_expired", "e", _("expired"), _("Choose all that are expired"), "keys", bar=2),
        Action("choose_ours", "o", _("ours"), _("Choose all that are this organization's"), "keys", bar=3),
        Action("remove", "d,delete", _("remove chosen"), _("Show what removing the chosen keys means"), "keys", bar=4),
        Action("copy", "c", _("copy"), _("Copy the key's thumbprint or hash, or the whole list"), "keys", bar=5),
        Action("leave", "escape,q,K", _("back, change nothing"), _("Go back; nothing is changed"), "keys", bar=6),
        Action("copy", "c", _("copy"), _("Copy the picture as text"), "picture", bar=1),
        Action("leave", "escape,q,m", _("back"), _("Go back"), "picture", bar=2),
        Action(
            "next_sheet(1)",
            "tab,right,l",
            _("next table"),
            _("Go to the next table"),
            "organization",
            bar=1,
            slug="next",
        ),
        Action(
            "next_sheet(-1)",
            "shift+tab,left,h",
            _("before"),
            _("Go to the table before"),
            "organization",
            slug="previous",
        ),
        Action("sort", "s", _("sort"), _("Sort by the next column, in the end problems first"), "organization", bar=2),
        Action("turn", "S", _("turn"), _("Sort the other way round"), "organization", bar=3),
        Action("open", "enter", _("in full"), _("Read the selected row in full"), "organization", bar=4),
        Action("copy", "c", _("copy"), _("Copy the name or the row"), "organization", bar=5),
        Action("again", "r", _("read again"), _("Read everything again"), "organization", bar=6),
        Action("move(-1)", "up,k", _("up"), _("Go to the row before"), "organization", slug="up"),
        Action("move(1)", "down,j", _("down"), _("Go to the next row"), "organization", slug="down"),
        Action("page(-1)", "pageup", _("page up"), _("Go a page up"), "organization", slug="page-up"),
        Action("page(1)", "pagedown,space", _("page down"), _("Go a page down"), "organization", slug="page-down"),
        Action("first", "home,g", _("first"), _("Go to the first row"), "organization"),
        Action("last", "end,G", _("last"), _("Go to the last row"), "organization"),
        Action("leave", "escape,q,i", _("back"), _("Go back"), "organization", bar=7),
    )


def dialogs() -> tuple[Action, ...]:
    """What is shown on top of a screen."""
    yes_no = _("Yes, do it"), _("No, leave it as it is")
    return (
        Action("scroll_text('up')", "up", _("up"), _("Scroll up"), "dialog", slug="up"),
        Action("scroll_text('down')", "down", _("down"), _("Scroll down"), "dialog", slug="down"),
        Action("scroll_text('page_up')", "pageup", _("page up"), _("Scroll a page up"), "dialog", slug="page-up"),
        Action(
            "scroll_text('page_down')", "pagedown", _("page down"), _("Scroll a page down"), "dialog", slug="page-down"
        ),
        Action("copy", "c", _("copy"), _("Copy what is shown"), "reading", bar=2),
        Action("close", "escape,q,enter,question_mark,f1", _("close"), _("Close"), "reading", bar=1, shown="Esc q"),
        Action("again", "r", _("again"), _("Test everything again"), "doctor", bar=1),
        Action("cancel", "x", _("cancel"), _("Cancel the tests that run"), "doctor", bar=2),
        Action("copy", "c", _("copy"), _("Copy what was found"), "doctor", bar=3),
        Action("leave", "escape,q,d", _("close"), _("Close; tests that run are cancelled"), "doctor", bar=4),
        Action(
            "wish('markdown')", "m", "Markdown", _("Report as Markdown, for a ticket"), "papers", bar=1, slug="markdown"
        ),
        Action("wish('html')", "h", "HTML", _("Report as one HTML file, for a browser"), "papers", bar=2, slug="html"),
        Action("wish('json')", "j", "JSON", _("Report as JSON, for a program"), "papers", bar=3, slug="json"),
        Action(
            "wish('script')",
            "s",
            _("script"),
            _("The plan as a PowerShell script, to be run by hand on Windows; reads afresh"),
            "papers",
            bar=4,
            slug="script",
        ),
        Action("leave", "escape,q,w", _("back"), _("Write nothing"), "papers", bar=5),
        Action("choose(-1)", "up,k", _("up"), _("Go to the one before"), "copy", slug="up"),
        Action("choose(1)", "down,j", _("down"), _("Go to the next"), "copy", slug="down"),
        Action("take", "enter,c", _("copy"), _("Copy it"), "copy", bar=1),
        Action("leave", "escape,q", _("close"), _("Copy nothing"), "copy", bar=2),
        Action("copy", "c,ctrl+y", _("copy the code"), _("Copy the code"), "code", bar=1),
        Action("copy_address", "a", _("the address"), _("Copy the address"), "code", bar=2),
        Action(
            "give_up", "escape,q", _("give up this sign-in"), _("Give up this sign-in; the rest goes on"), "code", bar=3
        ),
        Action("copy", "ctrl+y,f6", _("copy the address"), _("Copy the address"), "browser", bar=1),
        Action("decline", "escape", _("give up"), _("Give up this sign-in"), "browser", bar=3),
        Action("decline", "escape", _("without it"), _("Go on without it"), "secret", bar=2),
        Action("decline", "escape", _("back, change nothing"), _("Go back; nothing is changed"), "consent", bar=2),
        Action("answer(True)", "y", _("quit"), yes_no[0], "quit", bar=1, slug="yes"),
        Action("answer(False)", "n,escape", _("stay"), yes_no[1], "quit", bar=2, slug="no"),
        Action("answer(True)", "y", _("replace it when applying"), yes_no[0], "file", bar=1, slug="yes"),
        Action("answer(False)", "n,escape", _("keep it"), yes_no[1], "file", bar=2, slug="no"),
        Action("choose('go-on')", "g", _("go on"), _("Go on with the run"), "interrupted", bar=1, slug="go-on"),
        Action(
            "choose('take-back')", "u", _("take it back"), _("Take the run back"), "interrupted", bar=2, slug="undo"
        ),
        Action("choose('')", "escape,q,n", _("later"), _("Decide later"), "interrupted", bar=3, slug="later"),
        Action("copy", "c,ctrl+y", _("copy the command"), _("Copy the command to type"), "ask", bar=1),
        Action("answer(True)", "d", _("done"), _("It is done; the next step relies on it"), "ask", bar=2, slug="done"),
        Action("answer(False)", "n", _("not possible"), _("It cannot be done"), "ask", bar=3, slug="not-possible"),
        Action("later", "escape", _("later"), _("Decide later; what runs goes on waiting"), "ask", bar=4),
        *_choosing(),
    )


def _choosing() -> tuple[Action, ...]:
    """Lists to choose from, and the form of a new profile."""
    return (
        Action("move(-1)", "k", _("up"), _("Go to the one before"), "list", slug="up"),
        Action("move(1)", "j", _("down"), _("Go to the next"), "list", slug="down"),
        Action("choose", "enter", _("go"), _("Take what is pointed at"), "list", bar=1),
        Action("leave", "escape,q", _("back"), _("Go back; nothing is chosen"), "list", bar=2),
        Action("new", "n", _("new"), _("Make a new profile"), "profiles", bar=1),
        Action("go_on", "enter", _("next"), _("Go to the next field; after the last, make it"), "form", bar=1),
        Action("next(-1)", "up,shift+tab", _("up"), _("Go to the field before"), "form", slug="up"),
        Action("next(1)", "down,tab", _("down"), _("Go to the next field"), "form", slug="down"),
        Action("save", "f2", _("make it"), _("Make the profile, where every field is good"), "form", bar=2),
        Action("leave", "escape", _("back"), _("Go back; no profile is made"), "form", bar=3),
    )


def scrolling(where: Where) -> tuple[Action, ...]:
    """Going up and down in a text, whatever it is in."""
    return (
        Action("scroll_up", "up,k", _("up"), _("Scroll up"), where),
        Action("scroll_down", "down,j", _("down"), _("Scroll down"), where),
        Action("page_up", "pageup", _("page up"), _("Scroll a page up"), where),
        Action("page_down", "pagedown,space", _("page down"), _("Scroll a page down"), where),
        Action("scroll_home", "home,g", _("top"), _("Go to the start"), where, shown="Home g"),
        Action("scroll_end", "end,G", _("end"), _("Go to the end"), where),
    )
