"""The words that findings and actions go by, each with its severity and its meaning.

They are promises: they stand in JSON, in journals and in the sentences of `pushtui.reporting`. A step cannot use a
code that is not here (:func:`finding` looks it up), and the tests prove that every one of them can come about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pushtui.procedure import diagnosis_codes, undo_codes, upkeep_codes
from pushtui.procedure.code import (
    ATTENTION,
    BLOCKED,
    CHANGE,
    FAILURE,
    NOTE,
    OK,
    SKIPPED,
    UNKNOWN,
    WAITING,
    WARNING,
    ActionCode,
    Code,
)
from pushtui.procedure.model import Failure, Finding

FINDINGS: Mapping[str, Code] = {
    # --- tenant: subject is the domain unless said otherwise
    "tenant.domain-missing": Code(FAILURE, "no tenant domain was given"),
    "tenant.domain-malformed": Code(FAILURE, "the tenant domain is not a domain name; observed: what was given"),
    "tenant.not-found": Code(ATTENTION, "the domain belongs to no directory: not enrolled (failure set); say how to"),
    "tenant.found": Code(OK, "the domain belongs to a directory; observed: its tenant id"),
    "tenant.mismatch": Code(
        ATTENTION, "signed in to another directory; expected, observed: tenant ids; {organization}"
    ),
    "tenant.organization": Code(OK, "the organization; subject: its name; observed: tenant id"),
    "tenant.domain-verified": Code(OK, "the domain is verified in the directory"),
    "tenant.domain-unverified": Code(ATTENTION, "the domain was added to the directory but is not verified"),
    "tenant.domain-absent": Code(ATTENTION, "the directory does not have this domain; {verified}: those it has"),
    "tenant.plan-enabled": Code(OK, "an Exchange plan is enabled"),
    "tenant.plan-warning": Code(WARNING, "the Exchange plan is in its grace period; observed: capability status"),
    "tenant.plan-disabled": Code(ATTENTION, "Exchange plans exist, none is enabled; observed: capability status"),
    "tenant.plan-missing": Code(ATTENTION, "no Exchange plan at all: subscribe"),
    "tenant.service-principal": Code(OK, "the service principal exists; subject: its name; observed: object id"),
    "tenant.service-principal-missing": Code(ATTENTION, "the tenant lacks the service principal; subject: its app id"),
    "tenant.unreadable": Code(FAILURE, "could not find out; subject: what was asked; failure set"),
    # --- servers: subject is the server's FQDN
    "servers.current": Code(OK, "CU3 or later; observed: version by name; {build}"),
    "servers.too-old": Code(ATTENTION, "older than CU3; expected, observed: versions by name; {build}"),
    "servers.legacy": Code(ATTENTION, "Exchange 2010 or older, cannot take part; observed: version by name; {build}"),
    "servers.edge": Code(NOTE, "an Edge Transport server, skipped; observed: version by name"),
    "servers.out-of-support": Code(WARNING, "out of support; observed: product; {since}: ISO day"),
    "servers.none": Code(FAILURE, "no Exchange server with a mailbox or client access role was answered"),
    "servers.unreadable": Code(FAILURE, "could not find out; subject: server or cmdlet; failure set, or {reason}"),
    # --- certificate: subject is a thumbprint, a server or a path as said
    "certificate.unreadable": Code(FAILURE, "could not find out; subject: cmdlet; failure set, or {reason}"),
    "certificate.server-unreadable": Code(
        FAILURE, "whether this server holds it could not be found out; subject: FQDN; failure set", passable=True
    ),
    "certificate.current": Code(
        OK, "AuthConfig's certificate is usable; subject: thumbprint; {name} {not_before} {not_after} {key}"
    ),
    "certificate.on-server": Code(OK, "the server holds it; subject: FQDN; observed: thumbprint"),
    "certificate.not-on-server": Code(
        WAITING,
        "not yet on this server; subject: FQDN; expected: thumbprint; {since} {site} {holder}: a server that has it",
    ),
    "certificate.missing-on-server": Code(
        ATTENTION,
        "not on this server although assigned for days; subject: FQDN; expected: thumbprint; {since} {site} {holder}",
        passable=True,
    ),
    "certificate.no-private-key": Code(
        ATTENTION,
        "this server has it without its private key; subject: FQDN; expected: thumbprint; {holder}",
        passable=True,
    ),
    "certificate.none": Code(CHANGE, "AuthConfig names no certificate"),
    "certificate.missing-everywhere": Code(CHANGE, "AuthConfig names a certificate that no server has; subject: it"),
    "certificate.not-found-yet": Code(
        FAILURE, "no server that answered has AuthConfig's certificate, and others did not answer; subject: thumbprint"
    ),
    "certificate.expired": Code(CHANGE, "it has expired; subject: thumbprint; observed: ISO date"),
    "certificate.not-yet-valid": Code(ATTENTION, "it is not valid yet (or a clock is wrong); observed: ISO date"),
    "certificate.key-too-small": Code(CHANGE, "its RSA key is too small; expected, observed: bits"),
    "certificate.key-not-rsa": Code(CHANGE, "its key is not RSA; observed: kind"),
    "certificate.key-missing-everywhere": Code(CHANGE, "no server has its private key; subject: thumbprint"),
    "certificate.refused-by-exchange": Code(CHANGE, "Exchange calls it Revoked or Invalid; observed: status"),
    "certificate.expires-soon": Code(WARNING, "little time left (by default 60 days); observed: ISO date; {days}"),
    "certificate.sha1": Code(NOTE, "signed with SHA-1 (self-signed: harmless); subject: thumbprint"),
    "certificate.next-staged": Code(
        NOTE, "AuthConfig has a next certificate: its key must be uploaded too; subject: thumbprint; observed: date"
    ),
    "certificate.hybrid": Code(
        WARNING, "a hybrid configuration exists: after a replacement run the Hybrid Configuration Wizard again"
    ),
    "certificate.replacing": Code(
        WARNING, "replacing it concerns the whole organization: OWA and ECP sign-in, hybrid, signed serialization"
    ),
    "certificate.ours-found": Code(NOTE, "a certificate that we asked for exists and is used; subject: thumbprint"),
    "certificate.made-elsewhere": Code(
        ATTENTION, "the certificate that we asked for is on another server: connect there; expected, observed: FQDNs"
    ),
    "certificate.creation-unclear": Code(
        FAILURE,
        "one is needed, but one that was asked for before may be on a server that cannot be read: no second one is"
        " made; subject: identifiers; observed: the server that executes",
    ),
    "certificate.executing-server-unknown": Code(
        FAILURE, "a certificate is needed, but on which server the session executes could not be found out"
    ),
    "certificate.smtp-kept": Code(
        OK, "our certificate took no SMTP service; subject: FQDN; observed: SMTP thumbprints"
    ),
    "certificate.smtp-taken": Code(
        WARNING,
        "our certificate is enabled for SMTP: see that the default is still the old one; subject: FQDN; observed:"
        " thumbprint",
    ),
    "certificate.restarts-follow": Code(
        NOTE, "a certificate was assigned in this run: {services} to restart and {pools} to recycle on every server"
    ),
    "certificate.path-missing": Code(ATTENTION, "no certificate path was given"),
    "certificate.file-agrees": Code(OK, "the file holds exactly this certificate; subject: path; observed: thumbprint"),
    "certificate.file-missing": Code(CHANGE, "nothing is at the path yet; subject: path; expected: thumbprint"),
    "certificate.file-differs": Code(
        ATTENTION, "the file holds another certificate; subject: path; expected, observed: thumbprints"
    ),
    "certificate.file-replaced": Code(
        CHANGE,
        "as above (or not a certificate), and replacing it was agreed, or it is a certificate of AuthConfig's whose"
        " place another takes; expected, observed as above",
    ),
    "certificate.file-pem": Code(FAILURE, "the file is PEM, not DER; subject: path; observed: its kind of PEM"),
    "certificate.file-pkcs12": Code(FAILURE, "the file is PKCS#12: a private key; never overwritten; subject: path"),
    "certificate.file-private-key": Code(FAILURE, "the file holds a PEM private key; never overwritten; subject: path"),
    "certificate.file-not-certificate": Code(FAILURE, "the file is no certificate; subject: path"),
    "certificate.file-empty": Code(FAILURE, "the file is empty; subject: path"),
    "certificate.file-folder": Code(FAILURE, "the path is a folder; subject: path"),
    "certificate.file-special": Code(FAILURE, "the path is a device, socket or the like; subject: path"),
    "certificate.file-unreadable": Code(FAILURE, "the path could not be read; subject: path; failure set"),
    "certificate.blocked": Code(BLOCKED, "nothing is changed while an earlier link is broken; {by}: step ids"),
    # --- auth-server: subject is the auth server's name
    "auth-server.unreadable": Code(FAILURE, "could not find out; subject: cmdlet; failure set, or {reason}"),
    "auth-server.tenant-unknown": Code(BLOCKED, "the tenant id is not known: see the tenant step"),
    "auth-server.present": Code(OK, "an enabled ACS server of this tenant; observed: AuthMetadataUrl; {realm}"),
    "auth-server.missing": Code(CHANGE, "there is no ACS server of this tenant; expected: AuthMetadataUrl; {realm}"),
    "auth-server.other-realm": Code(
        CHANGE, "MicrosoftSts trusts another tenant: removed and created anew; expected, observed: realms"
    ),
    "auth-server.url-differs": Code(CHANGE, "right tenant, another URL; expected, observed: AuthMetadataUrl"),
    "auth-server.url-unusual": Code(
        WARNING, "right tenant and enabled, made by someone else with another URL; expected, observed: URLs"
    ),
    "auth-server.disabled": Code(CHANGE, "right tenant, but disabled"),
    "auth-server.name-taken": Code(
        ATTENTION, "MicrosoftSts exists and is no ACS server: not touched; observed: its type"
    ),
    "auth-server.foreign": Code(
        NOTE, "another auth server, of another tenant or kind; observed: realm; {type} {enabled}"
    ),
    "auth-server.partner-disabled": Code(
        CHANGE, "the partner application of Exchange Online is disabled; subject: it; observed: Disabled"
    ),
    "auth-server.blocked": Code(BLOCKED, "nothing is changed while an earlier link is broken; {by}: step ids"),
    # --- service-principal: subject is a key's SHA-1 thumbprint unless said otherwise
    "service-principal.unreadable": Code(FAILURE, "could not find out; subject: app id; failure set, or {reason}"),
    "service-principal.missing": Code(ATTENTION, "the tenant lacks the service principal; subject: app id"),
    "service-principal.tenant-unknown": Code(
        BLOCKED, "the tenant id is not known: see the tenant step; subject: app id"
    ),
    "service-principal.certificate-unknown": Code(BLOCKED, "which certificate it should hold is not known"),
    "service-principal.key-present": Code(OK, "it holds the certificate; {end}: ISO date; {sha256}"),
    "service-principal.key-missing": Code(
        CHANGE, "it does not hold the certificate; {sha256}; {keys}: how many it holds"
    ),
    "service-principal.key-expired": Code(
        CHANGE, "it holds the certificate with an end date that has passed; observed: ISO date; the list is sent anew"
    ),
    "service-principal.key-unreadable": Code(
        ATTENTION, "a key came back without its value: nothing is written, it could be lost; subject: key id; {name}"
    ),
    "service-principal.key-vanished": Code(
        ATTENTION,
        "a key that the list which was sent carried on is gone: someone else wrote the list after that; subject:"
        " SHA-256; observed: how many keys there are; {sent}: how many were carried on",
    ),
    "service-principal.not-visible": Code(WAITING, "the key was sent in this run, reads do not show it yet"),
    "service-principal.other-key": Code(NOTE, "a key of someone else; observed: display name; {end}; {key_id}"),
    "service-principal.expired-key": Code(
        NOTE, "an expired key, kept too; Graph may refuse the list because of it; observed: name; {end} {key_id}"
    ),
    "service-principal.end-not-kept": Code(
        WARNING,
        "a kept key's end date differs from its certificate's and is not sent; expected: end; observed: not after",
    ),
    "service-principal.shared-trust": Code(
        WARNING,
        "the shared first-party service principal: what CVE-2025-53786 asks to remove is added; subject: app id",
    ),
    "service-principal.blocked": Code(BLOCKED, "nothing is changed while an earlier link is broken; {by}: step ids"),
    # --- push-proxy: subject is OnPrem-Proxy
    "push-proxy.unreadable": Code(FAILURE, "could not find out; subject: cmdlet; failure set, or {reason}"),
    "push-proxy.enabled": Code(
        OK, "enabled for a domain of the tenant; observed: Organization; {uri}; {source}: read, remembered"
    ),
    "push-proxy.proven": Code(OK, "a probe succeeded: enabled, with an organization and a Uri that nobody can read"),
    "push-proxy.not-readable": Code(
        NOTE, "this session has no Get-PushNotificationApp; {at}: when we last saw the state"
    ),
    "push-proxy.unknown": Code(UNKNOWN, "its state cannot be read and we never saw it; Enable- will tell"),
    "push-proxy.disabled": Code(CHANGE, "not enabled; {source}"),
    "push-proxy.organization-differs": Code(CHANGE, "another Organization; expected, observed: domains; {source}"),
    "push-proxy.uri-differs": Code(CHANGE, "another Uri; expected, observed: URLs; {source}"),
    "push-proxy.refuted": Code(CHANGE, "a probe said that the proxy is not configured; observed: its text; {at}"),
    "push-proxy.blocked": Code(BLOCKED, "nothing is changed while an earlier link is broken; {by}: step ids"),
    # --- verification: subject is the server's FQDN unless said otherwise
    "verification.not-asked": Code(SKIPPED, "the probe was not asked for (check without --probe)"),
    "verification.unreadable": Code(FAILURE, "could not find out which server to use; subject: cmdlet; failure set"),
    "verification.no-server": Code(ATTENTION, "no Mailbox server to run the probe on"),
    "verification.server-unsuitable": Code(
        ATTENTION, "the server chosen in the profile is not a Mailbox server; subject: what was chosen"
    ),
    "verification.server": Code(NOTE, "the probe runs on this server; {why}: chosen, connected, site or first"),
    "verification.component-inactive": Code(
        WARNING, "its component PushNotificationsProxy is not Active; observed: state"
    ),
    "verification.restart-needed": Code(
        CHANGE,
        "MSExchangeHM must be restarted: settings changed since; {changed}, {started}: ISO; changed may be planned",
    ),
    "verification.restart-unknown": Code(
        UNKNOWN, "when MSExchangeHM started is not known, so a restart is proposed; failure set where a read failed"
    ),
    "verification.not-run": Code(UNKNOWN, "the probe has not been run yet"),
    "verification.succeeded": Code(OK, "ResultType Succeeded; observed: ResultType; {at}"),
    "verification.outdated": Code(CHANGE, "a setting changed after the last probe; {changed} {at}: ISO"),
    "verification.not-answered": Code(FAILURE, "the probe could not be run; failure set"),
    "verification.no-result": Code(FAILURE, "the probe gave no result object: never a success; observed: the warnings"),
    "verification.unfinished": Code(
        FAILURE, "no verdict: TimedOut, Poisoned, Rejected, Abandoned; observed: ResultType"
    ),
    "verification.proxy-not-configured": Code(
        ATTENTION,
        "failed, category PushNotifications: proxy off, no organization or Uri; observed: ResultType; {detail}",
    ),
    "verification.network": Code(ATTENTION, "failed, category Networking: no way out; observed: ResultType; {detail}"),
    "verification.authentication": Code(
        ATTENTION, "failed, category Authentication: token refused; observed: ResultType; {detail}"
    ),
    "verification.unexplained": Code(ATTENTION, "failed for another reason; observed: ResultType; {category} {detail}"),
    "verification.detail": Code(
        NOTE, "subject: Error, Exception, StateAttribute1 or StateAttribute2; observed: its text"
    ),
    "verification.warning": Code(WARNING, "a warning of the probe; observed: its text"),
    "verification.mail-not-sent": Code(UNKNOWN, "the test message has not been sent yet"),
    "verification.mail-accepted": Code(OK, "the mail server took the test message; observed: its reply; {message_id}"),
    "verification.mail-refused": Code(ATTENTION, "the test message was not taken; failure set", passable=True),
    "verification.mail-look": Code(NOTE, "the four things to look at on the device"),
    "verification.apps-stopped": Code(NOTE, "OWA for iPhone and iPad stopped on 2018-05-15: no badge can appear today"),
    "verification.blocked": Code(BLOCKED, "nothing is changed while an earlier link is broken; {by}: step ids"),
}


ACTIONS: Mapping[str, ActionCode] = {
    "certificate.create": ActionCode(
        "change", "create the certificate; target: server", ("identifier", "server", "replaces", "reason")
    ),
    "certificate.assign": ActionCode(
        "change",
        "make it AuthConfig's current one (there is none); target: AuthConfig; prompt answered by Force: an outage"
        " until other parties trust the new certificate",
        ("thumbprint", "prompt", "follow"),
    ),
    "certificate.stage": ActionCode(
        "change",
        "make it AuthConfig's next one, effective now; prompt answered by Force: effective in less than 48 hours, and"
        " another next certificate (`next`, may be empty) is replaced",
        ("thumbprint", "replaces", "next", "prompt"),
    ),
    "certificate.publish": ActionCode(
        "change",
        "make AuthConfig's next certificate the current one; prompt answered by Force: its effective date (`effective`)"
        " may still lie ahead by the server's clock",
        ("thumbprint", "replaces", "effective", "prompt", "follow"),
    ),
    "certificate.distribution": ActionCode(
        "wait", "Exchange copies it to the other servers", ("servers", "thumbprint")
    ),
    "certificate.export": ActionCode(
        "change", "write it to the certificate path; target: path", ("thumbprint", "sha256")
    ),
    "auth-server.create": ActionCode("change", "create MicrosoftSts; target: its name", ("realm", "url")),
    "auth-server.remove": ActionCode(
        "change", "remove MicrosoftSts, which trusts another tenant; target: its name", ("realm", "url", "prompt")
    ),
    "auth-server.set-url": ActionCode(
        "change", "give it the right AuthMetadataUrl; target: its name", ("url", "before")
    ),
    "auth-server.enable": ActionCode("change", "enable it; target: its name", ("realm",)),
    "service-principal.add-key": ActionCode(
        "change",
        "send the whole list of keys with the certificate added; target: app id",
        ("thumbprint", "sha256", "kept"),
    ),
    "service-principal.visible": ActionCode("wait", "reads show the new key, twice", ("thumbprint",)),
    "push-proxy.enable": ActionCode("change", "enable the proxy; target: OnPrem-Proxy", ("organization", "uri")),
    "verification.restart": ActionCode(
        "change or ask", "restart MSExchangeHM; target or where: server", ("server", "reason")
    ),
    "verification.wait": ActionCode("wait", "the health manager loads its probes", ("server",)),
    "verification.probe": ActionCode("trial", "run the push notification probe", ("server",)),
    "verification.mail": ActionCode("trial", "send the test message"),
}
"""Argument values are plain text. `prompt` is a word, not a sentence: `outage`, `soon`, `soon-and-next`, `early`,
`remove`. `follow` lists, comma-separated, what is to be restarted afterwards. `reason` is a finding's code or
`changed`, `planned`, `unknown`."""


def finding(
    code: str,
    subject: str = "",
    *,
    expected: object = "",
    observed: object = "",
    failure: Failure | None = None,
    **arguments: object,
) -> Finding:
    """A finding with the severity that its code has. Raises `KeyError` for a code that is not in the table."""
    texts = {name: str(value) for name, value in arguments.items()}
    return Finding(code, known(code).severity, subject, str(expected), str(observed), texts, failure)


def known(code: str) -> Code:
    """What the code means: of the procedure, its diagnosis, taking it back, or what keeps it up. Raises `KeyError`."""
    tables = (FINDINGS, diagnosis_codes.FINDINGS, undo_codes.FINDINGS, upkeep_codes.FINDINGS)
    return next((table for table in tables if code in table), FINDINGS)[code]


def blocks(findings: Iterable[Finding]) -> bool:
    """Whether nothing may be changed while these hold."""
    return any(known(item.code).blocks for item in findings)
