"""What can be looked at and done as one: the procedure itself, and what keeps its trust up."""

from __future__ import annotations

from collections.abc import Mapping

from pushtui.procedure import keys, renewal, servers, tenant
from pushtui.procedure.chain import TRUST, Course

KEYS = Course("keys", (tenant, keys))
RENEWAL = Course("renewal", (tenant, servers, renewal))

COURSES: Mapping[str, Course] = {course.name: course for course in (TRUST, KEYS, RENEWAL)}
