"""The sample organisations and the one password of their people. They exist in the demo only."""

from __future__ import annotations

import os
import secrets
from datetime import date
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from organisations.models import Organisation, User

HERE = Path(__file__).parent
SAMPLES = {"Meridia Services Group": HERE / "meridia.yaml", "Outpost Analytics": HERE / "outpost.yaml"}
# The day that is "today" in the files.
REFERENCE_DAY = date(2026, 11, 23)
# Without letters and digits that are taken for one another.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def require_demo() -> None:
    """Raises CommandError in a real installation: everybody could know these accounts."""
    if not (settings.DEMO or settings.DEBUG or settings.TESTING):
        raise CommandError(_("Sample accounts exist only in the demo (AIMS_DEMO=1 or DEBUG=1)."))


def sample_password() -> str:
    """The password all sample people share: AIMS_DEMO_PASSWORD or a random one, kept in the data directory.

    Once kept it stays, because the accounts keep it, too. Raises CommandError for one that is too weak.
    """
    kept = settings.DATA_DIR / "demo-password"
    if not kept.exists():
        password = os.environ.get("AIMS_DEMO_PASSWORD") or "-".join(
            "".join(secrets.choice(LETTERS) for _letter in range(4)) for _group in range(4)
        )
        try:
            validate_password(password)
        except ValidationError as error:
            raise CommandError("AIMS_DEMO_PASSWORD: " + " ".join(error.messages)) from error
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        with open(kept, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(password + "\n")
    return str(kept.read_text()).strip()


def let_in(organisation: Organisation, password: str) -> None:
    """Gives the password to those members who have none yet."""
    members = User.objects.filter(memberships__organisation=organisation)
    locked_out = [user.pk for user in members if not user.has_usable_password()]
    # Hashed once for all of them: a demo should start quickly.
    User.objects.filter(pk__in=locked_out).update(password=make_password(password))
