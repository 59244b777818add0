"""What was there before a change that replaces a whole list, kept in a private file before it is sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from pushtui.base.commands import Json
from pushtui.base.files import private_folder, write_atomically
from pushtui.engine.encoding import plain
from pushtui.procedure.model import Answer, Change, GraphRead, Query


def keep_backup(folder: Path, run_id: str, change: Change, answers: Mapping[Query, Answer]) -> dict[str, Json]:
    """Write the answers of the change's reads; returns the journal's note of it: file name and SHA-256.

    Raises `FileProblem`; the change must not be sent then.
    """
    reads: list[Json] = [
        {"query": _text(query), "at": answers[query].at.isoformat(), "objects": _objects(answers[query].objects)}
        for query in change.reads
        if query in answers
    ]
    document: dict[str, Json] = {
        "schema": 1,
        "run": run_id,
        "change": change.id,
        "target": change.target,
        "reads": reads,
    }
    content = (json.dumps(document, indent=1) + "\n").encode()
    path = private_folder(folder) / f"{run_id}-{change.id}.backup.json"
    write_atomically(path, content)
    return {"file": path.name, "sha256": hashlib.sha256(content).hexdigest()}


def _objects(objects: Sequence[object]) -> Json:
    return [plain(item) for item in objects]


def _text(query: Query) -> str:
    return query.request.text if isinstance(query, GraphRead) else repr(query)
