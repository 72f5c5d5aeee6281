const OUTCOME = /^[a-z][a-z0-9_]*(:.+)?$/;
const REMINDER = /^(0|[+-][1-9][0-9]?|\+[1-9][0-9]?\*)$/; // +5*: every fifth working day after
const CANDIDATE_GROUP = /^[A-Za-z0-9_-]+@[^\s@,]+$/; // a level of units.csv is a scope, too, and Chinese
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Each rule answers with a sentence, or with undefined where all is well. */
export function checkOutcome(outcome) {
  return OUTCOME.test(outcome) ? undefined : `“${outcome}”应写作“结论:按钮文字”，结论用小写字母，如 approve:同意`;
}

/** `approve:同意` in its two parts. */
export function readOutcome(outcome) {
  const [ , code, name ] = outcome.match(/^([^:]*):?(.*)$/);

  return { code, name: name || undefined };
}

export function checkReminder(rule) {
  return REMINDER.test(rule) ? undefined : `“${rule}”应为距期限的工作日数，如 -3、0、+1；+5* 为逾期后每 5 个工作日`;
}

export function checkCandidateGroup(group) {
  if (group.startsWith('=')) {
    return undefined;
  }

  return CANDIDATE_GROUP.test(group) ? undefined : `“${group}”应写作“角色@范围”，如 league@unit、head@区县`;
}

export function checkVariable(name) {
  return VARIABLE.test(name) ? undefined : `“${name}”不是合法的变量名`;
}

export function checkOpinion(order) {
  return !order || /^(0|[1-9][0-9]?)$/.test(order) ? undefined : '应为 0 至 99 的整数，0 存档而不打印';
}
