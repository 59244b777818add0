"""What the steps are given: a profile and a task, in the procedure's terms."""

from __future__ import annotations

from datetime import timedelta

from pushtui.engine.task import Task
from pushtui.procedure.model import CloudNames, Inputs, RenewalTerms
from pushtui.profile import Profile, validate_certificate_path


def inputs(
    profile: Profile, task: Task, cloud: CloudNames, *, probe: bool, mail: bool, overwrite_certificate_file: bool
) -> Inputs:
    """Of this profile, for this task. `mail`: a test message may be sent, where the profile says through which host."""
    path = profile.certificate_path
    return Inputs(
        tenant_domain=profile.tenant_domain,
        certificate_path=str(profile.certificate_file) if validate_certificate_path(path) is None else path,
        exchange_server=profile.exchange.server,
        cloud=cloud,
        windows_endpoint=profile.windows.enabled,
        verification_server=profile.verification.server,
        wait_seconds=profile.verification.wait_seconds,
        probe=probe,
        mail=mail and bool(profile.mail.host),
        overwrite_certificate_file=overwrite_certificate_file,
        removed_keys=task.removed_keys,
        renewal=RenewalTerms(
            timedelta(days=task.within_days or profile.renewal.within_days),
            timedelta(hours=profile.renewal.notice_hours),
            timedelta(hours=profile.renewal.settle_hours),
        ),
    )
