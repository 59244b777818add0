"""``python -m pushtui.lab``: what ``pushtui lab`` starts as a child process."""

from __future__ import annotations

import argparse
import gc
import sys


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="pushtui lab --serve",
        description="A simulated Exchange organization and Microsoft 365 tenant on loopback.",
    )
    parser.add_argument(
        "--scenario",
        default="fresh",
        metavar="NAME|FILE|list",
        help="starting state (default: fresh); list shows those that come with pushtui",
    )
    parser.add_argument("--kerberos", action="store_true", help="start a KDC, and offer Kerberos on every endpoint")
    commands = parser.add_subparsers(dest="command")
    approve = commands.add_parser("approve", help="approve a sign-in that shows CODE")
    approve.add_argument("code", metavar="CODE")
    approve.add_argument("--decline", action="store_true", help="decline it instead")
    options = parser.parse_args(arguments)
    if options.command == "approve":
        from pushtui.lab.approve import approve as ask

        return ask(options.code, "declined" if options.decline else "approved")
    if options.scenario == "list":
        from pushtui.lab.scenario import listing

        sys.stdout.write(listing())
        return 0
    gc.disable()  # until it serves: there is no garbage, and looking for it takes its time
    from pushtui.lab.serve import serve

    return serve(options.scenario, kerberos=options.kerberos)


if __name__ == "__main__":
    sys.exit(main())
