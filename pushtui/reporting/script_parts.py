"""Each action of a plan as lines of PowerShell: what must still be so before it, the command, and a look after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pushtui.base.commands import Cmdlet
from pushtui.base.words import _
from pushtui.engine.snapshot import Snapshot
from pushtui.procedure import certificate, questions
from pushtui.procedure.certificate_state import executing_server
from pushtui.procedure.model import Action, Ask, Change, ExchangeWrite, Trial, Wait, WindowsWrite
from pushtui.procedure.records import CertificateRecord
from pushtui.procedure.tenant import tenant_id
from pushtui.reporting import script_graph, sentences
from pushtui.reporting.powershell import X509, command, comment, needs, same, say, stop, string, strings, until

_SERVICES = {
    "verification.restart": questions.HEALTH_MANAGER_SERVICE,
    "certificate.restart-host": questions.SERVICE_HOST,
}
_SETS_CERTIFICATE = {"certificate.assign", "certificate.stage", "certificate.publish"}


class Parts:
    """Writes the actions of one organization."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._tenant = tenant_id(snapshot.facts)
        self._executing = executing_server(snapshot.facts)
        self._wanted = certificate.trusted(snapshot.facts)
        self._writers: Mapping[str, Callable[[Change], list[str]]] = {
            "certificate.create": self._create,
            "certificate.assign": self._set_certificate,
            "certificate.stage": self._set_certificate,
            "certificate.publish": self._set_certificate,
            "certificate.export": self._export,
            "auth-server.create": self._new_auth_server,
            "auth-server.remove": self._changed_auth_server,
            "auth-server.set-url": self._changed_auth_server,
            "auth-server.enable": self._changed_auth_server,
            "push-proxy.enable": self._push_proxy,
            "service-principal.add-key": self._add_key,
        }

    # --- what every part needs ---------------------------------------------------------------------------------------

    def functions(self) -> list[str]:
        """The values and the two functions that all parts use."""
        differs = _("{what}: expected “{expected}”, found “{found}”. Nothing more is done; look at the plan again.")
        differs = differs.format(what="{0}", expected="{1}", found="{2}")
        return [
            f"$TenantDomain = {string(self._snapshot.profile.tenant_domain)}",
            f"$TenantId = {string(self._tenant)}",
            "",
            "function Assert-Same {",
            "    param([string] $What, [string] $Expected, [string] $Found)",
            "    if ($Expected -ne $Found) {",
            f"        throw ({string(differs)} -f $What, $Expected, $Found)",
            "    }",
            "}",
            "",
            "function Confirm-Consent {",
            "    param([string] $Text)",
            "    Write-Warning -Message $Text",
            f"    if ((Read-Host -Prompt {string(_('Type the tenant domain to go on'))}) -ne $TenantDomain) {{",
            f"        {stop(_('Not agreed to: nothing more is done.'))}",
            "    }",
            "}",
        ]

    def exchange_guards(self, actions: Sequence[Action]) -> list[str]:
        """That this is the shell and the server, and that AuthConfig is as it was."""
        shell = _("This part needs the Exchange Management Shell, and an account of Organization Management.")
        lines = [*needs("Get-AuthConfig", shell), "$config = Get-AuthConfig -ErrorAction Stop"]
        ids = {action.id for action in actions}
        if ids & (_SETS_CERTIFICATE | {"certificate.create"}):
            host = self._executing.partition(".")[0]
            here = _("Run this part on {server}: what it does is done on the server that it runs on.")
            lines += [
                f"if ([System.Net.Dns]::GetHostName() -ne {string(host)}) {{",
                f"    {stop(here.format(server=self._executing))}",
                "}",
            ]
        if isinstance(self._wanted, CertificateRecord):
            lines.append(f"$Thumbprint = {string(self._wanted.sha1_thumbprint)}")
            if not ids & _SETS_CERTIFICATE:
                lines.append(same(_("AuthConfig's current certificate"), "$Thumbprint", _current("config")))
        elif "certificate.create" not in ids:
            lines.append(f"$Thumbprint = {_current('config')}")
        return lines

    def graph_guards(self) -> list[str]:
        """That the module is there, and that this is the tenant."""
        return script_graph.guards(self._snapshot.profile.cloud.name)

    # --- actions -----------------------------------------------------------------------------------------------------

    def action(self, action: Action) -> list[str]:
        """The lines of one action."""
        match action:
            case Change(command=WindowsWrite(server=server)):
                return self._restart(action.id, server)
            case Change() if action.id in self._writers:
                return [*_consent(action), *self._writers[action.id](action)]
            case Change(command=ExchangeWrite(cmdlet)):
                return [*_consent(action), command(cmdlet)]
            case Ask(where=server) if action.id in _SERVICES:
                return self._restart(action.id, server)
            case Wait():
                return self._wait(action)
            case Trial(query=query) if query is not None:
                return _probe(query.cmdlet)
        return comment(_("Not in this script: do it with pushtui, or by hand."))

    def _create(self, change: Change) -> list[str]:
        assert isinstance(change.command, ExchangeWrite)
        cmdlet, mark = change.command.cmdlet, change.arguments["identifier"]
        asked = _("Should Exchange ask whether to overwrite the default SMTP certificate: answer no.")
        return [
            *comment(asked),
            f"$made = @(Get-ExchangeCertificate -Server {string(change.target)} -ErrorAction Stop |",
            f"    Where-Object {{ $_.SubjectKeyIdentifier -eq {string(mark)} }})",
            "if ($made.Count -eq 0) {",
            f"    $made = @({command(cmdlet)})",
            "}",
            "$Thumbprint = [string] $made[0].Thumbprint",
            "if ($Thumbprint -notmatch '^[0-9A-Fa-f]{40}$') {",
            f"    {stop(_('Exchange gave no thumbprint for the new certificate.'))}",
            "}",
        ]

    def _set_certificate(self, change: Change) -> list[str]:
        assert isinstance(change.command, ExchangeWrite)
        before = change.before if isinstance(change.before, dict) else {}
        given = {
            "CertificateThumbprint": "$Thumbprint",
            "NewCertificateThumbprint": "$Thumbprint",
            "NewCertificateEffectiveDate": "(Get-Date)",
        }
        lines = [
            "$config = Get-AuthConfig -ErrorAction Stop",
            same(_("AuthConfig's current certificate"), string(str(before.get("current") or "")), _current("config")),
            command(change.command.cmdlet, given),
        ]
        if change.id != "certificate.stage":
            lines += [
                "$config = Get-AuthConfig -ErrorAction Stop",
                same(_("AuthConfig's current certificate"), "$Thumbprint", _current("config")),
            ]
        return lines

    def _export(self, change: Change) -> list[str]:
        return [
            f"$server = {string(self._holder())}",
            "$found = @(Get-ExchangeCertificate -Server $server -Thumbprint $Thumbprint -ErrorAction Stop)",
            "[void] [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($CertificateFile))",
            "[System.IO.File]::WriteAllBytes($CertificateFile, [byte[]] $found[0].RawData)",
            f"$written = New-Object -TypeName {X509} -ArgumentList $CertificateFile",
            same(_("certificate in the file"), "$Thumbprint", "$written.Thumbprint"),
        ]

    def _holder(self) -> str:
        """A server that has the certificate; the one that executes where it is still to be made."""
        if not isinstance(self._wanted, CertificateRecord):
            return self._executing
        copies = {
            view.fqdn
            for view in self._snapshot.overview().servers
            if any(record.sha1_thumbprint == self._wanted.sha1_thumbprint for record in view.certificates)
        }
        return self._executing if self._executing in copies else min(copies, default=self._executing)

    def _new_auth_server(self, change: Change) -> list[str]:
        assert isinstance(change.command, ExchangeWrite)
        taken = _("There is an auth server of that name, or of this tenant, already.")
        return [
            "$others = @(Get-AuthServer -ErrorAction Stop | Where-Object {",
            f"    $_.Name -eq {string(change.target)} -or ($_.Type -eq 'MicrosoftACS' -and $_.Realm -eq $TenantId)",
            "})",
            "if ($others.Count -ne 0) {",
            f"    {stop(taken)}",
            "}",
            f"[void] ({command(change.command.cmdlet)})",
            *_auth_server(change.target),
            same(_("realm of the auth server"), "$TenantId", "$server.Realm"),
        ]

    def _changed_auth_server(self, change: Change) -> list[str]:
        assert isinstance(change.command, ExchangeWrite)
        before = change.before if isinstance(change.before, dict) else {}
        return [
            *_auth_server(change.target),
            same(_("realm of the auth server"), string(str(before.get("realm") or "")), "$server.Realm"),
            command(change.command.cmdlet),
        ]

    def _push_proxy(self, change: Change) -> list[str]:
        assert isinstance(change.command, ExchangeWrite)
        after = change.after if isinstance(change.after, dict) else {}
        organization = string(str(after.get("organization") or self._snapshot.profile.tenant_domain))
        return [
            f"$proxy = {command(change.command.cmdlet)}",
            f"$proxy | Format-List -Property {strings(('Name', 'Enabled', 'Organization', 'Uri'))}",
            same(_("push proxy enabled"), "'True'", "$proxy.Enabled"),
            same(_("organization of the push proxy"), organization, "$proxy.Organization"),
        ]

    def _add_key(self, change: Change) -> list[str]:
        known = self._wanted if isinstance(self._wanted, CertificateRecord) else None
        return script_graph.add_key(change.target, known)

    def _restart(self, name: str, server: str) -> list[str]:
        service = string(_SERVICES.get(name, questions.HEALTH_MANAGER_SERVICE))
        restart = f"Restart-Service -Name {service} -ErrorAction Stop"
        return [
            f"if ([System.Net.Dns]::GetHostName() -eq {string(server.partition('.')[0])}) {{",
            f"    {restart}",
            "} else {",
            f"    Invoke-Command -ComputerName {string(server)} -ScriptBlock {{ {restart} }} -ErrorAction Stop",
            "}",
        ]

    def _wait(self, wait: Wait) -> list[str]:
        seconds = f"{wait.seconds:.0f}"
        if not wait.reads:
            return [say(sentences.action_title(wait)), f"Start-Sleep -Seconds {seconds}"]
        if wait.id == "service-principal.visible":
            return until(
                seconds,
                script_graph.SHOWN,
                "$shown",
                stop(_("The tenant does not show the key yet: look again later.")),
            )
        if wait.id == "certificate.distribution":
            servers = strings(wait.arguments.get("servers", "").split(", "))
            later = _("Not on every server yet: Exchange copies it, within a day at the latest.")
            looks = [
                f"$lacking = @({servers} | Where-Object {{",
                "    -not (Get-ExchangeCertificate -Server $_ -Thumbprint $Thumbprint -ErrorAction SilentlyContinue)",
                "})",
            ]
            return until(seconds, looks, "$lacking.Count -eq 0", f"Write-Warning -Message {string(later)}")
        return comment(_("This takes up to {seconds} s.").format(seconds=seconds))


_TOLD = ("ResultType", "Error", "Exception", "StateAttribute1", "StateAttribute2")
"""What the probe is asked for: the printed procedure leaves out the two that say why it failed."""


def _current(variable: str) -> str:
    return f"${variable}.CurrentCertificateThumbprint"


def _auth_server(name: str) -> list[str]:
    return [f"$server = Get-AuthServer -Identity {string(name)} -ErrorAction Stop"]


def _consent(change: Change) -> list[str]:
    """The person agrees to what wants an agreement of its own."""
    return [] if change.consent is None else [f"Confirm-Consent -Text {string(sentences.consent_text(change.consent))}"]


def _probe(cmdlet: Cmdlet) -> list[str]:
    return [
        f"$results = @({command(Cmdlet(cmdlet.name, cmdlet.parameters))})",
        f"$results | Format-List -Property {strings(_TOLD)}",
        "if ($results.Count -eq 0 -or @($results | Where-Object { $_.ResultType -ne 'Succeeded' }).Count -ne 0) {",
        f"    {stop(_('The probe did not succeed: the trust is not proven.'))}",
        "}",
    ]
