const MEGABYTE = 1024 * 1024;

/** 182733 -> "178 KB". */
export function readableSize(bytes) {
  if (bytes >= MEGABYTE) {
    return `${(bytes / MEGABYTE).toFixed(1)} MB`;
  }

  return `${Math.max(1, Math.round(bytes / 1024))} KB`;
}

function accepted(file, accept) {
  const rules = accept.split(',').map(rule => rule.trim().toLowerCase()).filter(Boolean);
  const name = file.name.toLowerCase();

  return !rules.length || rules.some(rule => rule.startsWith('.')
    ? name.endsWith(rule)
    : rule.endsWith('/*') ? file.type.startsWith(rule.slice(0, -1)) : file.type === rule);
}

/** Why a file cannot be taken, in a sentence; undefined where it can. The server decides again. */
export function refusal(file, { accept = '', maxSize = 0 }) {
  if (!accepted(file, accept)) {
    return `“${file.name}”的类型不符合要求。`;
  }

  if (file.size === 0) {
    return `“${file.name}”是空文件。`;
  }

  if (maxSize && file.size > maxSize) {
    return `“${file.name}”有 ${readableSize(file.size)}，不能超过 ${readableSize(maxSize)}。`;
  }

  return undefined;
}
