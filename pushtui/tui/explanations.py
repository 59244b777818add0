"""What each step is and why it matters, in a few words: for the detail panel and the help."""

from __future__ import annotations

from pushtui.base.words import _
from pushtui.procedure.model import StepId
from pushtui.tui.action import Where


def purpose(step: StepId) -> str:
    """What a step looks at, in three or four words: for its line while nothing is known yet."""
    return {
        StepId.TENANT: _("directory and licence"),
        StepId.SERVERS: _("every server's version"),
        StepId.CERTIFICATE: _("signs Exchange's tokens"),
        StepId.AUTH_SERVER: _("whose tokens are trusted"),
        StepId.SERVICE_PRINCIPAL: _("the tenant knows the key"),
        StepId.PUSH_PROXY: _("where notifications go"),
        StepId.VERIFICATION: _("the probe proves it all"),
    }[step]


def about(place: Where) -> tuple[str, ...]:
    """What a pane of the main screen is for."""
    return {
        "steps": (
            _("The trust, link by link: how each stands, what was found in a few words, when, and how long that took."),
        ),
        "detail": (
            _("Everything that was found about the selected step, why it matters, and what would repair it."),
            _("Every finding, every command and every value in it can be copied."),
        ),
        "log": (
            _("Everything that is sent to both sides and answered by them, as it happens; secrets are left out."),
            _("It stops following the end when you go up in it, and counts what comes in the meantime."),
        ),
        "console": (
            _("Asks Exchange what no step asks. Only cmdlets that read are sent: nothing can be changed from here."),
        ),
        "fields": (
            _("Tenant domain: one that your users have in their addresses, verified in Microsoft 365."),
            _("Certificate file: on this machine, for the public half of the Auth certificate; no key is in it."),
            _("Exchange server: the name of one that you may connect to; it speaks for the whole organization."),
            _("What is kept goes into the profile's file, and everything that was found out before is forgotten."),
        ),
    }.get(place, ())


def explanation(step: StepId) -> str:
    """One or two sentences about a step."""
    return {
        StepId.TENANT: _(
            "The domain must belong to a Microsoft 365 directory that has Exchange Online: that directory is the "
            "other end of the trust."
        ),
        StepId.SERVERS: _("Every Exchange server must be 2013 CU3 or later to sign and forward notifications."),
        StepId.CERTIFICATE: _(
            "The certificate that Exchange signs its tokens with. It must be valid and on every server; its public "
            "half is written to the certificate file."
        ),
        StepId.AUTH_SERVER: _(
            "Tells Exchange which token service to trust, by the metadata of your tenant. The realm must be the "
            "tenant's id."
        ),
        StepId.SERVICE_PRINCIPAL: _(
            "The tenant only accepts tokens whose certificate is among the keys of Exchange Online's service principal."
        ),
        StepId.PUSH_PROXY: _("Where Exchange sends its push notifications, and in whose name."),
        StepId.VERIFICATION: _(
            "Exchange's own probe sends a notification through the whole chain. Only its answer proves that all "
            "links hold."
        ),
    }[step]


def importance(step: StepId) -> str:
    """Why a step matters: what does not work without it."""
    return {
        StepId.TENANT: _(
            "Exchange and Microsoft 365 find each other by this domain: with another one, everything after would be "
            "built towards somebody else."
        ),
        StepId.SERVERS: _(
            "Any server that holds mailboxes may have to sign and send: one that cannot leaves its people without "
            "notifications."
        ),
        StepId.CERTIFICATE: _(
            "Its signature is all that tells Microsoft 365 that a notification really comes from your organization."
        ),
        StepId.AUTH_SERVER: _(
            "Exchange believes the tokens that it issues: a wrong one means no tokens, or somebody else's."
        ),
        StepId.SERVICE_PRINCIPAL: _(
            "Without the key the tenant cannot tell your Exchange from anybody else, and refuses its tokens."
        ),
        StepId.PUSH_PROXY: _("It turns a new message into a notification that leaves the organization."),
        StepId.VERIFICATION: _(
            "Everything before says that the parts are in place; this says that they work together."
        ),
    }[step]


def pitfalls(step: StepId) -> str:
    """What can go wrong with a step, and what is true of it today."""
    return {
        StepId.TENANT: _(
            "The domain must be verified, and an Exchange Online plan enabled: without one, Microsoft never made the "
            "service principal that this is all about. Signing in to the wrong directory is noticed and said."
        ),
        StepId.SERVERS: _(
            "One server that is too old stops everything, because any server may have to sign. Edge servers do not "
            "count. Exchange 2013, 2016 and 2019 are out of support: they work here, but get no fixes."
        ),
        StepId.CERTIFICATE: _(
            "Setup's own certificate is kept while it is good. A new one concerns OWA, ECP and hybrid features at "
            "once, so it asks for a consent of its own. Exchange copies it to the other servers, which takes from a "
            "minute to a day. The file holds no private key."
        ),
        StepId.AUTH_SERVER: _(
            "One that trusts another tenant cannot be changed: it is removed and made anew. One that the Hybrid "
            "Configuration Wizard made is left alone if it is for this tenant."
        ),
        StepId.SERVICE_PRINCIPAL: _(
            "Every key that is there is kept, and a backup is made first. Know what it means: since CVE-2025-53786 "
            "Microsoft asks organizations to remove such keys, because whoever has the certificate of one server can "
            "act in the whole tenant. Take it out again when you no longer need the trust."
        ),
        StepId.PUSH_PROXY: _(
            "Most accounts may not read its state: then it is shown as unknown, and applying sends the one command "
            "whose answer is the truth. Sending it twice does no harm."
        ),
        StepId.VERIFICATION: _(
            "MSExchangeHM reads the settings when it starts, so it is restarted on one server, and needs about two "
            "minutes. A probe without an answer is a failure, never a success. The apps that showed these "
            "notifications ended on 15 May 2018: no device will show a badge, whatever the probe says."
        ),
    }[step]
