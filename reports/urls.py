"""Pages below `/<organisation>/` that look at all of it: Home, what is due, gaps, reports."""

from django.urls import path

from .views import (
    calendar,
    evolution,
    home,
    lists,
    mail,
    mandatory,
    packs,
    readiness,
    releases,
    reminders,
    reports,
    room_packs,
    schedules,
    verify,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("due/", lists.due_list, name="due-list"),
    path("mandatory-documents/", mandatory.mandatory_list, name="mandatory-list"),
    path("gaps/", lists.gap_list, name="gap-list"),
    path("readiness/", readiness.overview, name="readiness-overview"),
    path("readiness/rules/", lists.rules, name="readiness-rules"),
    path("readiness/<slug:code>/", lists.readiness_list, name="readiness-list"),
    path("evolution/", evolution.compare, name="evolution"),
    path("reminders/", reminders.reminder_list, name="reminder-list"),
    path("calendar/", calendar.calendar_page, name="calendar"),
    path("mail/", mail.mail_list, name="mail-list"),
    path("reports/", reports.report_list, name="report-list"),
    path("reports/new/", reports.report_new, name="report-new"),
    path("reports/schedules/new/", schedules.schedule_new, name="report-schedule-new"),
    path("reports/schedules/<int:schedule_id>/", schedules.schedule_detail, name="report-schedule"),
    path("reports/schedules/<int:schedule_id>/stop/", schedules.schedule_stop, name="report-schedule-stop"),
    path("evidence-pack/", packs.pack_new, name="report-pack"),
    path("reports/verify/", verify.verify, name="report-verify"),
    path("reports/<uuid:report_id>/", reports.report_detail, name="report-detail"),
    path("reports/<uuid:report_id>/release/", releases.report_release, name="report-release"),
    path("reports/<uuid:report_id>/download/", reports.download, name="report-download"),
    path("room/pack/", room_packs.room_pack, name="room-pack"),
    path("room/pack/<uuid:report_id>/download/", room_packs.room_pack_file, name="room-pack-file"),
]
