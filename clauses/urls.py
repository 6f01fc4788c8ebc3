from django.urls import path

from . import views
from .asking import request_pages, task_pages
from .crosswalks import framework_pages, mapping_pages
from .crosswalks import pages as crosswalks
from .documents import version_pages
from .gaps import answering, reading
from .gaps import pages as gap_pages
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
    *gap_pages.GapRunViews.urls(),
    path("gap-runs/<str:reference>/close/", gap_pages.close, name="gap-run-close"),
    path("gap-runs/<str:reference>/gaps/", reading.gap_list, name="gap-run-gaps"),
    path("gap-runs/<str:reference>/compare/", reading.compare_runs, name="gap-run-compare"),
    path("gap-runs/<str:reference>/answers.<str:file_format>", reading.answers_as_file, name="gap-run-answers"),
    path("gap-runs/<str:reference>/answers/<int:question_id>/", answering.save_answer, name="gap-run-answer"),
    path(
        "gap-runs/<str:reference>/requirements/<str:requirement_number>/",
        answering.requirement_page,
        name="gap-run-requirement",
    ),
    path(
        "gap-runs/<str:reference>/requirements/<str:requirement_number>/priority/",
        answering.set_priority,
        name="gap-run-priority",
    ),
    path(
        "gap-runs/<str:reference>/requirements/<str:requirement_number>/evidence/",
        answering.set_evidence,
        name="gap-run-evidence",
    ),
    path(
        "gap-runs/<str:reference>/requirements/<str:requirement_number>/files/",
        answering.drop_evidence,
        name="gap-run-files",
    ),
    path(
        "gap-runs/<str:reference>/requirements/<str:requirement_number>/action/",
        task_pages.action_for_gap,
        name="gap-run-action",
    ),
    path("frameworks/", crosswalks.framework_list, name="framework-list"),
    path("frameworks/new/", framework_pages.framework_new, name="framework-new"),
    path("frameworks/example.<str:file_format>", framework_pages.framework_example, name="framework-example"),
    path("frameworks/<slug:framework>/", crosswalks.coverage_page, name="framework-coverage"),
    path(
        "frameworks/<slug:framework>/coverage.<str:file_format>",
        crosswalks.coverage_file,
        name="framework-coverage-file",
    ),
    path("frameworks/<slug:framework>/edit/", framework_pages.framework_edit, name="framework-edit"),
    path("frameworks/<slug:framework>/retire/", framework_pages.framework_retire, name="framework-retire"),
    path(
        "frameworks/<slug:framework>/requirements/<int:requirement_id>/",
        mapping_pages.requirement_page,
        name="framework-requirement",
    ),
    path(
        "frameworks/<slug:framework>/requirements/<int:requirement_id>/mappings/new/",
        mapping_pages.mapping_new,
        name="framework-mapping-new",
    ),
    path(
        "frameworks/<slug:framework>/mappings/<int:mapping_id>/remove/",
        mapping_pages.mapping_remove,
        name="framework-mapping-remove",
    ),
    *task_pages.TaskViews.urls(),
    path("actions/<str:reference>/finish/", task_pages.finish, name="task-finish"),
    path("actions/<str:reference>/withdraw/", task_pages.withdraw, name="task-withdraw"),
    *request_pages.EvidenceRequestViews.urls(),
    path("evidence-requests/<str:reference>/deliver/", request_pages.hand_in, name="evidence-request-deliver"),
    path("evidence-requests/<str:reference>/accept/", request_pages.take, name="evidence-request-accept"),
    path("evidence-requests/<str:reference>/return/", request_pages.give_back, name="evidence-request-return"),
    path("evidence-requests/<str:reference>/withdraw/", request_pages.call_off, name="evidence-request-withdraw"),
]
