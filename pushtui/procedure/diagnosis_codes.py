"""The words for everything beside the seven links' own objects: what may be the true cause of what is seen there.

They are findings of the same seven steps, promises like those in `pushtui.procedure.codes`; the first word is the step.
What concerns one server, or would not keep the trust from working, holds nothing back.
"""

from __future__ import annotations

from collections.abc import Mapping

from pushtui.procedure.code import ATTENTION, FAILURE, NOTE, OK, WAITING, WARNING, ActionCode, Code

FINDINGS: Mapping[str, Code] = {
    # --- tenant: subject is the tenant domain unless said otherwise
    "tenant.application-unknown": Code(
        ATTENTION, "the directory of this domain does not know our application; observed: its tenant id; failure set"
    ),
    "tenant.domains-shared": Code(OK, "accepted domains on premises that are verified in the tenant; observed: them"),
    "tenant.no-shared-domain": Code(
        WARNING, "no accepted domain is verified in the tenant: the wrong one?; expected: accepted; observed: verified"
    ),
    "tenant.domain-not-accepted": Code(
        NOTE, "the tenant domain is no accepted domain on premises, others are; observed: accepted domains"
    ),
    "tenant.accepted-domains-unreadable": Code(NOTE, "could not find out; subject: cmdlet; failure set, or {reason}"),
    "tenant.clock-skew": Code(
        WARNING, "this machine's clock and the tenant's differ; observed: seconds that the tenant is ahead; {minutes}"
    ),
    # --- servers: subject is the server's FQDN unless said otherwise
    "servers.in-service": Code(OK, "servers whose services, component and health are as they should; observed: count"),
    "servers.unreachable": Code(
        FAILURE, "nothing could be read from this server, the others answer; failure set; {site}", passable=True
    ),
    "servers.service-stopped": Code(
        ATTENTION, "a service that this needs does not run; expected, observed: states; {service}", passable=True
    ),
    "servers.health-manager-silent": Code(
        WARNING, "its health manager answers nobody, perhaps MSExchangeHM does not run; failure set"
    ),
    "servers.component-inactive": Code(
        ATTENTION,
        "PushNotificationsProxy is taken out of service; expected, observed: states; {component} {requesters}",
        passable=True,
    ),
    "servers.unhealthy": Code(
        WARNING, "a monitor of the push notifications' health set raises an alert; observed: AlertValue; {monitor}"
    ),
    "servers.clock-skew": Code(
        ATTENTION,
        "the clock of this Exchange server is wrong by more than tokens and Kerberos bear; observed:"
        " seconds that it is ahead; {minutes}; {against}: tenant or here",
        passable=True,
    ),
    "servers.web-proxy-missing": Code(
        WARNING, "it has no InternetWebProxy, others of its site do; expected: theirs; {site}"
    ),
    "servers.state-unreadable": Code(
        NOTE, "this part of the servers' state could not be read; subject: cmdlet; observed: servers; failure set"
    ),
    # --- certificate: subject is a thumbprint unless said otherwise
    "certificate.not-exportable": Code(
        WARNING, "its private key cannot be exported, so Exchange cannot copy it to other servers; observed: servers"
    ),
    "certificate.site-without": Code(
        WARNING, "no server of this Active Directory site holds it; subject: site; expected: thumbprint; {servers}"
    ),
    "certificate.namesakes": Code(
        NOTE, "other certificates have the same subject: only the thumbprint decides; subject: it; observed: count"
    ),
    "certificate.unassigned": Code(
        WARNING,
        "every server has this usable Auth certificate, which AuthConfig does not name: it is taken, and none is made;"
        " observed: its end",
    ),
    "certificate.raw-only": Code(
        WARNING, "certificates came as raw data alone, a sign of signed serialization gone wrong; subject: FQDN"
    ),
    "certificate.signing-affected": Code(
        WARNING,
        "these versions sign what the Exchange Management Shell serializes with this unusable certificate; observed:"
        " versions",
    ),
    "certificate.next-missing-on-server": Code(
        WARNING, "the next certificate is not on this server yet; subject: FQDN; expected: thumbprint; {effective}"
    ),
    "certificate.next-missing-everywhere": Code(
        WARNING, "AuthConfig names a next certificate that no server has; {effective}"
    ),
    "certificate.next-unusable": Code(
        WARNING, "the next certificate cannot become the current one; observed: why, a finding's code; {effective}"
    ),
    "certificate.next-overdue": Code(
        WARNING, "its effective date has passed by more than a day, and it was not published; observed: ISO date"
    ),
    "certificate.previous-unusable": Code(
        NOTE, "AuthConfig still names a previous certificate that no longer serves; observed: why, a finding's code"
    ),
    # --- auth-server: subject is the auth server's name unless said otherwise
    "auth-server.hybrid": Code(
        NOTE, "the Hybrid Configuration Wizard ran here and owns these objects; subject: its name; observed: domains"
    ),
    "auth-server.same-tenant": Code(OK, "another enabled auth server of this tenant; observed: realm; {type}"),
    "auth-server.duplicate": Code(
        WARNING, "more than one enabled ACS server of this tenant; expected: the one that counts; observed: realm"
    ),
    "auth-server.other-tenant": Code(
        WARNING, "an enabled ACS or Azure AD server trusts another tenant; expected, observed: realms; {type}"
    ),
    "auth-server.sibling-disabled": Code(NOTE, "another auth server of this tenant is disabled; observed: type"),
    "auth-server.wrong-cloud": Code(
        ATTENTION, "it names another national cloud; expected, observed: hosts; {cloud}", passable=True
    ),
    "auth-server.endpoint-differs": Code(
        ATTENTION, "its tokens come from elsewhere than its tenant; expected, observed: URLs", passable=True
    ),
    "auth-server.issuer-differs": Code(WARNING, "its issuer is not Azure ACS; expected, observed: identifiers"),
    "auth-server.dedicated-application": Code(
        NOTE, "it names the dedicated hybrid application; observed: application id"
    ),
    "auth-server.partner-missing": Code(WARNING, "there is no partner application of Exchange Online; subject: it"),
    "auth-server.partner-differs": Code(
        WARNING, "the partner application is set otherwise than Setup does; expected, observed: values; {property}"
    ),
    "auth-server.partner-unreadable": Code(NOTE, "could not find out; subject: cmdlet; failure set, or {reason}"),
    # --- service-principal: subject is a key's SHA-1 thumbprint unless said otherwise
    "service-principal.disabled": Code(
        ATTENTION, "the service principal is disabled: the tenant gives it no token; subject: app id"
    ),
    "service-principal.key-ends-early": Code(
        WARNING, "our key ends before its certificate; expected: the certificate's end; observed: the key's"
    ),
    "service-principal.key-not-yet-valid": Code(WAITING, "our key counts only from a later date on; observed: start"),
    "service-principal.wrong-usage": Code(
        WARNING, "it holds our certificate, but not to verify with; expected, observed: usages"
    ),
    "service-principal.next-key": Code(OK, "it holds the key of AuthConfig's next certificate; {end}"),
    "service-principal.next-key-missing": Code(
        WARNING, "it lacks the key of AuthConfig's next certificate; observed: effective date"
    ),
    "service-principal.previous-key": Code(NOTE, "it holds the key of AuthConfig's previous certificate; {end}"),
    "service-principal.former-key": Code(
        NOTE, "a key of a certificate that is on our servers, and that AuthConfig does not name; {end} {servers}"
    ),
    "service-principal.unattributed-key": Code(
        NOTE, "a key; without AuthConfig it could not be found out whose; observed: display name; {end}"
    ),
    "service-principal.wrong-certificate": Code(
        WARNING,
        "another certificate of these servers was uploaded instead of AuthConfig's; expected: thumbprint; {servers}",
    ),
    "service-principal.dedicated-application": Code(
        NOTE, "there is a dedicated hybrid application; subject: its name; observed: application id; {keys}"
    ),
    "service-principal.dedicated-key-missing": Code(
        WARNING, "the dedicated hybrid application lacks this certificate; subject: its name; expected: thumbprint"
    ),
    "service-principal.dedicated-key-expired": Code(
        WARNING, "its key in the dedicated hybrid application has ended; subject: its name; observed: ISO date"
    ),
    "service-principal.dedicated-unused": Code(
        NOTE, "no auth server uses the dedicated hybrid application; subject: its name; observed: application id"
    ),
    "service-principal.dedicated-enabled": Code(
        OK, "a setting override makes Exchange use it; subject: the override; observed: application ids; {servers}"
    ),
    "service-principal.dedicated-override-alone": Code(
        WARNING,
        "a setting override makes Exchange use a dedicated hybrid application, and no auth server names one; subject:"
        " the override; {servers}",
    ),
    "service-principal.dedicated-not-enabled": Code(
        WARNING,
        "an auth server names the dedicated hybrid application, and no setting override makes Exchange use it; subject:"
        " the auth server; observed: application id",
    ),
    "service-principal.dedicated-overrides-unreadable": Code(
        NOTE, "whether Exchange uses it could not be found out; subject: cmdlet; failure set, or {reason}"
    ),
    "service-principal.dedicated-unreadable": Code(
        NOTE, "whether there is one could not be found out; subject: request; failure set, or {reason}"
    ),
    # --- push-proxy: subject is OnPrem-Proxy
    "push-proxy.other-domain": Code(
        NOTE,
        "its Organization is another verified domain of the tenant than the profile's; expected, observed: domains",
    ),
    "push-proxy.invalid": Code(WARNING, "Exchange calls its stored settings invalid (IsValid)"),
}

ACTIONS: Mapping[str, ActionCode] = {
    "certificate.restart-host": ActionCode(
        "change or ask",
        "restart MSExchangeServiceHost where the certificate is missing: it looks for it anew; target or where: server",
        ("server", "thumbprint"),
    ),
    "auth-server.enable-partner": ActionCode("change", "enable the partner application; target: its name", ()),
}
