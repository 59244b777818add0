"""Sentences for what may be the true cause of what is seen in the links: code → (what it is, what to do)."""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "certificate.missing-everywhere": "no server has it",
    "certificate.expired": "it has expired",
    "certificate.not-yet-valid": "it is not valid yet",
    "certificate.key-not-rsa": "its key is not RSA",
    "certificate.key-too-small": "its key is too small",
    "certificate.key-missing-everywhere": "no server has its private key",
    "certificate.refused-by-exchange": "Exchange calls it revoked or invalid",
}
"""Why another certificate than the current one does not serve: the code of a finding → words."""

TEXTS: Mapping[str, tuple[str, str]] = {
    # --- tenant
    "tenant.application-unknown": (
        "{subject} belongs to the directory {observed}, which does not know the application that signs in",
        "Check the tenant domain, or register the application in that tenant and name it in the profile",
    ),
    "tenant.domains-shared": ("Accepted domains that are verified in the tenant: {observed}", ""),
    "tenant.no-shared-domain": (
        "None of the organization's accepted domains ({expected}) is verified in the tenant ({observed})",
        "Make sure that this is the tenant of this organization before anything is changed",
    ),
    "tenant.domain-not-accepted": (
        "{subject} is no accepted domain of the organization, which has {observed}",
        "",
    ),
    "tenant.accepted-domains-unreadable": ("The accepted domains could not be read ({subject})", ""),
    "tenant.clock-skew": (
        "The clock of Microsoft 365 is {observed}, compared with that of this machine",
        "Set this machine's clock: dates are judged by it, and a sign-in with a certificate depends on it",
    ),
    # --- servers
    "servers.in-service": ("Services, component and health are as they should be (servers: {observed})", ""),
    "servers.unreachable": (
        "Nothing could be read from {subject}",
        "See whether it is up and can be reached from the server that pushtui talks to, then check again",
    ),
    "servers.service-stopped": (
        "The service {service} is {observed} on {subject}",
        "Start it there; if it stops again, its reason is in the Application event log",
    ),
    "servers.health-manager-silent": (
        "The health manager of {subject} does not answer: MSExchangeHM is probably not running",
        "See with Get-Service MSExchangeHM on that server, and start it",
    ),
    "servers.component-inactive": (
        "{component} is {observed} on {subject}",
        "If no maintenance is under way, take it back into service as the same requester",
    ),
    "servers.unhealthy": (
        "The monitor {monitor} calls {subject} {observed}",
        "Look at that health set with Get-ServerHealth, and at the server's Managed Availability event log",
    ),
    "servers.clock-skew": (
        "The clock of {subject} is {observed}",
        "Set the time source of the domain; tokens and Kerberos bear five minutes",
    ),
    "servers.web-proxy-missing": (
        "{subject} has no web proxy, while others of the site {site} reach the internet by {expected}",
        "If servers get out only by that proxy, name it there as well",
    ),
    "servers.state-unreadable": ("{subject} told nothing (servers: {observed})", ""),
    # --- certificate
    "certificate.not-exportable": (
        "The private key of {subject} cannot be exported ({observed}), so Exchange cannot copy it to other servers",
        "Only a new certificate with an exportable key can be on every server",
    ),
    "certificate.site-without": (
        "No server of the site {subject} holds it: {servers}",
        "Exchange copies it within a site by itself: one server of the site is enough",
    ),
    "certificate.namesakes": ("{observed} other certificates are called {subject}: the thumbprint decides", ""),
    "certificate.unassigned": (
        "Every server holds an Auth certificate that AuthConfig does not name: {subject}, until {observed}",
        "The plan names it in AuthConfig instead of making another one: importing alone changes nothing",
    ),
    "certificate.raw-only": (
        "{subject} shows its certificates as raw data alone: a sign of signed serialization gone wrong",
        "Repair the Auth certificate; until then scripts in the Exchange Management Shell see half-empty objects",
    ),
    "certificate.signing-affected": (
        "With the November 2023 update, {observed} signs what the management shell serializes with this certificate",
        "Until it is repaired, do not trust scripts that read certificates in the Exchange Management Shell",
    ),
    "certificate.next-missing-on-server": (
        "{subject} does not hold the next Auth certificate, which takes effect on {effective}",
        "Exchange copies it by itself within a day; if not, restart MSExchangeServiceHost there",
    ),
    "certificate.next-missing-everywhere": (
        "No server has the next Auth certificate {subject}, which takes effect on {effective}",
        "Stage one that is there: pushtui renew does, before that day",
    ),
    "certificate.next-unusable": (
        "The next Auth certificate {subject} cannot become the current one on {effective} ({observed})",
        "Stage another one: pushtui renew does, before that day",
    ),
    "certificate.next-overdue": (
        "The next Auth certificate {subject} should have been published on {observed}",
        "See whether MSExchangeServiceHost runs on every server; pushtui renew publishes it",
    ),
    "certificate.previous-unusable": (
        "AuthConfig still names a previous certificate that no longer serves: {subject} ({observed})",
        "",
    ),
    # --- auth-server
    "auth-server.hybrid": (
        (
            "The Hybrid Configuration Wizard ran here ({subject}, {observed}): auth servers, partner application and"
            " key are its objects"
        ),
        "",
    ),
    "auth-server.same-tenant": ("{subject} ({type}) is enabled for this tenant as well", ""),
    "auth-server.duplicate": (
        "{subject} is a second ACS server of this tenant, beside {expected}",
        "Remove the one that nobody needs; Exchange refuses to make a second one",
    ),
    "auth-server.other-tenant": (
        "{subject} ({type}) trusts another tenant: {observed}",
        "Remove or disable it, unless the organization is meant to trust that tenant, too",
    ),
    "auth-server.sibling-disabled": ("{subject} ({observed}) of this tenant is disabled", ""),
    "auth-server.wrong-cloud": (
        "{subject} names the {cloud} cloud: {observed}, expected {expected}",
        "Run the Hybrid Configuration Wizard for the right cloud, or correct [cloud] in the profile",
    ),
    "auth-server.endpoint-differs": (
        "{subject} takes its tokens from {observed}, expected {expected}",
        "Have Exchange read its metadata again, on a server that reaches the internet",
    ),
    "auth-server.issuer-differs": (
        "The issuer of {subject} is {observed}, expected {expected}",
        "Have Exchange read its metadata again",
    ),
    "auth-server.dedicated-application": (
        "{subject} names the dedicated hybrid application {observed}",
        "",
    ),
    "auth-server.partner-missing": (
        "There is no partner application {subject}",
        "Exchange Setup makes it; run the Hybrid Configuration Wizard, or Setup with /PrepareAD",
    ),
    "auth-server.partner-differs": (
        "The partner application {subject} has another {property}: {observed}, expected {expected}",
        "Leave it if someone meant it; the Hybrid Configuration Wizard sets it as usual",
    ),
    "auth-server.partner-unreadable": ("The partner applications could not be read ({subject})", ""),
    # --- service-principal
    "service-principal.disabled": (
        "The service principal {subject} is disabled: no token is issued for it",
        "Enable sign-in for it under Enterprise applications in the Entra admin center, once it is known why it is off",
    ),
    "service-principal.key-ends-early": (
        "The key ends on {observed}, its certificate on {expected}",
        "Send it again before that day: remove it with pushtui keys remove, then apply",
    ),
    "service-principal.key-not-yet-valid": (
        "The key counts only from {observed} on",
        "Wait until then, or send it again: remove it with pushtui keys remove, then apply",
    ),
    "service-principal.wrong-usage": (
        "The certificate is there with the usage {observed}, expected {expected}",
        "Its owner should remove that entry",
    ),
    "service-principal.next-key": ("It holds the next Auth certificate as well, until {end}", ""),
    "service-principal.next-key-missing": (
        "It does not hold the next Auth certificate {subject}, which takes effect on {observed}",
        "Run pushtui renew: it uploads the key before it is used",
    ),
    "service-principal.previous-key": ("It still holds the previous Auth certificate {subject}, until {end}", ""),
    "service-principal.former-key": (
        "It holds a certificate of {servers} that AuthConfig does not name: {subject}, until {end}",
        "",
    ),
    "service-principal.unattributed-key": (
        "A key whose owner could not be found out, {observed}: {subject}, until {end}",
        "",
    ),
    "service-principal.wrong-certificate": (
        "Another certificate of {servers} was uploaded: {subject}, while AuthConfig names {expected}",
        "Add the right one; the wrong one can be removed with pushtui keys remove",
    ),
    "service-principal.dedicated-application": (
        "There is a dedicated hybrid application, {subject} ({observed}); its keys: {keys}",
        "",
    ),
    "service-principal.dedicated-key-missing": (
        "The dedicated hybrid application {subject} does not hold the certificate {expected}",
        "Run ConfigureExchangeHybridApplication.ps1 -UpdateCertificate, or the Hybrid Configuration Wizard",
    ),
    "service-principal.dedicated-key-expired": (
        "The certificate ended on {observed} in the dedicated hybrid application {subject}",
        "Run ConfigureExchangeHybridApplication.ps1 -UpdateCertificate, or the Hybrid Configuration Wizard",
    ),
    "service-principal.dedicated-unused": (
        "No auth server uses the dedicated hybrid application {subject} ({observed})",
        "",
    ),
    "service-principal.dedicated-enabled": (
        "The setting override {subject} makes Exchange use the dedicated hybrid application {observed}",
        "",
    ),
    "service-principal.dedicated-override-alone": (
        (
            "The setting override {subject} makes Exchange use a dedicated hybrid application, but no auth server"
            " names one"
        ),
        "Run ConfigureExchangeHybridApplication.ps1 to make the application, or remove the override if it is not meant",
    ),
    "service-principal.dedicated-not-enabled": (
        ("{subject} names the dedicated hybrid application {observed}, but no setting override makes Exchange use it"),
        "Run ConfigureExchangeHybridApplication.ps1 -EnableExchangeHybridApplicationOverride",
    ),
    "service-principal.dedicated-overrides-unreadable": (
        "Whether Exchange uses the dedicated hybrid application is not known",
        "",
    ),
    "service-principal.dedicated-unreadable": ("Whether there is a dedicated hybrid application is not known", ""),
    # --- push-proxy
    "push-proxy.other-domain": ("{observed} is another verified domain of this tenant, beside {expected}", ""),
    "push-proxy.invalid": (
        "Exchange calls the stored settings of {subject} invalid",
        "Applying the step writes them again; see its Organization and Uri",
    ),
}
