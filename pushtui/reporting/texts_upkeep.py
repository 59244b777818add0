"""Sentences for the clean-up of keys and the renewal of the certificate: code → (what it is, what to do)."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    # --- keys
    "keys.none": ("The service principal holds no key", ""),
    "keys.current": ("{observed}, until {end}: the key of the current Auth certificate", ""),
    "keys.next": ("{observed}, until {end}: the key of the next Auth certificate", ""),
    "keys.previous": ("{observed}, until {end}: the key of the previous Auth certificate", ""),
    "keys.other": ("{observed}, until {end}: not a key of this organization", ""),
    "keys.owner-unknown": ("{observed}, until {end}: whose key it is could not be found out", ""),
    "keys.expired": ("{observed}: an expired key, ended {end}", "Remove it: pushtui keys remove --expired"),
    "keys.auth-config-unreadable": (
        "Which keys are this organization's is not known, because {subject} could not be read",
        "Check the connection to Exchange and the role of the account",
    ),
    "keys.chosen": ("To be removed: {subject}, {observed}", "Applying removes it and keeps every other key"),
    "keys.breaks-trust": (
        "Removing {subject} breaks this trust: the organization signs with it, or soon will",
        "Remove it only if you no longer want this trust",
    ),
    "keys.removed": ("The key {subject} is no longer there", ""),
    "keys.not-gone": (
        "The key {subject} was removed, but reads still show it",
        "Wait a few minutes and list the keys again",
    ),
    # --- renewal
    "renewal.not-due": ("The Auth certificate lasts until {observed}; it is renewed from {due} on", ""),
    "renewal.due": (
        "The Auth certificate ends {observed}, in {days} days",
        "Renew it: the next one is staged days ahead, and the tenant knows it before it is used",
    ),
    "renewal.under-way": ("The Auth certificate ends {observed}, and another one is to take over", ""),
    "renewal.not-renewable": (
        "The Auth certificate cannot be renewed gently ({reason})",
        "Replace it with pushtui apply",
    ),
    "renewal.next-unusable": (
        "The staged certificate {subject} cannot take over ({reason}); another one is staged in its place",
        "",
    ),
    "renewal.made-elsewhere": (
        "The certificate that is to take over is on {observed}, but commands run on {expected}",
        "Connect to {observed} (the profile's [exchange] server) and renew again",
    ),
    "renewal.creation-unclear": (
        "The next certificate may exist already on {observed}, which cannot be read: no second one is made",
        "Make these servers reachable, or retire them, then renew again",
    ),
    "renewal.no-trust": ("The tenant holds no key of this organization, so none is uploaded", ""),
    "renewal.key-missing": (
        "The tenant does not know the next certificate yet: {subject}",
        "Renewing adds its key and keeps every key that is there",
    ),
    "renewal.key-present": ("The tenant holds the key of {subject}", ""),
    "renewal.key-not-visible": (
        "The key of {subject} was accepted, but reads do not show it yet",
        "Wait a few minutes and renew again",
    ),
    "renewal.waits-for-date": (
        "The next certificate is staged and becomes current after {observed}",
        "Run pushtui renew after that; nothing has to run until then",
    ),
    "renewal.not-on-server": (
        "The next certificate's date has come, but {subject} does not have it yet",
        "Exchange copies it within a day; see that Microsoft Exchange Service Host runs there, then renew again",
    ),
    "renewal.publish-due": ("The next certificate's date has come ({observed})", "Renewing makes it the current one"),
    "renewal.settling": (
        "The previous certificate may still serve somebody until {observed}",
        "Run pushtui renew after that: it removes its key and clears it",
    ),
    "renewal.clean-up-due": (
        "The previous certificate {subject} serves nobody any more",
        "Renewing removes its key from the tenant and clears it from AuthConfig",
    ),
    "renewal.key-not-gone": (
        "The key of {subject} was removed, but reads still show it",
        "Wait a few minutes and renew again",
    ),
}
