"""The command line: quick to start, true in its help, and clear about what is wrong."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pushtui import cli
from pushtui.commands.parser import STEPS
from pushtui.commands.parser_procedure import CONSENTS
from pushtui.procedure.model import Consent, StepId

HEAVY = ("textual", "pypsrp", "msal", "msgraph", "requests", "httpx", "cryptography", "tomlkit", "asyncio", "shutil")
ROOT = Path(__file__).parent.parent

PROFILE = """\
tenant_domain = "fabrikam.com"
certificate_path = "auth.cer"
[exchange]
server = "ex01.lab.example"
"""


def run(*arguments: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
        "PYTHONPATH": str(ROOT),
        **more,
    }
    return subprocess.run(
        [sys.executable, "-m", "pushtui", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def write(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize("arguments", ["['--help']", "['--version']", "['check', '--help']", "['lab', '--help']"])
def test_help_loads_no_widget_and_no_protocol(arguments: str) -> None:
    code = (
        "import sys, contextlib\n"
        "from pushtui.cli import main\n"
        f"with contextlib.suppress(SystemExit): main({arguments})\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_command_line_knows_exactly_the_steps_and_the_consents() -> None:
    assert tuple(step.value for step in StepId) == STEPS
    assert set(CONSENTS) == {consent.value for consent in Consent}


def test_the_help_names_every_command_option_and_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    def text(*arguments: str) -> str:
        with pytest.raises(SystemExit) as caught:
            cli.main([*arguments, "--help"])
        assert caught.value.code == 0
        return re.sub(r"\s+", " ", capsys.readouterr().out)

    top = text()
    for word in ("check", "plan", "apply", "lab", "--profile", "--read-only", "--version", "130 interrupted"):
        assert word in top
    for command in ("check", "plan", "apply"):
        for word in ("--step", "--json", "--profile", "--read-only"):
            assert word in text(command)
    for word in ("--yes", "--accept", "service-principal-key", "replace-certificate", "--overwrite-certificate-file"):
        assert word in text("apply")
    assert "--probe" in text("check")
    assert "--serve" in text("lab")
    assert "CODE" in text("lab", "approve")


@pytest.mark.parametrize(
    "arguments",
    [
        ["frobnicate"],
        ["check", "--step", "nonsense"],
        ["apply", "--accept", "everything"],
        ["check", "--ste", "tenant"],
        ["plan", "--probe"],
        ["lab", "approve"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("usage: pushtui")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PROFILE.replace("tenant_domain", "tenant_domian"), "Did you mean “tenant_domain”?"),
        (PROFILE.replace("fabrikam.com", ""), "Type a domain of your tenant"),
        (PROFILE.replace("fabrikam.com", "fabrikam"), "has a dot"),
        (PROFILE.replace("fabrikam.com", "https://fabrikam.com"), "without https://"),
        (PROFILE.replace("auth.cer", ""), "Type the file"),
        (PROFILE.replace("auth.cer", "/tmp/"), "Type a file, not a folder"),
        (PROFILE.replace("ex01.lab.example", ""), "Type the name of an Exchange server"),
        ("= nonsense", "is not TOML"),
    ],
)
@pytest.mark.parametrize("command", ["check", "plan", "apply"])
def test_a_profile_that_cannot_be_used_is_one_sentence_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, text: str, said: str
) -> None:
    assert cli.main([command, "--json", "-p", write(tmp_path / "p.toml", text)]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("pushtui: ")
    assert output.err.count("\n") == 1
    assert said in output.err


def test_a_profile_that_is_absent_is_named(tmp_path: Path) -> None:
    done = run("check", "-p", "contoso", home=tmp_path)
    assert done.returncode == 2
    assert str(tmp_path / "config/pushtui/contoso.toml") in done.stderr
    assert "Traceback" not in done.stderr


def test_the_options_that_go_with_all_commands_go_before_and_after(tmp_path: Path) -> None:
    profile = write(tmp_path / "p.toml", "= nonsense")
    before = run("-p", profile, "--read-only", "check", home=tmp_path)
    after = run("check", "--read-only", "-p", profile, home=tmp_path)
    assert before.stderr == after.stderr
    assert "is not TOML" in before.stderr


def test_apply_is_refused_in_a_read_only_run_before_anything_is_read(tmp_path: Path) -> None:
    profile = write(tmp_path / "p.toml", PROFILE)
    done = run("apply", "--yes", "--read-only", "-p", profile, home=tmp_path)
    assert done.returncode == 2
    assert "read-only" in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "state").exists()
    read_only = write(tmp_path / "r.toml", "read_only = true\n" + PROFILE)
    assert run("apply", "--yes", "-p", read_only, home=tmp_path).returncode == 2


@pytest.mark.parametrize("arguments", [[], ["lab"]])
def test_without_a_terminal_the_application_says_what_to_use_instead(tmp_path: Path, arguments: list[str]) -> None:
    done = run(*arguments, home=tmp_path)
    assert done.returncode == 2
    assert "pushtui check" in done.stderr


def test_a_scenario_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    done = run("lab", "--serve", "--scenario", "no-such-scenario", home=tmp_path)
    assert done.returncode != 0
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "no-such-scenario" in done.stderr


def test_output_that_nobody_reads_is_no_traceback(tmp_path: Path) -> None:
    profile = write(tmp_path / "p.toml", PROFILE.replace("ex01.lab.example", "127.0.0.1") + "timeout = 1\nport = 9\n")
    code = f"{sys.executable} -m pushtui check --step servers -p {profile} | true"
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["sh", "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
