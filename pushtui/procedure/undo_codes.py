"""The words that taking back goes by: findings and actions, as `pushtui.procedure.codes` has them for the chain."""

from __future__ import annotations

from collections.abc import Mapping

from pushtui.procedure.code import ATTENTION, CHANGE, FAILURE, NOTE, OK, SKIPPED, WAITING, WARNING, ActionCode, Code

FINDINGS: Mapping[str, Code] = {
    "undo.nothing": Code(SKIPPED, "the run changed nothing here"),
    "undo.wanted": Code(CHANGE, "what the run did here is still there; subject: what; observed: what it is now"),
    "undo.taken-back": Code(OK, "it is not there any more, or as it was before; subject: what"),
    "undo.changed-since": Code(
        WARNING, "someone changed it after the run: it is left as it is; subject: what; expected, observed: values"
    ),
    "undo.unknown-change": Code(WARNING, "this version does not know how to take this back; subject: the change's id"),
    "undo.unreadable": Code(FAILURE, "could not find out; subject: what was asked; failure set, or {reason}"),
    # --- what does not come back
    "undo.rested-on": Code(
        WARNING, "one change alone is taken back: what the run did after it stays; observed: the objects of that"
    ),
    "undo.restart": Code(NOTE, "a restart cannot be taken back; subject: server"),
    "undo.restarts-follow": Code(
        NOTE, "the certificate is given back: {services} to restart and {pools} to recycle on every server"
    ),
    "undo.proxy-disabled": Code(OK, "the proxy is disabled, as it was before the run or as Setup leaves it"),
    "undo.proxy-unread": Code(
        WARNING, "how the proxy was set before the run nobody could read: it is disabled; observed: its organization"
    ),
    "undo.proxy-organization": Code(
        NOTE, "Exchange takes no empty Organization: the disabled proxy keeps this one; observed: it"
    ),
    "undo.key-was-there": Code(NOTE, "the key was there before the run, so it stays; subject: thumbprint"),
    "undo.key-names": Code(
        WARNING,
        "the list is written anew: key ids, display names and dates of the {count} kept keys may be new; subject: app",
    ),
    "undo.key-unreadable": Code(
        ATTENTION, "Graph names a key without its value, so the list cannot be written; subject: key id; {name}"
    ),
    "undo.other-directory": Code(
        ATTENTION, "signed in to another directory than the run was; expected, observed: object ids"
    ),
    "undo.key-not-visible": Code(WAITING, "the key was taken out, reads still show it; subject: thumbprint"),
    "undo.key-not-back": Code(WAITING, "the keys were put back, reads do not show them yet; subject: thumbprints"),
    "undo.key-returns": Code(
        WARNING, "the key is added again: its id, name and dates are new; subject: thumbprint; observed: its owner"
    ),
    "undo.key-expired": Code(
        WARNING, "the key has ended, and Graph takes none that has; subject: thumbprint, or SHA-256"
    ),
    "undo.key-in-use": Code(
        NOTE, "the organization signs with it, or will next, so its key stays; subject: thumbprint"
    ),
    "undo.auth-server-anew": Code(NOTE, "it is made anew, so its ids and dates are new; subject: auth server"),
    "undo.auth-server-url-unknown": Code(
        WARNING, "its metadata URL was not known, so it cannot be made again; subject: auth server; {realm}"
    ),
    "undo.certificate-stays": Code(
        WARNING,
        "the certificate of the run stays the current one; subject: it; expected: the one before it; {reason}: a"
        " finding's code",
    ),
    "undo.previous-lost": Code(
        WARNING, "which certificate was the previous one cannot be set; expected, observed: thumbprints"
    ),
    "undo.next-lost": Code(
        WARNING, "the next certificate that the run replaced is not staged again; expected: thumbprint"
    ),
    "undo.certificate-in-use": Code(
        NOTE, "the certificate that the run made is in use and stays in the stores; subject: it; observed: servers"
    ),
    "undo.server-unreadable": Code(
        WARNING, "a copy of the certificate on this server would stay; subject: FQDN; failure set"
    ),
    "undo.file-not-kept": Code(
        WARNING, "the file was too large to be kept, so it is not brought back; subject: its path"
    ),
}

ACTIONS: Mapping[str, ActionCode] = {
    "undo.push-proxy.organization": ActionCode(
        "change", "give the proxy its organization back, before it is disabled", ("organization", "uri")
    ),
    "undo.push-proxy.restore": ActionCode(
        "change", "give the proxy its organization back; it stays enabled", ("organization", "uri")
    ),
    "undo.push-proxy.disable": ActionCode("change", "disable the proxy; target: OnPrem-Proxy"),
    "undo.service-principal.remove-key": ActionCode(
        "change", "send the list of keys without ours; target: app id", ("thumbprint", "sha256", "kept")
    ),
    "undo.service-principal.restore-keys": ActionCode(
        "change", "send the list with the keys that the run took out; target: app id", ("thumbprint", "sha256", "kept")
    ),
    "undo.service-principal.restored": ActionCode("wait", "reads show the keys again, twice", ("thumbprint",)),
    "undo.renewal.remove-key": ActionCode(
        "change", "send the list without the renewal's key; target: app id", ("thumbprint", "sha256", "kept")
    ),
    "undo.renewal.visible": ActionCode("wait", "reads do not show the key any more, twice", ("thumbprint",)),
    "undo.renewal.restore-key": ActionCode(
        "change", "send the list with the previous certificate's key; target: app id", ("thumbprint", "sha256", "kept")
    ),
    "undo.renewal.restored": ActionCode("wait", "reads show the key again, twice", ("thumbprint",)),
    "undo.service-principal.visible": ActionCode("wait", "reads do not show the key any more, twice", ("thumbprint",)),
    "undo.auth-server.remove": ActionCode("change", "remove what the run created; target: its name", ("realm", "url")),
    "undo.auth-server.create": ActionCode("change", "make what the run removed; target: its name", ("realm", "url")),
    "undo.auth-server.set-url": ActionCode("change", "give it its URL back; target: its name", ("url",)),
    "undo.auth-server.disable": ActionCode("change", "disable it again; target: its name", ("realm",)),
    "undo.auth-server.disable-partner": ActionCode("change", "disable the partner application again; target: its name"),
    "undo.certificate.next": ActionCode("change", "AuthConfig has no next certificate any more", ("thumbprint",)),
    "undo.certificate.current": ActionCode(
        "change", "make the certificate before it AuthConfig's current one again", ("thumbprint", "replaces", "prompt")
    ),
    "undo.certificate.previous": ActionCode("change", "AuthConfig has no previous certificate again", ("thumbprint",)),
    "undo.certificate.remove": ActionCode(
        "change", "remove the certificate that the run made from a server; target: FQDN", ("thumbprint",)
    ),
    "undo.certificate.file": ActionCode("change", "the file as it was before; target: its path"),
}


LOST = frozenset(code for code, entry in FINDINGS.items() if entry.severity in {NOTE, WARNING})
"""What a plan says beforehand: it does not come back, or not as it was."""
