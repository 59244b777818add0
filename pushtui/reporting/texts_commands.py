"""Commands for a person to type, where pushtui does not send them itself: code → lines, and where they belong.

They are PowerShell, no words: what is in braces is filled in as a quoted value. A private key is only ever moved by a
person with these; pushtui itself moves none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pushtui.base.values import frozen


@frozen
class Commands:
    """Lines, and where to type them: the Exchange Management Shell, or Windows PowerShell on a server."""

    lines: tuple[str, ...]
    where: str = "shell"
    """`shell`, or the name of the part of the finding that names the server."""


_MOVE = (
    "$password = Read-Host -AsSecureString",
    "$file = Export-ExchangeCertificate -Server {holder} -Thumbprint {expected} -BinaryEncoded -Password $password",
    (
        "Import-ExchangeCertificate -Server {subject} -FileData $file.FileData -Password $password"
        " -PrivateKeyExportable $true"
    ),
)
_ACTIVATE = "Set-ServerComponentState -Identity {subject} -Component {component} -Requester {requester} -State 'Active'"
_REFRESH = ("Set-AuthServer -Identity {subject} -RefreshAuthMetadata",)
_PARTNER = ("Get-PartnerApplication -Identity {subject} | Format-List",)

COMMANDS: Mapping[str, Sequence[Commands]] = {
    "servers.service-stopped": (Commands(("Start-Service -Name {service}",), "subject"),),
    "servers.health-manager-silent": (Commands(("Get-Service -Name 'MSExchangeHM'",), "subject"),),
    "servers.component-inactive": (Commands((_ACTIVATE,)),),
    "servers.web-proxy-missing": (Commands(("Set-ExchangeServer -Identity {subject} -InternetWebProxy {expected}",)),),
    "servers.unhealthy": (
        Commands(("Get-ServerHealth -Identity {subject} -HealthSet 'PushNotifications.Protocol' | Format-List",)),
    ),
    "certificate.missing-on-server": (
        Commands(("Restart-Service -Name 'MSExchangeServiceHost'",), "subject"),
        Commands(_MOVE),
    ),
    "certificate.no-private-key": (Commands(_MOVE),),
    "certificate.next-missing-on-server": (Commands(("Restart-Service -Name 'MSExchangeServiceHost'",), "subject"),),
    "certificate.unassigned": (
        Commands(
            (
                "Set-AuthConfig -NewCertificateThumbprint {subject} -NewCertificateEffectiveDate (Get-Date) -Force",
                "Set-AuthConfig -PublishCertificate",
            )
        ),
    ),
    "certificate.previous-unusable": (Commands(("Set-AuthConfig -ClearPreviousCertificate",)),),
    "auth-server.endpoint-differs": (Commands(_REFRESH),),
    "auth-server.issuer-differs": (Commands(_REFRESH),),
    "auth-server.duplicate": (Commands(("Remove-AuthServer -Identity {subject}",)),),
    "auth-server.other-tenant": (Commands(("Set-AuthServer -Identity {subject} -Enabled $false",)),),
    "auth-server.sibling-disabled": (Commands(("Set-AuthServer -Identity {subject} -Enabled $true",)),),
    "auth-server.partner-differs": (Commands(_PARTNER),),
    "service-principal.dedicated-override-alone": (Commands(("Remove-SettingOverride -Identity {subject}",)),),
    "verification.component-inactive": (Commands((_ACTIVATE.replace("{component}", "'PushNotificationsProxy'"),)),),
}
