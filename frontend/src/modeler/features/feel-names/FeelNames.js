import { getVariablesForElement } from '@bpmn-io/extract-process-variables/zeebe';

// what the service adds to FEEL; without them `working days after(...)` would read as three names
const FUNCTIONS = [
  { name: 'deadline', info: '本届次当年某日 24:00，如 deadline("03-25")', params: [ { name: 'month-day' } ] },
  {
    name: 'working days after',
    info: '某日之后第 n 个工作日的 24:00，如 working days after(notice.start, 5)',
    params: [ { name: 'date' }, { name: 'days' } ]
  }
];

const VARIABLES = [
  { name: 'outcome', detail: '字符串', info: '上一个用户任务的办理结论，如 outcome = "approve"' },
  { name: 'nomination_id', detail: '字符串', info: '申报编号' },
  { name: 'category', detail: '字符串', info: '类别' },
  { name: 'source', detail: '字符串', info: '推荐途径：unit 单位推荐，self 个人自荐' },
  { name: 'initiator', detail: '字符串', info: '发起人' }
];

/** Names the FEEL fields know and offer: the diagram's own variables, and those of the service. */
export default class FeelNames {

  async getVariablesForElement(businessObject) {
    const own = await getVariablesForElement(businessObject);
    const known = new Set(own.map(({ name }) => name));
    const functions = FUNCTIONS.map(entry => ({ ...entry, type: 'function' }));

    return [ ...own, ...VARIABLES.filter(({ name }) => !known.has(name)), ...functions ];
  }
}

FeelNames.$inject = [];
