"""Auditing: whether the history's chains hold, and the newest acts on personal data or the house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from service.models import HistoryEvent
from service.workflow import history
from service.workflow.context import Context
from service.workflow.history import Break

#: streams shown to an auditor; those of instances stand on their own pages
STREAMS = ("exports", "reveals", "privacy", "system", "calendar", "logins")
WORDS = {
    "paper.exported": "导出文件",
    "value.revealed": "查看敏感信息",
    "consent.withdrawn": "撤回同意",
    "consent.given_again": "重新同意",
    "finding.ruled": "保留扫描结果",
    "file.declared": "声明文件已脱密",
    "file.cleared": "审查文件已脱密",
    "correction.asked": "申请更正",
    "correction.made": "更正信息",
    "correction.refused": "不予更正",
    "data.exported": "导出本人信息",
    "data.purged": "到期清除个人信息",
    "files.swept": "删除无人引用的文件",
    "deployment.published": "发布流程图",
    "role.granted": "授予岗位",
    "delegation.begun": "设置代理",
    "delegation.ended": "结束代理",
    "role.revoked": "取消岗位",
    "account.created": "新建账号",
    "account.password_reset": "重置密码",
    "account.enabled": "启用账号",
    "account.disabled": "停用账号",
    "unit.added": "新建单位",
    "unit.changed": "修改单位",
    "unit.enabled": "启用单位",
    "unit.disabled": "停用单位",
    "calendar.day_set": "设置工作日历",
    "calendar.day_removed": "删除工作日历",
    "calendar.year_declared": "日历年度录全",
    "token.issued": "签发接口令牌",
    "token.revoked": "作废接口令牌",
    "password.changed": "修改密码",
    "login.succeeded": "登录",
    "login.failed": "登录失败",
}
MOST_BREAKS = 100


@dataclass(frozen=True, kw_only=True)
class Report:
    """What verifying found."""

    events: int
    streams: int
    breaks: Sequence[Break]  #: the first of them; none where every chain holds


def verify(ctx: Context) -> Report:
    """Verify every chain from its first event to its head."""
    counted = select(func.count(HistoryEvent.id), func.count(HistoryEvent.stream.distinct()))
    events, streams = ctx.session.execute(counted).one()
    breaks = []
    for found in history.verify(ctx.session):
        breaks.append(found)
        if len(breaks) == MOST_BREAKS:
            break
    return Report(events=events, streams=streams, breaks=breaks)


def list_recent(ctx: Context, *, limit: int = 100) -> Sequence[HistoryEvent]:
    """Return the newest events that concern the house as a whole."""
    query = select(HistoryEvent).where(HistoryEvent.stream.in_(STREAMS))
    return list(ctx.session.scalars(query.order_by(HistoryEvent.id.desc()).limit(limit)))
