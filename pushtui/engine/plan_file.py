"""A plan in a file: what was reviewed, to be run later exactly as it is, or by somebody else.

It holds everything that was shown – object, values, command with every parameter, the whole body of a request, risk,
undo – and which organization, tenant and certificate path it is for. Nothing in it is sent: each change is computed
anew when its turn comes, and runs only where it comes out as the file has it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pushtui import __version__
from pushtui.base.commands import Json
from pushtui.base.errors import PushtuiError, UsageError
from pushtui.base.files import problem, write_atomically
from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.engine.action_encoding import action_from, action_to, finding_from, finding_to, task_from, task_to
from pushtui.engine.journal import organization_folder, who
from pushtui.engine.plan import Plan, consents_of
from pushtui.procedure.model import Consent, StepId
from pushtui.profile import Profile, validate_certificate_path

KIND, SCHEMA = "pushtui plan", 1
LARGEST = 16 * 1024 * 1024


@frozen
class Reviewed:
    """A plan as it was read from a file."""

    plan: Plan
    overwrite_certificate_file: bool
    made: datetime
    by: str
    """Who made it: the local user then."""
    digest: str
    """SHA-256 of what is in it, in hex: the name by which a journal refers to it."""


def save(path: Path, plan: Plan, profile: Profile, now: datetime, *, overwrite_certificate_file: bool) -> str:
    """Write it, readable for its owner alone; its digest. Raises `FileProblem`, and `UsageError` where something else
    than a plan is in the way."""
    if path.exists() and not _is_plan(path):
        raise UsageError(
            "plan.in-the-way",
            _("There is something else than a plan at {path}").format(path=clean_line(str(path))),
            remedy=_("Name another file"),
        )
    content: dict[str, Json] = {
        "version": __version__,
        "made": now.isoformat(),
        "who": who(),
        "for": identity(profile),
        "task": task_to(plan.task),
        "overwrite_certificate_file": overwrite_certificate_file,
        "steps": [step.value for step in plan.steps],
        "actions": [action_to(action) for action in plan.actions],
        "consents": [consent.value for consent in sorted(plan.needed_consents)],
        "blocked": {step.value: code for step, code in plan.blocked.items()},
        "lost": [finding_to(finding) for finding in plan.lost],
    }
    document = {"kind": KIND, "schema": SCHEMA, "sha256": _digest(content), "plan": content}
    write_atomically(path, (json.dumps(document, indent=1) + "\n").encode())
    return _digest(content)


def load(path: Path, profile: Profile) -> Reviewed:
    """Read it. Raises `UsageError` where it is no plan, was changed by hand, is of another version, or is for another
    organization or profile."""
    document = _document(path)
    content = document.get("plan")
    if document.get("schema") != SCHEMA:
        raise _unusable(path, _("Its format is another one than this version's"), _("Plan again with this version"))
    if not isinstance(content, dict) or document.get("sha256") != _digest(content):
        raise _unusable(path, _("It is not as it was written"), _("Plan again; a plan is not edited, it is made anew"))
    _refuse_others(path, content.get("for"), profile)
    try:
        return _reviewed(content, str(document["sha256"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _unusable(path, _("It does not make sense to this version"), _("Plan again with this version")) from None


def identity(profile: Profile) -> dict[str, Json]:
    """What a plan is good for: the organization, the tenant and the local file that it writes."""
    path = profile.certificate_path
    return {
        "organization": organization_folder(Path(), profile).name,
        "tenant_domain": profile.tenant_domain.strip().lower(),
        "cloud": profile.cloud.name,
        "certificate_path": str(profile.certificate_file) if validate_certificate_path(path) is None else path,
    }


def _refuse_others(path: Path, made_for: object, profile: Profile) -> None:
    here = identity(profile)
    there = made_for if isinstance(made_for, dict) else {}
    for name, value in here.items():
        if there.get(name) != value:
            words = _("It is for another organization or profile: {name} is {there} there and {here} here")
            cause = words.format(name=name, there=clean_line(str(there.get(name))), here=clean_line(str(value)))
            raise _unusable(path, cause, _("Name the profile that it was made with: -p"))


def _reviewed(content: Mapping[str, Any], digest: str) -> Reviewed:
    actions = tuple(action_from(item) for item in content["actions"])
    plan = Plan(
        steps=tuple(StepId(step) for step in content["steps"]),
        actions=actions,
        needed_consents=consents_of(actions),
        blocked={StepId(step): str(code) for step, code in content["blocked"].items()},
        task=task_from(content["task"]),
        lost=tuple(finding_from(item) for item in content["lost"]),
    )
    if plan.needed_consents != {Consent(name) for name in content["consents"]}:
        raise ValueError("consents")
    made = datetime.fromisoformat(content["made"])
    return Reviewed(plan, bool(content["overwrite_certificate_file"]), made, str(content["who"].get("user")), digest)


def _document(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise problem("plan.unreadable", _("The plan cannot be read"), path, error) from None
    try:
        document = json.loads(data) if len(data) <= LARGEST else None
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or document.get("kind") != KIND:
        raise _unusable(path, _("It is not what pushtui plan --out writes"), _("Make one with pushtui plan --out FILE"))
    return document


def _is_plan(path: Path) -> bool:
    try:
        return _document(path).get("kind") == KIND
    except PushtuiError:
        return False


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _unusable(path: Path, cause: str, remedy: str) -> UsageError:
    return UsageError(
        "plan.unusable",
        _("The plan {path} cannot be applied").format(path=clean_line(str(path))),
        cause=cause,
        remedy=remedy,
    )
