"""Who is meant by an @ in a comment, who may be, and how they hear of it: in the portal, and by mail once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from organisations.mail_jobs import absolute, deliver, message_id, send_after_commit
from organisations.mails import write_mail
from organisations.models import Organisation, User

from .models import Comment, Mention, MentionChoice, Record
from .search import visible

# An @ that begins a word: not that of a mail address or of a link.
AT = re.compile(r"(?<![\w@/.])@(?=[^\W\d_])")
CODE = re.compile(r"(`+).+?\1(?!`)", re.DOTALL)
WORD = re.compile(r"[\w.+-]+")
# PostgreSQL takes so many columns in one query without thinking long.
AT_ONCE = 100


@dataclass
class Meant:
    """The people a text speaks to, each with what was written behind the @; and what is nobody's name, or several's."""

    people: dict[User, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)


def members(organisation: Organisation) -> QuerySet[User]:
    """Those who can sign in to the organisation today, by name."""
    current = organisation.memberships.current()
    return User.objects.filter(pk__in=current.values("user"), is_active=True).order_by("name", "email")


def meant(text: str, people: Iterable[User]) -> Meant:
    """Reads the mentions of a text: `@Full Name` or `@mail@address`, in any case; what stands in code is left alone."""
    known: dict[str, list[User]] = {}
    for person in people:
        for name in {person.name.lower(), person.email.lower()} - {""}:
            known.setdefault(name, []).append(person)
    names = sorted(known, key=len, reverse=True)
    found, plain = Meant(), CODE.sub(lambda code: " " * len(code[0]), text)
    for at in AT.finditer(plain):
        rest = plain[at.end() :]
        name = next((name for name in names if begins(rest, name)), "")
        written = rest[: len(name)] if name else WORD.match(rest)[0].rstrip(".")  # type: ignore[index]
        if not name:
            found.unknown.append(written)
        elif len(known[name]) > 1:
            found.unclear.append(written)
        else:
            found.people.setdefault(known[name][0], written)
    return found


def begins(rest: str, name: str) -> bool:
    after = rest[len(name) : len(name) + 1]
    return rest[: len(name)].lower() == name and not (after.isalnum() or after == "_")


def mentioned(text: str, record: Record) -> dict[User, str]:
    """Those a comment on `record` speaks to. Raises ValidationError where one cannot be told, and says why."""
    if not AT.search(text):
        return {}
    found = meant(text, members(record.organisation))
    seeing = who_sees(record, found.people)
    blind = [person.name for person in found.people if person not in seeing]
    faults = [
        *(_("Nobody here is called “%(name)s”. Write the full name or the mail address.") % {"name": name}
          for name in found.unknown),
        *(_("More than one person is called “%(name)s”. Write @ and the mail address.") % {"name": name}
          for name in found.unclear),
        *(_("%(name)s cannot see this record, so cannot be mentioned.") % {"name": name} for name in blind),
    ]  # fmt: skip
    if faults:
        raise ValidationError(list(dict.fromkeys(faults)))
    return found.people


def who_sees(record: Record, people: Iterable[User]) -> set[User]:
    """Those of `people` who may see the record: the one door is asked for all of them in one query (of a hundred)."""
    seeing: set[User] = set()
    everybody = list(people)
    for start in range(0, len(everybody), AT_ONCE):
        some = everybody[start : start + AT_ONCE]
        asked = {
            f"seen_by_{person.pk}": Exists(visible(person, record.organisation).filter(pk=OuterRef("pk")))
            for person in some
        }
        answer: Any = Record.objects.filter(pk=record.pk).values(**asked).get()
        seeing |= {person for person in some if answer[f"seen_by_{person.pk}"]}
    return seeing


def tell(comment: Comment, people: dict[User, str]) -> None:
    """Writes a mention for each of `people` but the author, and queues the mail; who is no longer meant is let go."""
    comment.mentions.exclude(person__in=people).delete()
    known = set(comment.mentions.values_list("person", flat=True))
    new = {person: written for person, written in people.items() if person.pk not in known | {comment.author_id}}
    silent = set(
        MentionChoice.objects.filter(
            organisation=comment.record.organisation, person__in=new, by_mail=False
        ).values_list("person", flat=True)
    )
    now = timezone.now()
    mentions = [
        Mention(
            organisation=comment.record.organisation,
            comment=comment,
            person=person,
            written=written,
            state=Mention.State.KEPT if person.pk in silent else Mention.State.QUEUED,
            try_at=now,
            queued_at=now,
        )
        for person, written in new.items()
    ]
    Mention.objects.bulk_create(mentions)
    send_after_commit(mention for mention in mentions if mention.state == Mention.State.QUEUED)


def unread(person: Any, organisation: Organisation) -> QuerySet[Mention]:
    """What waits for somebody to read it, as far as they may still see the record."""
    return mentions_of(person, organisation).filter(read_at=None)


def mentions_of(person: Any, organisation: Organisation) -> QuerySet[Mention]:
    seen = visible(person, organisation).filter(pk=OuterRef("comment__record"))
    return Mention.objects.filter(Exists(seen), person=person, organisation=organisation)


def choose_mail(person: User, organisation: Organisation, **chosen: bool) -> None:
    """Switches `by_mail` and `asked_by_mail` on or off. Of two clicks at once the later wins, and neither fails."""
    MentionChoice.objects.update_or_create(organisation=organisation, person=person, defaults=chosen)


def wants_mail_when_asked(person: User, organisation: Organisation) -> bool:
    off = MentionChoice.objects.filter(organisation=organisation, person=person, asked_by_mail=False)
    return not off.exists()


def send(mention_id: UUID | str) -> bool:
    """Sends one mail if it is this process's to send; says whether the mail server took it."""
    return deliver(Mention, mention_id, mail_of)


def mail_of(mention: Mention) -> EmailMessage | None:
    """The mail; None when it was read in the meantime, or its reader has left, lost sight or wants no mail."""
    organisation, person = mention.organisation, mention.person
    comment = Comment.objects.select_related("author", "record__organisation").get(pk=mention.comment_id)
    off = MentionChoice.objects.filter(organisation=organisation, person=person, by_mail=False)
    is_member = members(organisation).filter(pk=person.pk).exists()
    if mention.read_at or off.exists() or not is_member or not who_sees(comment.record, [person]):
        return None
    return write_mail(
        "mention",
        to=person.email,
        organisation=organisation,
        context={
            "person": person,
            "comment": comment,
            "record": comment.record,
            "link": absolute(url_of(comment)),
            "settings_link": absolute(reverse("mention-list", kwargs={"organisation": organisation.slug})),
        },
        headers={"Message-ID": message_id(mention), "Auto-Submitted": "auto-generated"},
    )


def url_of(comment: Comment) -> str:
    return f"{comment.record.get_absolute_url()}#comment-{comment.pk}"
