"""A private PostgreSQL and Valkey for one machine, out of Python wheels: demo, development, tests.

A real installation sets ``DATABASE_URL`` and ``REDIS_URL`` and never comes here. Nothing in this package needs Django.
"""

from aims_portal.servers.failure import ServerError
from aims_portal.servers.running import running

__all__ = ["ServerError", "running"]
