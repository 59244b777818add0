"""A throw-away Kerberos realm: MIT's KDC as a child process on loopback, everything it writes in a private folder.

Nothing here needs root. The libraries find their realm by environment variables, which belong to the whole process:
the lab is one of its own.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

_PROGRAMS: Final = ("krb5kdc", "kdb5_util", "kadmin.local")
_LIBRARIES: Final = ("gssapi", "krb5")
_SERVICES: Final = ("HTTP", "host", "WSMAN")
_START_SECONDS = 10.0
_ATTEMPTS = 3

_KRB5_CONF = """\
[libdefaults]
 default_realm = {realm}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
 udp_preference_limit = 1
 clockskew = {skew}
 default_ccache_name = FILE:{folder}/cache
[realms]
 {realm} = {{
  kdc = 127.0.0.1:{port}
 }}
[domain_realm]
 .{domain} = {realm}
 {domain} = {realm}
"""
_KDC_CONF = """\
[kdcdefaults]
 kdc_listen = 127.0.0.1:{port}
 kdc_tcp_listen = 127.0.0.1:{port}
[realms]
 {realm} = {{
  database_name = {folder}/principal
  key_stash_file = {folder}/stash
  acl_file = {folder}/acl
  max_life = 10h
  supported_enctypes = aes256-cts-hmac-sha1-96:normal aes128-cts-hmac-sha1-96:normal
 }}
[logging]
 kdc = FILE:{folder}/kdc.log
"""


class KerberosFailed(Exception):
    """The KDC could not be set up; the text says at which step."""


def missing() -> str:
    """Why there is no Kerberos on this machine; empty where there is."""
    for program in _PROGRAMS:
        if _program(program) is None:
            return f"{program} is not installed"
    for library in _LIBRARIES:
        if importlib.util.find_spec(library) is None:
            return f"the Python package {library} is not installed"
    return ""


class KerberosService:
    """A running KDC with the given accounts, and services for the given servers."""

    def __init__(self, accounts: Sequence[tuple[str, str]], servers: Sequence[str], *, clock_skew: int = 300) -> None:
        """`accounts` are user principal names of one domain and their passwords, `servers` fully qualified names.

        `clock_skew`: seconds that a client's clock may differ; none is good enough where it is negative.
        """
        self.domain = accounts[0][0].partition("@")[2].lower()
        self.realm = self.domain.upper()
        self._accounts = accounts
        self._servers = servers
        self._clock_skew = clock_skew
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._before: dict[str, str | None] = {}

    @property
    def environment(self) -> Mapping[str, str]:
        """What a client needs in its environment to sign in here, and a server to accept it."""
        folder = self._folder
        if folder is None:
            return {}
        return {
            "KRB5_CONFIG": str(folder / "krb5.conf"),
            "KRB5_KTNAME": f"FILE:{folder / 'services.keytab'}",
            "KRB5CCNAME": f"FILE:{folder / 'cache'}",
            # Replays are no concern of a lab, and their cache would stay behind in /var/tmp.
            "KRB5RCACHENAME": "none:",
        }

    def principal(self, account: str) -> str:
        """The Kerberos name of an account: its realm is in capitals."""
        return f"{account.partition('@')[0]}@{self.realm}"

    def start(self) -> None:
        """Makes the realm and starts the KDC; the environment of this process points at it until :meth:`stop`."""
        # mkdtemp gives a folder that is its owner's alone.
        self._folder = Path(tempfile.mkdtemp(prefix="lab-krb5-"))
        try:
            for attempt in range(_ATTEMPTS):
                port = _free_port()
                self._write_configuration(port)
                if attempt == 0:
                    self._make_principals()
                if self._run_kdc(port):
                    break
            else:
                raise KerberosFailed("krb5kdc did not start")
        except BaseException:
            self.stop()
            raise
        for name, value in self.environment.items():
            self._before[name] = os.environ.get(name)
            os.environ[name] = value

    def stop(self) -> None:
        """Stops the KDC and removes what it wrote."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._before.clear()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def administer(self, *commands: str) -> None:
        """Run commands of ``kadmin.local`` in the running realm."""
        self._tool("kadmin.local", "-r", self.realm, typed="\n".join(commands) + "\nquit\n")

    # -- set-up

    def _write_configuration(self, port: int) -> None:
        assert self._folder is not None
        values = {
            "realm": self.realm,
            "domain": self.domain,
            "folder": self._folder,
            "port": port,
            "skew": self._clock_skew,
        }
        (self._folder / "krb5.conf").write_text(_KRB5_CONF.format(**values), "utf-8")
        (self._folder / "kdc.conf").write_text(_KDC_CONF.format(**values), "utf-8")

    def _make_principals(self) -> None:
        assert self._folder is not None
        self._tool("kdb5_util", "create", "-s", "-r", self.realm, typed="master\nmaster\n")
        keytab = self._folder / "services.keytab"
        # Passwords go in by standard input: arguments can be seen by others.
        typed = [f"addprinc -pw {_quoted(password)} {self.principal(account)}" for account, password in self._accounts]
        for server in self._servers:
            for service in _SERVICES:
                typed += [f"addprinc -randkey {service}/{server}", f"ktadd -k {keytab} {service}/{server}"]
        self.administer(*typed)
        if not keytab.exists():
            raise KerberosFailed("kadmin.local wrote no keytab")

    def _tool(self, name: str, *arguments: str, typed: str) -> None:
        done = subprocess.run(  # noqa: S603 - one of MIT's own tools
            [_program(name) or name, *arguments],
            input=typed,
            capture_output=True,
            text=True,
            env=self._tool_environment(),
            timeout=60,
            check=False,
        )
        if done.returncode:
            raise KerberosFailed(f"{name}: {done.stderr.strip()[-200:]}")

    def _tool_environment(self) -> dict[str, str]:
        assert self._folder is not None
        return {**os.environ, **self.environment, "KRB5_KDC_PROFILE": str(self._folder / "kdc.conf")}

    def _run_kdc(self, port: int) -> bool:
        """Whether the KDC answers on its port; another process may have taken it meanwhile."""
        self._process = subprocess.Popen(  # noqa: S603 - one of MIT's own tools
            [_program("krb5kdc") or "krb5kdc", "-n", "-r", self.realm],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self._tool_environment(),
            start_new_session=True,
        )
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 0.5).close()
            except OSError:
                time.sleep(0.02)
            else:
                return True
        return False


def _program(name: str) -> str | None:
    """Daemons are often not on an ordinary user's path."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/local/sbin")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
