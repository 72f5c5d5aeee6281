"""The columns of annex 3 (汇总表), as the rosters of these tests have them."""

from __future__ import annotations

from service.documents.records import Column

COLUMNS = (
    Column(heading="序号", key="number", width=6, kind="number"),
    Column(heading="姓名", key="name", width=12),
    Column(heading="性别", key="sex", width=6),
    Column(heading="出生年月", key="birth_month", width=12, kind="month"),
    Column(heading="政治面貌", key="political_status", width=14),
    Column(heading="工作单位及职务", key="workplace_and_post", width=44),
    Column(heading="联系电话", key="phone", width=16, kind="code"),
    Column(heading="身份证号", key="id_number", width=23, kind="code"),
    Column(heading="备注", key="remark", width=22, optional=True),
)
