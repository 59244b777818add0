"""``pushtui lab approve CODE``: tell the running lab that the administrator has entered the code."""

from __future__ import annotations

import json
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from pushtui.lab.laboratory import CONTROL_FILE, FOLDER_PREFIX


def approve(code: str, decision: str) -> int:
    """Ask every lab of this user; the exit code: 0 when one of them was waiting for the code."""
    answers = [_ask(url, code, decision) for url in _control_urls()]
    if "" in answers:
        return 0
    sys.stderr.write(f"{answers[0] if answers else 'No lab is running.'}\n")
    return 1


def _control_urls() -> list[str]:
    """Control endpoints of the labs that this user has running: only their owner can read the file."""
    found = []
    for path in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*/{CONTROL_FILE}"):
        try:
            found.append(path.read_text("ascii"))
        except (OSError, UnicodeDecodeError):
            continue
    return found


def _ask(url: str, code: str, decision: str) -> str:
    """Empty on success, else a sentence."""
    if not url.startswith("http://127.0.0.1:"):
        return "The lab's control file is damaged."
    body = json.dumps({"code": code, "decision": decision}).encode()
    request = urllib.request.Request(f"{url}/approve", body, {"Content-Type": "application/json"})  # noqa: S310 - checked
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=5):
            return ""
    except urllib.error.HTTPError as error:
        with error:
            return str(json.loads(error.read()).get("error", error.reason))
    except (OSError, ValueError):
        return "The lab does not answer."
