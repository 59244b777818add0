"""What the findings of taking back say, and what to do about them."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    "undo.nothing": ("The run changed nothing here", ""),
    "undo.wanted": ("{subject} is as the run left it", "Take it back with pushtui undo"),
    "undo.taken-back": ("{subject} is as it was before the run", ""),
    "undo.changed-since": (
        "{subject} was changed after the run, to {observed}, so it is left as it is",
        "If it is to go as well, that is for whoever changed it",
    ),
    "undo.unknown-change": (
        "This version does not know how to take back {subject}",
        "Look at the run with pushtui runs show, and take it back by hand",
    ),
    "undo.unreadable": ("What {subject} is now could not be found out", "Repair that, then plan again"),
    "undo.rested-on": (
        "What the run did to {observed} after that is left as it is, and may rest on it",
        "Take the whole run back, if that is to go as well",
    ),
    "undo.restart": ("The restart on {subject} cannot be taken back", ""),
    "undo.restarts-follow": (
        (
            "With the certificate before it current again, {services} is to be restarted and {pools} to be recycled on"
            " every server"
        ),
        "",
    ),
    "undo.proxy-disabled": ("{subject} is disabled", ""),
    "undo.proxy-unread": (
        "How {subject} was set before the run could not be read: it is disabled, and keeps the Organization {observed}",
        "If you know which organization it had, set it with Enable-PushNotificationProxy",
    ),
    "undo.proxy-organization": (
        "{subject} keeps the Organization {observed}, disabled: Exchange takes no empty one",
        "",
    ),
    "undo.key-was-there": ("The key {subject} was there before the run, so it stays", ""),
    "undo.key-names": (
        (
            "The list of {subject} is written anew: the {count} other keys stay, but their key ids, display names and"
            " dates may be new"
        ),
        "The backup beside the journal has what they were",
    ),
    "undo.key-unreadable": (
        "The key {subject} ({name}) came without its value, so the list cannot be written without losing it",
        "Plan again; if it stays so, have that key's owner look at it",
    ),
    "undo.other-directory": (
        "This is not the directory that the run changed: {observed} instead of {expected}",
        "Use the profile, and sign in to the tenant, of the run",
    ),
    "undo.key-not-visible": (
        "The key {subject} was taken out, but is still shown",
        "Check again in a few minutes",
    ),
    "undo.key-not-back": ("The key {subject} was put back, but is not shown yet", "Check again in a few minutes"),
    "undo.key-returns": (
        "The key {subject} ({observed}) is added again; its key id, display name and dates are new",
        "",
    ),
    "undo.key-expired": (
        "The key {subject} has ended and does not come back: the tenant takes none that has",
        "The backup beside the journal has it",
    ),
    "undo.key-in-use": ("The organization signs with {subject}, or will next, so its key stays", ""),
    "undo.auth-server-anew": ("{subject} is made anew: its ids and dates are new", ""),
    "undo.auth-server-url-unknown": (
        "{subject} (realm {realm}) cannot be set as it was: its metadata URL was not known",
        "Set it by hand, if it is still needed",
    ),
    "undo.certificate-stays": (
        "The certificate {subject} stays the current one: the one before it, {expected}, cannot be it again: {reason}",
        "Nothing needs to be done, unless another certificate is wanted",
    ),
    "undo.previous-lost": (
        "{subject} had {expected} as its previous certificate; that cannot be set, it stays {observed}",
        "",
    ),
    "undo.next-lost": (
        "The next certificate {expected} is not staged again: its effective date is not known any more",
        "Stage it again, if it is still wanted",
    ),
    "undo.certificate-in-use": ("The certificate {subject} is in use and stays on {observed}", ""),
    "undo.server-unreadable": (
        "The store of {subject} could not be read: a copy of the certificate there stays",
        "Take it back again when the server can be reached",
    ),
    "undo.file-not-kept": ("What {subject} held before was too large to be kept, so it is not brought back", ""),
}

REASONS: Mapping[str, str] = {
    "certificate.none": "there was none",
    "certificate.next-staged": "it is staged as the next one",
    "certificate.not-found-yet": "no server that answered has it",
    "certificate.missing-everywhere": "no server has it",
    "certificate.made-elsewhere": "the server that executes does not have it",
    "certificate.expired": "it has expired",
    "certificate.not-yet-valid": "it is not valid yet",
    "certificate.key-missing-everywhere": "no server has its private key",
    "certificate.refused-by-exchange": "Exchange calls it invalid or revoked",
}
"""Why a certificate cannot be made the current one again, by the code of what is wrong with it."""

ACTIONS: Mapping[str, str] = {
    "undo.push-proxy.organization": "Give the push proxy its organization {organization} back",
    "undo.push-proxy.restore": "Give the push proxy its organization {organization} back",
    "undo.push-proxy.disable": "Disable the push proxy",
    "undo.service-principal.remove-key": "Take the certificate out of the service principal",
    "undo.service-principal.restore-keys": "Add the keys that the run took out to the service principal again",
    "undo.service-principal.restored": "Wait until the tenant shows the keys again",
    "undo.renewal.remove-key": "Take the new certificate out of the service principal",
    "undo.renewal.visible": "Wait until the tenant no longer shows the key",
    "undo.renewal.restore-key": "Add the previous certificate to the service principal again",
    "undo.renewal.restored": "Wait until the tenant shows the key again",
    "undo.service-principal.visible": "Wait until the tenant no longer shows the key",
    "undo.auth-server.remove": "Remove the auth server {target}, which the run created",
    "undo.auth-server.create": "Make the auth server {target} again, which the run removed",
    "undo.auth-server.set-url": "Give the auth server {target} its metadata URL back",
    "undo.auth-server.disable": "Disable the auth server {target} again",
    "undo.auth-server.disable-partner": "Disable the partner application {target} again",
    "undo.certificate.next": "Take the next Auth certificate back",
    "undo.certificate.current": "Make {thumbprint} the organization's Auth certificate again",
    "undo.certificate.previous": "Clear the previous Auth certificate, which the run left behind",
    "undo.certificate.remove": "Remove the certificate {thumbprint}, which the run made, from {target}",
    "undo.certificate.file": "Put {target} back to what it was",
}
