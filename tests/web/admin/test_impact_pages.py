"""The pages of the assessment of impact."""

from __future__ import annotations

from collections.abc import Callable

from tests.web.browser import Browser

KEY = "changzhou-good-youth"
PAGE = f"/admin/impact-assessments/{KEY}"


def test_the_organiser_concludes_and_takes_the_report(browse: Callable[..., Browser]) -> None:
    browser = browse("shiwei")
    page = browser.get(PAGE)
    [version] = page.all(r'name="version" value="(\w+)"')
    given = {"version": version, "assessed_on": "2024-03-01", "signed_by": "演示-负责人"}

    refused = browser.post(PAGE, given)
    done = browser.post(
        PAGE, given | {"conclusion": "目的正当、必要，措施与风险相适应。"}, follow_redirects=True
    )
    report = browser.get(done.all(r'href="(/admin/impact-assessments/[\w-]+/report.docx\?number=\d+)"')[0])

    assert (refused.status, "请写明评估结论" in refused.text) == (422, True)
    assert "评估的就是现在的内容" in done.text
    assert report.response.data[:2] == b"PK"
    assert "演示-负责人" in browser.get("/admin/impact-assessments").text
    assert "个人信息保护影响评估" in browse("admin").get("/admin").text


def test_others_find_no_door(browse: Callable[..., Browser]) -> None:
    assert [browse("liyang").get(path).status for path in ("/admin/impact-assessments", PAGE)] == [403, 403]
