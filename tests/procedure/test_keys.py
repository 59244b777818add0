"""Key clean-up: whose keys they are, which are chosen, and what is sent for it."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pushtui.procedure import chain, keys, questions, upkeep_codes
from pushtui.procedure.courses import KEYS
from pushtui.procedure.model import Change, Consent, GraphWrite, Risk, Status, StepId, Wait

STEP = StepId.SERVICE_PRINCIPAL


def holding(kit: Any, *named: tuple[str, Any], **config: str) -> Any:
    """A world whose service principal holds these, each with its display name."""
    world = kit.done()
    world.principal["keyCredentials"] = [kit.key_object(der, name) for name, der in named]
    world.config |= config
    return world


def look(world: Any, *chosen: Any, kit: Any = None) -> chain.Report:
    """The step's report, with these certificates chosen for removal."""
    facts = facts_of(world, *chosen, kit=kit)
    return chain.report(keys, facts)


def facts_of(world: Any, *chosen: Any, kit: Any = None) -> Any:
    facts = world.fresh()
    names = frozenset(keys.choose(keys.inventory(facts), [kit.thumb(der) for der in chosen])[0]) if chosen else None
    return replace(facts, inputs=replace(facts.inputs, removed_keys=names or frozenset()))


def sent(action: Any) -> list[bytes]:
    assert isinstance(action, Change)
    assert isinstance(action.command, GraphWrite)
    entries = json.loads(action.command.request.body)["keyCredentials"]
    assert all(set(entry) == {"type", "usage", "key"} for entry in entries)
    return [base64.b64decode(entry["key"]) for entry in entries]


def test_every_key_says_whose_it_is_and_whether_it_has_ended(kit: Any) -> None:
    old, new, other = kit.make_der("old"), kit.make_der("new"), kit.make_der("other", end=kit.NOW - kit.DAY)
    world = holding(
        kit, ("ours", kit.make_der()), ("", old), ("", new), ("them", other),
        PreviousCertificateThumbprint=kit.thumb(old), NextCertificateThumbprint=kit.thumb(new),
    )  # fmt: skip
    listed = keys.inventory(world.fresh())
    assert [key.owner.value for key in listed] == ["current", "previous", "next", "none"]
    assert [key.expired for key in listed] == [False, False, False, True]
    assert [key.subject for key in listed] == ["CN=Auth", "CN=old", "CN=new", "CN=other"]
    report = look(world)
    assert report.status is Status.OK
    assert report.actions == (), "nothing is removed that was not chosen"


def test_only_chosen_keys_go_and_the_others_keep_their_order(kit: Any) -> None:
    a, b, c = kit.make_der("a"), kit.make_der("b"), kit.make_der("c")
    world = holding(kit, ("a", a), ("ours", kit.make_der()), ("b", b), ("c", c))
    remove, wait = look(world, b, kit=kit).actions
    assert sent(remove) == [a, kit.make_der(), c]
    assert remove.backup
    assert remove.pinned
    assert remove.consent is None
    assert remove.risk is Risk.REVERSIBLE
    assert isinstance(wait, Wait)
    assert wait.twice


@pytest.mark.parametrize("place", ["CurrentCertificateThumbprint", "NextCertificateThumbprint"])
def test_the_key_that_is_signed_with_wants_a_consent_of_its_own(kit: Any, place: str) -> None:
    mine = kit.make_der("mine")
    world = holding(kit, ("mine", mine), **{place: kit.thumb(mine)})
    report = look(world, mine, kit=kit)
    assert report.actions[0].consent is Consent.BREAK_TRUST
    assert "keys.breaks-trust" in {item.code for item in report.findings}


def test_where_auth_config_is_not_known_any_key_may_be_the_current_one(kit: Any) -> None:
    other = kit.make_der("other")
    world = holding(kit, ("other", other))
    world.failures[questions.AUTH_CONFIG] = kit.failed()
    report = look(world, other, kit=kit)
    assert report.actions[0].consent is Consent.BREAK_TRUST
    assert {"keys.auth-config-unreadable", "keys.owner-unknown"} <= {item.code for item in report.findings}


def test_an_expired_key_cannot_come_back_and_the_plan_says_so(kit: Any) -> None:
    ended, lasting = kit.make_der("ended", end=kit.NOW - kit.DAY), kit.make_der("lasting")
    world = holding(kit, ("ended", ended), ("lasting", lasting))
    alone = look(world, ended, kit=kit).actions[0]
    assert alone.undo is None
    assert alone.risk is Risk.IRREVERSIBLE
    both = look(world, ended, lasting, kit=kit).actions[0]
    assert [base64.b64decode(it["key"]) for it in json.loads(both.undo.request.body)["keyCredentials"]] == [lasting]


def test_nothing_is_written_where_a_key_came_back_without_its_value(kit: Any) -> None:
    other = kit.make_der("other")
    world = holding(kit, ("other", other))
    world.principal["keyCredentials"].append(kit.key_object(None))
    report = look(world, other, kit=kit)
    assert report.status is Status.ATTENTION
    assert report.actions == ()


def test_what_was_sent_is_waited_for_and_not_sent_again(kit: Any) -> None:
    other = kit.make_der("other")
    world = holding(kit, ("other", other))
    facts = facts_of(world, other, kit=kit)
    facts = replace(facts, memory=replace(facts.memory, sent={keys.REMOVE: kit.NOW}))
    report = chain.report(keys, facts)
    assert [item.id for item in report.actions] == [keys.GONE]
    assert report.status is Status.WAITING


@pytest.mark.parametrize("style", [str, str.lower, lambda text: " ".join(text[i : i + 2] for i in range(0, 40, 2))])
def test_keys_are_named_as_windows_or_graph_show_them(kit: Any, style: Any) -> None:
    listed = keys.inventory(holding(kit, ("other", kit.make_der("other"))).fresh())
    assert keys.choose(listed, [style(kit.thumb(kit.make_der("other")))]) == (frozenset({listed[0].sha256}), ())
    assert keys.choose(listed, ["AB" * 20]) == (frozenset(), ("AB" * 20,))


def test_every_word_of_the_table_comes_about_and_blocks_as_it_says(kit: Any) -> None:
    mine, old, new, other = (kit.make_der(name) for name in ("mine", "old", "new", "other"))
    ended = kit.make_der("ended", end=kit.NOW - kit.DAY)
    world = holding(
        kit, *(("", der) for der in (mine, old, new, other, ended)), CurrentCertificateThumbprint=kit.thumb(mine),
        PreviousCertificateThumbprint=kit.thumb(old), NextCertificateThumbprint=kit.thumb(new),
    )  # fmt: skip
    found = {item.code: item for item in look(world, mine, kit=kit).findings}
    facts = facts_of(world, other, kit=kit)
    later = replace(facts, memory=replace(facts.memory, sent={keys.REMOVE: kit.NOW}))
    found |= {item.code: item for item in chain.report(keys, later).findings}
    chosen = facts.inputs.removed_keys
    world.principal["keyCredentials"] = []
    empty = replace(world.fresh(), inputs=replace(world.inputs, removed_keys=chosen))
    found |= {item.code: item for item in chain.report(keys, empty).findings}
    world = holding(kit, ("other", other))
    world.failures[questions.AUTH_CONFIG] = kit.failed()
    found |= {item.code: item for item in look(world).findings}
    words = {code for code in upkeep_codes.FINDINGS if code.startswith("keys.")}
    assert words <= found.keys()
    assert {found[code].severity for code in words} == {upkeep_codes.FINDINGS[code].severity for code in words}


POOL = [chr(ord("a") + number) for number in range(6)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    there=st.lists(st.sampled_from(POOL), unique=True),
    ended=st.sets(st.sampled_from(POOL)),
    chosen=st.sets(st.sampled_from(POOL)),
)
def test_whatever_is_chosen_every_other_key_is_sent_along(
    kit: Any, there: list[str], ended: set[str], chosen: set[str]
) -> None:
    ders = {name: kit.make_der(name, end=kit.NOW + (-kit.DAY if name in ended else kit.DAY)) for name in POOL}
    world = holding(kit, *((name, ders[name]) for name in there))
    report = look(world, *(ders[name] for name in chosen), kit=kit)
    if not set(there) & chosen:
        assert report.actions == ()
        return
    assert sent(report.actions[0]) == [ders[name] for name in there if name not in chosen]
    assert KEYS.order == (StepId.TENANT, STEP)
