def test_who_may_not_ask_is_led_nowhere(organisation: Any, auditor: Any, manager: Any, sign_in: Any) -> None:
    reports, address = f"/{organisation.slug}/reports/", f'href="/{organisation.slug}/evidence-pack/"'
    assert address in sign_in(manager).get(reports).content.decode()
    assert address not in sign_in(auditor).get(reports).content.decode()
