"""Sentences for the findings of the links in the cloud, and of the run itself: code → (what it is, what to do).

Words in braces are the finding's parts; an empty remedy means that there is nothing to do.
"""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    # --- tenant
    "tenant.domain-missing": ("No tenant domain is given", "Type a domain of your tenant, such as fabrikam.com"),
    "tenant.domain-malformed": (
        "“{observed}” is not a domain name",
        "Type a domain of your tenant, such as fabrikam.com",
    ),
    "tenant.not-found": (
        "{subject} belongs to no Microsoft 365 tenant",
        (
            "Check the spelling. To enrol: sign up for Microsoft 365 with an Exchange Online plan, then add and verify"
            " this domain in the Microsoft 365 admin center under Settings, Domains"
        ),
    ),
    "tenant.found": ("{subject} belongs to tenant {observed}", ""),
    "tenant.mismatch": (
        "Signed in to another tenant: {organization} ({observed}), but {subject} belongs to {expected}",
        "Sign in with an account of the tenant that {subject} belongs to",
    ),
    "tenant.organization": ("{subject}, tenant {observed}", ""),
    "tenant.domain-verified": ("{subject} is verified in the tenant", ""),
    "tenant.domain-unverified": (
        "{subject} was added to the tenant but is not verified",
        "Publish the DNS record that the Microsoft 365 admin center shows for this domain, and verify it there",
    ),
    "tenant.domain-absent": (
        "The tenant does not have the domain {subject}; verified there: {verified}",
        "Use one of the tenant's own domains, or add this one in the Microsoft 365 admin center",
    ),
    "tenant.plan-enabled": ("An Exchange Online plan is enabled", ""),
    "tenant.plan-warning": ("The Exchange Online plan is in its grace period ({observed})", "Renew the subscription"),
    "tenant.plan-disabled": (
        "The tenant has Exchange Online plans, but none is enabled ({observed})",
        "Renew the subscription in the Microsoft 365 admin center",
    ),
    "tenant.plan-missing": (
        "The tenant has no Exchange Online plan",
        "Subscribe to a plan that includes Exchange Online",
    ),
    "tenant.service-principal": ("The service principal {subject} exists ({observed})", ""),
    "tenant.service-principal-missing": (
        "The tenant lacks the service principal {subject}",
        "Microsoft creates it with the first Exchange Online plan: enable one and wait, or ask Microsoft support",
    ),
    "tenant.unreadable": ("Could not read {subject} from the tenant", "Check the sign-in and its permissions"),
    # --- service-principal
    "service-principal.unreadable": (
        "The keys of the service principal {subject} could not be read",
        "Check the sign-in and its permissions",
    ),
    "service-principal.missing": ("The tenant lacks the service principal {subject}", "See the tenant step"),
    "service-principal.tenant-unknown": ("The tenant is not known yet", "See the tenant step"),
    "service-principal.certificate-unknown": (
        "Which certificate it should hold is not known",
        "See the certificate step",
    ),
    "service-principal.key-present": ("The service principal holds the certificate, until {end}", ""),
    "service-principal.key-missing": (
        "The service principal does not hold the certificate {expected} (keys that it holds: {keys})",
        "Applying adds it and keeps every key that is there",
    ),
    "service-principal.key-expired": (
        "The service principal holds the certificate with an end date that has passed ({observed})",
        "Applying sends the list anew",
    ),
    "service-principal.key-unreadable": (
        "Key {subject} ({name}) came back without its value: writing the list could lose it, so nothing is written",
        "Read the service principal again later, or remove that key yourself",
    ),
    "service-principal.key-vanished": (
        "Someone else changed the list of keys after us: key {subject}, which was in the list that we sent, is gone",
        (
            "Ask who else administers the tenant. Nothing more is changed; the journal has the list that was sent, and"
            " the backup beside it the list before"
        ),
    ),
    "service-principal.not-visible": (
        "The key was accepted, but reads do not show it yet",
        "Wait a few minutes and check again",
    ),
    "service-principal.other-key": ("Another key is there and stays: {observed}, until {end}", ""),
    "service-principal.expired-key": (
        "An expired key is there and stays: {observed}, ended {end}",
        "If Microsoft Graph refuses the list because of it, its owner should remove it",
    ),
    "service-principal.end-not-kept": (
        (
            "Key {subject} ends {expected}, its certificate {observed}: Graph takes its certificate's when the list"
            " is sent"
        ),
        "",
    ),
    "service-principal.shared-trust": (
        (
            "This is the service principal that all of Exchange Online shares: for CVE-2025-53786 Microsoft asks to"
            " remove keys like this one from it"
        ),
        "Add the key only if you need this trust today, and remove it when you no longer do",
    ),
    "service-principal.blocked": (
        "Nothing is changed here while an earlier link is broken: {by}",
        "Repair the earlier link first",
    ),
    # --- the run
    "run.change-failed": ("The change {subject} was not made", "Nothing was tried again; check, then plan anew"),
    "run.answer-lost": (
        "The change {subject} was sent, its answer was lost, and it is not to be seen",
        "Check again in a few minutes before you plan anew",
    ),
    "run.no-effect": (
        "The change {subject} was made, but what was read afterwards does not show it",
        "Check again in a few minutes; it is not sent a second time in the same run",
    ),
    "run.value-unknown": (
        "The change {subject} needs a value that never came to be known, so it was not sent",
        "Check again, then plan anew",
    ),
    "run.plan-changed": (
        "What is needed now ({subject}, {observed}) is not what was confirmed, so it was not done",
        "Look at the plan again, and apply that",
    ),
    "run.consent-missing": (
        "The change {subject} wants a consent of its own: {consent}",
        "Apply with --accept {consent}, once you have read what it means",
    ),
    "run.declined": ("A person has to do this: {command} on {observed}", "Do it, then apply again"),
    "run.not-kept": (
        "The record of the change {subject} could not be kept, so it was not sent",
        "Make room, or set XDG_STATE_HOME to a folder that can be written",
    ),
}
