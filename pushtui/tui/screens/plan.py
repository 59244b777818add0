"""The plan: everything that would be done, in order, before anything is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.reactive import Reactive, reactive
from textual.screen import Screen
from textual.widget import Widget

from pushtui.base.words import _
from pushtui.engine.events import Identity
from pushtui.procedure.model import Change, Consent, StepId
from pushtui.reporting import sentences
from pushtui.tui.action_blocks import action_blocks
from pushtui.tui.actions import bar, bindings, key_of, scroll_keys
from pushtui.tui.copies import Copyable, as_text, of_actions
from pushtui.tui.painting import Painted
from pushtui.tui.paragraphs import BLANK, Block, Paragraph, text
from pushtui.tui.room import that_fits
from pushtui.tui.screens.consent import ConsentScreen, consent_heading
from pushtui.tui.session import PlanLike
from pushtui.tui.symbols import Symbols
from pushtui.tui.widgets.document import Document
from pushtui.tui.widgets.key_bar import Key, KeyBar
from pushtui.tui.widgets.rule import Rule


class PlanScreen(Painted, Screen[frozenset[Consent] | None]):
    """Dismissed with the consents when the plan is to be applied, with None when not.

    `y` agrees, Enter does nothing: it is pressed too easily. Each consent of its own is asked for after that.
    """

    AUTO_FOCUS = "#text"
    BINDINGS: ClassVar = bindings("plan")
    focused: Reactive[Widget | None] = reactive(None, repaint=False)

    def __init__(
        self,
        plan: PlanLike,
        domain: str,
        symbols: Symbols,
        *,
        refusal: str = "",
        differs: str = "",
        blocked: Mapping[StepId, str],
        identities: Sequence[Identity] = (),
    ) -> None:
        super().__init__()
        self.plan = plan
        self._domain = domain
        self._symbols = symbols
        self._refusal = refusal
        self._differs = differs
        self._blocked = blocked
        self._identities = identities
        self._open = sorted(plan.needed_consents)
        self._given: set[Consent] = set()

    def compose(self) -> ComposeResult:
        self._rule = Rule(self._heading(), "muted", self._symbols)
        self._rule.activate(True)
        yield self._rule
        yield Document(self._blocks(), id="text")
        yield KeyBar(self._keys(), id="keys")

    def _heading(self) -> str:
        changes = sum(isinstance(action, Change) for action in self.plan.actions)
        others = len(self.plan.actions) - changes
        heading = _("Plan: one change") if changes == 1 else _("Plan: {count} changes").format(count=changes)
        whole = heading
        if self.plan.task.undoes:
            heading = (
                _("Take back: one change") if changes == 1 else _("Take back: {count} changes").format(count=changes)
            )
            whole = _("Take back {run}: {count} changes").format(run=self.plan.task.undoes, count=changes)
        beside = _(", one other action") if others == 1 else _(", {count} other actions").format(count=others)
        return that_fits([f"{whole}{beside}" if others else whole, heading], self.app.size.width)

    def on_resize(self) -> None:
        self._rule.show(self._heading())

    def _blocks(self) -> Sequence[Block]:
        dot = self._symbols.dot
        blocks: list[Block] = []
        if self._differs:
            words = _(
                "Something is not as it was when you agreed ({what}), so that was not done, nor what builds on it."
                " This is what is left, as it would be done now."
            )
            blocks += [Paragraph(text(words.format(what=self._differs), "warning")), BLANK]
        if self._refusal:
            blocks += [Paragraph(text(self._refusal, "warning")), BLANK]
        else:
            words = (
                _("Everything below happens in this order when you press {key}.")
                if self._differs
                else _("Nothing has been changed yet. Everything below happens in this order when you press {key}.")
            )
            blocks += [Paragraph(text(words.format(key=key_of("agree", "plan")), "muted")), BLANK]
        for identity in self._identities:
            blocks.append(Paragraph(text(sentences.identity(identity)), lead=((f"{dot} ", "muted"),)))
        if self._identities:
            blocks.append(BLANK)
        for consent in self._open:
            words = _("{what}: you will be asked for this one separately.").format(what=consent_heading(consent))
            blocks.append(Paragraph(text(words, "warning"), lead=((f"{dot} ", "warning"),)))
        if self._open:
            blocks.append(BLANK)
        step = None
        for place, action in enumerate(self.plan.actions, 1):
            if action.step is not step:
                step = action.step
                blocks.append(Paragraph(text(sentences.title(step), "heading")))
            blocks += [*action_blocks(action, place, self._symbols), BLANK]
        if self.plan.lost:
            blocks.append(Paragraph(text(_("What does not come back, or not as it was"), "heading")))
            lead = ((f"{dot} ", "warning"),)
            blocks += [Paragraph(text(sentences.finding_text(each)), lead=lead) for each in self.plan.lost]
        for step, why in self._blocked.items():
            lead = ((f"{dot} ", "muted"),)
            planned = any(action.step is step for action in self.plan.actions)
            words = _("{step} may need more than that: ") if planned else _("{step} cannot be planned yet: ")
            words = words.format(step=sentences.title(step))
            blocks.append(Paragraph((*text(words, "strong"), *text(why)), lead=lead))
        return blocks

    def _keys(self) -> Sequence[Key]:
        return [*bar("plan", off=() if self._may_apply else ("agree",)), scroll_keys("detail")]

    @property
    def _may_apply(self) -> bool:
        return not self._refusal and bool(self.plan.actions)

    def action_agree(self) -> None:
        """The ordinary changes are agreed to; go on with the consents."""
        if self._may_apply:
            self._next_consent()

    def _next_consent(self) -> None:
        missing = [consent for consent in self._open if consent not in self._given]
        if not missing:
            self.dismiss(frozenset(self._given))
            return

        def heard(agreed: bool | None) -> None:
            if agreed:
                self._given.add(missing[0])
                self._next_consent()
            else:
                self._given.clear()

        self.app.push_screen(ConsentScreen(missing[0], self._domain, self._symbols), heard)

    def action_copy(self) -> None:
        """Copy all of it, or one of its commands."""
        whole = Copyable(_("The plan as text"), as_text(self._blocks()))
        self.app.offer_copies([whole, *of_actions(self.plan.actions)])  # type: ignore[attr-defined]  # ours

    def action_leave(self) -> None:
        """Nothing is changed."""
        self.dismiss(None)
