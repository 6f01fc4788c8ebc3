from django.urls import path

from . import views
from .documents import version_pages
from .registers import changes, context, leadership, objectives, overview, support, training
from .scope import views as scope_pages

urlpatterns = [
    *views.PositionViews.urls(),
    path("clauses/<str:reference>/position/", views.save_position, name="position-save"),
    path("clauses/<str:reference>/answers/<int:question_id>/", views.save_answer, name="position-answer"),
    path("clauses/<str:reference>/evidence/", views.drop_evidence, name="position-evidence"),
    path("clauses/<str:reference>/expected/<int:expected_id>/", views.expect, name="position-expected"),
    path("registers/", overview.register_list, name="register-list"),
    *context.ContextIssueViews.urls(),
    *context.InterestedPartyViews.urls(),
    *context.LegalRequirementViews.urls(),
    *leadership.AIMSProcessViews.urls(),
    *leadership.RoleAssignmentViews.urls(),
    *objectives.ObjectiveViews.urls(),
    path("objectives/<str:reference>/measurements/", objectives.add_measurement, name="measurement-add"),
    path(
        "objectives/<str:reference>/measurements/<int:measurement_id>/remove/",
        objectives.remove_measurement,
        name="measurement-remove",
    ),
    *changes.PlannedChangeViews.urls(),
    path("planned-changes/<str:reference>/approve/", changes.approve, name="planned-change-approve"),
    path("planned-changes/<str:reference>/finish/", changes.finish, name="planned-change-finish"),
    path("planned-changes/<str:reference>/withdraw/", changes.withdraw, name="planned-change-withdraw"),
    *version_pages.urls(),
    *scope_pages.urls(),
    *support.ResourceViews.urls(),
    *training.CompetenceViews.urls(),
    *training.TrainingViews.urls(),
    *support.AwarenessViews.urls(),
    *support.CommunicationViews.urls(),
]
