"""Taking back `certificate.export`: the file as it was before, if it still is what the run wrote."""

from __future__ import annotations

import hashlib

from pushtui.procedure import certificate_file
from pushtui.procedure.codes import finding
from pushtui.procedure.model import Change, Command, Facts, FileRead, FileRemove, FileWrite, Risk, StepId
from pushtui.procedure.undoing.deeds import Deed, Verdict

EXPORT = "certificate.export"
LARGEST = 64 * 1024
"""What was read of the file before it was replaced; a longer one was not kept whole."""


def verdict(facts: Facts, deed: Deed) -> Verdict:
    path = deed.target
    answer = facts.answers[FileRead(path)]
    if answer.failure is not None or not answer.objects:
        return Verdict((finding("undo.unreadable", path, failure=answer.failure),))
    kind, content = answer.objects[0].get("kind"), bytes(answer.objects[0].get("content") or b"")
    before = deed.undo.content if isinstance(deed.undo, FileWrite) else None
    if (before is None and kind == "absent") or (kind == "file" and before is not None and content == before):
        return Verdict((finding("undo.taken-back", path),))
    ours = deed.arguments.get("sha256", "").lower()
    if kind != "file" or hashlib.sha256(content).hexdigest() != ours:
        return Verdict((finding("undo.changed-since", path, observed=str(kind)),))
    if before is not None and len(before) >= LARGEST:
        return Verdict((finding("undo.file-not-kept", path),))
    return Verdict((finding("undo.wanted", path, observed=certificate_file.identify(content).label),), (_back(deed),))


def _back(deed: Deed) -> Change:
    path = deed.target
    before = deed.undo.content if isinstance(deed.undo, FileWrite) else None
    command: Command = FileWrite(path, before) if before is not None else FileRemove(path)
    return Change(
        id="undo.certificate.file",
        step=StepId.CERTIFICATE,
        target=path,
        command=command,
        before=deed.after,
        after=deed.before,
        risk=Risk.REVERSIBLE,
        reads=(FileRead(path),),
        undo=deed.command,
    )
