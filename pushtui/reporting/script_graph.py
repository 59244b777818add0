"""The part of a script that adds the certificate to the service principal's keys, in Graph PowerShell.

It sends requests itself rather than through cmdlets of a model, which show a key's bytes and identifiers in shapes of
their own. A PATCH replaces the list, so every key is sent again as type, usage and key alone. Base64 is compared with
its case.
"""

from __future__ import annotations

import base64

from pushtui.base.words import _
from pushtui.procedure.records import CertificateRecord
from pushtui.reporting.powershell import X509, comment, needs, same, stop, string

ENVIRONMENTS = {"global": "Global", "gcc-high": "USGov", "dod": "USGovDoD", "china": "China"}
"""Cloud → what Connect-MgGraph calls it (Microsoft: Get-MgEnvironment)."""

SHOWN = (
    "$after = Invoke-MgGraphRequest -Method GET -Uri $uri -ErrorAction Stop",
    "$there = @($after['keyCredentials'] | ForEach-Object { $_['key'] })",
    "$shown = @($keys | Where-Object { $there -cnotcontains $_['key'] }).Count -eq 0",
)
"""Sets `$shown`: whether the list shows every key that was sent, the new one and those that were there."""


def guards(cloud: str) -> list[str]:
    """That the module is there, and that this is the tenant."""
    module = _("Install the module first: Install-Module Microsoft.Graph.Authentication -Scope CurrentUser")
    lines = needs("Invoke-MgGraphRequest", module)
    environment = ENVIRONMENTS.get(cloud)
    if environment is None:
        own = _("The profile names a cloud of its own: register it with Add-MgEnvironment, and name it here.")
        lines += comment(own)
    named = f" -Environment {string(environment)}" if environment else ""
    return [
        *lines,
        f"Connect-MgGraph -TenantId $TenantId -Scopes 'Application.ReadWrite.All'{named} -NoWelcome -ErrorAction Stop",
        same(_("tenant"), "$TenantId", "(Get-MgContext).TenantId"),
    ]


def add_key(application: str, known: CertificateRecord | None) -> list[str]:
    """Add the certificate, where it is `known` now; else the one that an earlier part wrote to the file."""
    path = f"/v1.0/servicePrincipals(appId='{application}')?$select=id,keyCredentials"
    return [
        *_certificate(known),
        "$wanted = [System.Convert]::ToBase64String($der)",
        f"$uri = {string(path)}",
        "$principal = Invoke-MgGraphRequest -Method GET -Uri $uri -ErrorAction Stop",
        *_backup(),
        *_list(),
        "if (-not $counts) {",
        "    $body = ConvertTo-Json -InputObject @{ keyCredentials = @($keys) } -Depth 4",
        "    $target = '/v1.0/servicePrincipals/' + $principal['id']",
        "    $sent = @{ Method = 'PATCH'; Uri = $target; Body = $body; ContentType = 'application/json' }",
        "    Invoke-MgGraphRequest @sent -ErrorAction Stop",
        "}",
    ]


def _certificate(known: CertificateRecord | None) -> list[str]:
    """Sets `$der`, and makes sure that it is the certificate that is meant."""
    made = f"$certificate = New-Object -TypeName {X509} -ArgumentList (, $der)"
    if known is None:
        compare = _("This is the certificate that an earlier part wrote: it must be the one that AuthConfig names now.")
        return [
            "$der = [System.IO.File]::ReadAllBytes($CertificateFile)",
            made,
            *comment(compare),
            "Write-Host $certificate.Subject $certificate.Thumbprint",
        ]
    return [
        f"$der = [System.Convert]::FromBase64String({string(base64.b64encode(known.der).decode())})",
        made,
        same(_("certificate"), string(known.sha1_thumbprint), "$certificate.Thumbprint"),
    ]


def _backup() -> list[str]:
    kept = _("The list as it was is kept in {path}").format(path="{0}")
    return [
        "$name = 'service-principal-{0:yyyyMMddTHHmmss}.json' -f (Get-Date)",
        "$backup = Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath $name",
        "[System.IO.File]::WriteAllText($backup, (ConvertTo-Json -InputObject $principal -Depth 6))",
        f"Write-Host ({string(kept)} -f $backup)",
    ]


def _list() -> list[str]:
    """Sets `$keys`, the list to be sent, and `$counts`: whether the certificate is there and its key has not ended."""
    empty = _("A key came back without its value: writing the list would lose it. Nothing was written.")
    return [
        "$keys = @()",
        "$counts = $false",
        "foreach ($key in $principal['keyCredentials']) {",
        "    if (-not $key['key']) {",
        f"        {stop(empty)}",
        "    }",
        "    $keys += @{ type = $key['type']; usage = $key['usage']; key = $key['key'] }",
        "    $lasts = ([datetime] $key['endDateTime']).ToUniversalTime() -gt [datetime]::UtcNow",
        "    if ($lasts -and $key['key'] -ceq $wanted) {",
        "        $counts = $true",
        "    }",
        "}",
        "if (@($keys | Where-Object { $_['key'] -ceq $wanted }).Count -eq 0) {",
        "    $keys += @{ type = 'AsymmetricX509Cert'; usage = 'Verify'; key = $wanted }",
        "}",
    ]
