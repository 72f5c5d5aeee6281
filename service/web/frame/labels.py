"""The words and colours of states, as the pages show them. One table a noun."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

#: status of a nomination -> (word, colour of its badge)
NOMINATION: dict[str, tuple[Any, str]] = {
    "drafting": (_("填报中"), "blue"),
    "recommending": (_("推荐中"), "blue"),
    "qualifying": (_("资格审查中"), "orange"),
    "shortlisted": (_("入围"), "orange"),
    "not_listed": (_("会审未列入"), "orange"),
    "selected": (_("候选人"), "green"),
    "awarded": (_("授予称号"), "green"),
    "overdue": (_("逾期未报"), "red"),
    "withdrawn": (_("退出"), "secondary"),
    "declined": (_("未获推荐"), "secondary"),
    "failed": (_("初审未通过"), "secondary"),
    "disqualified": (_("取消参选资格"), "red"),
    "not_selected": (_("未入选"), "secondary"),
    "cancelled": (_("取消候选人资格"), "red"),
}
#: stage of a round
STAGE: dict[str, tuple[Any, str]] = {
    "preparation": (_("筹备"), "secondary"),
    "submission": (_("申报推荐"), "blue"),
    "qualification": (_("资格审查"), "orange"),
    "review": (_("联合会审"), "orange"),
    "notice": (_("社会公示"), "purple"),
    "confirmation": (_("综合评定"), "purple"),
    "announced": (_("已公布"), "green"),
}
#: what became of a registration to put oneself forward
REGISTRATION: dict[str, tuple[Any, str]] = {
    "waiting": (_("待确认"), "orange"),
    "confirmed": (_("已确认"), "green"),
    "refused": (_("不予确认"), "red"),
}
#: state of a process instance
INSTANCE: dict[str, tuple[Any, str]] = {
    "active": (_("办理中"), "blue"),
    "completed": (_("已办结"), "green"),
    "cancelled": (_("已终止"), "secondary"),
}
#: state of a user task
TASK: dict[str, tuple[Any, str]] = {
    "open": (_("待办理"), "orange"),
    "completed": (_("已办结"), "green"),
    "cancelled": (_("已随流程关闭"), "secondary"),
}
#: result of an eligibility check
ELIGIBILITY: dict[str, tuple[Any, str]] = {
    "PASS": (_("符合"), "green"),
    "REASON": (_("原则上不推报，须说明理由"), "orange"),
    "EXCEPTION": (_("破格，须说明理由"), "orange"),
    "REVIEW": (_("须人工认定"), "orange"),
    "FAIL": (_("不符合"), "red"),
}
#: an expert's seat at a nomination
SEAT: dict[str, tuple[Any, str]] = {
    "seated": (_("待评分"), "orange"),
    "scored": (_("已评分"), "green"),
    "barred": (_("自动回避"), "secondary"),
    "recused": (_("已回避"), "secondary"),
}
#: how a title stands
AWARD: dict[str, tuple[Any, str]] = {
    "valid": (_("有效"), "green"),
    "completed": (_("期满合格"), "green"),
    "lapsed": (_("已期满"), "secondary"),
    "annulled": (_("已撤销"), "red"),
}
#: what became of an objection
OBJECTION: dict[str, tuple[Any, str]] = {
    "received": (_("已收到"), "orange"),
    "investigating": (_("核查中"), "orange"),
    "dismissed": (_("不予受理"), "secondary"),
    "upheld": (_("属实"), "red"),
    "rejected": (_("不属实"), "secondary"),
}
#: what became of an instance that was to move to another version
MIGRATION: dict[str, tuple[Any, str]] = {
    "pending": (_("等待迁移"), "blue"),
    "moved": (_("已迁移"), "green"),
    "left": (_("留在原版"), "orange"),
}
TABLES: dict[str, dict[str, tuple[Any, str]]] = {
    "nomination": NOMINATION,
    "stage": STAGE,
    "instance": INSTANCE,
    "task": TASK,
    "eligibility": ELIGIBILITY,
    "seat": SEAT,
    "award": AWARD,
    "objection": OBJECTION,
    "migration": MIGRATION,
    "registration": REGISTRATION,
}
#: outcomes the service gives itself, beside those the diagram names
OUTCOMES: dict[str, Any] = {"sent_back": _("退回"), "taken_back": _("被撤回")}

#: kind of a history event -> what happened
HISTORY: dict[str, Any] = {
    "award.status": _("称号状态变更"),
    "award.extended": _("期限延长"),
    "award.moved": _("所在单位变更"),
    "award.renamed": _("姓名更正"),
    "follow_up.written": _("记入台账"),
    "follow_up.ended": _("登记结束日期"),
    "follow_up.struck": _("台账记录作废"),
    "instance.started": _("流程开始"),
    "instance.completed": _("流程结束"),
    "instance.cancelled": _("流程终止"),
    "instance.migrated": _("迁移到另一版流程图"),
    "task.claimed": _("签收"),
    "task.unclaimed": _("退签"),
    "task.transferred": _("转办"),
    "task.released": _("原办理人离岗，重新派给他人"),
    "task.given_back": _("原办理人回岗，重新派给他"),
    "task.handed_over": _("改由他人办理"),
    "task.passed_over": _("无人办理，流程继续"),
    "task.completed": _("办结"),
    "task.held": _("决定，等候加签"),
    "signer.asked_before": _("请人前加签"),
    "signer.asked_after": _("请人后加签"),
    "signer.agreed": _("加签同意"),
    "signer.disagreed": _("加签不同意"),
    "signer.withdrawn": _("撤回加签"),
    "task.copied": _("抄送"),
    "task.cancelled": _("随流程关闭未办结的任务"),
    "task.sent_back": _("退回"),
    "task.taken_back": _("撤回"),
    "task.substituted": _("无人任职，改由本级管理员办理"),
    "recommender.changed": _("更换推荐单位"),
    "message.given": _("收到消息"),
    "notice.refused": _("公示期间的异议属实"),
    "task.due_date_moved": _("截止时间调整"),
    "rules.checked": _("核验申报条件"),
    "decision.made": _("按决策表判定"),
    "incident.opened": _("出现异常"),
    "incident.resolved": _("异常已处理"),
    "timer.fired": _("到时"),
    "timer.moved": _("计时调整"),
}

#: kind of an event on the page of the history's proof -> what was done
AUDIT: dict[str, Any] = {
    "paper.exported": _("导出文件"),
    "value.revealed": _("查看敏感信息"),
    "consent.given": _("给出同意"),
    "consent.withdrawn": _("撤回同意"),
    "consent.given_again": _("重新同意"),
    "finding.ruled": _("保留扫描结果"),
    "file.declared": _("声明文件已脱密"),
    "file.cleared": _("审查文件已脱密"),
    "correction.asked": _("申请更正"),
    "correction.made": _("更正信息"),
    "correction.refused": _("不予更正"),
    "data.exported": _("导出本人信息"),
    "data.purged": _("到期清除个人信息"),
    "impact.assessed": _("个人信息保护影响评估"),
    "files.swept": _("删除无人引用的文件"),
    "panel.recused": _("专家申请回避"),
    "panel.dismissed": _("要求专家回避"),
    "ballot.closed": _("提前结束投票"),
    "ballot.voided": _("作废投票，重新发出选票"),
    "deployment.published": _("发布流程图"),
    "migration.ordered": _("迁移在办实例"),
    "migration.stopped": _("停止迁移"),
    "migration.finished": _("迁移办完"),
    "role.granted": _("授予岗位"),
    "delegation.begun": _("设置代理"),
    "delegation.ended": _("结束代理"),
    "role.revoked": _("取消岗位"),
    "registration.received": _("收到自荐登记"),
    "registration.confirmed": _("确认自荐登记"),
    "registration.refused": _("不予确认自荐登记"),
    "registration.link_renewed": _("重发设置密码的链接"),
    "registration.link_used": _("凭链接设置密码"),
    "registration.purged": _("到期清除自荐登记"),
    "account.created": _("新建账号"),
    "account.password_reset": _("重置密码"),
    "account.enabled": _("启用账号"),
    "account.disabled": _("停用账号"),
    "start.given_up": _("流程没有启动，停止自动重试"),
    "start.retried": _("重新启动流程"),
    "start.dropped": _("放弃启动流程"),
    "message.retried": _("重发未能发出的消息"),
    "message.dropped": _("放弃未能发出的消息"),
    "unit.added": _("新建单位"),
    "unit.changed": _("修改单位"),
    "unit.enabled": _("启用单位"),
    "unit.disabled": _("停用单位"),
    "calendar.day_set": _("设置工作日历"),
    "calendar.day_removed": _("删除工作日历"),
    "calendar.year_declared": _("日历年度录全"),
    "calendar.reaches": _("日历数据更新"),
    "token.issued": _("签发接口令牌"),
    "token.revoked": _("作废接口令牌"),
    "password.changed": _("修改密码"),
    "login.succeeded": _("登录"),
    "login.failed": _("登录失败"),
    "identity.registered": _("登记本人身份证号（只存校验值）"),
    "identity.cleared": _("清除本人身份证号的登记"),
}


def find(table: str, key: object) -> tuple[str, str]:
    """Return the word and colour of a state; an unknown one shows itself."""
    word, colour = TABLES[table].get(str(key), (str(key), "secondary"))
    return str(word), colour
