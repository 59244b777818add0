"""The words of what keeps the trust up: the clean-up of keys, and the renewal of the certificate.

Promises like those in `pushtui.procedure.codes`.
"""

from __future__ import annotations

from collections.abc import Mapping

from pushtui.procedure.code import ATTENTION, CHANGE, FAILURE, NOTE, OK, WAITING, WARNING, ActionCode, Code

FINDINGS: Mapping[str, Code] = {
    # --- keys: subject is a key's thumbprint; observed: its certificate's subject
    "keys.none": Code(OK, "the service principal holds no key; subject: its app id"),
    "keys.current": Code(OK, "the key of AuthConfig's current certificate; {end} {sha256}"),
    "keys.next": Code(OK, "the key of AuthConfig's next certificate; {end} {sha256}"),
    "keys.previous": Code(NOTE, "the key of AuthConfig's previous certificate; {end} {sha256}"),
    "keys.other": Code(NOTE, "a key that AuthConfig does not name: somebody else's; {end} {sha256}"),
    "keys.owner-unknown": Code(NOTE, "a key of which it is not known whether AuthConfig names it; {end} {sha256}"),
    "keys.expired": Code(WARNING, "a key whose end has passed; {end} {sha256} {owner}"),
    "keys.auth-config-unreadable": Code(
        WARNING, "which keys are this organization's could not be found out; subject: cmdlet; failure set, or {reason}"
    ),
    "keys.chosen": Code(CHANGE, "it was chosen for removal; {sha256}"),
    "keys.breaks-trust": Code(
        WARNING, "it was chosen for removal, and this organization signs with it or soon will; {owner}"
    ),
    "keys.removed": Code(OK, "it was chosen for removal and is not there; subject: SHA-256"),
    "keys.not-gone": Code(WAITING, "it was removed, reads still show it"),
    # --- renewal: subject is a thumbprint unless said otherwise
    "renewal.not-due": Code(OK, "the current certificate lasts; observed: its end; {days} left; {due}: renewed from"),
    "renewal.due": Code(CHANGE, "the current certificate is near its end; observed: its end; {days} left; {due}"),
    "renewal.under-way": Code(OK, "another one is to take over from it; observed: its end; {days} left; {due}"),
    "renewal.not-renewable": Code(
        ATTENTION, "the current certificate cannot be used any more, so it is replaced, not renewed; {reason}: code"
    ),
    "renewal.next-unusable": Code(WARNING, "the staged one cannot take over: another is staged; {reason}: code"),
    "renewal.made-elsewhere": Code(
        ATTENTION, "the certificate that is to take over is on another server; expected, observed: FQDNs"
    ),
    "renewal.creation-unclear": Code(
        FAILURE,
        "it may have been made already where it cannot be seen; subject: its identifier; observed: servers",
    ),
    "renewal.no-trust": Code(
        NOTE, "the tenant holds no key of this organization, so the renewal uploads none; subject: app id"
    ),
    "renewal.key-missing": Code(CHANGE, "the tenant does not hold the key of the certificate that takes over"),
    "renewal.key-present": Code(OK, "the tenant holds the key of the certificate that takes over"),
    "renewal.key-not-visible": Code(WAITING, "its key was sent in this run, reads do not show it yet"),
    "renewal.waits-for-date": Code(WAITING, "it is staged and becomes current later; observed: when"),
    "renewal.not-on-server": Code(
        WAITING, "its date has come, and this server does not have it; subject: FQDN; expected: thumbprint"
    ),
    "renewal.publish-due": Code(CHANGE, "it is staged and its date has come; observed: when"),
    "renewal.settling": Code(WAITING, "the previous certificate may still serve somebody; observed: until when"),
    "renewal.clean-up-due": Code(CHANGE, "the previous one serves nobody any more; {keys}: of it in the tenant"),
    "renewal.key-not-gone": Code(WAITING, "its key was removed, reads still show it"),
}

ACTIONS: Mapping[str, ActionCode] = {
    "keys.remove": ActionCode(
        "change",
        "send the list of keys without the chosen ones; target: app id",
        ("thumbprints", "sha256", "count", "kept"),
    ),
    "keys.gone": ActionCode("wait", "reads no longer show them, twice", ("thumbprints",)),
    "renewal.add-key": ActionCode(
        "change",
        "send the list of keys with that of the next certificate; target: app id",
        ("thumbprint", "sha256", "kept"),
    ),
    "renewal.visible": ActionCode("wait", "reads show the new key, twice", ("thumbprint",)),
    "renewal.effective": ActionCode(
        "wait", "the next certificate's date comes; the run ends here", ("until", "thumbprint")
    ),
    "renewal.distribution": ActionCode(
        "wait", "Exchange copies it to the other servers; the run ends here", ("until", "servers")
    ),
    "renewal.settle": ActionCode("wait", "the previous one serves nobody any more; the run ends here", ("until",)),
    "renewal.remove-key": ActionCode(
        "change",
        "send the list of keys without that of the previous certificate; target: app id",
        ("thumbprint", "sha256", "kept"),
    ),
    "renewal.gone": ActionCode("wait", "reads no longer show its key, twice", ("thumbprint",)),
    "renewal.clear-previous": ActionCode("change", "AuthConfig has no previous certificate", ("thumbprint",)),
}
