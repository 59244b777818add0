"""Why a finding matters: what does not work because of it, or may not one day. Code → one sentence.

Findings that hold, that are only noted, or that say what a person has not typed yet need none.
"""

from __future__ import annotations

from collections.abc import Mapping

from pushtui.base.words import N_

_NO_TOKEN = N_("Without it Exchange gets no token from Microsoft 365, and no push notification leaves the organization")
_NOT_KNOWN = N_("What is not known cannot be judged, and nothing is changed on a guess")
_NO_TENANT = N_("Everything else is compared with the tenant of this domain: without it nothing can be set up")
_UNUSABLE = N_(
    "Exchange signs its tokens, the sign-in of OWA and ECP and its management shell's objects with this certificate"
)
_ONE_SERVER = N_("A server without it cannot sign: what its mailboxes send is refused, though the others work")
_HELD_BACK = N_("A link that builds on a broken one would prove nothing, so it waits")
_ITS_MAIL = N_("Mailboxes on this server get no push notifications, though the rest of the organization does")
_NEXT = N_("On its date this certificate takes over: what is not ready then stops all at once")
_EXPOSED = N_("Whoever holds a key of this service principal can act in the tenant, leaving little trace")
_FILE = N_("The procedure's file is what people upload by hand and compare with: a wrong one is believed")
_PROXY = N_("The proxy is what turns a new message into a notification: with other settings it sends to nowhere")
_PARTNER = N_("Exchange Online may not act here: calls of its own, such as free/busy, are refused")
_DEDICATED = N_("Free/busy and the other hybrid features ask for tokens as that application")
_PROBE = N_("The probe is the only proof of the whole chain that is left since the apps are gone")

TEXTS: Mapping[str, str] = {
    # --- tenant
    "tenant.domain-missing": _NO_TENANT,
    "tenant.domain-malformed": _NO_TENANT,
    "tenant.not-found": _NO_TENANT,
    "tenant.mismatch": "What would be read and changed belongs to somebody else's tenant",
    "tenant.application-unknown": "What would be read and changed belongs to somebody else's tenant",
    "tenant.domain-unverified": "A domain that is not verified is nobody's: the push proxy cannot be set up for it",
    "tenant.domain-absent": "The push proxy names the tenant by a domain of its own: this is none of them",
    "tenant.plan-warning": "When the grace period ends, Exchange Online and this trust end with it",
    "tenant.plan-disabled": "Without Exchange Online there is nobody to take the notifications",
    "tenant.plan-missing": "Without Exchange Online there is nobody to take the notifications",
    "tenant.service-principal-missing": "It is what the key is added to: without it there is nothing to trust",
    "tenant.unreadable": _NOT_KNOWN,
    "tenant.no-shared-domain": "Two organizations that belong together share a domain: this may be the wrong tenant",
    "tenant.clock-skew": "By a wrong clock a certificate seems expired that is not, and a sign-in can be refused",
    # --- servers
    "servers.too-old": "It does not know the push proxy, and every server that holds mailboxes must",
    "servers.legacy": "It does not know the push proxy, and every server that holds mailboxes must",
    "servers.out-of-support": "It gets no security updates any more, and Exchange Online may come to refuse its mail",
    "servers.none": _NOT_KNOWN,
    "servers.unreadable": _NOT_KNOWN,
    "servers.unreachable": (
        "Whether it holds the certificate and does its part is not known: the others are judged alone"
    ),
    "servers.service-stopped": (
        "MSExchangeServiceHost brings the certificate to this server, MSExchangeHM runs the probe: not while stopped"
    ),
    "servers.health-manager-silent": "The probe runs in the health manager, and nothing watches this server without it",
    "servers.component-inactive": _ITS_MAIL,
    "servers.unhealthy": "Exchange itself sees something wrong with push notifications on this server",
    "servers.clock-skew": "A token that seems to come from the future or the past is refused",
    "servers.web-proxy-missing": "A server that does not reach Microsoft 365 gets no token and sends no notification",
    # --- certificate
    "certificate.unreadable": _NOT_KNOWN,
    "certificate.server-unreadable": _ONE_SERVER,
    "certificate.not-on-server": _ONE_SERVER,
    "certificate.missing-on-server": _ONE_SERVER,
    "certificate.no-private-key": _ONE_SERVER,
    "certificate.none": _UNUSABLE,
    "certificate.missing-everywhere": _UNUSABLE,
    "certificate.not-found-yet": "A second certificate is not made while the first may only be out of sight",
    "certificate.expired": _UNUSABLE,
    "certificate.not-yet-valid": _UNUSABLE,
    "certificate.key-too-small": "Microsoft 365 takes no signature of a key that is shorter",
    "certificate.key-not-rsa": "Exchange signs with RSA keys only",
    "certificate.key-missing-everywhere": _UNUSABLE,
    "certificate.refused-by-exchange": _UNUSABLE,
    "certificate.expires-soon": "When it ends, sign-in to OWA and ECP, hybrid features and this trust end with it",
    "certificate.hybrid": "Free/busy and the other hybrid features use the same certificate",
    "certificate.replacing": _UNUSABLE,
    "certificate.made-elsewhere": "AuthConfig takes only a certificate that is on the server that executes",
    "certificate.creation-unclear": "Two Auth certificates would leave nobody knowing which one is meant",
    "certificate.executing-server-unknown": "A certificate that is made where nobody looks could be made twice",
    "certificate.smtp-taken": "Mail between the servers uses the default SMTP certificate: another one may break it",
    "certificate.path-missing": _FILE,
    "certificate.file-missing": _FILE,
    "certificate.file-differs": _FILE,
    "certificate.file-replaced": _FILE,
    "certificate.file-pem": _FILE,
    "certificate.file-pkcs12": "A private key at this place is worth more to others than the file is to this procedure",
    "certificate.file-private-key": (
        "A private key at this place is worth more to others than the file is to this procedure"
    ),
    "certificate.file-not-certificate": _FILE,
    "certificate.file-empty": _FILE,
    "certificate.file-folder": _FILE,
    "certificate.file-special": _FILE,
    "certificate.file-unreadable": _FILE,
    "certificate.blocked": _HELD_BACK,
    "certificate.not-exportable": (
        "Every server must sign with it: one that stays where it was made serves that one alone"
    ),
    "certificate.site-without": "Exchange copies it within a site at once, and to another site only within a day",
    "certificate.unassigned": "AuthConfig alone decides which certificate signs, not what is in the servers' stores",
    "certificate.raw-only": "Scripts that read thumbprints or services in the management shell do the wrong thing then",
    "certificate.signing-affected": (
        "Scripts that read thumbprints or services in the management shell do the wrong thing then"
    ),
    "certificate.next-missing-on-server": _NEXT,
    "certificate.next-missing-everywhere": _NEXT,
    "certificate.next-unusable": _NEXT,
    "certificate.next-overdue": "Exchange's own roll-over did not happen: the current one may end before it does",
    # --- auth server
    "auth-server.unreadable": _NOT_KNOWN,
    "auth-server.tenant-unknown": _NO_TENANT,
    "auth-server.missing": _NO_TOKEN,
    "auth-server.other-realm": _NO_TOKEN,
    "auth-server.url-differs": _NO_TOKEN,
    "auth-server.url-unusual": "If it does not answer, Exchange does not learn of new signing keys of Microsoft 365",
    "auth-server.disabled": _NO_TOKEN,
    "auth-server.name-taken": "The procedure's own auth server cannot be made under a name that is taken",
    "auth-server.partner-disabled": _PARTNER,
    "auth-server.blocked": _HELD_BACK,
    "auth-server.duplicate": "Which of the two is used is not said: one that is changed may be the one that is not",
    "auth-server.other-tenant": "The organization believes what that tenant's token service says",
    "auth-server.wrong-cloud": _NO_TOKEN,
    "auth-server.endpoint-differs": _NO_TOKEN,
    "auth-server.issuer-differs": "Tokens of another issuer than the one that is expected are refused",
    "auth-server.partner-missing": _PARTNER,
    "auth-server.partner-differs": _PARTNER,
    # --- service principal
    "service-principal.unreadable": _NOT_KNOWN,
    "service-principal.missing": _NO_TOKEN,
    "service-principal.tenant-unknown": _NO_TENANT,
    "service-principal.certificate-unknown": "Which key the tenant should know follows from the certificate",
    "service-principal.key-missing": _NO_TOKEN,
    "service-principal.key-expired": _NO_TOKEN,
    "service-principal.key-unreadable": (
        "The list is written as a whole: a key that came without its value would be lost"
    ),
    "service-principal.key-vanished": "Somebody else writes the same list: what one of you adds the other may remove",
    "service-principal.not-visible": "Until reads show it, tokens may still be refused",
    "service-principal.end-not-kept": "The list is written as a whole, and dates cannot be sent with it",
    "service-principal.shared-trust": _EXPOSED,
    "service-principal.blocked": _HELD_BACK,
    "service-principal.disabled": _NO_TOKEN,
    "service-principal.key-ends-early": (
        "From that day on the tenant refuses the tokens, while the certificate looks good"
    ),
    "service-principal.key-not-yet-valid": "Until then the tenant refuses the tokens",
    "service-principal.wrong-usage": "A key of another usage verifies no signature",
    "service-principal.next-key-missing": _NEXT,
    "service-principal.wrong-certificate": "The tenant trusts a certificate that Exchange does not sign with",
    "service-principal.dedicated-key-missing": _DEDICATED,
    "service-principal.dedicated-key-expired": _DEDICATED,
    "service-principal.dedicated-override-alone": _DEDICATED,
    "service-principal.dedicated-not-enabled": _DEDICATED,
    # --- push proxy
    "push-proxy.unreadable": _NOT_KNOWN,
    "push-proxy.disabled": _PROXY,
    "push-proxy.organization-differs": _PROXY,
    "push-proxy.uri-differs": _PROXY,
    "push-proxy.refuted": _PROXY,
    "push-proxy.invalid": _PROXY,
    "push-proxy.blocked": _HELD_BACK,
    # --- verification
    "verification.unreadable": _PROBE,
    "verification.no-server": _PROBE,
    "verification.server-unsuitable": _PROBE,
    "verification.component-inactive": _ITS_MAIL,
    "verification.restart-needed": "The health manager goes on using the settings that it started with",
    "verification.outdated": "What was proven then need not hold after the change",
    "verification.not-answered": _PROBE,
    "verification.no-result": "A probe that says nothing has not succeeded",
    "verification.unfinished": _PROBE,
    "verification.proxy-not-configured": _PROXY,
    "verification.network": "Notifications leave from this server: it must reach Microsoft 365 itself",
    "verification.authentication": _NO_TOKEN,
    "verification.unexplained": _PROBE,
    "verification.warning": _PROBE,
    "verification.mail-not-sent": _PROBE,
    "verification.mail-refused": _PROBE,
    "verification.blocked": _HELD_BACK,
}
