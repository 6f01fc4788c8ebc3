"""What a position amounts to, case by case."""

import pytest

from clauses.verdict import Facts, Mark, judge


def clause(**facts: object) -> Mark:
    return judge(Facts(is_control=False, applicable=True, **facts)).mark  # type: ignore[arg-type]


def control(**facts: object) -> Mark:
    return judge(Facts(is_control=True, **{"applicable": True, **facts})).mark  # type: ignore[arg-type]


def test_nothing_said_is_unanswered_and_not_unmet() -> None:
    assert clause(questions=5) is Mark.UNANSWERED
    assert control(questions=3, applicable=None) is Mark.UNANSWERED


@pytest.mark.parametrize(
    ("status", "mark"),
    [
        ("met", Mark.MET),
        ("partly", Mark.PARTLY),
        ("not_met", Mark.NOT_MET),
        ("implemented", Mark.MET),
        ("in_progress", Mark.PARTLY),
        ("not_started", Mark.NOT_MET),
    ],
)
def test_a_stated_status_stands_while_no_question_is_answered(status: str, mark: Mark) -> None:
    assert clause(status=status, questions=5) is mark


@pytest.mark.parametrize(
    ("answers", "mark"),
    [
        ({"met": 1}, Mark.MET),
        ({"met": 4, "partly": 1}, Mark.PARTLY),
        ({"met": 4, "not_met": 1}, Mark.PARTLY),
        ({"not_met": 2}, Mark.NOT_MET),
        ({"partly": 2}, Mark.PARTLY),
    ],
)
def test_answers_lower_a_stated_status(answers: dict[str, int], mark: Mark) -> None:
    assert clause(status="met", questions=5, answers=answers) is mark


def test_answers_never_lift_a_stated_status() -> None:
    assert clause(status="not_met", questions=2, answers={"met": 2}) is Mark.NOT_MET


def test_without_a_status_an_unanswered_question_counts_as_not_met() -> None:
    assert clause(questions=3, answers={"met": 2}) is Mark.PARTLY
    assert clause(questions=3, answers={"met": 3}) is Mark.MET


def test_questions_that_do_not_apply_to_a_control_are_out_of_the_count() -> None:
    assert control(questions=3, answers={"met": 2, "not_applicable": 1}) is Mark.MET
    assert control(questions=2, answers={"not_applicable": 2}) is Mark.UNANSWERED


def test_a_clause_without_its_mandatory_evidence_is_not_more_than_partly_met() -> None:
    assert clause(status="met", mandatory_missing=("AIMS scope",)) is Mark.PARTLY
    assert clause(status="not_met", mandatory_missing=("AIMS scope",)) is Mark.NOT_MET


def test_a_control_that_does_not_apply_is_out_of_the_count_whatever_else_is_said() -> None:
    assert control(applicable=False, status="implemented", answers={"not_met": 2}) is Mark.NOT_APPLICABLE


def test_a_control_without_evidence_keeps_its_mark_and_is_warned_about() -> None:
    verdict = judge(Facts(is_control=True, applicable=True, status="implemented"))
    assert verdict.mark is Mark.MET
    assert [reason.tone for reason in verdict.reasons if reason.lead == "Evidence."] == ["warn"]


def test_every_verdict_names_the_questions_that_stay_open() -> None:
    verdict = judge(Facts(is_control=False, applicable=True, status="met", questions=6, answers={"met": 2}))
    assert "4 of 6 not answered" in " ".join(reason.text for reason in verdict.reasons)
