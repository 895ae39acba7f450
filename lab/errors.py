"""The one exception the lab raises for what an operator or a test can act on."""


class LabError(Exception):
    """Something in the lab is not as asked. The message says what, and what would be right."""
