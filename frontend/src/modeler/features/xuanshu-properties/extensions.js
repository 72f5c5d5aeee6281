import { getBusinessObject } from 'bpmn-js/lib/util/ModelUtil';

const ALL_AT_ONCE = 'properties-panel.multi-command-executor';

function update(element, moddleElement, properties) {
  return { cmd: 'element.updateModdleProperties', context: { element, moddleElement, properties } };
}

/** The extension element of this type (`zeebe:Properties`, ...), or undefined. */
export function extensionOf(element, type) {
  const values = getBusinessObject(element).get('extensionElements')?.get('values') ?? [];

  return values.find(({ $type }) => $type === type);
}

/** What it takes to have that extension element: itself, and the commands that create it. */
function ensureExtension(injector, element, type) {
  const bpmnFactory = injector.get('bpmnFactory');
  const businessObject = getBusinessObject(element);
  const commands = [];
  const existing = extensionOf(element, type);

  if (existing) {
    return { extension: existing, commands };
  }

  let extensionElements = businessObject.get('extensionElements');

  if (!extensionElements) {
    extensionElements = bpmnFactory.create('bpmn:ExtensionElements', { values: [] });
    extensionElements.$parent = businessObject;
    commands.push(update(element, businessObject, { extensionElements }));
  }

  const extension = bpmnFactory.create(type);

  extension.$parent = extensionElements;
  commands.push(update(element, extensionElements, { values: [ ...extensionElements.get('values'), extension ] }));

  return { extension, commands };
}

/** Sets one attribute of an extension element; without a value the whole extension element goes. */
export function setExtensionAttribute(injector, element, type, attribute, value) {
  const commandStack = injector.get('commandStack');

  if (!value) {
    const extensionElements = getBusinessObject(element).get('extensionElements');
    const extension = extensionOf(element, type);
    const others = Object.keys(extension ?? {}).filter(key => !key.startsWith('$') && key !== attribute);

    if (!extension) {
      return;
    }

    if (others.length) {
      commandStack.execute(ALL_AT_ONCE, [ update(element, extension, { [ attribute ]: undefined }) ]);
    } else {
      const values = extensionElements.get('values').filter(existing => existing !== extension);

      commandStack.execute(ALL_AT_ONCE, [ update(element, extensionElements, { values }) ]);
    }

    return;
  }

  const { extension, commands } = ensureExtension(injector, element, type);

  commandStack.execute(ALL_AT_ONCE, [ ...commands, update(element, extension, { [ attribute ]: value }) ]);
}

/** The value of the zeebe:property of that name; an empty text where there is none. */
export function propertyOf(element, name) {
  const properties = extensionOf(element, 'zeebe:Properties')?.get('properties') ?? [];

  return properties.find(property => property.get('name') === name)?.get('value') ?? '';
}

/** Sets, adds or (without a value) removes the zeebe:property of that name. */
export function setProperty(injector, element, name, value) {
  const { extension, commands } = ensureExtension(injector, element, 'zeebe:Properties');
  const existing = extension.get('properties').find(property => property.get('name') === name);

  if (existing && value) {
    injector.get('commandStack').execute(ALL_AT_ONCE, [ update(element, existing, { value }) ]);

    return;
  }

  const properties = extension.get('properties').filter(property => property !== existing);

  if (value) {
    const property = injector.get('bpmnFactory').create('zeebe:Property', { name, value });

    property.$parent = extension;
    properties.push(property);
  }

  injector.get('commandStack').execute(ALL_AT_ONCE, [
    ...commands,
    update(element, extension, { properties })
  ]);
}
