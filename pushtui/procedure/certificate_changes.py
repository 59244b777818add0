"""Making, assigning, distributing and exporting the Auth certificate, in the order that breaks least.

A valid certificate is never touched. Where there was none, the new one is made current at once. Where one is
replaced, it becomes AuthConfig's next one, effective now, and is then published: Exchange deploys it to all servers
and keeps the old one as the previous (`Set-AuthConfig -CertificateThumbprint` would be the emergency swap).
"""

from __future__ import annotations

from collections.abc import Iterable

from pushtui.base.commands import Cmdlet, Json, Later, Value
from pushtui.procedure import certificate_file, questions, server_state
from pushtui.procedure.certificate_state import FRIENDLY_NAME, THUMBPRINT, State
from pushtui.procedure.model import (
    Action,
    Ask,
    Change,
    Consent,
    ExchangeWrite,
    Facts,
    FileRemove,
    FileWrite,
    Query,
    Risk,
    StepId,
    Wait,
    WindowsWrite,
)
from pushtui.procedure.records import CertificateRecord

STEP = StepId.CERTIFICATE
AUTH_CONFIG = "AuthConfig"
FOLLOW = "MSExchangeServiceHost,MSExchangeOWAAppPool,MSExchangeECPAppPool"
"""What only notices the new certificate after a restart; Exchange restarts none of it by itself."""

RESTART_HOST = "certificate.restart-host"
DISTRIBUTION_SECONDS = 60.0
"""How long an apply looks for the copies. Within a site they are quick; the servicelet that does the rest runs every
12 hours, so what is missing then is waited for, not failed."""


def replacement(state: State) -> Iterable[Action]:
    """From a certificate that cannot stay to one that is current."""
    candidate = state.candidate
    if candidate is None:
        yield create(state, state.mark, state.problem, _consent(state))
    thumbprint = candidate.sha1_thumbprint if candidate else THUMBPRINT
    if state.staged is None and not state.config.current_certificate_thumbprint:
        yield _assign(state, thumbprint)
        return
    if state.staged is None:
        yield _stage(state, thumbprint)
    yield _publish(state, thumbprint)


def export(facts: Facts, wanted: CertificateRecord | None) -> Change:
    """The certificate, and nothing but it, to the path."""
    path = facts.inputs.certificate_path
    before = certificate_file.held(facts)
    return Change(
        id="certificate.export",
        step=STEP,
        target=path,
        command=FileWrite(path, wanted.der if wanted else None),
        before=certificate_file.identify(before).label if before is not None else None,
        after={"thumbprint": wanted.sha1_thumbprint if wanted else str(THUMBPRINT)},
        risk=Risk.REVERSIBLE,
        reads=(questions.certificate_file(facts),),
        undo=FileWrite(path, before) if before is not None else FileRemove(path),
        arguments={
            "thumbprint": wanted.sha1_thumbprint if wanted else str(THUMBPRINT),
            "sha256": wanted.sha256 if wanted else str(THUMBPRINT),
        },
    )


def distribution(missing: Iterable[str], thumbprint: str) -> Wait:
    """Until these servers have it too."""
    names = tuple(missing)
    return Wait(
        id="certificate.distribution",
        step=STEP,
        seconds=DISTRIBUTION_SECONDS,
        reads=tuple(questions.server_store(name) for name in names),
        poll=2.0,
        arguments={"servers": ", ".join(names), "thumbprint": thumbprint},
    )


def restart_host(facts: Facts, server: str, thumbprint: str) -> Change | Ask:
    """Have Exchange look for the certificate now: its servicelet does when MSExchangeServiceHost starts.

    That it does so at once is how the servicelet is described, not verified against a real server.
    """
    arguments = {"server": server, "thumbprint": thumbprint}
    affects = server_state.service_reads(facts, server)
    if not facts.inputs.windows_endpoint:
        cmdlet = Cmdlet.of("Restart-Service", Name=questions.SERVICE_HOST)
        return Ask(RESTART_HOST, STEP, cmdlet.text, server, arguments, affects)
    cmdlet = Cmdlet.of("Restart-Service", Name=questions.SERVICE_HOST, Confirm=False)
    return Change(
        id=RESTART_HOST,
        step=STEP,
        target=server,
        command=WindowsWrite(cmdlet, server),
        before={"thumbprint": None},
        after={"thumbprint": thumbprint},
        risk=Risk.REVERSIBLE,
        reads=(questions.server_store(server),),
        arguments=arguments,
        affects=affects,
    )


def create(state: State, mark: str, reason: str, consent: Consent | None) -> Change:
    """A new certificate on the server that executes, recognised later by its SubjectKeyIdentifier `mark`."""
    replaces = state.config.current_certificate_thumbprint
    # Without -Force: with Federation alone Exchange asks nothing, and should it ask whether to overwrite the default
    # SMTP certificate all the same, the command fails instead of doing it.
    cmdlet = Cmdlet.of(
        "New-ExchangeCertificate",
        FriendlyName=FRIENDLY_NAME,
        DomainName=state.executing.partition(".")[2] or state.executing,
        Services="Federation",
        KeySize=2048,
        PrivateKeyExportable=True,
        SubjectKeyIdentifier=mark,
        Server=state.executing,
        Confirm=False,
    )
    return Change(
        id="certificate.create",
        step=STEP,
        target=state.executing,
        command=ExchangeWrite(cmdlet),
        before={"certificates": [record.sha1_thumbprint for record in state.stores.get(state.executing, ())]},
        after={"subject_key_identifier": mark, "thumbprint": str(THUMBPRINT)},
        risk=Risk.REVERSIBLE,
        reads=(questions.AUTH_CONFIG, questions.EXECUTING_STORE, questions.server_store(state.executing)),
        undo=ExchangeWrite(
            Cmdlet.of("Remove-ExchangeCertificate", Server=state.executing, Thumbprint=THUMBPRINT, Confirm=False)
        ),
        consent=consent,
        volatile=frozenset({"SubjectKeyIdentifier", "subject_key_identifier"}),
        arguments={
            "identifier": mark,
            "server": state.executing,
            "replaces": replaces,
            "reason": reason,
        },
    )


def _assign(state: State, thumbprint: str | Later) -> Change:
    cmdlet = Cmdlet.of("Set-AuthConfig", CertificateThumbprint=thumbprint, Force=True, Confirm=False)
    return _set(
        "certificate.assign",
        state,
        cmdlet,
        {"current": str(thumbprint)},
        None,
        thumbprint=str(thumbprint),
        prompt="outage",
        follow=FOLLOW,
    )


def _stage(state: State, thumbprint: str | Later) -> Change:
    # The date is compulsory, may be five minutes old at most, and always asks when less than 48 hours ahead.
    cmdlet = Cmdlet.of(
        "Set-AuthConfig",
        NewCertificateThumbprint=thumbprint,
        NewCertificateEffectiveDate=state.now.replace(microsecond=0),
        Force=True,
        Confirm=False,
    )
    config = state.config
    return _set(
        "certificate.stage",
        state,
        cmdlet,
        {"next": str(thumbprint)},
        ExchangeWrite(Cmdlet.of("Set-AuthConfig", NewCertificateThumbprint="", Force=True, Confirm=False)),
        thumbprint=str(thumbprint),
        replaces=config.current_certificate_thumbprint,
        next=config.next_certificate_thumbprint,
        prompt="soon-and-next" if config.next_certificate_thumbprint else "soon",
    )


def _publish(state: State, thumbprint: str | Later) -> Change:
    """With -Force: our clock and the server's need not agree on whether the effective date has come.

    One that serves nobody any more is not kept as the previous one: Exchange would go on looking for it.
    """
    config = state.config
    undo = None
    clear: tuple[tuple[str, Value], ...] = () if state.signs else (("ClearPreviousCertificate", True),)
    if state.signs:
        undo = ExchangeWrite(
            Cmdlet.of(
                "Set-AuthConfig",
                CertificateThumbprint=config.current_certificate_thumbprint,
                Force=True,
                Confirm=False,
            )
        )
    effective = config.next_certificate_effective_date if state.staged is not None else state.now
    return _set(
        "certificate.publish",
        state,
        Cmdlet("Set-AuthConfig", (("PublishCertificate", True), *clear, ("Force", True), ("Confirm", False))),
        {
            "current": str(thumbprint),
            "previous": config.current_certificate_thumbprint if state.signs else "",
            "next": "",
        },
        undo,
        thumbprint=str(thumbprint),
        replaces=config.current_certificate_thumbprint,
        effective=effective.isoformat() if effective else "",
        prompt="early",
        follow=FOLLOW,
    )


def _set(
    id_: str, state: State, cmdlet: Cmdlet, after: dict[str, Json], undo: ExchangeWrite | None, **arguments: str
) -> Change:
    config = state.config
    reads: tuple[Query, ...] = (
        questions.AUTH_CONFIG,
        questions.EXECUTING_STORE,
        *(questions.server_store(name) for name in (*state.stores, *state.failures)),
    )
    before: dict[str, Json] = {
        "current": config.current_certificate_thumbprint,
        "previous": config.previous_certificate_thumbprint,
        "next": config.next_certificate_thumbprint,
    }
    return Change(
        id=id_,
        step=STEP,
        target=AUTH_CONFIG,
        command=ExchangeWrite(cmdlet),
        before=before,
        after=before | after,
        risk=Risk.ORG_WIDE,
        reads=reads,
        undo=undo,
        consent=_consent(state),
        volatile=frozenset({"NewCertificateEffectiveDate"}),
        arguments=arguments,
    )


def _consent(state: State) -> Consent | None:
    """Replacing one that still serves someone asks for a consent of its own; an expired one serves nobody."""
    return Consent.REPLACE_CERTIFICATE if state.signs else None
