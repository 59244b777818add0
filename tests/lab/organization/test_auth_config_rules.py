"""Whatever is tried in whatever order: AuthConfig never comes to name a certificate that its rules forbid."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

TABLE = {
    "certificates": [
        {"id": "auth-certificate"},
        {"id": "expired", "not_after_days": -5},
        {"id": "future", "not_before_days": 5, "not_after_days": 900},
        {"id": "keyless", "private_key": False},
        {"id": "revoked", "status": "Revoked"},
        {"id": "elsewhere", "servers": ["ex02"]},
        {"id": "short", "not_after_days": 20},
    ]
}
_place = st.integers(0, 9)
_days = st.sampled_from([-1.0, 0.0, 1.0, 3.0, 30.0])
_step = st.one_of(
    st.tuples(st.just("assign"), _place),
    st.tuples(st.just("stage"), _place, _days),
    st.tuples(st.just("publish")),
    st.tuples(st.just("clear")),
    st.tuples(st.just("new"), st.booleans()),
    st.tuples(st.just("remove"), _place),
    st.tuples(st.just("wait"), st.sampled_from([1.0, 40_000.0, 200_000.0])),
)


def perform(shell: Any, step: tuple[Any, ...], clock: Any) -> None:
    known = sorted({c["thumbprint"] for s in shell.organization.snapshot()["servers"] for c in s["certificates"]})
    chosen = known[step[1] % len(known)] if step[0] in ("assign", "stage", "remove") else ""
    match step[0]:
        case "assign":
            shell.run("Set-AuthConfig", CertificateThumbprint=chosen, Force=True)
        case "stage":
            effective = shell.organization.state.clock.now() + timedelta(days=step[2])
            shell.run(
                "Set-AuthConfig", NewCertificateThumbprint=chosen, NewCertificateEffectiveDate=effective, Force=True
            )
        case "publish":
            shell.run("Set-AuthConfig", PublishCertificate=True, Force=True)
        case "clear":
            shell.run("Set-AuthConfig", ClearPreviousCertificate=True)
        case "new":
            shell.run("New-ExchangeCertificate", Services=["Federation"], PrivateKeyExportable=step[1])
        case "remove":
            shell.run("Remove-ExchangeCertificate", Thumbprint=chosen, Confirm=False)
        case "wait":
            shell.organization.advance(step[1])


@given(st.lists(_step, max_size=12))
def test_auth_config_never_names_what_its_rules_forbid(
    make: Any, open_shell: Any, clock: Any, steps: list[tuple[Any, ...]]
) -> None:
    organization = make(TABLE)
    shell = open_shell(organization)
    before = organization.snapshot()["auth_config"]
    for step in steps:
        perform(shell, step, clock)
        state = organization.snapshot()
        after = state["auth_config"]
        local = {c["thumbprint"]: c for c in state["servers"][0]["certificates"]}
        for role in ("current", "next"):
            named = after[role]
            if named and named != before[role]:
                assert named in local
                assert local[named]["has_private_key"]
                assert local[named]["status"] == "Valid"
        assert after["current"] != after["next"]
        assert bool(after["next"]) == bool(after["next_effective"])
        if after["next"]:
            assert after["next_effective"] < local[after["next"]]["not_after"]
        assert {named for named in (after["current"], after["next"]) if named} <= local.keys()
        before = after
