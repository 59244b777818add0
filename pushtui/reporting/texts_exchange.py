"""Sentences for the findings of the links on premises: code → (what it is, what to do)."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    # --- servers
    "servers.current": ("{subject}: {observed} ({build})", ""),
    "servers.too-old": (
        "{subject} runs {observed} ({build}), older than {expected}",
        "Install a current cumulative update on it; nothing is changed before",
    ),
    "servers.legacy": (
        "{subject} runs {observed} ({build}), which cannot take part",
        "Remove it from the organization; every server must be {expected} or later",
    ),
    "servers.edge": ("{subject} is an Edge Transport server and is left out ({observed})", ""),
    "servers.out-of-support": (
        "{subject}: {observed} has been out of support since {since}",
        "Move to Exchange Server Subscription Edition",
    ),
    "servers.none": (
        "No Exchange server with a mailbox or client access role was found",
        "Check that the account may see the servers (role group View-Only Organization Management or more)",
    ),
    "servers.unreadable": ("{subject} could not be read", "Check the connection to Exchange"),
    # --- certificate
    "certificate.unreadable": ("{subject} could not be read", "Check the connection to Exchange"),
    "certificate.server-unreadable": (
        "Whether {subject} holds the certificate could not be found out",
        "Check that this server is up, then check again",
    ),
    "certificate.current": ("The Auth certificate {subject} ({key}) is good until {not_after}", ""),
    "certificate.on-server": ("{subject} holds it", ""),
    "certificate.not-on-server": (
        "{subject} does not hold it yet",
        "Exchange copies it by itself: at once within a site, within a day elsewhere",
    ),
    "certificate.missing-on-server": (
        "{subject} does not hold it, although it was assigned on {since}",
        (
            "Applying restarts MSExchangeServiceHost there, which looks for it anew. If it is still missing then, a"
            " person exports it with its private key from {holder} and imports it; pushtui moves no private key"
        ),
    ),
    "certificate.no-private-key": (
        "{subject} holds it without its private key",
        ("A person exports it with its private key from {holder} and imports it there; pushtui moves no private key"),
    ),
    "certificate.none": (
        "The organization has no Auth certificate",
        "Applying assigns one, which it makes first if none is there",
    ),
    "certificate.missing-everywhere": (
        "No server has the Auth certificate {subject}",
        "Applying assigns another one, which it makes first if none is there",
    ),
    "certificate.not-found-yet": (
        "No server that answered has the Auth certificate {subject}, and others did not answer",
        "Check again when every server is up",
    ),
    "certificate.expired": (
        "The Auth certificate {subject} expired on {observed}",
        "Applying assigns another one, which it makes first if none is there",
    ),
    "certificate.not-yet-valid": (
        "The Auth certificate {subject} is not valid before {observed}",
        "Compare the clocks of this machine and of the servers",
    ),
    "certificate.key-too-small": (
        "The RSA key of the Auth certificate {subject} has {observed} bits, {expected} are needed",
        "Applying assigns another one, which it makes first if none is there",
    ),
    "certificate.key-not-rsa": (
        "The key of the Auth certificate {subject} is {observed}, not RSA",
        "Applying assigns another one, which it makes first if none is there",
    ),
    "certificate.key-missing-everywhere": (
        "No server has the private key of the Auth certificate {subject}",
        "Applying assigns another one, which it makes first if none is there",
    ),
    "certificate.refused-by-exchange": (
        "Exchange calls the Auth certificate {subject} {observed}",
        "Applying assigns another one, which it makes first if none is there",
    ),
    "certificate.expires-soon": (
        "The Auth certificate ends in {days} days, on {observed}",
        "Renew it: pushtui renew stages the next one and uploads its key before it is used",
    ),
    "certificate.sha1": ("It is signed with SHA-1, which is harmless for a self-signed certificate", ""),
    "certificate.next-staged": (
        "A next Auth certificate is staged for {observed}: {subject}",
        "Its key must be in the service principal before that day: pushtui renew sees to it",
    ),
    "certificate.hybrid": (
        "A hybrid configuration exists",
        "Run the Hybrid Configuration Wizard again after the certificate was replaced",
    ),
    "certificate.replacing": (
        "Replacing {subject} concerns the whole organization: OWA and ECP sign-in, hybrid, signed serialization",
        "Choose a quiet hour, and have Organization Management at hand",
    ),
    "certificate.ours-found": ("A certificate that was asked for earlier exists and is used: {subject}", ""),
    "certificate.made-elsewhere": (
        "The certificate that was asked for is on {observed}, the session executes on {expected}",
        "Connect to {observed} instead",
    ),
    "certificate.creation-unclear": (
        "A certificate was asked for ({subject}) and is not to be seen; no second one is made",
        "Look on the server with Get-ExchangeCertificate, then check again",
    ),
    "certificate.executing-server-unknown": (
        "A certificate is needed, but on which server the session executes could not be found out",
        "Connect to another server",
    ),
    "certificate.smtp-kept": ("{subject} kept its SMTP certificate ({observed})", ""),
    "certificate.smtp-taken": (
        "The new certificate was given SMTP on {subject} ({observed})",
        "Enable SMTP for the certificate that had it: Enable-ExchangeCertificate -Services SMTP",
    ),
    "certificate.restarts-follow": (
        "A certificate was assigned: {services} is to be restarted and {pools} recycled on every server",
        "Do it at a quiet hour, or wait until Exchange notices",
    ),
    "certificate.path-missing": ("No certificate path is given", "Type where the certificate is to be written"),
    "certificate.file-agrees": ("{subject} holds exactly this certificate", ""),
    "certificate.file-missing": ("Nothing is at {subject} yet", "Applying writes the certificate there"),
    "certificate.file-differs": (
        "{subject} holds another certificate: {observed}, expected {expected}",
        "Choose another path, or agree that the file is replaced (--overwrite-certificate-file)",
    ),
    "certificate.file-replaced": ("{subject} holds something else ({observed}) and will be replaced", ""),
    "certificate.file-pem": (
        "{subject} is PEM ({observed}), not DER",
        "Choose another path, or agree that the file is replaced (--overwrite-certificate-file)",
    ),
    "certificate.file-pkcs12": (
        "{subject} is PKCS#12 with a private key, and is never overwritten",
        "Choose another path",
    ),
    "certificate.file-private-key": ("{subject} holds a private key, and is never overwritten", "Choose another path"),
    "certificate.file-not-certificate": (
        "{subject} is not a certificate",
        "Choose another path, or agree that the file is replaced (--overwrite-certificate-file)",
    ),
    "certificate.file-empty": (
        "{subject} is empty",
        "Choose another path, or agree that the file is replaced (--overwrite-certificate-file)",
    ),
    "certificate.file-folder": ("{subject} is a folder", "Add a file name, such as auth.cer"),
    "certificate.file-special": ("{subject} is not an ordinary file", "Choose another path"),
    "certificate.file-unreadable": ("{subject} could not be read", "Check the permissions, or choose another path"),
    "certificate.blocked": (
        "Nothing is changed here while an earlier link is broken: {by}",
        "Repair the earlier link first",
    ),
    # --- auth-server
    "auth-server.unreadable": ("{subject} could not be read", "Check the connection to Exchange"),
    "auth-server.tenant-unknown": ("The tenant is not known yet", "See the tenant step"),
    "auth-server.present": ("{subject} is enabled for this tenant ({observed})", ""),
    "auth-server.missing": ("There is no auth server for this tenant", "Applying creates it with {expected}"),
    "auth-server.other-realm": (
        "{subject} trusts another tenant: {observed}, expected {expected}",
        "Applying removes it and creates it anew",
    ),
    "auth-server.url-differs": (
        "{subject} has another metadata URL: {observed}, expected {expected}",
        "Applying sets the right one",
    ),
    "auth-server.url-unusual": (
        "{subject} was made by someone else with another metadata URL: {observed}, usual is {expected}",
        "Leave it if it works",
    ),
    "auth-server.disabled": ("{subject} is disabled", "Applying enables it"),
    "auth-server.name-taken": (
        "{subject} exists and is no ACS server ({observed}), so it is not touched",
        "Rename or remove it yourself",
    ),
    "auth-server.foreign": ("Another auth server is there: {subject} ({type}, {observed})", ""),
    "auth-server.partner-disabled": (
        "The partner application {subject} is disabled",
        "Applying enables it",
    ),
    "auth-server.blocked": (
        "Nothing is changed here while an earlier link is broken: {by}",
        "Repair the earlier link first",
    ),
    # --- push-proxy
    "push-proxy.unreadable": ("{subject} could not be read", "Check the connection to Exchange"),
    "push-proxy.enabled": ("Enabled for {observed}", ""),
    "push-proxy.proven": ("A probe succeeded, so it is enabled and configured", ""),
    "push-proxy.not-readable": ("This session cannot read its state (Get-PushNotificationApp is not granted)", ""),
    "push-proxy.unknown": (
        "Its state cannot be read, and it was never seen from here",
        "Applying sends Enable-PushNotificationProxy, whose answer is the truth",
    ),
    "push-proxy.disabled": ("The push proxy is not enabled", "Applying enables it"),
    "push-proxy.organization-differs": (
        "It is set for {observed}, expected {expected}",
        "Applying sets the tenant domain",
    ),
    "push-proxy.uri-differs": ("It sends to {observed}, expected {expected}", "Applying sets the right address"),
    "push-proxy.refuted": (
        "A probe said that the proxy is not configured: {observed}",
        "Applying sends Enable-PushNotificationProxy",
    ),
    "push-proxy.blocked": (
        "Nothing is changed here while an earlier link is broken: {by}",
        "Repair the earlier link first",
    ),
    # --- verification
    "verification.not-asked": ("The probe was not asked for", "Check with --probe, or apply"),
    "verification.unreadable": ("{subject} could not be read", "Check the connection to Exchange"),
    "verification.no-server": ("There is no Mailbox server to run the probe on", ""),
    "verification.server-unsuitable": (
        "{subject} is not a Mailbox server of this organization",
        "Choose another server in the profile's [verification] table",
    ),
    "verification.server": ("The probe runs on {subject}", ""),
    "verification.component-inactive": (
        "The component PushNotificationsProxy is {observed} on {subject}",
        "Set-ServerComponentState takes it back into service",
    ),
    "verification.restart-needed": (
        "MSExchangeHM on {subject} must be restarted: settings change after it started",
        "Applying restarts it, or asks you to",
    ),
    "verification.restart-unknown": (
        "When MSExchangeHM on {subject} was started is not known, so a restart is proposed",
        "Applying restarts it, or asks you to",
    ),
    "verification.not-run": ("The probe has not been run yet", "Applying runs it"),
    "verification.succeeded": ("The probe on {subject} answered {observed}", ""),
    "verification.outdated": ("A setting was changed after the last probe", "Applying runs it again"),
    "verification.not-answered": ("The probe could not be run on {subject}", "Check the server, then try again"),
    "verification.no-result": (
        "The probe on {subject} gave no result: {observed}",
        "Wait until MSExchangeHM has loaded its probes, then try again",
    ),
    "verification.unfinished": ("The probe on {subject} came to no verdict: {observed}", "Try again in a few minutes"),
    "verification.proxy-not-configured": (
        "The probe on {subject} {observed}: the push proxy is not configured ({detail})",
        "Apply the push proxy step, restart MSExchangeHM, and try again",
    ),
    "verification.network": (
        "The probe on {subject} {observed}: the server has no way to Microsoft 365 ({detail})",
        "Check the firewall and the proxy of that server (InternetWebProxy)",
    ),
    "verification.authentication": (
        "The probe on {subject} {observed}: its token was refused ({detail})",
        "Check the certificate, auth server and service principal steps; a new key takes some minutes to count",
    ),
    "verification.unexplained": (
        "The probe on {subject} {observed}: {category} {detail}",
        "See its details below",
    ),
    "verification.detail": ("{subject}: {observed}", ""),
    "verification.warning": ("Exchange warned: {observed}", ""),
    "verification.mail-not-sent": ("The test message has not been sent yet", "Applying sends it"),
    "verification.mail-accepted": ("The mail server took the test message: {observed}", ""),
    "verification.mail-refused": ("The test message was not taken", "Check the [mail] table of the profile"),
    "verification.mail-look": (
        (
            "On the device, look at four things: the account is set up in OWA for Devices, the app is in the background"
            " (the home screen is shown), the message is in the inbox, and within minutes the app's icon shows how many"
            " messages are unseen"
        ),
        "",
    ),
    "verification.apps-stopped": (
        "OWA for iPhone, iPad and Android stopped working on 15 May 2018: no badge can appear today",
        "",
    ),
    "verification.blocked": (
        "Nothing is changed here while an earlier link is broken: {by}",
        "Repair the earlier link first",
    ),
}
