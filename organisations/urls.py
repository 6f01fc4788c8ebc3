"""Pages below `/<organisation>/` about the organisation and its people. Views are called without that argument."""

from django.urls import path

from .views import api_keys, invitations, members, outbox, profile

urlpatterns = [
    path("members/", members.member_list, name="member-list"),
    path("members/invite/", invitations.member_invite, name="member-invite"),
    path("members/<int:pk>/", members.member_edit, name="member-edit"),
    path("members/<int:pk>/remove/", members.member_remove, name="member-remove"),
    path("members/<int:pk>/invite/", invitations.member_welcome, name="member-welcome"),
    path("members/invitations/<int:pk>/send/", invitations.invitation_send, name="invitation-send"),
    path("members/invitations/<int:pk>/withdraw/", invitations.invitation_withdraw, name="invitation-withdraw"),
    path("api-keys/", api_keys.api_key_list, name="api-key-list"),
    path("api-keys/<int:pk>/revoke/", api_keys.api_key_revoke, name="api-key-revoke"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<int:pk>/", outbox.outbox_mail, name="outbox-mail"),
    path("organisation/", profile.organisation_edit, name="organisation-edit"),
]
