"""What an auditor does at their desk, and what the organisation answers."""

from django.urls import URLPattern, path

from . import draft_pages, finding_pages, note_pages, population_pages, question_pages, sample_pages
from .viewing import pages as viewing

asked = "information-requests/<str:reference>"

urlpatterns: list[URLPattern] = [
    path("room/populations/", population_pages.population_list, name="room-population-list"),
    path("room/populations/<slug:kind>/sample/", population_pages.population, name="room-population"),
    path("room/samples/", sample_pages.sample_list, name="room-sample-list"),
    path("room/samples/<int:number>/", sample_pages.sample_page, name="room-sample"),
    path("room/samples/<int:number>/sample.csv", sample_pages.sample_file, name="room-sample-file"),
    path("room/evidence/<str:reference>/versions/<int:number>/", viewing.evidence_page, name="room-evidence-version"),
    path(
        "room/evidence/<str:reference>/versions/<int:number>/pages/<int:page>/",
        viewing.evidence_image,
        name="room-evidence-image",
    ),
    path("room/documents/<str:reference>/versions/<int:number>/", viewing.document_page, name="room-document-version"),
    path(
        "room/documents/<str:reference>/versions/<int:number>/pages/<int:page>/",
        viewing.document_image,
        name="room-document-image",
    ),
    path("room/notes/", note_pages.note_list, name="room-note-list"),
    path("room/notes/<int:note_id>/", note_pages.note_edit, name="room-note-edit"),
    path("room/notes/<int:note_id>/remove/", note_pages.note_remove, name="room-note-remove"),
    path("room/drafts/new/", draft_pages.draft_new, name="room-draft-new"),
    path("room/drafts/<int:draft_id>/", draft_pages.draft_page, name="room-draft"),
    path("room/drafts/<int:draft_id>/submit/", draft_pages.draft_submit, name="room-draft-submit"),
    path("room/drafts/<int:draft_id>/discard/", draft_pages.draft_discard, name="room-draft-discard"),
    path("room/findings/", finding_pages.finding_list, name="room-finding-list"),
    path("room/findings/<str:reference>/", finding_pages.finding_page, name="room-finding"),
    path("room/findings/<str:reference>/accept/", finding_pages.finding_accept, name="room-finding-accept"),
    path("room/findings/<str:reference>/return/", finding_pages.finding_return, name="room-finding-return"),
    path("room/findings/<str:reference>/reject/", finding_pages.finding_reject, name="room-finding-reject"),
    path("room/findings/<str:reference>/verify/", finding_pages.finding_verify, name="room-finding-verify"),
    path("room/requests/ask/", question_pages.question_new, name="room-request-new"),
    *question_pages.QuestionViews.urls(),
    path(f"{asked}/answer/", question_pages.question_answer, name="information-request-answer"),
    path(f"{asked}/pass-on/", question_pages.question_pass_on, name="information-request-pass-on"),
    path(f"{asked}/accept/", question_pages.question_accept, name="information-request-accept"),
    path(f"{asked}/return/", question_pages.question_return, name="information-request-return"),
    path(f"{asked}/withdraw/", question_pages.question_withdraw, name="information-request-withdraw"),
]
