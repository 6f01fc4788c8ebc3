"""Below `/speak-up/`: open to anybody, see organisations.nameless."""

from django.urls import path

from risks.concerns.speak_up import read_answer, speak_up

urlpatterns = [
    path("<slug:organisation>/", speak_up, name="speak-up"),
    path("<slug:organisation>/answer/", read_answer, name="speak-up-answer"),
]
