"""The leg on this machine: what the profile says, and the files that it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from pushtui.base.errors import FileProblem, PushtuiError
from pushtui.base.files import read_private, read_secret_file
from pushtui.engine.doctor.leg import Leg
from pushtui.engine.doctor.rows import Outcome, Test, failed, ok
from pushtui.entra.clouds import cloud_of
from pushtui.entra.credentials import MAX_BYTES
from pushtui.entra.registration import refuse_missing
from pushtui.entra.transport import proxy_for
from pushtui.exchange.endpoint import exchange_endpoint
from pushtui.profile import VALIDATORS, Profile


def examine(leg: Leg, profile: Profile) -> None:
    """Completeness first, then the files; neither keeps the other from being told."""
    leg.test(Test.COMPLETE, str(profile.path), lambda: _complete(profile), essential=False)
    leg.test(Test.FILES, str(profile.path.parent), lambda: _files(profile), essential=False)


def _complete(profile: Profile) -> Outcome:
    problems = list(_problems(profile))
    if problems:
        return failed("profile.incomplete", problems=" ".join(problems))
    return ok("profile.complete")


def _problems(profile: Profile) -> Iterator[str]:
    values = (profile.tenant_domain, profile.certificate_path, profile.exchange.server)
    for (name, judge), value in zip(VALIDATORS.items(), values, strict=True):
        sentence = judge(value)
        if sentence:
            yield f"{name}: {sentence}"
    tries: tuple[Callable[[], object], ...] = (
        lambda: exchange_endpoint(profile.exchange),
        lambda: proxy_for(cloud_of(profile.cloud).login, profile.network),
        lambda: refuse_missing(profile.entra),
    )
    for attempt in tries:
        try:
            attempt()
        except PushtuiError as error:
            if error.code != "exchange.no-server":  # said above
                yield str(error)


def _files(profile: Profile) -> Outcome:
    secrets = {
        "exchange.password_file": profile.exchange.password_file,
        "windows.password_file": profile.windows.password_file if profile.windows.enabled else "",
        "mail.password_file": profile.mail.password_file if profile.mail.host else "",
        "entra.secret_file": profile.entra.secret_file if profile.entra.method == "secret" else "",
        "entra.passphrase_file": profile.entra.passphrase_file if profile.entra.method == "certificate" else "",
    }
    own = {
        "entra.certificate_file": profile.entra.certificate_file if profile.entra.method == "certificate" else "",
    }
    problems = [
        *_unreadable(secrets, read_secret_file),
        *_unreadable(own, lambda path: read_private(path, MAX_BYTES)),
        *_unreadable(
            {
                "exchange.ca_file": profile.exchange.ca_file,
                "windows.ca_file": profile.windows.ca_file,
                "network.ca_file": profile.network.ca_file,
                "mail.ca_file": profile.mail.ca_file,
            },
            _read,
        ),
    ]
    if problems:
        return failed("profile.files", problems=" ".join(problems))
    count = sum(bool(path) for path in (*secrets.values(), *own.values()))
    return ok("profile.files-good", count=str(count))


def _unreadable(files: dict[str, str], read: Callable[[str], object]) -> Iterator[str]:
    for key, path in files.items():
        if not path:
            continue
        try:
            read(path)
        except PushtuiError as error:
            yield f"{key}: {error}"
        except OSError as error:
            yield str(FileProblem("file.unreadable", f"{key}: {error.strerror}", where=path))


def _read(path: str) -> None:
    with Path(path).open("rb") as file:
        file.read(1)
