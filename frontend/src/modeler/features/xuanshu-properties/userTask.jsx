import { SelectEntry, isSelectEntryEdited } from '@bpmn-io/properties-panel';
import { useService } from 'bpmn-js-properties-panel';

import { ChoiceField, TagField, isFilled } from './controls.jsx';
import { extensionOf, propertyOf, setExtensionAttribute, setProperty } from './extensions.js';
import { checkCandidateGroup, checkOpinion, checkOutcome, checkReminder, checkVariable, readOutcome } from './rules.js';

const OUTCOMES = [
  'approve:同意', 'return:退回补正', 'reject:不同意', 'submit:提交', 'withdraw:退出', 'confirm:确认', 'pass:通过',
  'fail:不通过', 'select:入选', 'not_selected:不入选'
].map(id => ({ id, name: id.split(':')[1] }));

const REMINDERS = [
  { id: '-7', name: '到期前 7 个工作日' },
  { id: '-3', name: '到期前 3 个工作日' },
  { id: '-1', name: '到期前 1 个工作日' },
  { id: '0', name: '到期当天' },
  { id: '+1', name: '逾期 1 个工作日' },
  { id: '+5*', name: '逾期后每 5 个工作日，直到办结' }
];

/** An entry that edits one zeebe:property with one of our controls. */
function property(name, Control, settings) {
  const id = `xuanshu-${name}`;

  function PropertyEntry({ element }) {
    const injector = useService('injector');

    return <Control
      { ...settings } id={ id } value={ propertyOf(element, name) }
      onCommit={ value => setProperty(injector, element, name, value) }
    />;
  }

  return { id, component: PropertyEntry, isEdited: isFilled };
}

/** Our properties of a user task. Make them once: a new component each time would lose the focus. */
export const userTaskEntries = (roles = []) => [
  property('outcomes', TagField, {
    label: '办理结论（outcomes）', choices: OUTCOMES, validate: checkOutcome, read: readOutcome,
    placeholder: '如 approve:同意，回车添加',
    description: '按按钮的顺序；网关条件写作 =outcome = "approve"'
  }),
  property('opinion', ChoiceField, {
    label: '意见栏序号（opinion）', validate: checkOpinion, placeholder: '如 1',
    description: '填写后，意见按此顺序印在推荐表上'
  }),
  property('seal', ChoiceField, { label: '印章（seal）', placeholder: '如 团组织公章' }),
  property('reminders', TagField, {
    label: '催办（reminders）', choices: REMINDERS, validate: checkReminder, placeholder: '如 -3，回车添加',
    description: '距办理期限的工作日数：-3 为前三天，0 为当天，+1 为逾期一天，+5* 为逾期后每五天，直到办结；09:00 发出'
  }),
  property('escalate-to', TagField, {
    label: '逾期上报（escalate-to）', validate: checkCandidateGroup, choices: roles,
    description: '逾期后的催办同时发给这些角色'
  }),
  property('batch', ChoiceField, {
    label: '批量办理（batch）', placeholder: '不批量',
    choices: [ { id: 'true', name: '可批量' }, { id: 'category', name: '按类别批量' } ],
    description: '填写后，同一步骤的申报可在一页内一并办理'
  }),
  property('reads', TagField, {
    label: '列出前面填写的内容（reads）', placeholder: '如 countersign，回车添加',
    description: '页面上列出本流程这些环节填写的内容，写环节的标识'
  }),
  property('shows', ChoiceField, {
    label: '列出名单（shows）', placeholder: '不列出', choices: [ { id: 'candidates', name: '现在的候选人' } ],
    description: '只用在届次的环节'
  }),
  property('statement', ChoiceField, {
    label: '请对异议说明情况（statement）', placeholder: '不是',
    choices: [ { id: 'nominee', name: '候选人' }, { id: 'unit', name: '所在单位' } ],
    description: '办理的人看不到反映人、反映的原文和证明材料，只看到受理时写的“需要说明的问题”'
  }),
  property('signing', ChoiceField, {
    label: '几个人一起签（signing）', placeholder: '一人办理',
    choices: [ { id: 'all', name: '会签：每个人都签' }, { id: 'any', name: '或签：一人即可' }, { id: 'vote', name: '票签：够票为止' } ],
    description: '页面据此列出谁签了、谁没签；几个人、什么时候算完，由多实例和完成条件画出'
  }),
  property('variables', TagField, {
    label: '带入流程的字段（variables）', validate: checkVariable,
    description: '表单中供后续条件使用的字段；其余字段只存档，不进入流程变量'
  }),
  property('lenient', TagField, {
    label: '可不填完整的结论（lenient）', placeholder: '如 return，回车添加', description: '选这些结论时不要求表单填写完整'
  }),
  property('clearance', TagField, {
    label: '须先脱密的结论（clearance）', placeholder: '如 approve，回车添加', description: '选这些结论前，每个文件都须声明并审查脱密'
  }),
  property('outcome-status', TagField, {
    label: '结论对应的状态（outcome-status）', read: readOutcome, placeholder: '如 pass:shortlisted，回车添加'
  }),
  property('outcome-switch', TagField, {
    label: '看开关提供的结论（outcome-switch）', read: readOutcome, placeholder: '如 correct:allow_correction，回车添加',
    description: '结论:开关。programme.toml 的 [switches] 里这个开关打开时，才有这个结论可选'
  }),
  property('status', ChoiceField, {
    label: '到此时的状态（status）', placeholder: '不改变', description: '任务产生时，申报变成这个状态，如 recommending'
  }),
  property('defects', ChoiceField, {
    label: '形式审查的缺陷清单（defects）', placeholder: '如 defects', description: '表单里哪个多选字段是缺陷清单'
  }),
  property('correction', ChoiceField, {
    label: '限期补正的结论（correction）', placeholder: '如 correct', description: '补正的次数以活动的设置为限'
  }),
  property('consultation', ChoiceField, {
    label: '征询的单位（consultation）', placeholder: '如 公安机关', description: '记下回复日期、函号和结果'
  }),
  property('score', ChoiceField, {
    label: '专家评分（score）', choices: [ { id: 'panel', name: '由抽取的专家评分' } ], placeholder: '不评分',
    description: '字段就是活动设置的评分标准；只有抽取的专家本人能办'
  }),
  property('ballot', ChoiceField, {
    label: '无记名投票（ballot）', choices: [ { id: 'list', name: '对建议名单投票' } ], placeholder: '不投票',
    description: '在投票页上投，不用表单'
  }),
  property('list', ChoiceField, {
    label: '会议调整名单（list）', placeholder: '如 propose', description: '办这一步的人可以调整建议名单，每处写明理由'
  }),
  property('recusal', ChoiceField, {
    label: '回避（recusal）', choices: [ { id: 'employer', name: '同单位和推荐单位的人回避' } ], placeholder: '只有本人回避',
    description: '与申报人同单位的、推荐单位的人不能办这一步'
  }),
  property('follow-up', ChoiceField, {
    label: '记入台账（follow-up）', placeholder: '如 report:年度报告',
    description: '为称号启动的流程：表单内容记入这个培育台账，冒号后是事项'
  }),
  property('in-person', TagField, {
    label: '须本人办理的结论（in-person）', placeholder: '如 sign，回车添加', description: '给了指定的人的步骤：只有他本人能办，不能代理、转办'
  }),
  property('files', TagField, {
    label: '要上传的文件（files）', placeholder: '如 plan，回车添加', description: '届次的步骤和说明情况：活动设置 [task_files] 中的栏目；申报的附件不在这里写'
  }),
  property('record', ChoiceField, {
    label: '写入的档案（record）', choices: [ { id: 'nomination', name: '申报' } ], placeholder: '不写入',
    description: '填 nomination 时，表单内容同时更新申报本身的档案'
  })
];

/** Candidate groups as tags; an expression (`=...`) stays one text. */
export function candidateGroupsEntry(roles = []) {
  const type = 'zeebe:AssignmentDefinition';

  function CandidateGroups({ element }) {
    const injector = useService('injector');
    const value = extensionOf(element, type)?.get('candidateGroups') ?? '';
    const Control = value.startsWith('=') ? ChoiceField : TagField;

    return <Control
      id="assignmentDefinitionCandidateGroups" label="候选角色" choices={ roles } value={ value }
      validate={ checkCandidateGroup } description="角色@范围；范围：self 本人，unit 所在单位，recommender 推荐单位，organiser 主办单位；也可以写级别名称（如 区县）或单位代码"
      onCommit={ groups => setExtensionAttribute(injector, element, type, 'candidateGroups', groups) }
    />;
  }

  return { id: 'assignmentDefinitionCandidateGroups', component: CandidateGroups, isEdited: isFilled };
}

function optionsOf(forms, current) {
  const listed = forms.map(({ id, name }) => ({ value: id, label: `${name}（${id}）` }));
  const unknown = current && !forms.some(({ id }) => id === current);

  return [
    { value: '', label: '（无）' },
    ...listed,
    ...unknown ? [ { value: current, label: `${current}（本系统没有此表单）` } ] : []
  ];
}

/** The form, chosen from those the service has. */
export function formEntries(forms = []) {
  const type = 'zeebe:FormDefinition';

  function FormId({ element }) {
    const injector = useService('injector');
    const getValue = () => extensionOf(element, type)?.get('formId') ?? '';

    return SelectEntry({
      element,
      id: 'formId',
      label: '填写的表单',
      getValue,
      getOptions: () => optionsOf(forms, getValue()),
      setValue: value => setExtensionAttribute(injector, element, type, 'formId', value)
    });
  }

  return [ { id: 'formId', component: FormId, isEdited: isSelectEntryEdited } ];
}
