import packaged from 'bpmn-js-i18n/translations/zn.js';

import diagram from './diagram.js';
import panel from './panel.js';

const TRIGGERS = {
  Message: '消息', Timer: '定时', Signal: '信号', Conditional: '条件', Error: '错误', Escalation: '升级',
  Cancel: '取消', Compensation: '补偿', Link: '链接', Terminate: '终止', Multiple: '多重'
};

const EVENTS = {
  'Start Event': '开始事件', 'Intermediate Catch Event': '中间捕获事件', 'Intermediate Throw Event': '中间抛出事件',
  'Boundary Event': '边界事件', 'End Event': '结束事件'
};

// the panel's header puts the two words together
const eventTypes = Object.fromEntries(Object.entries(TRIGGERS).flatMap(
  ([ trigger, triggerName ]) => Object.entries(EVENTS).map(
    ([ event, eventName ]) => [ `${trigger} ${event}`, triggerName + eventName ]
  )
));

/** English to Chinese: ours first, then what bpmn-js-i18n has (mostly import warnings). */
export const translations = { ...packaged, ...eventTypes, ...diagram, ...panel };
