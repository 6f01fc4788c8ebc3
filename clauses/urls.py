from django.urls import path

from . import views

urlpatterns = [
    *views.PositionViews.urls(),
    path("clauses/<str:reference>/position/", views.save_position, name="position-save"),
    path("clauses/<str:reference>/answers/<int:question_id>/", views.save_answer, name="position-answer"),
    path("clauses/<str:reference>/evidence/", views.drop_evidence, name="position-evidence"),
    path("clauses/<str:reference>/expected/<int:expected_id>/", views.expect, name="position-expected"),
]
