import { Group } from '@bpmn-io/properties-panel';
import { is } from 'bpmn-js/lib/util/ModelUtil';

import { topicEntry } from './serviceTask.jsx';
import { userTaskEntries, formEntries, candidateGroupsEntry } from './userTask.jsx';

// after the Zeebe provider (500), whose groups we correct
const LOWER_PRIORITY = 400;

// what a diagram may hold but the service refuses or never reads: not offered
const HIDDEN_GROUPS = new Set([
  'Zeebe__ExecutionListeners',
  'Zeebe__TaskListeners',
  'activeElements',
  'adHocSubProcessImplementation',
  'businessRuleImplementation',
  'scriptImplementation',
  'userTaskImplementation'
]);

const HIDDEN_ENTRIES = new Set([ 'assignmentDefinitionCandidateUsers' ]);

function replaceEntry(group, id, entry) {
  group.entries = group.entries.map(existing => existing.id === id ? entry : existing);
}

/**
 * Adds what is ours to the properties panel (outcomes, seals, reminders, ...), offers the roles,
 * forms and topics that exist, and leaves out what the service does not run.
 */
export default class XuanshuPropertiesProvider {

  constructor(propertiesPanel, translate, config) {
    const { roles, forms, topics } = config ?? {};

    this._translate = translate;
    this._userTask = userTaskEntries(roles);
    this._candidateGroups = candidateGroupsEntry(roles);
    this._form = formEntries(forms);
    this._topic = topicEntry(topics);

    propertiesPanel.registerProvider(LOWER_PRIORITY, this);
  }

  getGroups(element) {
    return groups => {
      const shown = groups.filter(({ id }) => !HIDDEN_GROUPS.has(id));

      shown.forEach(group => {
        group.translate = this._translate; // its buttons' titles are English otherwise

        if (group.entries) {
          group.entries = group.entries.filter(({ id }) => !HIDDEN_ENTRIES.has(id));
        }
      });

      if (is(element, 'bpmn:UserTask')) {
        this._updateUserTask(shown);
      }

      this._updateServiceTask(shown);

      return shown;
    };
  }

  _updateUserTask(groups) {
    const assignment = groups.find(({ id }) => id === 'assignmentDefinition');
    const form = groups.find(({ id }) => id === 'form');
    const ours = {
      id: 'xuanshu',
      label: '选树',
      component: Group,
      translate: this._translate,
      shouldOpen: true,
      entries: this._userTask
    };

    replaceEntry(assignment, 'assignmentDefinitionCandidateGroups', this._candidateGroups);
    assignment.shouldOpen = true;
    form.entries = this._form;
    form.shouldOpen = true;
    groups.splice(groups.indexOf(assignment), 0, ours);
  }

  _updateServiceTask(groups) {
    const definition = groups.find(({ id }) => id === 'taskDefinition');

    if (definition) {
      replaceEntry(definition, 'taskDefinitionType', this._topic);
      definition.shouldOpen = true;
    }
  }
}

XuanshuPropertiesProvider.$inject = [ 'propertiesPanel', 'translate', 'config.xuanshu' ];
