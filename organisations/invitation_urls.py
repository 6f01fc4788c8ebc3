"""The page behind the link of an invitation; it belongs to no organisation's members yet."""

from django.urls import path

from .views import joining

urlpatterns = [path("<str:token>/", joining.invitation_accept, name="invitation-accept")]
