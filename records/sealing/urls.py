"""The seal of history: its page, and what officers do there."""

from django.urls import path

from . import pages

urlpatterns = [
    path("history/seal/", pages.seal_page, name="seal"),
    path("history/seal/mail/", pages.mail_root, name="seal-mail"),
    path("history/seal/check/", pages.check, name="seal-check-now"),
]
