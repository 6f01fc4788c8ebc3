"""What changes an AI system beside its form."""

from organisations.models import User
from records.actions import keep
from records.events import Source

from .models import AISystem, Stage


def retire(system: AISystem, *, by: User) -> None:
    """Keeps a system whose `retired_on` and reason were set as retired (ISO 42001 A.6.2); no review is due any more."""
    system.stage = Stage.RETIREMENT
    system.review_on = None
    keep(system, by=by)


def take_back_into_use(system: AISystem, *, by: User) -> None:
    """Undoes a retirement that was a mistake: its stage is what it was before; history keeps both."""
    system.stage = stage_before_retirement(system)
    system.retired_on, system.retired_because = None, ""
    keep(system, by=by)


def stage_before_retirement(system: AISystem) -> Stage:
    """The last stage on record in which it was in use; for one that was loaded as retired, by its go-live."""
    past = Source(AISystem).table._default_manager.filter(pgh_obj_id=system.pk, retired_on=None)
    stage = past.order_by("-pgh_id").values_list("stage", flat=True).first()
    return Stage(stage) if stage else Stage.OPERATION if system.go_live_on else Stage.VERIFICATION
