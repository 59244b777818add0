"""The whole check on paper: complete, the same in all forms, and harmless whatever came from outside."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushtui.reporting import report
from pushtui.reporting.pages import Bullets, Cell, Code, Heading, Point, Points, Prose, Table, Tone
from pushtui.reporting.pages_html import page
from pushtui.reporting.pages_markdown import markdown
from pushtui.reporting.papers import FORMS

HOSTILE = "</td><script>alert(1)</script>|`*[a](b)\x1b[31m\u202e\n# heading\n1. list\n- item"
VOID = {"meta", "br", "hr"}


class Elements(HTMLParser):
    """The elements of a page, and whether each that was opened was closed in its order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.names: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.links += [name for name, _value in attrs if name in {"src", "href", "action", "background", "onload"}]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] != "style":
            self.words.append(data)


def test_everything_that_was_found_and_would_be_done_is_in_every_form(world: Any, snapshot_of: Any, kit: Any) -> None:
    world.stores[kit.EX02] = []
    snapshot = snapshot_of(world)
    written = {name: form(snapshot) for name, form in FORMS.items()}
    words = " ".join(Elements(written["html"]).words)
    paper = written["markdown"].replace("\\", "")
    document = json.loads(written["json"])
    for said in (words, paper):
        for report_ in snapshot.reports.values():
            for action in report_.actions:
                if hasattr(action, "command"):
                    command = action.command if isinstance(action.command, str) else action.command.text
                    assert command in said
        for view in snapshot.overview().servers:
            assert view.fqdn in said
        assert kit.TENANT in said
        assert "15 May 2018" in said
        assert "admin@lab.example" in said
        assert "Get-AuthConfig | Select-Object" in said
    assert document["servers"][0]["fqdn"] == kit.EX02, "problems come first"
    assert document["servers"][0]["auth_certificate"]["current"] == "absent"
    assert document["certificates"][0]["servers"].keys() == {kit.EX01, kit.EX03}
    assert {step["id"] for step in document["steps"]} == set(snapshot.reports)
    assert document["schema"] == 1
    assert document["command"] == "report"


def test_the_chain_is_drawn_with_the_two_values_where_it_breaks(kit: Any, snapshot_of: Any) -> None:
    world = kit.done()
    world.inputs = replace(world.inputs, probe=False)
    world.proxy["Organization"] = "contoso.com"
    snapshot = snapshot_of(world)
    paper, html = FORMS["markdown"](snapshot), FORMS["html"](snapshot)
    drawing = paper.partition("```\n")[2].partition("\n```")[0].splitlines()
    assert [line[0] for line in drawing] == [*"✓┃✓┃✓┃✓┃✓┃→╳│-"]
    assert drawing[-3] == "╳   proxy for contoso.com ≠ tenant domain fabrikam.com"
    assert "\n".join(drawing) in "".join(Elements(html).words)
    assert 'role="img" aria-label="Drawing of the trust chain' in html


def test_in_a_link_what_follows_from_a_cause_stands_under_it(kit: Any, snapshot_of: Any) -> None:
    world = kit.done()
    world.stopped = {kit.EX02: {"MSExchangeServiceHost"}}
    world.stores[kit.EX02] = []
    world.config["WhenChangedUTC"] = kit.NOW - 30 * kit.DAY
    paper = markdown(report.blocks(snapshot_of(world)))
    link = paper.partition("\n## 3. ")[2].partition("\n## ")[0]
    assert "  - because: The service MSExchangeServiceHost is Stopped on ex02.lab.example (Exchange servers)\n" in link
    assert "\n    ```\n    Restart-Service -Name 'MSExchangeServiceHost'\n    ```\n" in link
    broken = kit.done()
    broken.config["CurrentCertificateThumbprint"] = ""
    tree = markdown(report.blocks(snapshot_of(broken))).partition("\n## 3. ")[2].partition("\n## ")[0]
    assert tree.index("- **change**: The organization has no Auth certificate") < tree.index("\n  - **")


def test_servers_come_with_their_way_out_where_they_have_one(kit: Any, snapshot_of: Any) -> None:
    world = kit.done()
    assert "Web proxy" not in markdown(report.blocks(snapshot_of(world)))
    world.servers[0]["InternetWebProxy"] = "http://proxy.lab.example:8080/"
    snapshot = snapshot_of(world)
    assert "| Web proxy |" in markdown(report.blocks(snapshot))
    proxies = {each["fqdn"]: each["web_proxy"] for each in json.loads(FORMS["json"](snapshot))["servers"]}
    assert proxies == {kit.EX01: "http://proxy.lab.example:8080/", kit.EX02: "", kit.EX03: ""}


def test_a_finding_names_few_reads_and_how_many_more(kit: Any, snapshot_of: Any) -> None:
    world = kit.done()
    for number in range(4, 31):
        world.servers.append(kit.server_object(f"ex{number:02}"))
        world.stores[f"ex{number:02}.lab.example"] = world.stores[kit.EX01]
    for store in world.stores.values():
        store[0].exportable = False
    link = markdown(report.blocks(snapshot_of(world))).partition("\n## 3. ")[2].partition("\n## ")[0]
    assert link.count("evidence: ") == 5
    assert "evidence: and 27 more" in link


def test_a_report_of_nothing_says_so(kit: Any, snapshot_of: Any, world: Any) -> None:
    world.failures = {query: kit.failed() for query in world.fresh().answers}
    snapshot = snapshot_of(world)
    assert "No server was read." in markdown(report.blocks(snapshot))
    assert json.loads(FORMS["json"](snapshot))["servers"] == []


def test_nothing_from_outside_is_obeyed(kit: Any, snapshot_of: Any) -> None:
    world = kit.done()
    world.servers[0]["Site"] = HOSTILE
    world.auth_servers.append(kit.auth_server(HOSTILE, realm=HOSTILE, url=HOSTILE))
    world.principal["keyCredentials"].append(kit.key_object(kit.make_der("other"), HOSTILE))
    world.organization["displayName"] = HOSTILE
    world.failures[next(iter(world.fresh().answers))] = kit.failed(HOSTILE)
    snapshot = snapshot_of(world, tenant_domain=HOSTILE)
    html, paper = FORMS["html"](snapshot), FORMS["markdown"](snapshot)
    elements = Elements(html)
    assert not {"script", "a", "img", "link", "iframe", "form"} & set(elements.names)
    assert elements.links == [], "nothing is fetched"
    assert "http" not in html.partition("<style>")[2].partition("</style>")[0]
    for shown in (html, paper):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    prose = re.sub(r"(?ms)^ *(`{3,})\n.*?^ *\1$", "", paper)  # between fences, text is text
    assert prose.count("\n## ") == paper.count("\n## ")
    assert "<script>" not in prose.replace("\\<script", "")
    assert "\n# heading" not in paper
    assert "\n1. list" not in paper
    json.loads(FORMS["json"](snapshot))


@given(st.text(max_size=60))
def test_a_line_of_markdown_stays_one_line_and_is_no_list(text: str) -> None:
    lines = markdown([Prose(text)]).splitlines()
    assert len(lines) == 1
    assert not lines[0].startswith(("- ", "+ ", "* ", "# ", "> ", "```", "| "))
    assert not lines[0].partition(". ")[0].isdigit()


@given(st.text(max_size=60))
def test_code_stays_in_its_fence(text: str) -> None:
    first, *middle, last = markdown([Code(text)]).splitlines()
    assert first == last
    assert set(first) == {"`"}
    assert all(not line.strip().startswith(first) for line in middle)


@given(st.lists(st.lists(st.text(max_size=20), min_size=1, max_size=4), max_size=4))
def test_a_table_has_as_many_cells_in_every_row(rows: list[list[str]]) -> None:
    table = Table(("a", "b"), tuple(tuple(row) for row in rows))
    lines = [
        line.replace("\\\\", "").replace("\\|", "") for line in markdown([Heading("t", 1), table]).splitlines()[2:]
    ]
    assert len({line.count("|") for line in lines}) == 1
    names = Elements(page([Heading("t", 1), table])).names
    assert names.count("tr") == len(rows) + 1


def test_points_are_nested_and_their_tone_is_said_in_words_too() -> None:
    inner = Point("change", "a consequence", Tone.WARNING)
    blocks = [
        Heading("t", 1),
        Points((Point("failure", "the cause", Tone.BAD, (("expected", "a"),), (inner,)),)),
        Bullets(("x",)),
        Table(("n",), (("r", Cell("v", Tone.OK)),)),
    ]
    assert markdown(blocks).splitlines()[2:5] == [
        "- **failure**: the cause",
        "  - expected: a",
        "  - **change**: a consequence",
    ]
    html = page(blocks)
    assert html.index("the cause") < html.index("a consequence")
    assert 'class="bad"' in html
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html


@pytest.mark.parametrize("form", sorted(FORMS))
def test_the_same_snapshot_gives_the_same_report(form: str, world: Any, snapshot_of: Any) -> None:
    snapshot = snapshot_of(world)
    assert FORMS[form](snapshot) == FORMS[form](snapshot)
