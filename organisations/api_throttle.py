"""How often programs may ask: so many requests a minute for each key, or each person who tries the API in a browser."""

from __future__ import annotations

import math
import time
from threading import Lock
from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from .models import ApiKey

# More than so many at once are not remembered: those that have rested for a minute are forgotten first.
REMEMBERED = 10_000
MINUTE = 60.0


class Buckets:
    """A bucket of requests for each name: it holds a minute's worth, and fills evenly.

    It is counted in this process alone. In the database each request would be a write, in the request's own
    transaction: two requests of one key would wait for each other, and one that failed would not count.
    """

    def __init__(self) -> None:
        self.lock = Lock()
        self.left: dict[str, tuple[float, float]] = {}

    def take(self, name: str, per_minute: int, now: float) -> float:
        """Takes one request out; returns 0, or the seconds until there is one."""
        with self.lock:
            content, at = self.left.get(name, (float(per_minute), now))
            content = min(float(per_minute), content + (now - at) * per_minute / MINUTE)
            is_there = content >= 1
            self.left[name] = (content - is_there, now)
            if len(self.left) > REMEMBERED:
                self.left = {one: bucket for one, bucket in self.left.items() if now - bucket[1] < MINUTE}
            return 0.0 if is_there else (1 - content) * MINUTE / per_minute


buckets = Buckets()


class RequestsPerMinute(BaseThrottle):
    """429 with Retry-After to who asks more often than API_REQUESTS_PER_MINUTE; 0 is without end."""

    seconds = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        per_minute = settings.API_REQUESTS_PER_MINUTE
        if not per_minute:
            return True
        name = f"key {request.auth.pk}" if isinstance(request.auth, ApiKey) else f"person {request.user.pk}"
        self.seconds = buckets.take(name, per_minute, time.monotonic())
        return not self.seconds

    def wait(self) -> float:
        return math.ceil(self.seconds)
