import XuanshuPropertiesProvider from './XuanshuPropertiesProvider.js';

export default {
  __init__: [ 'xuanshuPropertiesProvider' ],
  xuanshuPropertiesProvider: [ 'type', XuanshuPropertiesProvider ]
};
