"""The sentences for all findings, and for all that is done. Loaded with the first of them, which no start shows."""

from __future__ import annotations

from collections.abc import Mapping

from pushtui.reporting import texts_cloud, texts_diagnosis, texts_exchange, texts_undo, texts_upkeep

FINDINGS: Mapping[str, tuple[str, str]] = {
    **texts_cloud.TEXTS,
    **texts_exchange.TEXTS,
    **texts_diagnosis.TEXTS,
    **texts_upkeep.TEXTS,
    **texts_undo.TEXTS,
}

ACTIONS: Mapping[str, str] = {
    "certificate.create": "Create a new Auth certificate on {server}",
    "certificate.assign": "Make it the organization's Auth certificate",
    "certificate.stage": "Stage it as the organization's next Auth certificate",
    "certificate.publish": "Publish it as the organization's current Auth certificate",
    "certificate.distribution": "Wait until the certificate is on {servers}",
    "certificate.export": "Write the certificate to {target}",
    "certificate.restart-host": "Restart MSExchangeServiceHost on {server}, which then looks for the certificate",
    "auth-server.create": "Create the auth server {target}",
    "auth-server.remove": "Remove the auth server {target}, which trusts another tenant",
    "auth-server.set-url": "Give the auth server {target} the right metadata URL",
    "auth-server.enable": "Enable the auth server {target}",
    "auth-server.enable-partner": "Enable the partner application {target}",
    "service-principal.add-key": "Add the certificate to the service principal",
    "service-principal.visible": "Wait until the tenant shows the new key",
    "keys.remove": "Remove {count} of the service principal's keys",
    "keys.gone": "Wait until the tenant no longer shows {thumbprints}",
    "renewal.add-key": "Add the next certificate to the service principal",
    "renewal.visible": "Wait until the tenant shows the new key",
    "renewal.effective": "Until {until} the next certificate waits for its date: renew goes on after that",
    "renewal.distribution": "Exchange copies the next certificate to {servers}: renew goes on after that",
    "renewal.settle": "Until {until} the previous certificate may still serve: renew goes on after that",
    "renewal.remove-key": "Remove the key of the previous certificate",
    "renewal.gone": "Wait until the tenant no longer shows the removed key",
    "renewal.clear-previous": "Clear the previous certificate from AuthConfig",
    "push-proxy.enable": "Enable the push proxy for {organization}",
    "verification.restart": "Restart MSExchangeHM on {server}",
    "verification.wait": "Wait until MSExchangeHM on {server} has loaded its probes",
    "verification.probe": "Run Exchange's push notification probe on {server}",
    "verification.mail": "Send the test message",
    **texts_undo.ACTIONS,
}
