"""Every list that readiness counts, by its code: each has a page."""

from __future__ import annotations

from .audit_lists import AUDIT_TESTS
from .register_lists import REGISTER_FIGURES, REGISTER_TESTS
from .review_lists import REVIEW_TESTS, RISK_REVIEWS
from .risk_lists import RISK_FIGURES, RISK_TESTS
from .system_lists import SYSTEM_TESTS

OF_REGISTERS = (*REGISTER_TESTS, *AUDIT_TESTS, *SYSTEM_TESTS, *REVIEW_TESTS, *REGISTER_FIGURES)
OF_RISKS = (*RISK_TESTS, RISK_REVIEWS, *RISK_FIGURES)
LISTS = {one.code: one for one in (*OF_REGISTERS, *OF_RISKS)}
