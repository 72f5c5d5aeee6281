import { useService } from 'bpmn-js-properties-panel';

import { ChoiceField, isFilled } from './controls.jsx';
import { extensionOf, setExtensionAttribute } from './extensions.js';
import { nameTopic } from './topics.js';

/** The topic, offered from those the service knows; another one is a remote worker's. */
export function topicEntry(topics = []) {
  const type = 'zeebe:TaskDefinition';
  const choices = topics.map(id => ({ id, name: nameTopic(id) }));

  function Topic({ element }) {
    const injector = useService('injector');
    const value = extensionOf(element, type)?.get('type') ?? '';
    const known = choices.find(({ id }) => id === value);

    return <ChoiceField
      id="taskDefinitionType" label="后台任务类型（topic）" choices={ choices } value={ value }
      description={ known ? known.name : '选择系统提供的任务类型' }
      onCommit={ topic => setExtensionAttribute(injector, element, type, 'type', topic) }
    />;
  }

  return { id: 'taskDefinitionType', component: Topic, isEdited: isFilled };
}
