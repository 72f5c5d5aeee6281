import Modeler from 'bpmn-js/lib/Modeler';
import {
  BpmnPropertiesPanelModule,
  BpmnPropertiesProviderModule,
  ZeebePropertiesProviderModule
} from 'bpmn-js-properties-panel';
import ZeebeBehaviorsModule from 'camunda-bpmn-js-behaviors/lib/camunda-cloud';
import { CreateAppendAnythingModule } from 'bpmn-js-create-append-anything';
import MinimapModule from 'diagram-js-minimap';
import zeebeModdle from 'zeebe-bpmn-moddle/resources/zeebe.json';

import touchCanvas from '../shared/touch-canvas/index.js';
import feelNames from './features/feel-names/index.js';
import problemMarkers from './features/problem-markers/index.js';
import translate from './features/translate/index.js';
import xuanshuProperties from './features/xuanshu-properties/index.js';

/** The BPMN modeler of our dialect (design §4): Camunda 8's properties, ours beside them, in Chinese. */
export function createModeler({ canvas, properties, forms, topics, roles }) {
  return new Modeler({
    container: canvas,
    propertiesPanel: { parent: properties },
    xuanshu: { forms, topics, roles },
    touchCanvas: { fingersToMove: 2 }, // one draws and selects
    moddleExtensions: { zeebe: zeebeModdle },
    additionalModules: [
      BpmnPropertiesPanelModule,
      BpmnPropertiesProviderModule,
      ZeebePropertiesProviderModule,
      ZeebeBehaviorsModule,
      CreateAppendAnythingModule,
      MinimapModule,
      touchCanvas,
      translate,
      feelNames,
      problemMarkers,
      xuanshuProperties
    ]
  });
}
