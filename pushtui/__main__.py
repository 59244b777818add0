"""`python -m pushtui` is the same program as `pushtui`."""

import sys

from pushtui.cli import main

sys.exit(main())
