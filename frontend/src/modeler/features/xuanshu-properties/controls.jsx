import { useEffect, useState } from '@bpmn-io/properties-panel/preact/hooks';

const inputId = id => `bio-properties-panel-${id}`;

function Datalist({ id, choices }) {
  return <datalist id={ `${inputId(id)}-choices` }>
    { choices.map(({ id: value, name }) => <option key={ value } value={ value }>{ name }</option>) }
  </datalist>;
}

function Entry({ id, label, description, error, children }) {
  return <div class={ `bio-properties-panel-entry ${error ? 'has-error' : ''}` } data-entry-id={ id }>
    <label class="bio-properties-panel-label" for={ inputId(id) }>{ label }</label>
    { children }
    { error && <div class="bio-properties-panel-error" role="alert">{ error }</div> }
    { description && <div class="bio-properties-panel-description">{ description }</div> }
  </div>;
}

/** A text field that offers choices but takes anything; committed when the field is left. */
export function ChoiceField({ id, label, description, placeholder, value, choices = [], validate, onCommit }) {
  const [ text, setText ] = useState(value);
  const error = validate?.(text);

  useEffect(() => setText(value), [ value ]);

  return <Entry id={ id } label={ label } description={ description } error={ error }>
    <input
      id={ inputId(id) } class="bio-properties-panel-input" type="text" autocomplete="off" spellcheck={ false }
      list={ `${inputId(id)}-choices` } placeholder={ placeholder } value={ text }
      onInput={ ({ target }) => setText(target.value) }
      onChange={ ({ target }) => onCommit(target.value.trim()) }
    />
    <Datalist id={ id } choices={ choices } />
  </Entry>;
}

function Tag({ tag, code, name, onRemove }) {
  return <li class="xs-tag" title={ tag }>
    <span>{ name ?? code }</span>
    { name && <code>{ code }</code> }
    <button type="button" aria-label={ `移除 ${name ?? code}` } onClick={ onRemove }>×</button>
  </li>;
}

/** A comma list as removable tags, with a field that offers what is not chosen yet. */
export function TagField({ id, label, description, placeholder, value, choices = [], validate, read, onCommit }) {
  const [ text, setText ] = useState('');
  const tags = value.split(',').map(tag => tag.trim()).filter(Boolean);
  const describe = read ?? (tag => ({ code: tag, name: choices.find(choice => choice.id === tag)?.name }));
  const error = tags.map(tag => validate?.(tag)).find(Boolean);

  const add = tag => {
    setText('');

    if (tag && !tags.includes(tag)) {
      onCommit([ ...tags, tag ].join(','));
    }
  };

  const onInput = ({ target }) => {
    setText(target.value);

    // a click in the list is an input event like any other: take it at once
    if (choices.some(choice => choice.id === target.value)) {
      add(target.value);
    }
  };

  const onKeyDown = event => {
    if (event.key === 'Enter' || event.key === ',') {
      event.preventDefault();
      add(text.trim());
    } else if (event.key === 'Backspace' && !text && tags.length) {
      onCommit(tags.slice(0, -1).join(','));
    }
  };

  return <Entry id={ id } label={ label } description={ description } error={ error }>
    <ul class="xs-tags">
      { tags.map(tag => <Tag
        key={ tag } tag={ tag } { ...describe(tag) }
        onRemove={ () => onCommit(tags.filter(other => other !== tag).join(',')) }
      />) }
    </ul>
    <input
      id={ inputId(id) } class="bio-properties-panel-input" type="text" autocomplete="off" spellcheck={ false }
      list={ `${inputId(id)}-choices` } placeholder={ placeholder ?? '选择或输入后回车' } value={ text }
      onInput={ onInput } onKeyDown={ onKeyDown } onBlur={ () => add(text.trim()) }
    />
    <Datalist id={ id } choices={ choices.filter(choice => !tags.includes(choice.id)) } />
  </Entry>;
}

/** Whether the panel shall mark the group of this entry as filled in. */
export function isFilled(node) {
  return Boolean(node?.value || node?.parentElement?.querySelector('.xs-tag'));
}
