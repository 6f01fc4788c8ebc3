"""What the faults need: the portal in processes of its own."""

from tests.faults.web import start_portal

__all__ = ["start_portal"]
