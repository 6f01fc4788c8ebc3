"""What changes an AI system beside its form."""

from organisations.models import User
from records.actions import give, keep, take_back

from .models import AISystem, Stage


def let_technical_owner_in(system: AISystem, *, before: User | None = None) -> None:
    """A technical owner may see and change the system they look after, whatever their role; a former one no longer."""
    if before and before != system.technical_owner:
        take_back(system, of=before)
    if system.technical_owner:
        give(system, to=system.technical_owner)


def retire(system: AISystem, *, by: User) -> None:
    """Keeps a system whose `retired_on` and reason were set as retired (ISO 42001 A.6.2)."""
    system.stage = Stage.RETIREMENT
    system.review_on = None
    keep(system, by=by)


def take_back_into_use(system: AISystem, *, by: User) -> None:
    """Undoes a retirement that was a mistake; history keeps both."""
    system.retired_on, system.retired_because, system.stage = None, "", Stage.OPERATION
    keep(system, by=by)
