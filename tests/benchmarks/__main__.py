"""Measures what the product promises about speed, and prints one table: ``python -m tests.benchmarks [GROUP]…``.

Groups: ``starts``, ``wire``, ``screens``, ``stalls``; all of them by default. With ``--readme`` the table in the README
is replaced; what is written below it stays. Exit code 1 where a goal is missed, or a group could not be measured.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import screens, stalls, starts, wire
from tests.benchmarks.figures import Figure, table
from tests.benchmarks.terminal import ROOT

GROUPS: dict[str, Callable[[Path], list[Figure]]] = {
    "starts": starts.figures,
    "wire": wire.figures,
    "screens": screens.figures,
    "stalls": stalls.figures,
}
BEGIN, END = "<!-- benchmarks: made by make bench -->", "<!-- end of benchmarks -->"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("groups", nargs="*", choices=[[], *GROUPS], metavar="GROUP")
    parser.add_argument("--readme", action="store_true", help="put the table into the README")
    options = parser.parse_args()
    found: list[Figure] = []
    broken = False
    for name in options.groups or GROUPS:
        began = time.monotonic()
        print(f"measuring: {name}", file=sys.stderr, end="", flush=True)
        try:
            with tempfile.TemporaryDirectory() as folder:
                found += GROUPS[name](Path(folder))
        except Exception:  # whatever it is, the other groups can be measured
            traceback.print_exc()
            broken = True
        print(f", {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    found.sort(key=lambda figure: int(figure.row))
    print(table(found))
    if options.readme:
        readme = ROOT / "README.md"
        before, _, rest = readme.read_text().partition(BEGIN)
        readme.write_text(f"{before}{BEGIN}\n{table(found)}\n{END}{rest.partition(END)[2]}")
    return 0 if all(figure.holds for figure in found) and not broken else 1


if __name__ == "__main__":
    sys.exit(main())
