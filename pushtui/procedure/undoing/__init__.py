"""Taking back what a run did: from what the journal says was done, and what is true now, to what must be sent."""

from pushtui.procedure.undoing.course import course, course_of_one

__all__ = ["course", "course_of_one"]
