import { translations } from '../../translations/index.js';

/** The Chinese for `template`, its `{names}` filled in; the template itself where we have none. */
export function translate(template, replacements) {
  const translated = translations[template] ?? template;

  return translated.replace(/{([^}]+)}/g, (match, name) => replacements?.[name] ?? match);
}
